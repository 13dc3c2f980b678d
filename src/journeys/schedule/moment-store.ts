import type { Tx } from "../../store/index.ts";
import type { JourneyDefinition } from "../definition.ts";
import type { JourneyState } from "../journey-store.ts";

/** A schedule that members may enter by. */
export interface LiveSchedule {
  readonly version_id: number;
  readonly told_until: Date;
  readonly definition: JourneyDefinition;
}

/** Schedules of the newest versions of journeys that are live. */
export function liveSchedules(tx: Tx): Promise<LiveSchedule[]> {
  return tx.query<LiveSchedule>(
    `select s.version_id, s.told_until, v.definition from journeys.schedule s
     join journeys.version v using (version_id) join journeys.journey j using (journey)
     where j.state = 'live' and not exists (select from journeys.version n
       where n.journey = v.journey and n.version > v.version and n.published_at is not null)
     order by s.version_id`,
  );
}

/** Moments are told from now on. */
export async function beginSchedule(tx: Tx, version_id: number, at: Date): Promise<void> {
  await tx.execute("insert into journeys.schedule (version_id, told_until) values ($1, $2)", [version_id, at]);
}

/** Moments are told from an earlier instant on. */
export async function beginMomentsAt(tx: Tx, version_id: number, at: Date): Promise<void> {
  await tx.execute("update journeys.schedule set told_until = $2 where version_id = $1", [version_id, at]);
}

/** A journey that goes on after a pause: the moments of the pause are over. */
export async function skipPause(tx: Tx, journey: string, at: Date): Promise<void> {
  await tx.execute(
    `update journeys.schedule s set told_until = greatest(s.told_until, $2) from journeys.version v
     where v.version_id = s.version_id and v.journey = $1`,
    [journey, at],
  );
}

export interface ToldMoment {
  readonly at: Date;
  /** Why it is over before it began. */
  readonly reason: string | null;
}

/**
 * Writes moments down, each once, and how far they are told. Workers take turns on the schedule's row; whoever comes second
 * finds nothing left to tell.
 */
export async function tellMoments(
  tx: Tx,
  { version_id, told_until }: Pick<LiveSchedule, "version_id" | "told_until">,
  moments: readonly ToldMoment[],
  now: Date,
): Promise<void> {
  const last = moments.at(-1);
  if (last === undefined) return;
  const mine = await tx.execute(
    "update journeys.schedule set told_until = $3 where version_id = $1 and told_until = $2",
    [version_id, told_until, last.at],
  );
  if (mine === 0) return;
  await tx.query(
    `insert into journeys.moment (version_id, at, told_at, reason, finished_at)
     select $1, u.at, $4, u.reason, case when u.reason is not null then $4::timestamptz end
     from unnest($2::timestamptz[], $3::text[]) u (at, reason)`,
    [version_id, moments.map(({ at }) => at), moments.map(({ reason }) => reason), now],
  );
}

export interface OpenMoment {
  readonly version_id: number;
  readonly at: Date;
  readonly after_member_id: number;
  readonly journey: string;
  readonly state: JourneyState;
  readonly definition: JourneyDefinition;
}

/** The first moment whose members are not all asked, locked. Those of one version come one after the other, also between workers. */
export function takeMoment(tx: Tx, without: readonly number[]): Promise<OpenMoment | undefined> {
  return tx.one<OpenMoment>(
    `select m.version_id, m.at, m.after_member_id, v.journey, j.state, v.definition
     from journeys.moment m join journeys.version v using (version_id) join journeys.journey j using (journey)
     where m.finished_at is null and j.state = 'live' and m.version_id <> all($1::int[]) and not exists (select from journeys.moment e
       where e.version_id = m.version_id and e.finished_at is null and e.at < m.at)
     order by m.at, m.version_id limit 1 for update of m skip locked`,
    [without],
  );
}

/** What a portion of the members brought. */
export interface Portion {
  /** The last member who was asked; null: nobody was left. */
  readonly last: number | null;
  readonly asked: number;
  readonly met: number;
  readonly entered: number;
  readonly reason?: string;
}

export async function keepPortion(
  tx: Tx,
  { version_id, at }: Pick<OpenMoment, "version_id" | "at">,
  { last, asked, met, entered, reason }: Portion,
  now: Date,
): Promise<void> {
  await tx.execute(
    `update journeys.moment set after_member_id = coalesce($3, after_member_id), asked = asked + $4, met = met + $5,
       entered = entered + $6, reason = $7, finished_at = case when $3::bigint is null then $8::timestamptz end
     where version_id = $1 and at = $2`,
    [version_id, at, last, asked, met, entered, reason ?? null, now],
  );
}

/** Nobody enters a journey that is ended, whatever moment was under way. */
export async function endMoments(tx: Tx, journey: string, now: Date): Promise<void> {
  await tx.execute(
    `update journeys.moment m set finished_at = $2, reason = 'journeys.moment_stopped' from journeys.version v
     where v.version_id = m.version_id and v.journey = $1 and m.finished_at is null`,
    [journey, now],
  );
}

/** Members who had joined by an instant, by number. Whoever has no day of joining had always joined. */
export async function membersThen(
  tx: Tx,
  at: Date,
  { after, limit, member_id }: { readonly after: number; readonly limit: number; readonly member_id: number | null },
): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `select member_id from catalogue.members where member_id > $1 and (joined_at is null or joined_at <= $2)
       and ($4::bigint is null or member_id = $4) order by member_id limit $3`,
    [after, at, limit, member_id],
  );
  return rows.map((row) => row.member_id);
}

/** The newest moments of a journey. */
export function momentsOf(
  tx: Tx,
  journey: string,
  limit: number,
): Promise<{ at: Date; met: number; entered: number; finished_at: Date | null; reason: string | null }[]> {
  return tx.query(
    `select m.at, m.met, m.entered, m.finished_at, m.reason from journeys.moment m join journeys.version v using (version_id)
     where v.journey = $1 order by m.at desc limit $2`,
    [journey, limit],
  );
}
