import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { memberKey, type TimelineItem, type TimelinePage, timelineKey } from "./member-data.ts";
import { kindsOf } from "./timeline-sentence.ts";

export interface Live {
  readonly connected: boolean;
  /** What came while the page stood open, newest first; marked on the timeline. */
  readonly fresh: ReadonlySet<string>;
}

const isItem = (value: unknown): value is TimelineItem =>
  typeof value === "object" && value !== null && "id" in value && "at" in value && "kind" in value;

/**
 * Follows one member by server-sent events: a new item stands on the timeline without another request, anything else
 * that changed (a join, a tag, a fact) makes the page fetch it again.
 */
export function useMemberLive(memberId: string, groups: string): Live {
  const client = useQueryClient();
  const [connected, setConnected] = useState(true);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const stream = new EventSource(`/api/members/${encodeURIComponent(memberId)}/live`);
    const receive = (event: MessageEvent<string>) => {
      const data = parsed(event.data);
      if (isItem(data)) {
        addToTimeline(client, memberId, groups, data);
        setFresh((old) => new Set([String(data.id), ...old]));
      }
      refreshRest(client, memberId, isItem(data));
    };
    stream.addEventListener("open", () => setConnected(true));
    stream.addEventListener("error", () => setConnected(false));
    for (const name of ["message", "timeline", "changed", "member"]) {
      stream.addEventListener(name, receive as EventListener);
    }
    return () => stream.close();
  }, [client, memberId, groups]);
  return { connected, fresh };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Totals, tags and facts may have moved with it; what already stands on the timeline need not come again. */
function refreshRest(client: QueryClient, memberId: string, onTimeline: boolean): void {
  const key = memberKey(memberId);
  void client.invalidateQueries({ queryKey: key, exact: true });
  void client.invalidateQueries({ queryKey: [...key, "tags"] });
  if (!onTimeline) void client.invalidateQueries({ queryKey: [...key, "timeline"] });
}

function addToTimeline(client: QueryClient, memberId: string, groups: string, item: TimelineItem): void {
  const kinds = kindsOf(groups);
  for (const shown of new Set(["", kinds])) {
    if (shown !== "" && !shown.split(",").includes(item.kind)) continue;
    client.setQueryData<InfiniteData<TimelinePage>>(timelineKey(memberId, shown), (old) => withItem(old, item));
  }
}

/** The list with the item in its place by time; an item already there is replaced (a later version of an order). */
export function withItem(
  data: InfiniteData<TimelinePage> | undefined,
  item: TimelineItem,
): InfiniteData<TimelinePage> | undefined {
  if (data === undefined) return undefined;
  const pages = data.pages.map((page) => ({ ...page, items: page.items.filter((one) => one.id !== item.id) }));
  const target = pages.findIndex((page) => {
    const oldest = page.items.at(-1);
    return oldest === undefined || oldest.at <= item.at;
  });
  const page = pages[target === -1 ? pages.length - 1 : target];
  if (page === undefined) return data;
  const at = page.items.findIndex((one) => one.at <= item.at);
  const index = at === -1 ? page.items.length : at;
  const items = [...page.items.slice(0, index), item, ...page.items.slice(index)];
  return { ...data, pages: pages.map((one) => (one === page ? { ...page, items } : one)) };
}
