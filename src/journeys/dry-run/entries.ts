import type { Ground } from "../../ground.ts";
import { EVENT_KINDS, KINDS } from "../../ingest/index.ts";
import { businessDay, problem } from "../../platform/index.ts";
import { membersThen, movementsBetween, movementsSince, segmentName } from "../../segments/index.ts";
import type { Tx } from "../../store/index.ts";
import type { JourneyDefinition } from "../definition.ts";
import { ENTRANTS_MAX } from "../enter.ts";
import { OWN_EVENTS, ownHappenings } from "../own-events.ts";
import { currentMembers } from "../run-store.ts";
import { meetingThen, momentCause } from "../schedule/enter-scheduled.ts";
import { membersThen as standingThen } from "../schedule/moment-store.ts";
import { momentsBetween, type ScheduleEntry } from "../schedule/moments.ts";
import { joinsBetween, membersNow, type PastRecord, recordsBetween, recordsOf } from "./history-store.ts";
import { type Note, NOTES } from "./notes.ts";
import type { Happening } from "./play.ts";

/** For whom and over which days. */
export interface Asked {
  readonly from: Date;
  readonly until: Date;
  readonly member_id: number | null;
  readonly segment_id: number | null;
}

/** Where what happened comes from, a day at a time. */
export interface History {
  readonly notes: readonly Note[];
  readonly between: (from: Date, until: Date) => Promise<Happening[]>;
}

/** Kinds of which each record stands in the timeline with its time. */
const KEPT: ReadonlySet<string> = new Set([...EVENT_KINDS.map(({ kind }) => kind), "order", "return"]);

/** Of records about members the day of joining is kept; what came later changed the profile and left no time. */
const JOINED = "member";

/** Everything that lets members in, ends their waits or is their goal. @throws journeys.dry_run_whom */
export async function historyOf(tx: Tx, ground: Ground, definition: JourneyDefinition, asked: Asked): Promise<History> {
  const { entry, goal, nodes } = definition;
  const waits = Object.values(nodes).flatMap((node) => (node.kind === "wait_until" ? [node.event] : []));
  const entering = entry.kind === "event" && asked.segment_id === null ? entry.event : null;
  const kinds = [
    ...new Set([...waits, ...(goal === null ? [] : [goal.event]), ...(entering === null ? [] : [entering])]),
  ];
  const own_kinds = OWN_EVENTS.map(({ kind }) => kind as string).filter((kind) => kinds.includes(kind));
  const joins = kinds.includes(JOINED) ? await joinsBetween(tx, asked, asked.member_id) : [];
  const lost = kinds.filter((kind) => !KEPT.has(kind) && kind !== JOINED && !own_kinds.includes(kind));
  const found = await entriesOf(tx, ground, definition, asked);
  const { notes } = found;
  const joined = joins.map(({ member_id, at }): Happening => {
    return { member_id, at, event: JOINED, cause: entering === JOINED ? "joined" : null };
  });
  const entries = [...found.entries, ...joined, ...(await ownEntries(tx, own_kinds, asked, entering))].toSorted(
    (a, b) => a.at.getTime() - b.at.getTime(),
  );
  const scheduled = entry.kind === "schedule" && asked.segment_id === null ? entry : undefined;
  // one member's records are found by the member, once
  const own = asked.member_id === null ? undefined : await recordsOf(tx, kinds, asked, asked.member_id);
  const everybodys = recordReader(tx, kinds, asked.until);
  let at = 0;
  return {
    notes: [
      ...notes,
      ...(kinds.includes(JOINED) ? [NOTES.joins_only] : []),
      ...lost.map((kind) => NOTES.kind_not_kept(nameOf(kind))),
    ],
    between: async (from, until) => {
      const records = own?.filter((one) => one.at >= from && one.at < until) ?? (await everybodys(from, until));
      const happened = records.map(({ event_id, member_id, kind, at }): Happening => {
        return { member_id, at, event: kind, cause: kind === entering ? `record ${event_id}` : null };
      });
      const begin = at;
      while (at < entries.length && (entries[at]?.at ?? until) < until) at += 1;
      const came = entries.slice(begin, at);
      if (scheduled !== undefined)
        came.push(...(await scheduledBetween(tx, ground, scheduled, { ...asked, from, until })));
      return came.length === 0 ? happened : [...happened, ...came].sort((a, b) => a.at.getTime() - b.at.getTime());
    },
  };
}

const DAY_MS = 86_400_000;
const DAYS_A_READ = 14;
const RECORDS_A_READ = 100_000;

interface Read {
  readonly records: readonly PastRecord[];
  readonly until: Date;
}

/**
 * Reads as many days at once as hold some hundred thousand records, because each reading joins all members; the next ones
 * while these are played.
 */
