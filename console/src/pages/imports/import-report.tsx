import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import type { CodeCount, ImportReport, ImportView } from "./import-data.ts";

interface Problem {
  readonly row: number | null;
  readonly column: string | null;
  readonly code: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly value_masked: string | null;
}

/** Every row of the file in one of three places, and their sum. */
export function ReportFigures({ report, done }: { report: ImportReport; done: boolean }) {
  const t = useTexts("imports");
  const more = [
    ["r_members", report.members_new],
    ["r_people", report.members_new === undefined ? report.people : undefined],
    ["r_orders", report.orders_new],
    ["r_lines", report.lines],
    ["r_returns", report.returns],
  ].filter((pair): pair is [string, number] => typeof pair[1] === "number" && pair[1] > 0);
  const parts = { accepted: report.accepted, duplicates: report.duplicates, rejected: report.rejected };
  const shown = Object.fromEntries(
    Object.entries({ ...parts, rows: report.rows }).map(([k, v]) => [k, formatCount(v)]),
  );
  const sum = report.accepted + report.duplicates + report.rejected;
  return (
    <div className="ht-stack">
      <div className="ht-report">
        <Figure label={t("r_rows")} value={report.rows} />
        <Figure label={t(done ? "r_accepted_done" : "r_accepted")} value={report.accepted} tone="good" />
        <Figure label={t("r_duplicates")} value={report.duplicates} hint={t("dup_hint")} />
        <Figure label={t("r_rejected")} value={report.rejected} tone={report.rejected > 0 ? "bad" : undefined} />
        {more.map(([key, value]) => (
          <Figure key={key} label={t(key)} value={value} />
        ))}
      </div>
      <div className="ht-report-bar" aria-hidden="true">
        <i className="ht-report-good" style={{ flexGrow: report.accepted }} />
        <i className="ht-report-same" style={{ flexGrow: report.duplicates }} />
        <i className="ht-report-bad" style={{ flexGrow: report.rejected }} />
      </div>
      {sum === report.rows ? <p className="ht-note">{t("adds_up", shown)}</p> : null}
      {report.complete === false ? <p className="ht-tone-warn">{t("partial")}</p> : null}
    </div>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: number;
  readonly tone?: "good" | "bad" | undefined;
  readonly hint?: string;
}

function Figure({ label, value, tone, hint }: FigureProps) {
  return (
    <div className="ht-report-figure" title={hint}>
      <span>{label}</span>
      <b className={tone ? `ht-tone-${tone}` : ""}>{formatCount(value)}</b>
    </div>
  );
}

interface ReasonsProps {
  readonly reasons: readonly CodeCount[];
  readonly chosen: string | null;
  readonly onChoose: (code: string | null) => void;
}

function Reasons({ reasons, chosen, onChoose }: ReasonsProps) {
  return (
    <ul className="ht-reasons">
      {reasons.map((reason) => (
        <li key={reason.code}>
          <button
            type="button"
            aria-pressed={chosen === reason.code}
            onClick={() => onChoose(chosen === reason.code ? null : reason.code)}
          >
            <span>{pick(reason.sentence_zh, reason.sentence_en)}</span>
            <b>{formatCount(reason.count)}</b>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Reasons with their counts, and the rows behind them. */
export function Problems({ view, report }: { view: ImportView; report: ImportReport }) {
  const t = useTexts("imports");
  const [code, setCode] = useState<string | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["import-problems", view.import_id, view.state],
    queryFn: ({ pageParam, signal }) =>
      api.get<{ items: readonly Problem[]; next_cursor: number | null }>(
        `/api/imports/${view.import_id}/problems`,
        { cursor: pageParam },
        signal,
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: report.rejected > 0 || report.by_code.length > 0,
  });
  if (report.by_code.length === 0) return report.rejected === 0 ? <EmptyState small title={t("no_problems")} /> : null;
  return (
    <div className="ht-grid">
      <Card className="ht-span-4" title={t("reasons")} note={t("problems_note")}>
        <Reasons reasons={report.by_code} chosen={code} onChoose={setCode} />
      </Card>
      <Card flush className="ht-span-8" title={t("problems")}>
        <Loaded query={query} small skeleton={<SkeletonTable rows={5} columns={4} />}>
          {(data) => (
            <DataTable
              label={t("problems")}
              rows={data.pages.flatMap((page) => page.items).filter((row) => code === null || row.code === code)}
              rowKey={(row) => `${row.row}-${row.column}-${row.code}`}
              more={
                query.hasNextPage
                  ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                  : undefined
              }
              columns={[
                {
                  key: "row",
                  title: t("p_row"),
                  numeric: true,
                  width: "72px",
                  render: (row) => formatCount(row.row ?? 0),
                },
                { key: "column", title: t("p_column"), render: (row) => row.column ?? "—" },
                { key: "value", title: t("p_value"), render: (row) => <code>{row.value_masked ?? ""}</code> },
                {
                  key: "reason",
                  title: t("p_reason"),
                  wrap: true,
                  render: (row) => pick(row.sentence_zh, row.sentence_en),
                },
              ]}
            />
          )}
        </Loaded>
      </Card>
    </div>
  );
}

/** What was kept although something about it is worth a look. */
export function Notes({ notes }: { notes: readonly CodeCount[] | undefined }) {
  const t = useTexts("imports");
  if (!notes || notes.length === 0) return null;
  return (
    <Card title={t("notes")}>
      <ul className="ht-reasons">
        {notes.map((note) => (
          <li key={note.code} className="ht-reason-plain">
            <span>{pick(note.sentence_zh, note.sentence_en)}</span>
            <b>{formatCount(note.count)}</b>
          </li>
        ))}
      </ul>
    </Card>
  );
}
