import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { addTexts, type Translate, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import zh from "./zh.json";

addTexts("audit", { zh, en });

interface AuditRow {
  readonly audit_id: number;
  readonly at: string;
  readonly person_id: number | null;
  readonly actor: string | null;
  readonly action: string;
  readonly method: string | null;
  readonly path: string | null;
  readonly subject: Readonly<Record<string, unknown>> | null;
  readonly status: number;
  readonly succeeded: boolean;
  readonly ip: string | null;
  readonly duration_ms: number | null;
}

/** "POST /api/imports/5/run" → "导入 · 提交"; the action's own name where it has one. */
function actionText(row: AuditRow, t: Translate): string {
  const named = t(`action.${row.action.replaceAll(/[.-]/g, "_")}`, { defaultValue: "" });
  if (named !== "") return named;
  const noun = (row.path ?? "").split("/")[2]?.replaceAll("-", "_") ?? row.action;
  const method = row.method ? t(`method.${row.method}`, { defaultValue: row.method }) : "";
  return [t(`action.${noun}`, { defaultValue: row.action }), method].filter(Boolean).join(" · ");
}

/** Names of people by id, for those who may see the people; the role serves others. */
function useActorText(): (row: AuditRow) => string {
  const t = useTexts("audit");
  const may = useCan("people.manage");
  const people = useQuery({
    queryKey: ["people"],
    queryFn: ({ signal }) => api.get<{ items: readonly { id: number; name: string }[] }>("/api/people", {}, signal),
    enabled: may,
  });
  return (row) => {
    const person = people.data?.items.find((one) => one.id === row.person_id);
    if (person) return person.name;
    if (row.actor === null) return t("system");
    return t(`actor.${row.actor}`, { defaultValue: t(`shared:role.${row.actor}`, { defaultValue: row.actor }) });
  };
}

const SUBJECT_SHOWN = 140;

function subjectText(subject: AuditRow["subject"]): string {
  const text = Object.entries(subject ?? {})
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" · ");
  return text.length > SUBJECT_SHOWN ? `${text.slice(0, SUBJECT_SHOWN)}…` : text;
}

export function AuditPage() {
  const t = useTexts("audit");
  const query = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam, signal }) =>
      api.get<{ items: readonly AuditRow[]; next_cursor: number | null }>("/api/audit", { cursor: pageParam }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} rows={10} />}>
          {(data) => (
            <AuditTable
              rows={data.pages.flatMap((page) => page.items)}
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

function AuditTable({
  rows,
  more,
}: {
  rows: readonly AuditRow[];
  more: { load: () => void; loading: boolean } | undefined;
}) {
  const t = useTexts("audit");
  const actorText = useActorText();
  return (
    <DataTable
      label={t("title")}
      rows={rows}
      rowKey={(row) => row.audit_id}
      empty={<EmptyState title={t("empty")} />}
      more={more}
      columns={[
        { key: "when", title: t("when"), render: (row) => <Instant at={row.at} seconds /> },
        { key: "who", title: t("who"), render: actorText },
        {
          key: "what",
          title: t("what"),
          render: (row) => (
            <span className="ht-cell-two">
              {actionText(row, t)}
              <small>{row.method ? `${row.method} ${row.path}` : row.path}</small>
            </span>
          ),
        },
        { key: "about", title: t("about"), wrap: true, hide: "tablet", render: (row) => subjectText(row.subject) },
        {
          key: "result",
          title: t("result"),
          render: (row) => (row.succeeded ? t("ok") : <Chip tone="warn">{t("refused", { status: row.status })}</Chip>),
        },
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
