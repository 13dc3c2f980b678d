import { setImmediate as breathe } from "node:timers/promises";
import type { Ground } from "../../src/ground.ts";
import { accept, sourceByKey } from "../../src/ingest/index.ts";
import { type Loop, startLoop, WorldClock } from "../../src/platform/index.ts";
import { moveWorldTo, setSetting, settingOf, SYSTEM_SCOPE } from "../../src/store/index.ts";
import type { Demo } from "./seed.ts";
import { type Happening, SOURCES, type SourceName } from "./sheet.ts";
import { type Letter, newsOf } from "./stream.ts";
import { createWorld, type World } from "./world.ts";

/** The world is planned this far ahead of its seeding; nobody lets a demo run for longer. */
const YEARS_AHEAD = 10;
const DAY_MS = 86_400_000;
const SETTING = "demo_sent_until_ms";
const ROUND_MS = 500;
/** Records of one request at most: what came together while the platform was stopped is sent in several. */
const REQUEST_RECORDS_MAX = 1_000;
/**
 * A faster world leaps over stretches in which nothing happens (nights above all) for longer than somebody likes to look
 * at, and wakes up a moment before it goes on. Both in real time.
 */
const QUIET_MS = 15_000;
const WAKE_MS = 1_000;
/** What was sent last is given time to reach tags and segments first: hours must not pass while it waits. */
const SETTLE_MS = 3_000;
/** Letters that were sent leave the queue so many at a time. */
const FORGOTTEN_MIN = 1_000;

/** Up to which instant each source has sent: everything that arrives before it is stored. */
type Sent = Partial<Record<SourceName, number>>;

