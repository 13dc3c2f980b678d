import type { ClearRecord } from "../../src/ingest/record.ts";
import { DAY_MS, startOfDay } from "./calendar.ts";
import { join } from "./joining.ts";
import { lapsePoints, reachOut } from "./outreach.ts";
import { joinedBefore } from "./persons.ts";
import { buy, sellToStrangers } from "./purchases.ts";
import { Random } from "./random.ts";
import { referenceRecords } from "./reference.ts";
import { type Happening, Sheet, SOURCES, type SourceName } from "./sheet.ts";
import { WorldState } from "./state.ts";
import { visit } from "./visits.ts";
import { DELIVERY, SLICE_DAYS_MAX, type World } from "./world.ts";

const DELIVERY_STREAM = 8;
export const BATCH_RECORDS_MAX = 5_000;

export interface Batch {
  readonly source: SourceName;
  readonly records: readonly ClearRecord[];
  /** Everything that came in before this instant has been handed out with this batch and those before it. */
  readonly until: number;
}

export interface StreamOptions {
  readonly batch_records_max?: number;
  /** The last days of the history are handed out day by day, so that a seeded demo has daily volumes; 0 by default. */
  readonly daily_days?: number;
  /** Told after each slice how many happenings are held in memory. */
  readonly watch?: (held: number) => void;
}

/** Days of history made at once: the memory needed grows with the members times these. */
export function sliceDays(world: World): number {
  return world.members <= 20_000 ? SLICE_DAYS_MAX : 7;
}

/** The history in the order in which it happened, slice by slice: what the truth is made of, free of delivery mishaps. */
export function* history(world: World, watch?: (held: number) => void): Generator<readonly Happening[]> {
  const state = new WorldState(world);
  const days = sliceDays(world);
  const count = Math.ceil((world.day_to + 1 - world.day_from) / days);
  const waiting = new Map<number, Happening[]>();
  let joined = 0;
  for (let slice = 0; slice < count; slice++) {
    const from = world.day_from + slice * days;
    const sheet = new Sheet(slice);
    joined = live(state, sheet, joined, from, from + days);
    for (const happening of sheet.list) {
      if (happening.at >= world.until) continue;
      const due = Math.max(slice, Math.floor((happening.at - world.from) / (days * DAY_MS)));
      const list = waiting.get(due);
      if (list === undefined) waiting.set(due, [happening]);
      else list.push(happening);
    }
    const now = waiting.get(slice) ?? [];
    waiting.delete(slice);
    now.sort((a, b) => a.at - b.at);
    watch?.(now.length + [...waiting.values()].reduce((sum, list) => sum + list.length, 0));
    yield now.map((happening) => withBalance(state, happening));
  }
}

/** One slice of everybody's life; gives how many have joined by its end. */
function live(state: WorldState, sheet: Sheet, joinedSoFar: number, from: number, to: number): number {
  const { world } = state;
  const joined = joinedBefore(world, startOfDay(to));
  state.redeemed.clear();
  for (let index = joinedSoFar; index < joined; index++) join(state, sheet, index);
  reachOut(state, sheet, joined, from, to);
  lapsePoints(state, sheet, joined, from, to);
  const before = state.tickets;
  for (let index = 0; index < joined; index++) buy(state, sheet, index, from, to);
  sellToStrangers(state, sheet, from, to, state.tickets - before);
  for (let index = 0; index < joined; index++) visit(state, sheet, index, from, to);
  sheet.formGroups();
  return joined;
}

/** Points movements get their balance here, where they stand in the order of time. */
function withBalance(state: WorldState, happening: Happening): Happening {
  const { record, person } = happening;
  if (record.kind !== "points_movement" || person === undefined) return happening;
  const balance_after = (state.points[person] ?? 0) + Number(record.body["points"]);
  state.points[person] = balance_after;
  return { ...happening, record: { ...record, body: { ...record.body, balance_after } } };
}

/**
 * The world as its sources send it: reference data first, then records in the order of their arrival, each batch from
 * one source. Some come late, some twice (the same key again), some before what they follow, unless the world is tidy.
 */
export async function* records(world: World, options: StreamOptions = {}): AsyncGenerator<Batch> {
  const size = options.batch_records_max ?? BATCH_RECORDS_MAX;
  for (const { source, records: list } of referenceRecords(world)) yield* chunks(source, list, size, world.from);
  const post = new Post(world);
  for (const slice of history(world, options.watch)) {
    for (const happening of slice) post.take(happening);
    for (const until of steps(world, post.until, options.daily_days ?? 0))
      yield* deliver(post.hand(until), size, until);
  }
  yield* deliver(post.rest(), size, world.until);
}

/** The history as it arrives, a slice of it at a time, from the first day on: every letter and when it comes in. */
export function* newsOf(world: World): Generator<{ readonly letters: readonly Letter[]; readonly until: number }> {
  const post = new Post(world);
  let until = world.from;
  for (const slice of history(world)) {
    for (const happening of slice) post.take(happening);
    until += sliceDays(world) * DAY_MS;
    yield { letters: post.hand(until), until };
  }
}

/** The instants up to which one slice is handed out: its end, or each of its days near the end of the history. */
function steps(world: World, from: number, daily_days: number): number[] {
  const end = Math.min(from + sliceDays(world) * DAY_MS, world.until);
  if (end <= world.until - daily_days * DAY_MS) return [end];
  const list: number[] = [];
  for (let until = from + DAY_MS; until < end; until += DAY_MS) list.push(until);
  return [...list, end];
}

function* deliver(letters: readonly Letter[], size: number, until: number): Generator<Batch> {
  for (const source of SOURCES) {
    const list = letters
      .filter(({ happening }) => happening.source === source)
      .map(({ happening }) => happening.record);
    yield* chunks(source, list, size, until);
  }
}

function* chunks(source: SourceName, list: readonly ClearRecord[], size: number, until: number): Generator<Batch> {
  for (let at = 0; at < list.length; at += size) yield { source, records: list.slice(at, at + size), until };
}

/** A record on its way, and when it comes in. */
export interface Letter {
  readonly arrives: number;
  readonly happening: Happening;
}

/** What is on its way: holds back the late ones and copies the repeated ones. */
class Post {
  until: number;
  private readonly world: World;
  private readonly random: Random;
  private bag: Letter[] = [];

  constructor(world: World) {
    this.world = world;
    this.random = new Random(world.seed, DELIVERY_STREAM);
    this.until = world.from;
  }

  take(happening: Happening): void {
    const { random, bag } = this;
    const at = happening.at;
    if (!this.world.untidy) {
      bag.push({ arrives: at, happening });
      return;
    }
    const late = random.chance(DELIVERY.late);
    const arrives = late ? at + random.uniform() * DELIVERY.late_days_max * DAY_MS : at;
    bag.push({ arrives, happening });
    if (random.chance(DELIVERY.repeated)) bag.push({ arrives: arrives + random.uniform() * DAY_MS, happening });
  }

  /** What arrives before an instant and was not handed out yet, in the order of arrival. */
  hand(until: number): Letter[] {
    this.until = until;
    const now = this.bag.filter((letter) => letter.arrives < this.until);
    this.bag = this.bag.filter((letter) => letter.arrives >= this.until);
    return now.sort((a, b) => a.arrives - b.arrives);
  }

  /** What would arrive after the end: handed out at the end, so that nothing is lost. */
  rest(): Letter[] {
    const left = this.bag.sort((a, b) => a.arrives - b.arrives);
    this.bag = [];
    return left;
  }
}
