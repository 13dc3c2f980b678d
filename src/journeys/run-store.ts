import type { Tx } from "../store/index.ts";
import type { JourneyDefinition } from "./definition.ts";
import type { LiveVersion } from "./journey-store.ts";
import type { Given } from "./variables/event-values.ts";

/** Why a run is over. */
export type Ended = "finished" | "goal" | "hold_out" | "stopped" | "member_gone" | "lost_way";

/** A run that is to move. */
export interface DueRun {
  readonly run_id: number;
  readonly member_id: number;
  readonly node: number;
  readonly step: number;
  readonly due_at: Date;
  readonly heard: boolean;
  readonly waits: boolean;
  readonly goal_at: Date | null;
  /** The way up to now with its instants, where it was asked for. */
  readonly trail: readonly number[];
  readonly trail_at: readonly number[];
  /** What let it in, where messages tell of it. */
  readonly given: Given | null;
}

/** Who comes in: a member, and what for. */
export interface Entrant {
  readonly member_id: number;
  readonly entry_key: string;
  readonly lane: string;
  /** What messages tell of what let it in. */
  readonly given?: Given | undefined;
}

/** An array of numbers as PostgreSQL reads it: the driver looks at each element for what must be quoted. */
export const numbers = (values: readonly (number | null)[]) => `{${values.map((value) => value ?? "NULL").join(",")}}`;

/**
 * Lets members in: each once for its key, one at a time in its lane, and not within `after_days` of the last entry.
 * Members who no longer exist do not enter.
 * @returns who did
 */
export function insertRuns(
  tx: Tx,
  { version_id, journey }: Pick<LiveVersion, "version_id" | "journey">,
  entrants: readonly Entrant[],
  { start, at, apart_since }: { readonly start: number; readonly at: Date; readonly apart_since: Date | null },
): Promise<{ run_id: number; member_id: number }[]> {
  return tx.query(
    `insert into journeys.run (version_id, journey, member_id, entry_key, lane, node, due_at, entered_at, given)
     select $1, $2, u.member_id, u.entry_key, u.lane, $6, $7, $7, u.given
     from unnest($3::bigint[], $4::text[], $5::text[], $9::json[]) u (member_id, entry_key, lane, given)
     where exists (select from catalogue.members m where m.member_id = u.member_id)
       and ($8::timestamptz is null or not exists (select from journeys.run r where r.member_id = u.member_id
         and r.journey = $2 and r.lane = u.lane and r.entered_at > $8))
     on conflict do nothing returning run_id, member_id`,
    [
      version_id,
      journey,
      numbers(entrants.map((one) => one.member_id)),
      entrants.map((one) => one.entry_key),
      entrants.map((one) => one.lane),
      start,
      at,
      apart_since,
      entrants.map(({ given }) => (given === undefined ? null : JSON.stringify(given))),
    ],
  );
}

/** The runs of a version that are due first, locked; those that another worker has are left to it. */
export function takeDue(
  tx: Tx,
  version_id: number,
  now: Date,
  { limit, trails }: { readonly limit: number; readonly trails: boolean },
): Promise<DueRun[]> {
  return tx.query<DueRun>(
    `select run_id, member_id, node, step, due_at, heard, waits, goal_at, given,
       ${trails ? "trail, trail_at" : "'{}'::int[] as trail, '{}'::int[] as trail_at"} from journeys.run
     where version_id = $1 and ended_at is null and due_at <= $2 order by due_at limit $3 for update skip locked`,
    [version_id, now, limit],
  );
}

/** Where a run stands after it moved. */
export interface Moved {
  readonly run_id: number;
  readonly node: number;
  readonly step: number;
  readonly due_at: Date;
  readonly waits: boolean;
  readonly trail: readonly number[];
  readonly ended: Ended | null;
}

export async function writeMoved(tx: Tx, moved: readonly Moved[], now: Date): Promise<void> {
  if (moved.length === 0) return;
  await tx.query(
    `update journeys.run r set node = u.node, step = u.step, due_at = u.due_at, waits = u.waits, heard = false,
       trail = r.trail || u.trail::int[], trail_at = r.trail_at || array_fill($7::int, array[u.taken]),
       ended = u.ended, ended_at = case when u.ended is null then null else $8::timestamptz end
     from unnest($1::bigint[], $2::smallint[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $9::int[], $10::boolean[])
       u (run_id, node, step, due_at, trail, ended, taken, waits)
     where r.run_id = u.run_id`,
    [
      numbers(moved.map((one) => one.run_id)),
      numbers(moved.map((one) => one.node)),
      numbers(moved.map((one) => one.step)),
      moved.map((one) => one.due_at.toISOString()),
      moved.map((one) => `{${one.trail.join(",")}}`),
      moved.map((one) => one.ended),
      Math.floor(now.getTime() / 1000),
      now,
      numbers(moved.map((one) => one.trail.length)),
      moved.map((one) => one.waits),
    ],
  );
}

/** Adds what passed to the counts of edges, in a row of the worker's own. */
export async function addCounts(
  tx: Tx,
  version_id: number,
  lane: number,
  counts: ReadonlyMap<number, number>,
): Promise<void> {
  if (counts.size === 0) return;
  const edges = [...counts.keys()].sort((a, b) => a - b);
  await tx.query(
    `insert into journeys.edge_count as c (version_id, edge, lane, members)
     select $1, u.edge, $2, u.members from unnest($3::int[], $4::bigint[]) u (edge, members)
     on conflict (version_id, edge, lane) do update set members = c.members + excluded.members`,
    [version_id, lane, numbers(edges), numbers(edges.map((edge) => counts.get(edge) ?? 0))],
  );
}

