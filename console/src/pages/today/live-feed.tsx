import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { useSourceByKey } from "../../api/sources.ts";
import { formatCount, formatInstant, listText } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { worldNow } from "../../texts/world-time.ts";

/** What the pipeline applied in one round: counts only. */
interface Applied {
  readonly applied: number;
  readonly rejected: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, number>>;
}

interface JobNotice {
  readonly job_id: string;
  readonly kind?: string;
  readonly state: string;
}

type LiveEvent = { readonly id: number; readonly at: string } & (
  | { readonly type: "applied"; readonly data: Applied }
  | { readonly type: "members.joined"; readonly data: { readonly member_ids?: readonly number[] } }
  | { readonly type: "import.finished"; readonly data: { readonly import_id: number; readonly state: string } }
  | { readonly type: "jobs"; readonly data: JobNotice }
);

const TYPES = ["applied", "members.joined", "import.finished", "jobs"] as const;
const SHOWN = 8;
const KINDS_SHOWN = 3;
const REFRESH_MS = 5000;

/** Progress of jobs has its own place on the page; only their end is news. */
function isNews(event: LiveEvent): boolean {
  if (event.type === "jobs") return event.data.state === "failed" && event.data.kind !== undefined;
  if (event.type === "applied") return event.data.applied + event.data.rejected > 0;
  return true;
}

/** Rounds of the pipeline within one second are one line. */
function withEvent(shown: readonly LiveEvent[], event: LiveEvent): readonly LiveEvent[] {
  const first = shown[0];
  if (first?.type !== "applied" || event.type !== "applied" || first.at.slice(0, 19) !== event.at.slice(0, 19)) {
    return [event, ...shown].slice(0, SHOWN);
  }
  const data: Applied = {
    applied: first.data.applied + event.data.applied,
    rejected: first.data.rejected + event.data.rejected,
    kinds: sum(first.data.kinds, event.data.kinds),
    sources: sum(first.data.sources, event.data.sources),
  };
  return [{ ...event, data }, ...shown.slice(1)];
}

function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const all: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) all[name] = (all[name] ?? 0) + count;
  return all;
}

/** Listens to the live stream; the browser reconnects by itself. Figures are renewed at most every five seconds. */
export function useLive() {
  const may = useCan("data.read");
  const [events, setEvents] = useState<readonly LiveEvent[]>([]);
  const [connected, setConnected] = useState(true);
  const client = useQueryClient();
  const lastRefresh = useRef(0);
  useEffect(() => {
    if (!may) return;
    const stream = new EventSource("/api/live");
    let id = 0;
    const take = (message: MessageEvent<string>) => {
      id += 1;
      const at = new Date(worldNow()).toISOString();
      const event = { id, at, type: message.type, data: JSON.parse(message.data) } as LiveEvent;
      if (event.type === "jobs") void client.invalidateQueries({ queryKey: ["jobs"] });
      if (!isNews(event)) return;
      setEvents((shown) => withEvent(shown, event));
      if (Date.now() - lastRefresh.current < REFRESH_MS) return;
      lastRefresh.current = Date.now();
      void client.invalidateQueries({ queryKey: ["today"] });
    };
    stream.onopen = () => setConnected(true);
    stream.onerror = () => setConnected(false);
    for (const type of TYPES) stream.addEventListener(type, take as EventListener);
    return () => stream.close();
  }, [client, may]);
  return { events, connected };
}

type SourceOf = ReturnType<typeof useSourceByKey>;

function appliedText(data: Applied, sourceOf: SourceOf, t: Translate): string {
  const sources = Object.keys(data.sources);
  const [only = ""] = sources;
  const source = sources.length === 1 ? (sourceOf(only)?.name ?? only) : t("event.sources_many", { n: sources.length });
  const kinds = Object.entries(data.kinds)
    .sort((a, b) => b[1] - a[1])
    .slice(0, KINDS_SHOWN)
    .map(([kind, n]) => `${t(`shared:record_kind.${kind}`, { defaultValue: kind })} ${formatCount(n)}`);
  const text = t("event.applied", { source, n: formatCount(data.applied), kinds: listText(kinds) });
  return data.rejected === 0 ? text : text + t("event.rejected", { n: formatCount(data.rejected) });
}

