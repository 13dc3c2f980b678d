import { isIPv6 } from "node:net";
import type { FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";
import { hashSecret, newUuid } from "../platform/ids.ts";
import { systemEntry } from "./audit/entry.ts";
import { auditWriter } from "./audit/writer.ts";

/** Attempts to change something without a session that one address has within a minute; per process. */
export const ANONYMOUS_WRITES_MAX = 120;
/** Log-ins tried with one e-mail address within a minute, from wherever they come; per process. */
export const ACCOUNT_ATTEMPTS_MAX = 60;
const WINDOW_MS = 60_000;
/** Beyond so many addresses or accounts within a minute the rest share one count. */
const PLACES_MAX = 20_000;

const LIMITS = { address: ANONYMOUS_WRITES_MAX, account: ACCOUNT_ATTEMPTS_MAX } as const;
type Bound = keyof typeof LIMITS;

interface Window {
  readonly since: number;
  readonly counts: Readonly<Record<Bound, Map<string, number>>>;
}
const windows = new WeakMap<Ground, Window>();

/** An address of IPv6 stands for its network of 64 bits: whoever has one has all of them. */
export function placeOf(ip: string): string {
  return isIPv6(ip) && !ip.includes(".") ? ip.split(":").slice(0, 4).join(":") : ip;
}

/** What an e-mail address is counted under, whoever it belongs to: nothing of it is kept. */
export function accountOf(email: string): string {
  return hashSecret(email.trim().toLowerCase()).toString("base64url");
}

function isWithin(ground: Ground, request: FastifyRequest, bound: Bound, own: string): boolean {
  const now = ground.wall.now().getTime();
  const kept = windows.get(ground);
  const is_open = kept !== undefined && now - kept.since < WINDOW_MS;
  const window = is_open ? kept : { since: now, counts: { address: new Map(), account: new Map() } };
  windows.set(ground, window);
  const counts = window.counts[bound];
  const place = counts.has(own) || counts.size < PLACES_MAX ? own : "others";
  const count = (counts.get(place) ?? 0) + 1;
  counts.set(place, count);
  if (count === LIMITS[bound] + 1) tellOnce(ground, request, bound);
  return count <= LIMITS[bound];
}

/** One row for the first that is not taken, for whoever looks why nothing more is written down. */
function tellOnce(ground: Ground, request: FastifyRequest, bound: Bound): void {
  const limit = LIMITS[bound];
  ground.log.warn({ bound, limit }, "anonymous writes beyond the bound are not taken for a minute");
  const now = ground.wall.now();
  const entry = { ...systemEntry(now, "access.attempts_bounded", { bound, limit }), ip: request.ip };
  // what is refused anyway does not wait for it; a log that cannot be written has its own line
  auditWriter(ground)
    .append({ ...entry, request_id: newUuid(now) })
    .catch(() => {});
}

/** Counts one attempt to change something without a session; false when the address has used up its minute. */
export function isWithinBound(ground: Ground, request: FastifyRequest): boolean {
  return isWithin(ground, request, "address", placeOf(request.ip));
}

/** Counts one attempt to sign in with an e-mail address; false when it has used up its minute, whoever asks from where. */
export function isAccountWithinBound(ground: Ground, request: FastifyRequest, email: string): boolean {
  return isWithin(ground, request, "account", accountOf(email));
}
