import { DownloadOutlined } from "@ant-design/icons";
import { withQuery } from "../../api/client.ts";
import { Chip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { addTexts, currentLanguage, type Translate, useTexts } from "../../texts/texts.ts";
import "./audit.css";
import { type AuditRow, queryOf, useAudit, useFilter } from "./audit-data.ts";
import { AuditFilters } from "./audit-filters.tsx";
import { ChainCard } from "./chain-card.tsx";
import en from "./en.json";
import zh from "./zh.json";

addTexts("audit", { zh, en });

/** "POST /api/imports/5/run" → "导入 · 提交"; the action's own name where it has one. */
function actionText(row: AuditRow, t: Translate): string {
  const named = t(`action.${row.action.replaceAll(/[.-]/g, "_")}`, { defaultValue: "" });
  if (named !== "") return named;
  const noun = row.path.split("/")[2]?.replaceAll("-", "_") ?? row.action;
  const method = row.method ? t(`method.${row.method}`, { defaultValue: row.method }) : "";
  return [t(`action.${noun}`, { defaultValue: row.action }), method].filter(Boolean).join(" · ");
}

function roleText(row: AuditRow, t: Translate): string {
  return t(`actor.${row.actor}`, { defaultValue: t(`shared:role.${row.actor}`, { defaultValue: row.actor }) });
}

const SUBJECT_SHOWN = 140;

function subjectText(subject: AuditRow["subject"]): string {
  const text = Object.entries(subject)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" · ");
  return text.length > SUBJECT_SHOWN ? `${text.slice(0, SUBJECT_SHOWN)}…` : text;
}

export function AuditPage() {
  const t = useTexts("audit");
  const [filter, setFilter] = useFilter();
  const query = useAudit(filter);
  const filtered = Object.keys(filter).length > 0;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={t("note")}
        actions={
          <a
            className="ht-button"
            download
            href={withQuery("/api/audit/audit.xlsx", { ...queryOf(filter), language: currentLanguage() })}
          >
            <DownloadOutlined aria-hidden="true" /> {t("export")}
          </a>
        }
      />
      <ChainCard />
      <Card flush>
        <AuditFilters filter={filter} onChange={setFilter} />
        <Loaded query={query} skeleton={<SkeletonTable columns={5} rows={10} />}>
          {(data) => (
            <AuditTable
              rows={data.pages.flatMap((page) => page.items)}
              empty={filtered ? t("filter_none") : t("empty")}
              more={
                query.hasNextPage
                  ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                  : undefined
              }
            />
          )}
        </Loaded>
      </Card>
    </div>
  );
}

function Result({ row }: { row: AuditRow }) {
  const t = useTexts("audit");
  if (row.succeeded === null) return <Chip tone="bad">{t("unknown")}</Chip>;
  return row.succeeded ? <>{t("ok")}</> : <Chip tone="warn">{t("refused", { status: row.status ?? "" })}</Chip>;
}

function AuditTable({
  rows,
  empty,
  more,
}: {
  rows: readonly AuditRow[];
  empty: string;
  more: { load: () => void; loading: boolean } | undefined;
}) {
  const t = useTexts("audit");
  return (
    <DataTable
      label={t("title")}
      rows={rows}
      rowKey={(row) => row.sequence}
      empty={<EmptyState small title={empty} />}
      more={more}
      columns={[
        {
          key: "number",
          title: t("number"),
          numeric: true,
          hide: "tablet",
          render: (row) => formatCount(row.sequence),
        },
        { key: "when", title: t("when"), render: (row) => <Instant at={row.at} seconds /> },
        {
          key: "who",
          title: t("who"),
          render: (row) => (
            <span className="ht-cell-two">
              {row.person_name ?? roleText(row, t)}
              {row.person_name === null ? null : <small>{roleText(row, t)}</small>}
            </span>
          ),
        },
        {
          key: "what",
          title: t("what"),
          render: (row) => (
            <span className="ht-cell-two">
              {actionText(row, t)}
              <small>{row.method ? `${row.method} ${row.path}` : row.action}</small>
            </span>
          ),
        },
        { key: "about", title: t("about"), wrap: true, hide: "tablet", render: (row) => subjectText(row.subject) },
        { key: "result", title: t("result"), render: (row) => <Result row={row} /> },
        { key: "ip", title: t("ip"), hide: "tablet", render: (row) => row.ip ?? "—" },
        {
          key: "took",
          title: t("took"),
          numeric: true,
          hide: "tablet",
          render: (row) => (row.duration_ms === null ? "—" : t("ms", { n: formatCount(row.duration_ms) })),
        },
      ]}
    />
  );
}