function describe(event: LiveEvent, sourceOf: SourceOf, t: Translate): { text: string; to: string } {
  if (event.type === "applied") {
    const sources = Object.keys(event.data.sources);
    const only = sources.length === 1 ? sourceOf(sources[0] ?? "") : undefined;
    const to = only === undefined ? "/data/sources" : `/data/sources/${only.source_id}`;
    return { text: appliedText(event.data, sourceOf, t), to };
  }
  if (event.type === "members.joined") {
    const n = event.data.member_ids?.length ?? 2;
    return { text: t("event.joined", { n: formatCount(n) }), to: "/data/identities" };
  }
  if (event.type === "import.finished") {
    const { import_id: id, state } = event.data;
    const text = t("event.import", { id, state: t(`import_state.${state}`, { defaultValue: state }) });
    return { text, to: `/data/imports/${id}` };
  }
  const kind = t(`shared:job_kind.${event.data.kind}`, { defaultValue: event.data.kind ?? "" });
  return { text: t("event.job", { kind, state: t(`shared:job.${event.data.state}`) }), to: "/data/jobs" };
}

interface PastJoin {
  readonly join_id: number;
  readonly at: string;
  readonly member_id: number;
  readonly rule_zh: string | null;
  readonly rule_en: string | null;
}

interface PastImport {
  readonly import_id: number;
  readonly file_name: string;
  readonly state: string;
  readonly created_at: string;
}

interface Line {
  readonly key: string;
  readonly at: string;
  readonly text: string;
  readonly to: string;
}

const ENDED = new Set(["done", "failed", "cancelled", "undone"]);

/** What happened before the page was opened: the newest joins and imports. */
function usePast(t: Translate): readonly Line[] {
  const members = useCan("members.read");
  const data = useCan("data.read");
  const joins = useQuery({
    queryKey: ["joins", "newest"],
    queryFn: ({ signal }) => api.get<{ items: readonly PastJoin[] }>("/api/joins", { limit: SHOWN }, signal),
    enabled: members,
  });
  const imports = useQuery({
    queryKey: ["imports"],
    queryFn: ({ signal }) => api.get<{ items: readonly PastImport[] }>("/api/imports", {}, signal),
    enabled: data,
  });
  const joined = (joins.data?.items ?? []).map((join) => ({
    key: `join-${join.join_id}`,
    at: join.at,
    text: t("event.past_join", { id: join.member_id, rule: pick(join.rule_zh, join.rule_en) }),
    to: `/members/${join.member_id}`,
  }));
  const ended = (imports.data?.items ?? [])
    .filter((one) => ENDED.has(one.state))
    .map((one) => ({
      key: `import-${one.import_id}`,
      at: one.created_at,
      text: t("event.past_import", { file: one.file_name, state: t(`import_state.${one.state}`) }),
      to: `/data/imports/${one.import_id}`,
    }));
  return [...joined, ...ended].sort((a, b) => b.at.localeCompare(a.at));
}

export function LiveFeed({ events }: { events: readonly LiveEvent[] }) {
  const t = useTexts("today");
  const sourceOf = useSourceByKey();
  const past = usePast(t);
  const now = events.map((event) => ({ key: `live-${event.id}`, at: event.at, ...describe(event, sourceOf, t) }));
  const lines: readonly Line[] = [...now, ...past].slice(0, SHOWN);
  if (lines.length === 0) return <p className="ht-note">{t("live_none")}</p>;
  return (
    <ol className="ht-feed">
      {lines.map((line) => (
        <li key={line.key}>
          <time dateTime={line.at}>{formatInstant(line.at, { seconds: true })}</time>
          <Link to={line.to}>{line.text}</Link>
        </li>
      ))}
    </ol>
  );
}
