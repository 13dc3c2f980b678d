import { UnorderedListOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { Chip, Choices } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { durationText, RelativeTime } from "../../parts/figures.tsx";
import { isOver, type Job, JobBar, jobError, JOB_TONES, type JobState } from "../../parts/job-progress.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import zh from "./zh.json";

addTexts("jobs", { zh, en });

const STATES: readonly JobState[] = ["queued", "running", "done", "failed", "cancelled"];
const BUSY_MS = 1500;
const IDLE_MS = 10_000;

function useJobs() {
  return useQuery({
    queryKey: ["jobs", "all"],
    queryFn: ({ signal }) => api.get<{ items: readonly Job[] }>("/api/jobs", {}, signal),
    refetchInterval: (query) => (query.state.data?.items.some((job) => !isOver(job.state)) ? BUSY_MS : IDLE_MS),
  });
}

function took(job: Job): number | null {
  if (!job.finished_at) return null;
  return (new Date(job.finished_at).getTime() - new Date(job.created_at).getTime()) / 1000;
}

export function JobsPage() {
  const t = useTexts("jobs");
  const shared = useTexts();
  const query = useJobs();
  const [params, setParams] = useSearchParams();
  const state = STATES.find((one) => one === params.get("state"));
  const running = query.data?.items.filter((job) => !isOver(job.state)) ?? [];
  const kindName = (job: Job) => shared(`job_kind.${job.kind}`, { defaultValue: job.kind });
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      {running.length === 0 ? null : (
        <Card title={t("running")}>
          <div className="ht-stack">
            {running.map((job) => (
              <JobBar key={job.job_id} job={job} label={kindName(job)} />
            ))}
          </div>
        </Card>
      )}
      <Choices
        label={t("filter")}
        value={state ?? "all"}
        items={[
          { key: "all" as JobState | "all", label: t("all") },
          ...STATES.map((key) => ({ key: key as JobState | "all", label: shared(`job.${key}`) })),
        ]}
        onChange={(next) => setParams(next === "all" ? {} : { state: next }, { replace: true })}
      />
      <Card flush title={t("recent")} note={t("recent_note")}>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {(data) => (
            <JobTable
              jobs={data.items.filter((job) => state === undefined || job.state === state)}
              kindName={kindName}
            />
          )}
        </Loaded>
      </Card>
    </div>
  );
}

function JobTable({ jobs, kindName }: { jobs: readonly Job[]; kindName: (job: Job) => string }) {
  const t = useTexts("jobs");
  const shared = useTexts();
  return (
    <DataTable
      label={t("recent")}
      rows={jobs}
      rowKey={(job) => job.job_id}
      empty={<EmptyState icon={<UnorderedListOutlined />} title={t("empty_title")} text={t("empty_text")} />}
      columns={[
        {
          key: "kind",
          title: t("kind"),
          wrap: true,
          render: (job) => (
            <span className="ht-cell-two">
              {kindName(job)}
              <small>{job.state === "failed" ? jobError(job) : job.note}</small>
            </span>
          ),
        },
        {
          key: "state",
          title: t("state"),
          render: (job) => <Chip tone={JOB_TONES[job.state]}>{shared(`job.${job.state}`)}</Chip>,
        },
        {
          key: "progress",
          title: t("progress"),
          numeric: true,
          hide: "phone",
          render: (job) =>
            job.total ? shared("job.of", { done: formatCount(job.done), total: formatCount(job.total) }) : "—",
        },
        { key: "started", title: t("started"), numeric: true, render: (job) => <RelativeTime at={job.created_at} /> },
        {
          key: "took",
          title: t("took"),
          numeric: true,
          hide: "phone",
          render: (job) => {
            const seconds = took(job);
            return seconds === null ? "—" : durationText(seconds, shared);
          },
        },
      ]}
    />
  );
}
