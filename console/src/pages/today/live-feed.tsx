import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { formatCount, formatInstant, formatMoney } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";

/** One thing that just happened, as the server streams it; fields depend on the type. */
interface LiveEvent {
  readonly type: string;
  readonly at: string;
  readonly member_id?: number | string;
  readonly name_masked?: string | null;
  readonly source?: string;
  readonly source_name?: string;
  readonly store?: string | null;
  readonly items?: number;
  readonly amount_minor?: number;
  readonly rule_zh?: string;
  readonly rule_en?: string;
  readonly import_id?: number | string;
  readonly file?: string;
  readonly count?: number;
  readonly accepted?: number;
}

const SHOWN = 9;
const REFRESH_MS = 5000;

/** Listens to the live stream; the browser reconnects by itself. Figures are renewed at most every five seconds. */
export function useLive() {
  const [events, setEvents] = useState<readonly (LiveEvent & { id: number })[]>([]);
  const [connected, setConnected] = useState(true);
  const client = useQueryClient();
  const lastRefresh = useRef(0);
  useEffect(() => {
    const stream = new EventSource("/api/live");
    let id = 0;
    const take = (message: MessageEvent<string>) => {
      const parsed = JSON.parse(message.data) as LiveEvent;
      const event = { ...parsed, type: parsed.type ?? message.type, at: parsed.at ?? new Date().toISOString() };
      id += 1;
      const numbered = { ...event, id };
      setEvents((shown) => [numbered, ...shown].slice(0, SHOWN));
      if (Date.now() - lastRefresh.current < REFRESH_MS) return;
      lastRefresh.current = Date.now();
      void client.invalidateQueries({ queryKey: ["today"] });
    };
    stream.onopen = () => setConnected(true);
    stream.onerror = () => setConnected(false);
    stream.onmessage = take;
    for (const type of Object.keys(LINKS)) stream.addEventListener(type, take as EventListener);
    return () => stream.close();
  }, [client]);
  return { events, connected };
}

/** Where each kind of event leads. */
const LINKS: Readonly<Record<string, (event: LiveEvent) => string | undefined>> = {
  order: memberLink,
  return: memberLink,
  member: memberLink,
  join: memberLink,
  undo: memberLink,
  import_done: (event) => (event.import_id === undefined ? undefined : `/data/imports/${event.import_id}`),
  import_failed: (event) => (event.import_id === undefined ? undefined : `/data/imports/${event.import_id}`),
  records_applied: () => "/data/sources",
  reject: () => "/data/rejects",
};

function memberLink(event: LiveEvent): string | undefined {
  return event.member_id === undefined ? undefined : `/members/${event.member_id}`;
}

function sentence(event: LiveEvent, t: Translate): string {
  const text = t(`event.${event.type}`, {
    defaultValue: event.type,
    name: event.name_masked ?? t("event.someone"),
    store: event.store ?? t("event.some_store"),
    source: event.source ?? event.source_name ?? t("event.a_source"),
    items: event.items ?? 1,
    rule: pick(event.rule_zh, event.rule_en),
    file: event.file ?? "",
    count: formatCount(event.count ?? 1),
    accepted: formatCount(event.accepted ?? 0),
  });
  return event.amount_minor === undefined ? text : `${text}，${formatMoney(event.amount_minor)}`;
}

export function LiveFeed({ events }: { events: readonly (LiveEvent & { id: number })[] }) {
  const t = useTexts("today");
  if (events.length === 0) return <p className="ht-note">{t("live_none")}</p>;
  return (
    <ol className="ht-feed">
      {events.map((event) => {
        const to = LINKS[event.type]?.(event);
        return (
          <li key={event.id}>
            <time dateTime={event.at}>{formatInstant(event.at, { seconds: true })}</time>
            {to ? <Link to={to}>{sentence(event, t)}</Link> : <span>{sentence(event, t)}</span>}
          </li>
        );
      })}
    </ol>
  );
}
