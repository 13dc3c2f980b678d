import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";

const WINDOW_MS = 60_000;

interface Window {
  readonly since: number;
  readonly counts: Map<number, number>;
}
const windows = new WeakMap<Ground, Window>();

/** Counts one call of a program; per process, in windows of a minute. @throws access.client_too_many */
export function countCall(ground: Ground, client: { client_id: number; name: string; rate_per_minute: number }): void {
  const now = ground.wall.now().getTime();
  const kept = windows.get(ground);
  const window = kept !== undefined && now - kept.since < WINDOW_MS ? kept : { since: now, counts: new Map() };
  windows.set(ground, window);
  const count = (window.counts.get(client.client_id) ?? 0) + 1;
  window.counts.set(client.client_id, count);
  if (count <= client.rate_per_minute) return;
  const seconds = Math.max(1, Math.ceil((window.since + WINDOW_MS - now) / 1000));
  throw problem("access.client_too_many", { client: client.name, limit: client.rate_per_minute, seconds });
}
