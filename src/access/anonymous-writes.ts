import { isIPv6 } from "node:net";
import type { FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";

/** Attempts to change something without a session that one address has within a minute; per process. */
export const ANONYMOUS_WRITES_MAX = 120;
const WINDOW_MS = 60_000;
/** Beyond so many addresses within a minute the rest share one count. */
const ADDRESSES_MAX = 20_000;

interface Window {
  readonly since: number;
  readonly counts: Map<string, number>;
}
const windows = new WeakMap<Ground, Window>();

/** An address of IPv6 stands for its network of 64 bits: whoever has one has all of them. */
function placeOf(ip: string): string {
  return isIPv6(ip) && !ip.includes(".") ? ip.split(":").slice(0, 4).join(":") : ip;
}

/** Counts one attempt to change something without a session; false when the address has used up its minute. */
export function isWithinBound(ground: Ground, request: FastifyRequest): boolean {
  const now = ground.wall.now().getTime();
  const kept = windows.get(ground);
  const window = kept !== undefined && now - kept.since < WINDOW_MS ? kept : { since: now, counts: new Map() };
  windows.set(ground, window);
  const own = placeOf(request.ip);
  const place = window.counts.has(own) || window.counts.size < ADDRESSES_MAX ? own : "others";
  const count = (window.counts.get(place) ?? 0) + 1;
  window.counts.set(place, count);
  // one line for the first of them, for whoever looks why nothing more is written down
  if (count === ANONYMOUS_WRITES_MAX + 1)
    ground.log.warn({ limit: ANONYMOUS_WRITES_MAX }, "anonymous writes of an address are not taken for a minute");
  return count <= ANONYMOUS_WRITES_MAX;
}
