import { Counter } from "prom-client";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { isWhole, type Scope, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { auditWriter } from "./audit/writer.ts";

const DAY_MS = 86_400_000;
/** Look-ups of one person within 24 hours that raise an alarm, and after which there are no more. */
export const LOOKUPS_ALARM = 100;
export const LOOKUPS_MAX = 300;

/** Whoever has stores, regions or brands of their own is counted when they look beyond them. */
export function isBound(scope: Scope): boolean {
  return !isWhole(scope);
}

/**
 * The same person with every row open: for one exact look-up, which is counted. A program asks as often as it likes, so
 * that it stays within its own rows.
 */
export function beyondOwn(scope: Scope): Scope {
  if (scope.client_id !== undefined) return scope;
  return { ...scope, regions: "all", stores: "all", brands: "all" };
}

/** @throws access.lookup_limit when the person's day is used up. */
export async function requireLookup(ground: Ground, scope: Scope): Promise<void> {
  if (!isBound(scope) || scope.person_id === undefined) return;
  if ((await lookupsOfDay(ground, scope.person_id)) >= LOOKUPS_MAX) {
    throw problem("access.lookup_limit", { limit: LOOKUPS_MAX });
  }
}

async function lookupsOfDay(ground: Ground, person_id: number): Promise<number> {
  const since = new Date(ground.wall.now().getTime() - DAY_MS);
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.one<{ count: number }>("select count(*)::int as count from access.lookup where person_id = $1 and at > $2", [
      person_id,
      since,
    ]),
  );
  return row?.count ?? 0;
}

interface Counters {
  readonly lookups: Counter;
  readonly alarms: Counter;
}
const counters = new WeakMap<Ground, Counters>();

function countersOf(ground: Ground): Counters {
  const known = counters.get(ground);
  if (known !== undefined) return known;
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [ground.metrics] });
  const made = {
    lookups: counter("huitou_lookups_beyond_store_total", "Exact look-ups of members outside the person's own stores"),
    alarms: counter(
      "huitou_lookup_alarms_total",
      "People whose look-ups outside their stores were unusually many in a day",
    ),
  };
  counters.set(ground, made);
  return made;
}

/**
 * Keeps that somebody looked beyond their stores, and whom they found; nobody is a look-up too, or numbers could be tried
 * out. The look-up that makes a day unusual has a row of its own in the audit log.
 */
export async function recordLookup(ground: Ground, person_id: number, member_ids: readonly number[]): Promise<void> {
  const now = ground.wall.now();
  const found = member_ids.length === 0 ? [null] : member_ids;
  const before = await lookupsOfDay(ground, person_id);
  const after = before + found.length;
  const alarm = before < LOOKUPS_ALARM && after >= LOOKUPS_ALARM;
  if (alarm)
    await auditWriter(ground).append({
      at: now,
      phase: "done",
      person_id,
      actor: "system",
      action: "access.lookup_alarm",
      method: "GET",
      path: "/api/members/search",
      subject: { lookups: after, hours: 24 },
      status: 200,
      succeeded: true,
      request_id: "",
      ip: "",
      duration_ms: 0,
    });
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.query("insert into access.lookup (person_id, member_id, at) select $1, m, $3 from unnest($2::bigint[]) m", [
      person_id,
      found,
      now,
    ]),
  );
  if (alarm) countersOf(ground).alarms.inc();
  countersOf(ground).lookups.inc(found.length);
}

/** Look-ups before an instant: nobody asks for them any more. */
export async function countLookups(tx: Tx, before: Date): Promise<number> {
  const row = await tx.one<{ count: number }>("select count(*) as count from access.lookup where at < $1", [before]);
  return row?.count ?? 0;
}

export async function forgetLookups(tx: Tx, before: Date): Promise<number> {
  return tx.execute("delete from access.lookup where at < $1", [before]);
}