/** What the five systems send from the end of the seeding on, in the order of arrival, a queue for each. */
export class LiveStream {
  readonly #news: Generator<{ readonly letters: readonly Letter[]; readonly until: number }>;
  readonly #since: number;
  readonly #sent: Sent;
  readonly #queues = new Map<SourceName, { list: Letter[]; at: number }>(
    SOURCES.map((source) => [source, { list: [], at: 0 }]),
  );
  #known_until = Number.NEGATIVE_INFINITY;
  /** When something was sent last, in real time. */
  sent_at_ms = Number.NEGATIVE_INFINITY;

  private constructor(world: World, since: number, sent: Sent) {
    this.#news = newsOf(world);
    this.#since = since;
    this.#sent = sent;
  }

  /** Lives through the history again, a slice at a time, up to the end of the seeding; then it is ready to go on. */
  static async open(demo: Omit<Demo, "filled">, sent: Sent): Promise<LiveStream> {
    const since = new Date(demo.until).getTime();
    const world = createWorld({
      members: demo.members,
      seed: demo.seed,
      from: new Date(demo.from),
      until: new Date(since + YEARS_AHEAD * 365 * DAY_MS),
    });
    const stream = new LiveStream(world, since, sent);
    while (stream.#known_until < since) {
      stream.#next();
      await breathe();
    }
    return stream;
  }

  #next(): void {
    const slice = this.#news.next();
    if (slice.done === true) {
      this.#known_until = Number.POSITIVE_INFINITY;
      return;
    }
    this.#known_until = slice.value.until;
    for (const letter of slice.value.letters) {
      const { happening, arrives } = letter;
      // What happened before the end of the seeding went with it, also what came late.
      if (happening.at < this.#since || arrives < (this.#sent[happening.source] ?? 0)) continue;
      this.#queues.get(happening.source)?.list.push(letter);
    }
  }

  /** What a source sends before an instant and has not sent yet, `limit` at most; the same again until `done`. */
  waiting(source: SourceName, before: number, limit: number): readonly Letter[] {
    while (this.#known_until < before) this.#next();
    const queue = this.#queues.get(source);
    if (queue === undefined) return [];
    const { list, at } = queue;
    let to = at;
    while (to < list.length && to - at < limit && (list[to]?.arrives ?? before) < before) to++;
    return list.slice(at, to);
  }

  /** The first `count` waiting letters of a source are stored and need not be kept. */
  done(source: SourceName, count: number): void {
    const queue = this.#queues.get(source);
    if (queue === undefined) return;
    queue.at += count;
    if (queue.at < FORGOTTEN_MIN) return;
    queue.list = queue.list.slice(queue.at);
    queue.at = 0;
  }

  /** When the next record of all arrives; undefined at the very end of the world. */
  nextAt(): number | undefined {
    for (;;) {
      const next = Math.min(...[...this.#queues.values()].map(({ list, at }) => list[at]?.arrives ?? Infinity));
      if (next < this.#known_until) return next;
      if (this.#known_until === Number.POSITIVE_INFINITY) return undefined;
      this.#next();
    }
  }
}

/**
 * Lets the tea house go on: its five systems send what happens, when it happens by the world's clock, through the same
 * edge as everybody else. Records have the keys of the world and each source's place moves in the transaction that
 * stores its records, so that a process that was killed goes on without a hole and without anything twice. What happened
 * while the platform was stopped arrives first, late but complete, as from systems that had kept it.
 */
export async function startLive(ground: Ground, demo: Demo): Promise<Loop> {
  const sent = (await ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<Sent>(tx, SETTING))) ?? {};
  const stream = await LiveStream.open(demo, sent);
  return startLoop((signal) => sendDue(ground, stream, sent, signal), {
    idle_ms: ROUND_MS,
    retry_ms_max: 5_000,
    onError: (error) => ground.log.warn({ error: String(error) }, "the tea house could not send and tries again"),
  });
}

/** One round over all sources. @returns whether there is more to send at once. */
export async function sendDue(ground: Ground, stream: LiveStream, sent: Sent, signal?: AbortSignal): Promise<boolean> {
  const now = ground.clock.now().getTime();
  let more = false;
  for (const source of SOURCES) {
    if (signal?.aborted === true) return false;
    const letters = stream.waiting(source, now, REQUEST_RECORDS_MAX);
    if (letters.length === 0) continue;
    const stored = await send(ground, stream, source, letters, sent, now);
    more ||= stored && letters.length === REQUEST_RECORDS_MAX;
  }
  if (!more) await leap(ground, stream, now);
  return more;
}

async function send(
  ground: Ground,
  stream: LiveStream,
  key: SourceName,
  letters: readonly Letter[],
  sent: Sent,
  now: number,
): Promise<boolean> {
  const source = await ground.store.read(SYSTEM_SCOPE, (tx) => sourceByKey(tx, key));
  // A paused source is refused; its system keeps what it has and sends it when it may again.
  if (source === undefined || source.state === "paused") return false;
  const records = letters.map(({ happening }: { happening: Happening }) => happening.record);
  const place = { ...sent };
  const last = letters.at(-1)?.arrives ?? now;
  // Not beyond the last letter of a full request: the next one may have arrived in the same millisecond.
  place[key] = letters.length === REQUEST_RECORDS_MAX ? last : now;
  await accept(ground, source, records, {
    protocol: "rest",
    bytes: Buffer.byteLength(JSON.stringify(records)),
    within: (tx) => setSetting(tx, SETTING, place),
  });
  sent[key] = place[key] ?? now;
  stream.done(key, letters.length);
  stream.sent_at_ms = ground.wall.now().getTime();
  return true;
}

async function leap(ground: Ground, stream: LiveStream, now: number): Promise<void> {
  const { clock } = ground;
  if (!(clock instanceof WorldClock) || clock.rate <= 1) return;
  if (ground.wall.now().getTime() - stream.sent_at_ms < SETTLE_MS) return;
  const next = stream.nextAt();
  if (next === undefined || next - now < QUIET_MS * clock.rate) return;
  await moveWorldTo(ground, clock, new Date(next - WAKE_MS * clock.rate));
}