function recordReader(tx: Tx, kinds: readonly string[], last: Date) {
  const end = new Date(last.getTime() + 1);
  let days = 1;
  const readOn = (from: Date): Promise<Read> => {
    const ahead = new Date(from.getTime() + days * DAY_MS);
    const until = ahead < end ? ahead : end;
    const read = recordsBetween(tx, kinds, { from, until }).then((records) => {
      days = Math.max(1, Math.min(DAYS_A_READ, Math.floor((days * RECORDS_A_READ) / Math.max(1, records.length))));
      return { records, until };
    });
    // whoever asks for it is told; a play that was stopped asks no more
    read.catch(() => undefined);
    return read;
  };
  let [current, place]: [Read, number] = [{ records: [], until: new Date(0) }, 0];
  let coming: Promise<Read> | undefined;
  return async (from: Date, until: Date): Promise<readonly PastRecord[]> => {
    if (kinds.length === 0) return [];
    const found: PastRecord[] = [];
    coming ??= readOn(from);
    for (;;) {
      const begin = place;
      while (place < current.records.length && (current.records[place]?.at ?? until) < until) place += 1;
      for (const one of current.records.slice(begin, place)) found.push(one);
      if (current.until >= until) return found;
      [current, place] = [await coming, 0];
      if (current.until < end) coming = readOn(current.until);
    }
  };
}

const nameOf = (kind: string): string => KINDS.find((one) => one.kind === kind)?.zh ?? kind;

interface Entries {
  readonly notes: readonly Note[];
  /** In the order of time. */
  readonly entries: readonly Happening[];
}

async function entriesOf(
  tx: Tx,
  ground: Ground,
  { entry }: JourneyDefinition,
  { from, until, member_id, segment_id }: Asked,
): Promise<Entries> {
  const since = entry.kind === "segment" ? await movementsSince(tx, entry.segment_id, until) : undefined;
  const chosen = segment_id ?? (entry.kind === "segment" && since === undefined ? entry.segment_id : null);
  const enter = (one: number, at: Date, cause: string): Happening => ({ member_id: one, at, event: null, cause });
  if (chosen !== null) {
    const { known, members } = await inSegment(tx, chosen, { from, until });
    const notes = [NOTES.all_on_first_day((await segmentName(tx, chosen)) ?? String(chosen))];
    const entries = (await standing(tx, members))
      .filter((one) => member_id === null || one === member_id)
      .map((one) => enter(one, from, "first day"));
    return { notes: known ? notes : [...notes, NOTES.segment_of_now], entries };
  }
  if (entry.kind === "event" || entry.kind === "schedule") return { notes: [], entries: [] };
  if (entry.kind === "api") {
    if (member_id === null) throw problem("journeys.dry_run_whom", {});
    return { notes: [NOTES.member_on_first_day], entries: [enter(member_id, from, "first day")] };
  }
  const { timezone } = ground.config;
  const notes: Note[] = since !== undefined && since > from ? [NOTES.movements_from(businessDay(since, timezone))] : [];
  const entries: Happening[] = [];
  if (entry.movement === "entered" && entry.present === true) {
    const { known, members } = await inSegment(tx, entry.segment_id, { from, until });
    if (!known) notes.push(NOTES.segment_of_now);
    for (const one of await standing(tx, members)) entries.push(enter(one, from, "present"));
  }
  const moved = await movementsBetween(tx, entry.segment_id, entry.movement, { from, until });
  const now = await currentMembers(
    tx,
    moved.map((one) => one.member_id),
  );
  for (const { movement_id, member_id: number, at } of moved) {
    const one = now.get(number);
    if (one !== undefined) entries.push(enter(one, at, `movement ${movement_id}`));
  }
  return { notes, entries: entries.filter((one) => member_id === null || one.member_id === member_id) };
}

/** What happened on the platform itself; each lets its member in where it is the entry. */
async function ownEntries(
  tx: Tx,
  kinds: readonly string[],
  { from, until, member_id }: Asked,
  entering: string | null,
): Promise<Happening[]> {
  if (kinds.length === 0) return [];
  const happened = await ownHappenings(tx, kinds, { from, until: new Date(until.getTime() + 1) });
  return happened
    .filter((one) => member_id === null || one.member_id === member_id)
    .map((one) => ({
      member_id: one.member_id,
      at: one.at,
      event: one.kind,
      cause: one.kind === entering ? one.cause : null,
      body: one.body,
    }));
}

/** Who met the condition of a schedule at its moments between two instants, the second not among them. */
async function scheduledBetween(
  tx: Tx,
  ground: Ground,
  entry: ScheduleEntry,
  { from, until, member_id }: Asked,
): Promise<Happening[]> {
  const happenings: Happening[] = [];
  const [after, last] = [new Date(from.getTime() - 1), new Date(until.getTime() - 1)];
  for (const at of momentsBetween(entry, after, last, ground.config.timezone)) {
    for (let before = 0; ; ) {
      const asked = await standingThen(tx, at, { after: before, limit: ENTRANTS_MAX, member_id });
      const next = asked.at(-1);
      if (next === undefined) break;
      before = next;
      const met = entry.condition === undefined ? undefined : await meetingThen(tx, ground, entry.condition, at, asked);
      for (const one of asked)
        if (met?.has(one) ?? true) happenings.push({ member_id: one, at, event: null, cause: momentCause(at) });
    }
  }
  return happenings;
}

/** Who was in a segment on the first day; who is in it now where that is not kept. */
async function inSegment(tx: Tx, segment_id: number, { from, until }: Pick<Asked, "from" | "until">) {
  const since = await movementsSince(tx, segment_id, until);
  const known = since !== undefined && since <= from;
  return { known, members: known ? await membersThen(tx, segment_id, from) : await membersNow(tx, segment_id) };
}

/** Members behind numbers, as they stand. */
const standing = async (tx: Tx, member_ids: readonly number[]): Promise<number[]> => [
  ...new Set((await currentMembers(tx, member_ids)).values()),
];
