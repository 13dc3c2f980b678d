import { CheckCircleOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { useSourceNames } from "../../api/sources.ts";
import { Choices } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatCount } from "../../texts/format.ts";
import { addTexts, pick, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { type RejectFilter, type RejectGroup, type RejectState, useRejects, useRejectSummary } from "./rejects-data.ts";
import "./rejects.css";
import zh from "./zh.json";

addTexts("rejects", { zh, en });

const STATES: readonly RejectState[] = ["open", "replayed", "dismissed"];

function useFilter(): [RejectFilter, (change: Partial<Record<keyof RejectFilter, string | null>>) => void] {
  const [params, setParams] = useSearchParams();
  const state = STATES.find((one) => one === params.get("state")) ?? "open";
  const filter = { source_id: params.get("source_id"), code: params.get("code"), state };
  const change = (next: Partial<Record<keyof RejectFilter, string | null>>) => {
    const merged = new URLSearchParams(params);
    for (const [name, value] of Object.entries(next)) {
      if (value === null) merged.delete(name);
      else merged.set(name, value);
    }
    setParams(merged, { replace: true });
  };
  return [filter, change];
}

/** Starts a replay and follows it. */
function useReplay() {
  const t = useTexts("rejects");
  const [job, setJob] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: (what: Readonly<Record<string, unknown>>) => api.post<{ job_id: string }>("/api/rejects/replay", what),
    onSuccess: (answer) => setJob(String(answer.job_id)),
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
  return { job, busy: start.isPending, start: start.mutate };
}

type Replay = ReturnType<typeof useReplay>;

function Groups({
  groups,
  replay,
  onSee,
}: {
  groups: readonly RejectGroup[];
  replay: Replay;
  onSee: (g: RejectGroup) => void;
}) {
  const t = useTexts("rejects");
  const nameOf = useSourceNames();
  const may = useCan("data.manage");
  return (
    <DataTable
      label={t("reasons")}
      rows={groups}
      rowKey={(row) => `${row.source_id}-${row.code}`}
      columns={[
        {
          key: "reason",
          title: t("reason"),
          wrap: true,
          render: (row) => (
            <button type="button" className="ht-link-button ht-reject-reason" onClick={() => onSee(row)}>
              {pick(row.sentence_zh, row.sentence_en)}
            </button>
          ),
        },
        {
          key: "source",
          title: t("source"),
          hide: "phone",
          render: (row) => <Link to={`/data/sources/${row.source_id}`}>{nameOf(row.source_id)}</Link>,
        },
        { key: "count", title: t("count"), numeric: true, render: (row) => formatCount(row.count) },
        {
          key: "since",
          title: t("since"),
          numeric: true,
          hide: "tablet",
          render: (row) => <RelativeTime at={row.newest_at} />,
        },
        {
          key: "act",
          title: "",
          numeric: true,
          render: (row) =>
            may ? (
              <Button
                size="small"
                loading={replay.busy}
                onClick={() => replay.start({ source_id: row.source_id, code: row.code })}
              >
                {t("replay")}
              </Button>
            ) : null,
        },
      ]}
    />
  );
}

function Rows({ filter }: { filter: RejectFilter }) {
  const t = useTexts("rejects");
  const client = useQueryClient();
  const nameOf = useSourceNames();
  const may = useCan("data.manage") && filter.state === "open";
  const query = useRejects(filter);
  const dismiss = useMutation({
    mutationFn: (id: number) => api.post<{ dismissed: number }>("/api/rejects/dismiss", { reject_ids: [id] }),
    onSuccess: (answer) => {
      say(t("dismissed", { n: answer.dismissed }));
      return client.invalidateQueries({ queryKey: ["rejects"] });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
  return (
    <Loaded query={query} small skeleton={<SkeletonTable columns={5} />}>
      {(data) => (
        <DataTable
          label={t("rows")}
          rows={data.pages.flatMap((page) => page.items)}
          rowKey={(row) => row.reject_id}
          empty={<EmptyState small title={t("filter_none")} />}
          more={
            query.hasNextPage
              ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
              : undefined
          }
          columns={[
            { key: "when", title: t("when"), render: (row) => <RelativeTime at={row.received_at} /> },
            {
              key: "reason",
              title: t("reason"),
              wrap: true,
              render: (row) => (
                <span className="ht-cell-two">
                  {pick(row.sentence_zh, row.sentence_en)}
                  <small>
                    {nameOf(row.source_id)} · {row.place}
                    {row.kind ? ` · ${row.kind}` : ""}
                  </small>
                </span>
              ),
            },
            {
              key: "preview",
              title: t("preview"),
              hide: "tablet",
              wrap: true,
              render: (row) => <Preview text={row.preview} />,
            },
            {
              key: "act",
              title: "",
              numeric: true,
              render: (row) =>
                may ? (
                  <Button size="small" onClick={() => dismiss.mutate(row.reject_id)}>
                    {t("dismiss")}
                  </Button>
                ) : (
                  t(`states.${row.state ?? filter.state}`)
                ),
            },
          ]}
        />
      )}
    </Loaded>
  );
}

function Preview({ text }: { text: string | null }) {
  if (!text) return <span className="ht-none">—</span>;
  return (
    <details className="ht-preview">
      <summary>
        <code>{text.slice(0, 72)}</code>
      </summary>
      <pre>{text}</pre>
    </details>
  );
}

function ReplayProgress({ job }: { job: string }) {
  const t = useTexts("rejects");
  const client = useQueryClient();
  return (
    <Card>
      <JobProgress
        jobId={job}
        label={t("replaying")}
        onOver={() => {
          void client.invalidateQueries({ queryKey: ["rejects"] });
          void client.invalidateQueries({ queryKey: ["sources"] });
        }}
      />
    </Card>
  );
}

export function RejectsPage() {
  const t = useTexts("rejects");
  const [filter, change] = useFilter();
  const summary = useRejectSummary();
  const replay = useReplay();
  const filtered = filter.code !== null || filter.source_id !== null;
  const groups = (summary.data?.items ?? []).filter(
    (group) => filter.source_id === null || String(group.source_id) === filter.source_id,
  );
  const clean = summary.data?.items.length === 0 && filter.state === "open" && !filtered;
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      {replay.job ? <ReplayProgress key={replay.job} job={replay.job} /> : null}
      {clean ? null : (
        <Card flush title={t("reasons")} note={t("replay_hint")}>
          <Loaded query={summary} small skeleton={<SkeletonTable rows={3} columns={4} />}>
            {() => (
              <Groups
                groups={groups}
                replay={replay}
                onSee={(group) => change({ code: group.code, source_id: String(group.source_id), state: null })}
              />
            )}
          </Loaded>
        </Card>
      )}
      <div className="ht-filters">
        <Choices
          label={t("state")}
          value={filter.state}
          items={STATES.map((key) => ({ key, label: t(`states.${key}`) }))}
          onChange={(state) => change({ state: state === "open" ? null : state })}
        />
        {filtered ? <Button onClick={() => change({ code: null, source_id: null })}>{t("clear")}</Button> : null}
      </div>
      <Card flush>
        {clean ? (
          <EmptyState icon={<CheckCircleOutlined />} title={t("empty_title")} text={t("empty_text")} />
        ) : (
          <Rows filter={filter} />
        )}
      </Card>
    </div>
  );
}
