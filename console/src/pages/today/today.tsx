import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { type Tone, StatusDot } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Count, RelativeTime } from "../../parts/figures.tsx";
import { isOver, type Job, JobBar } from "../../parts/job-progress.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock, SkeletonText } from "../../parts/states.tsx";
import { formatDay, formatInstant, currentDay } from "../../texts/format.ts";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { FirstSteps } from "./first-steps.tsx";
import { LiveFeed, useLive } from "./live-feed.tsx";
import { Metrics } from "./metrics.tsx";
import { Needs } from "./needs.tsx";
import { useOwnNeeds } from "./own-needs.ts";
import { type Need, type SourceLine, type Today, useToday } from "./today-data.ts";
import "./today.css";
import zh from "./zh.json";

addTexts("today", { zh, en });

const FRESHNESS_TONES: Readonly<Record<SourceLine["freshness"], Tone>> = {
  fresh: "good",
  late: "warn",
  silent: "bad",
  never: "neutral",
};

function FreshnessNote({ today }: { today: Today }) {
  const t = useTexts("today");
  const live = today.sources.filter((source) => source.state === "live" && source.freshness !== "never");
  const late = live.filter((source) => source.freshness !== "fresh").length;
  const sources = late === 0 ? t("all_fresh", { n: live.length }) : t("some_late", { n: late });
  return (
    <>
      {t("as_of", { time: formatInstant(today.as_of) })}
      {live.length === 0 ? null : ` · ${sources}`}
    </>
  );
}

function SourceLines({ sources }: { sources: readonly SourceLine[] }) {
  const t = useTexts("today");
  return (
    <DataTable
      label={t("sources")}
      rows={sources}
      rowKey={(row) => row.source_id}
      columns={[
        {
          key: "name",
          title: t("source"),
          render: (row) => <Link to={`/data/sources/${row.source_id}`}>{row.name}</Link>,
        },
        {
          key: "freshness",
          title: "",
          render: (row) => (
            <StatusDot tone={row.state === "paused" ? "neutral" : FRESHNESS_TONES[row.freshness]}>
              {row.state === "paused" ? t("paused") : t(`freshness.${row.freshness}`)}
            </StatusDot>
          ),
        },
        { key: "last", title: t("last"), numeric: true, render: (row) => <RelativeTime at={row.last_received_at} /> },
        {
          key: "day",
          title: t("day"),
          numeric: true,
          hide: "phone",
          render: (row) => <Count value={row.received_24h} unit={t("shared:unit.records")} />,
        },
        {
          key: "rejects",
          title: t("open_rejects"),
          numeric: true,
          render: (row) => <Count value={row.rejects_open} to={`/data/rejects?source_id=${row.source_id}`} />,
        },
      ]}
    />
  );
}

/** Imports and jobs that run now. */
function Running() {
  const t = useTexts("today");
  const jobs = useQuery({
    queryKey: ["jobs", "running"],
    queryFn: ({ signal }) => api.get<{ items: readonly Job[] }>("/api/jobs", { state: "running" }, signal),
    refetchInterval: (query) => (query.state.data?.items.some((job) => !isOver(job.state)) ? 2000 : 15_000),
  });
  return (
    <Loaded query={jobs} small skeleton={<SkeletonText lines={2} />}>
      {(data) => {
        const running = data.items.filter((job) => !isOver(job.state));
        if (running.length === 0) return <p className="ht-note">{t("running_none")}</p>;
        return (
          <div className="ht-stack">
            {running.slice(0, 4).map((job) => (
              <JobBar
                key={job.job_id}
                job={job}
                compact
                label={t(`shared:job_kind.${job.kind}`, { defaultValue: job.kind })}
              />
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}

function NeedsCard({ needs, className }: { needs: readonly Need[]; className?: string }) {
  const t = useTexts("today");
  return (
    <Card
      {...(className === undefined ? {} : { className })}
      title={t("needs")}
      note={needs.length === 0 ? undefined : t("needs_count", { n: needs.length })}
    >
      <Needs needs={needs} />
    </Card>
  );
}

type BodyProps = { readonly today: Today; readonly own: readonly Need[] } & ReturnType<typeof useLive>;

function TodayBody({ today, own, events, connected }: BodyProps) {
  const t = useTexts("today");
  const mayJobs = useCan("jobs.read");
  const mayData = useCan("data.read");
  const more = (to: string, key: string) => <Link to={to}>{t(key)}</Link>;
  return (
    <>
      <div className="ht-grid ht-grid-stretch">
        <NeedsCard className="ht-span-7" needs={[...own, ...today.needs]} />
        <Card className="ht-span-5" title={t("live")} note={connected ? t("live_note") : t("live_off")}>
          <LiveFeed events={events} />
        </Card>
      </div>
      {today.metrics.length === 0 ? null : (
        <Card title={t("changes", { day: formatDay(today.business_day) })} note={t("changes_note")}>
          <Metrics metrics={today.metrics} currency={today.currency ?? "CNY"} />
        </Card>
      )}
      <div className="ht-grid ht-grid-stretch">
        {mayData ? (
          <Card flush className="ht-span-7" title={t("sources")} extra={more("/data/sources", "sources_all")}>
            <SourceLines sources={today.sources} />
          </Card>
        ) : null}
        {mayJobs ? (
          <Card className="ht-span-5" title={t("running")} extra={more("/data/jobs", "running_all")}>
            <Running />
          </Card>
        ) : null}
      </div>
    </>
  );
}

function TodaySkeleton() {
  return (
    <>
      <div className="ht-grid ht-grid-stretch">
        <Card className="ht-span-7">
          <SkeletonText lines={9} />
        </Card>
        <Card className="ht-span-5">
          <SkeletonText lines={9} />
        </Card>
      </div>
      <Card>
        <SkeletonBlock height={156} />
      </Card>
    </>
  );
}

export function TodayPage() {
  const t = useTexts("today");
  const may = useCan("members.read");
  const mayJobs = useCan("jobs.read");
  const query = useToday(may);
  const live = useLive();
  const own = useOwnNeeds();
  const today = query.data;
  const nothing = today !== undefined && today.sources.length === 0 && today.metrics.length === 0;
  return (
    <div className="ht-page">
      <PageHeader
        title={formatDay(currentDay())}
        note={today ? <FreshnessNote today={today} /> : t("shared:nav.home")}
      />
      {may ? (
        <Loaded query={query} skeleton={<TodaySkeleton />}>
          {(data) => (
            <>
              {nothing && own.needs.length > 0 ? <NeedsCard needs={own.needs} /> : null}
              {nothing ? <FirstSteps /> : <TodayBody today={data} own={own.needs} {...live} />}
            </>
          )}
        </Loaded>
      ) : (
        <>
          {own.loading ? (
            <Card title={t("needs")}>
              <SkeletonText lines={4} />
            </Card>
          ) : (
            <NeedsCard needs={own.needs} />
          )}
          <Card title={mayJobs ? t("running") : t("shared:nav.home")} note={t("limited")}>
            {mayJobs ? <Running /> : null}
          </Card>
        </>
      )}
    </div>
  );
}
