import Button from "antd/es/button";
import { useQueryClient } from "@tanstack/react-query";
import { Chip, type Tone } from "../../parts/chips.tsx";
import { CopyButton } from "../../parts/copy-text.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { sayError } from "../../parts/toast.tsx";
import { formatBytes, formatCount, formatInstant } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type ExportOffer, type ExportRow, type ExportState, useEndExport, useExports } from "./export-data.ts";

const TONES: Readonly<Record<ExportState, Tone>> = {
  waiting: "neutral",
  running: "info",
  done: "good",
  failed: "bad",
  cancelled: "neutral",
  expired: "neutral",
};
const isOpen = ({ state }: ExportRow) => state === "waiting" || state === "running";

/** The files that were made of a segment: fetched while they are there, destroyed when not needed any more. */
export function ExportList({ segmentId, offer }: { segmentId: number; offer: ExportOffer }) {
  const t = useTexts("segments");
  const shared = useTexts();
  const client = useQueryClient();
  const list = useExports(segmentId, true);
  const end = useEndExport(segmentId);
  const destroy = (row: ExportRow) =>
    end.mutate(row.export_id, { onError: (error) => sayError(error, shared("state.offline")) });
  const again = () => void client.invalidateQueries({ queryKey: ["segments", "exports", segmentId] });
  return (
    <Card title={t("export.list")} note={t("export.list_note", { n: offer.kept_days })} flush>
      <Loaded query={list} skeleton={<SkeletonTable rows={3} columns={5} />}>
        {({ items }) => (
          <>
            {items.filter(isOpen).map((row) =>
              row.job_id === null ? null : (
                <div key={row.export_id} className="ex-job">
                  <JobProgress jobId={row.job_id} label={row.name} onOver={again} compact />
                </div>
              ),
            )}
            <DataTable
              label={t("export.list")}
              columns={columnsOf(t, destroy)}
              rows={items.filter((row) => !isOpen(row))}
              rowKey={(row) => row.export_id}
              empty={
                items.length > 0 ? null : <EmptyState small title={t("export.empty")} text={t("export.empty_text")} />
              }
            />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function columnsOf(t: Translate, destroy: (row: ExportRow) => void): readonly Column<ExportRow>[] {
  return [
    {
      key: "when",
      title: t("export.when"),
      render: (row) => (
        <>
          {formatInstant(row.created_at)}
          <small className="ex-by">{row.created_by_name}</small>
        </>
      ),
    },
    { key: "reason", title: t("export.reason"), wrap: true, render: (row) => row.reason },
    { key: "state", title: t("export.state"), render: (row) => <State row={row} t={t} /> },
    {
      key: "rows",
      title: t("export.rows"),
      numeric: true,
      render: (row) => (row.rows === null ? "—" : formatCount(row.rows)),
    },
    {
      key: "file",
      title: t("export.file"),
      hide: "tablet",
      render: (row) => <FileFacts row={row} />,
    },
    {
      key: "acts",
      title: "",
      render: (row) =>
        row.state === "done" ? (
          <span className="ht-actions ex-acts">
            <a className="ht-button" href={`/api/segments/exports/${row.export_id}/file`} download>
              {t("export.download")}
            </a>
            <Button onClick={() => destroy(row)}>{t("export.destroy")}</Button>
          </span>
        ) : null,
    },
  ];
}

function State({ row, t }: { row: ExportRow; t: Translate }) {
  const why = row.failure === null ? "" : pick(row.failure.detail_zh, row.failure.detail);
  return (
    <>
      <Chip tone={TONES[row.state]}>{t(`export.state_${row.state}`)}</Chip>
      {row.state === "done" && row.expires_at !== null ? (
        <small className="ex-by">{t("export.until", { at: formatInstant(row.expires_at) })}</small>
      ) : null}
      {why === "" ? null : <small className="ex-by">{why}</small>}
    </>
  );
}

function FileFacts({ row }: { row: ExportRow }) {
  if (row.bytes === null) return <>{row.format.toUpperCase()}</>;
  return (
    <span className="ex-file">
      {row.format.toUpperCase()} · {formatBytes(row.bytes)}
      {row.sha256 === null ? null : (
        <span className="ex-sum" title={row.sha256}>
          SHA-256 {row.sha256.slice(0, 12)}… <CopyButton text={row.sha256} />
        </span>
      )}
    </span>
  );
}
