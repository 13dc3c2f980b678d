import { Fragment } from "react";
import { Link, useSearchParams } from "react-router";
import { Bar } from "../../parts/bar.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { LostRulesCard } from "./lost-rules.tsx";
import { MembersBehind } from "./members-behind.tsx";
import { seedLink } from "../segments/model/seeds.ts";
import { FlowsCard } from "./flows-card.tsx";
import { type Lifecycle, type Silence, type SilentReason, type Stage, useLifecycle } from "./value-data.ts";
import "./rfm.css";
import "./texts.ts";

/** Best first, so that a way up is a way to more purchases. */
const ORDER = ["mature", "growing", "new", "silent", "lost", "never_bought", "outside"];
const SILENCES = ["soon", "silent", "lost"] as const;

/** Lifecycle: members by stage, how they moved month by month, and why some are silent. */
export function LifecyclePage() {
  const t = useTexts("value");
  const query = useLifecycle();
  const day = query.data?.through_day;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("lifecycle.title")}
        note={day === undefined ? undefined : t("lifecycle.note", { day: formatDay(day) })}
      />
      <Loaded query={query} skeleton={<Skeleton />}>
        {(data) => <Body data={data} t={t} />}
      </Loaded>
    </div>
  );
}

function Skeleton() {
  return (
    <div className="ht-stack">
      <SkeletonTable rows={6} columns={4} />
      <SkeletonBlock height={440} />
    </div>
  );
}

const stageLink = (stage: string) => `/members?tag=${encodeURIComponent(`lifecycle_stage:${stage}`)}`;

function Body({ data, t }: { data: Lifecycle; t: Translate }) {
  const [params] = useSearchParams();
  const names = new Map(data.stages.map((stage) => [stage.value, pick(stage.zh, stage.en)]));
  return (
    <>
      <Stages data={data} t={t} />
      <LostRulesCard />
      <FlowsCard
        view={data}
        order={ORDER}
        nameOf={(state) => names.get(state) ?? t("flows.outside")}
        linkTo={(state) => (state === "outside" ? undefined : stageLink(state))}
        note={t("lifecycle.flows_note")}
      />
      {SILENCES.map((stage) => data.silence.find((one) => one.stage === stage)).map((silence) =>
        silence === undefined ? null : (
          <Fragment key={silence.stage}>
            <SilenceCard silence={silence} t={t} />
            {params.get("silent") === silence.stage ? <Behind silence={silence} params={params} t={t} /> : null}
          </Fragment>
        ),
      )}
    </>
  );
}

function Behind({ silence, params, t }: { silence: Silence; params: URLSearchParams; t: Translate }) {
  const reason = silence.reasons.find((one) => one.key === params.get("reason"));
  const primary = params.get("primary") === "true";
  const query = { stage: silence.stage, reason: reason?.key, primary: primary ? "true" : undefined };
  const group = t(`silence.${silence.stage}`);
  const title = reason === undefined ? group : `${group} · ${pick(reason.zh, reason.en)}`;
  // the group is a stage, except for those who are not silent yet
  const save =
    reason === undefined && silence.stage !== "soon" ? (
      <Link className="rf-save" to={seedLink({ tag: `lifecycle_stage:${silence.stage}` })}>
        {t("behind.save")}
      </Link>
    ) : null;
  return <MembersBehind title={title} path="/api/lifecycle/silent/members" query={query} save={save} />;
}

function Stages({ data, t }: { data: Lifecycle; t: Translate }) {
  const total = data.current.reduce((sum, one) => sum + one.members, 0);
  const membersOf = (stage: Stage) => data.current.find((one) => one.value === stage.value)?.members ?? 0;
  const columns: readonly Column<Stage>[] = [
    { key: "stage", title: t("lifecycle.stage"), render: (row) => <strong>{pick(row.zh, row.en)}</strong> },
    {
      key: "meaning",
      title: t("lifecycle.meaning"),
      hide: "phone",
      wrap: true,
      render: (row) => pick(row.meaning_zh, row.meaning_en),
    },
    {
      key: "members",
      title: t("table.members"),
      numeric: true,
      render: (row) => <Count value={membersOf(row)} to={stageLink(row.value)} label={pick(row.zh, row.en)} />,
    },
    {
      key: "bar",
      title: "",
      width: "18%",
      hide: "tablet",
      render: (row) => <Bar part={total === 0 ? 0 : membersOf(row) / total} label={pick(row.zh, row.en)} />,
    },
    {
      key: "share",
      title: t("table.share"),
      numeric: true,
      render: (row) => <Ratio value={total === 0 ? 0 : membersOf(row) / total} />,
    },
  ];
  return (
    <Card title={t("lifecycle.now")} note={t("lifecycle.now_note")} flush>
      <DataTable
        label={t("lifecycle.now")}
        columns={columns}
        rows={data.stages}
        rowKey={(row) => row.value}
        empty={<EmptyState small title={t("lifecycle.empty")} />}
      />
    </Card>
  );
}

function reasonColumns({ stage, members }: Silence, t: Translate): readonly Column<SilentReason>[] {
  return [
    {
      key: "reason",
      title: t("silence.reason"),
      wrap: true,
      render: (row) => (
        <>
          <strong>{pick(row.zh, row.en)}</strong>
          <div className="ht-note">{pick(row.rule_zh, row.rule_en)}</div>
        </>
      ),
    },
    {
      key: "members",
      title: t("table.members"),
      numeric: true,
      render: (row) => (
        <Count value={row.members} to={`?silent=${stage}&reason=${row.key}`} label={pick(row.zh, row.en)} />
      ),
    },
    {
      key: "share",
      title: t("table.share"),
      numeric: true,
      render: (row) => <Ratio value={members === 0 ? 0 : row.members / members} />,
    },
    {
      key: "bar",
      title: "",
      width: "16%",
      hide: "tablet",
      render: (row) => <Bar part={members === 0 ? 0 : row.members / members} label={pick(row.zh, row.en)} />,
    },
    {
      key: "primary",
      title: t("silence.primary"),
      numeric: true,
      hide: "phone",
      render: (row) => (
        <Count
          value={row.primary}
          to={`?silent=${stage}&reason=${row.key}&primary=true`}
          label={pick(row.zh, row.en)}
        />
      ),
    },
  ];
}

function SilenceCard({ silence, t }: { silence: Silence; t: Translate }) {
  const { members } = silence;
  const categories = silence.categories
    .map((one) => `${one.category ?? t("silence.no_category")} ${one.members}`)
    .join(t("silence.comma"));
  return (
    <Card
      id={`silence-${silence.stage}`}
      title={t(`silence.${silence.stage}`)}
      note={t("silence.note")}
      flush
      extra={
        <Link to={`?silent=${silence.stage}`} preventScrollReset>
          {t("silence.all", { n: formatCount(members) })}
        </Link>
      }
    >
      <DataTable
        label={t(`silence.${silence.stage}`)}
        columns={reasonColumns(silence, t)}
        rows={silence.reasons}
        rowKey={(row) => row.key}
      />
      {categories === "" ? null : (
        <p className="vl-categories">
          <span className="ht-note">{t("silence.categories")}</span> {categories}
        </p>
      )}
    </Card>
  );
}