/** Of whoever waits at one of these nodes for what just happened: the wait is over. @returns how many */
export function hear(
  tx: Tx,
  waits: readonly { readonly version_id: number; readonly node: number }[],
  member_ids: readonly number[],
  at: Date,
): Promise<number> {
  return tx.execute(
    `update journeys.run r set heard = true, due_at = least(r.due_at, $4)
     from unnest($1::int[], $2::smallint[]) w (version_id, node)
     where r.member_id = any($3::bigint[]) and r.ended_at is null and r.version_id = w.version_id and r.node = w.node
       and r.waits and not r.heard and r.due_at > $4`,
    [numbers(waits.map((one) => one.version_id)), numbers(waits.map((one) => one.node)), numbers(member_ids), at],
  );
}

/** Whoever waits at these steps for a task that has ended goes on; `done` by the one way, else by the other. */
export async function hearTasks(
  tx: Tx,
  ends: readonly { readonly run_id: number; readonly step: number; readonly done: boolean }[],
  at: Date,
): Promise<void> {
  if (ends.length === 0) return;
  await tx.execute(
    `update journeys.run r set heard = e.done, due_at = $4
     from unnest($1::bigint[], $2::int[], $3::boolean[]) e (run_id, step, done)
     where r.run_id = e.run_id and r.step = e.step and r.waits and r.ended_at is null and r.due_at > $4`,
    [numbers(ends.map((one) => one.run_id)), numbers(ends.map((one) => one.step)), ends.map((one) => one.done), at],
  );
}

/** Members reached the goal of these versions; whoever leaves by it is due at once. */
export async function reachGoal(
  tx: Tx,
  goals: readonly { readonly version_id: number; readonly exit: boolean }[],
  member_ids: readonly number[],
  at: Date,
): Promise<void> {
  await tx.query(
    `update journeys.run r set goal_at = $4, due_at = case when g.exit then least(r.due_at, $4) else r.due_at end
     from unnest($1::int[], $2::boolean[]) g (version_id, exit)
     where r.member_id = any($3::bigint[]) and r.version_id = g.version_id and r.goal_at is null and r.entered_at <= $4
       and (r.ended_at is null or r.ended = 'hold_out')`,
    [numbers(goals.map((one) => one.version_id)), goals.map((one) => one.exit), numbers(member_ids), at],
  );
}

/** Who is under way goes on at the node of the same name in another version. @returns how many */
export async function moveRuns(
  tx: Tx,
  journey: string,
  version_id: number,
  definition: JourneyDefinition,
  at: Date,
): Promise<number> {
  const versions = await tx.query<{ version_id: number; definition: JourneyDefinition }>(
    "select version_id, definition from journeys.version where journey = $1 and published_at is not null and version_id <> $2",
    [journey, version_id],
  );
  const places = new Map(Object.keys(definition.nodes).map((key, place) => [key, place]));
  let moved = 0;
  for (const before of versions) {
    const pairs = Object.entries(before.definition.nodes).flatMap(([key, { kind }], place) => {
      const to = places.get(key);
      return to === undefined || definition.nodes[key]?.kind !== kind ? [] : [[place, to] as const];
    });
    moved += await tx.execute(
      // edges of a trail are those of the version whose number, negated, stands before them; without one, of the run's own
      `update journeys.run r set version_id = $2, node = u.place,
         trail = case when r.trail[1] < 0 then r.trail else array[-$1::int] || r.trail end || -$2::int,
         trail_at = case when r.trail[1] < 0 then r.trail_at else array[$5::int] || r.trail_at end || $5::int
       from unnest($3::smallint[], $4::smallint[]) u (before, place)
       where r.version_id = $1 and r.ended_at is null and r.node = u.before`,
      [
        before.version_id,
        version_id,
        numbers(pairs.map(([from]) => from)),
        numbers(pairs.map(([, to]) => to)),
        Math.floor(at.getTime() / 1000),
      ],
    );
  }
  return moved;
}

export async function addTrouble(
  tx: Tx,
  rows: readonly { readonly run_id: number; readonly step: number; readonly node: number; readonly code: string }[],
  at: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into journeys.trouble (run_id, step, node, code, at)
     select u.*, $5 from unnest($1::bigint[], $2::int[], $3::smallint[], $4::text[]) u on conflict do nothing`,
    [
      numbers(rows.map((row) => row.run_id)),
      numbers(rows.map((row) => row.step)),
      numbers(rows.map((row) => row.node)),
      rows.map((row) => row.code),
      at,
    ],
  );
}

/** Which of these members exist, to whoever asks. */
export async function presentMembers(tx: Tx, member_ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await tx.query<{ member_id: number }>(
    "select member_id from catalogue.members where member_id = any($1::bigint[])",
    [numbers(member_ids)],
  );
  return new Set(rows.map((row) => row.member_id));
}

/** Who is held out has entered, and is over with it. */
export async function endHeldOut(tx: Tx, run_ids: readonly number[], at: Date): Promise<void> {
  await tx.execute("update journeys.run set ended = 'hold_out', ended_at = $2 where run_id = any($1::bigint[])", [
    numbers(run_ids),
    at,
  ]);
}

/** Everybody who is under way in a journey moves at once. */
export async function makeDue(tx: Tx, journey: string, at: Date): Promise<void> {
  await tx.execute("update journeys.run set due_at = $2 where journey = $1 and ended_at is null and due_at > $2", [
    journey,
    at,
  ]);
}

/** Whom numbers belong to now: a number that a join has taken in is part of another member, until a split gives it back. */
export async function currentMembers(tx: Tx, numbers_then: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await tx.query<{ party_id: number; member_id: number }>(
    "select party_id, member_id from catalogue.parties where party_id = any($1::bigint[]) and member_id is not null",
    [numbers(numbers_then)],
  );
  return new Map(rows.map((row) => [row.party_id, row.member_id]));
}
