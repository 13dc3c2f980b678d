import { DatabaseOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Count, durationText, Fact, RelativeTime } from "../../parts/figures.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable, SkeletonText } from "../../parts/states.tsx";
import { sayError } from "../../parts/toast.tsx";
import { formatBytes } from "../../texts/format.ts";
import { addTexts, pick, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import "./engines.css";
import zh from "./zh.json";

addTexts("engines", { zh, en });

interface Engine {
  readonly engine: string;
  readonly version: string | null;
  readonly state: string;
  readonly lag_seconds: number | null;
  readonly rows: number | null;
  readonly detail: { readonly zh: string; readonly en: string } | null;
}

interface LakeRelation {
  readonly relation: string;
  readonly zh: string;
  readonly en: string;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  readonly last_written_at: string | null;
  readonly pending_rows: number | null;
}

const STATE_TONES: Readonly<Record<string, Tone>> = {
  ready: "good",
  live: "good",
  ok: "good",
  up: "good",
  behind: "warn",
  down: "bad",
};
const REFRESH_MS = 10_000;

function EngineCard({ engine }: { engine: Engine }) {
  const t = useTexts("engines");
  const shared = useTexts();
  const lag = engine.lag_seconds;
  return (
    <Card
      title={t(`engine.${engine.engine}`, { defaultValue: engine.engine })}
      extra={
        <StatusDot tone={STATE_TONES[engine.state] ?? "neutral"}>
          {t(`state.${engine.state}`, { defaultValue: engine.state })}
        </StatusDot>
      }
    >
      <dl className="ht-facts">
        <Fact label={t("lag")}>{lag === null ? "—" : lag < 1 ? t("lag_none") : durationText(lag, shared)}</Fact>
        <Fact label={t("rows")}>
          <Count value={engine.rows} />
        </Fact>
        <Fact label={t("version")}>{engine.version ?? "—"}</Fact>
      </dl>
      {engine.detail ? <p className="ht-note ht-engine-detail">{pick(engine.detail.zh, engine.detail.en)}</p> : null}
    </Card>
  );
}

function Lake() {
  const t = useTexts("engines");
  const query = useQuery({
    queryKey: ["lake-relations"],
    queryFn: ({ signal }) => api.get<{ items: readonly LakeRelation[] }>("/api/lake/relations", {}, signal),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
      {(data) => (
        <DataTable
          label={t("lake")}
          rows={data.items}
          rowKey={(row) => row.relation}
          empty={<EmptyState icon={<DatabaseOutlined />} title={t("empty_title")} text={t("empty_text")} />}
          columns={[
            {
              key: "relation",
              title: t("relation"),
              render: (row) => (
                <span className="ht-cell-two">
                  {t(`names.${row.relation}`, { defaultValue: pick(row.zh, row.en) })}
                  <small>{row.relation}</small>
                </span>
              ),
            },
            { key: "rows", title: t("rows"), numeric: true, render: (row) => <Count value={row.rows} /> },
            {
              key: "files",
              title: t("files"),
              numeric: true,
              hide: "phone",
              render: (row) => <Count value={row.files} />,
            },
            { key: "bytes", title: t("bytes"), numeric: true, hide: "phone", render: (row) => formatBytes(row.bytes) },
            { key: "pending", title: t("pending"), numeric: true, render: (row) => <Count value={row.pending_rows} /> },
            {
              key: "written",
              title: t("written"),
              numeric: true,
              render: (row) => <RelativeTime at={row.last_written_at} />,
            },
          ]}
        />
      )}
    </Loaded>
  );
}

export function EnginesPage() {
  const t = useTexts("engines");
  const client = useQueryClient();
  const may = useCan("data.manage");
  const [job, setJob] = useState<string | null>(null);
  const engines = useQuery({
    queryKey: ["engines"],
    queryFn: ({ signal }) => api.get<{ items: readonly Engine[] }>("/api/engines", {}, signal),
    refetchInterval: REFRESH_MS,
  });
  const refresh = useMutation({
    mutationFn: () => api.post<{ job_id: string }>("/api/lake/refresh", {}),
    onSuccess: (answer) => setJob(String(answer.job_id)),
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
  const over = () => {
    void client.invalidateQueries({ queryKey: ["engines"] });
    void client.invalidateQueries({ queryKey: ["lake-relations"] });
  };
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={t("note")}
        actions={
          may ? (
            <Button loading={refresh.isPending} onClick={() => refresh.mutate()}>
              {t("refresh")}
            </Button>
          ) : undefined
        }
      />
      {job ? (
        <Card>
          <JobProgress key={job} jobId={job} label={t("refreshing")} onOver={over} />
        </Card>
      ) : null}
      <Loaded query={engines} skeleton={<SkeletonText lines={3} />}>
        {(data) => (
          <div className="ht-engines">
            {data.items.map((engine) => (
              <EngineCard key={engine.engine} engine={engine} />
            ))}
          </div>
        )}
      </Loaded>
      <Card flush title={t("lake")} note={t("lake_note")}>
        <Lake />
      </Card>
    </div>
  );
}
