import { setImmediate as nextTurn } from "node:timers/promises";
import type { Ground } from "../../ground.ts";
import { type BusinessDay, businessDay, problem, sleep } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import type { Answered } from "./batch-parts-store.ts";
import { isOvertaken, type Sealed, sealBatch } from "./batch-store.ts";
import { Books, type Snapshot } from "./books.ts";
import { type Answer, checkRequest, payloadHash, type Request } from "./command.ts";
import { Flights } from "./flights.ts";
import { carryOut } from "./plan.ts";
import {
  type Connection,
  type Head,
  isPlain,
  type Known,
  lockHead,
  numbersOf,
  readBatch,
  readPlain,
} from "./read-store.ts";
import { readActivities } from "./slide-store.ts";

/** Requests that share one commit at most: beyond some hundred a batch gains nothing and makes the first of them wait. */
const BATCH_MAX = 512;

/** Fewer requests than this are not parted among the lanes: each batch costs as much as a dozen of them. */
const PARTED_MIN = 16;

/** Batches on their way at once: while one is written and flushed, the next is read and planned. */
const LANES = 2;

/** Batches that take their turn by the lock after one was overtaken by another process: whoever reads first would lose again. */
const TURNS_AFTER_OVERTAKEN = 50;

/** How long a connection is kept that nobody needs. */
const REST_MS = 20;

/** What became of a request of a batch. */
type Outcome = { readonly answer: Answer } | { readonly refused: unknown };

interface Waiting {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

type Touched = string | number;

/** A way to the database, with what is on it now. */
interface Lane {
  client?: Connection | undefined;
  group: readonly Waiting[];
  /** What no other batch may touch before this one is committed: keys, and numbers whose points it may change. */
  touched: Set<Touched>;
  /** Whether it takes the lock, and nothing else goes ahead meanwhile. */
  alone: boolean;
}

const ledgers = new WeakMap<Ground, Ledger>();

/** The ledger of a process. */
export function ledgerOf(ground: Ground): Ledger {
  const known = ledgers.get(ground) ?? new Ledger(ground);
  ledgers.set(ground, known);
  return known;
}

/** The business day by which points are active and not expired. */
export function todayOf(ground: Ground): BusinessDay {
  return businessDay(ground.clock.now(), ground.config.timezone);
}

/** The first of those that wait, without whoever touches what is on its way, and without those behind them that touch the same. */
function partOf(
  waiting: readonly Waiting[],
  size: number,
  { lane, blocked }: { readonly lane: Lane; readonly blocked: readonly Touched[] },
): [Waiting[], Waiting[]] {
  const held = new Set(blocked);
  const group: Waiting[] = [];
  const left: Waiting[] = [];
  for (const one of waiting) {
    if (group.length === size) {
      left.push(one);
      continue;
    }
    const touches = [one.request.key, ...numbersOf(one.request.command)];
    const isHeld = touches.some((touch) => held.has(touch));
    for (const touch of touches) (isHeld ? held : lane.touched).add(touch);
    (isHeld ? left : group).push(one);
  }
  return [group, left];
}

/**
 * Commits concurrent requests in groups: all that wait when a commit ends share the next one, so that a flush to the disk,
 * which takes as long as the work of dozens of requests, is paid once for all of them. Requests of one group see each
 * other's effects in the order in which they came. While one group is written, the next is read and planned, of requests
 * that touch other members. Processes take turns by the lock on points.head.
 */
export class Ledger {
  readonly #ground: Ground;
  readonly #lanes: readonly Lane[] = Array.from({ length: LANES }, () => ({
    group: [],
    touched: new Set(),
    alone: false,
  }));
  readonly #flights = new Flights();
  #waiting: Waiting[] = [];
  #running = false;
  #turns = 0;
  #rests = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /**
   * Has the effect of a request once, whatever is sent how often.
   * @returns when it is committed: what was done, or what was done the first time under the same key.
   * @throws points.* when it is refused; then nothing has changed and the key is free
   */
  submit(request: Request): Promise<Answer> {
    checkRequest(request);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      // whoever asks in the same moment comes along
      void nextTurn().then(() => this.#go());
    });
  }

  /** Sends off as many groups as there are lanes free. */
  #go(): void {
    for (const lane of this.#lanes) if (lane.group.length === 0 && this.#take(lane)) void this.#run(lane);
    if (this.#lanes.some(({ group }) => group.length > 0)) return;
    this.#running = false;
    void this.#rest();
  }

  /** Gives the connections back when nobody asks any more; between two requests of a busy till it would only cost. */
  async #rest(): Promise<void> {
    this.#rests += 1;
    const rest = this.#rests;
    await sleep(REST_MS);
    if (!this.#running && rest === this.#rests) await Promise.all(this.#lanes.map((lane) => this.#leave(lane)));
  }

  async #run(lane: Lane): Promise<void> {
    await this.#commit(lane, lane.group);
    // whoever was just answered may ask again in the same moment: without this a batch of one came between any two
    await nextTurn();
    lane.group = [];
    this.#go();
  }

  /** Gives a lane its next group, in the order of their coming. @returns false when there is nothing for it now */
  #take(lane: Lane): boolean {
    const others = this.#lanes.filter(({ group }) => group.length > 0);
    if (this.#waiting.length === 0 || others.some(({ alone }) => alone)) return false;
    lane.alone = this.#turns > 0 || !this.#waiting.slice(0, BATCH_MAX).every(({ request }) => isPlain(request.command));
    if (lane.alone) {
      if (others.length > 0) return false;
      if (this.#turns > 0) this.#turns -= 1;
      lane.group = this.#waiting.splice(0, BATCH_MAX);
      return true;
    }
    // all who are on their way come again: an equal part for each lane keeps both busy
    const asked = others.reduce((sum, { group }) => sum + group.length, this.#waiting.length);
    const size = Math.min(BATCH_MAX, Math.max(PARTED_MIN, Math.ceil(asked / LANES)));
    lane.touched = new Set();
    [lane.group, this.#waiting] = partOf(this.#waiting, size, {
      lane,
      blocked: others.flatMap((other) => [...other.touched]),
    });
    return lane.group.length > 0;
  }

  async #commit(lane: Lane, group: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#attempt(
        lane,
        group.map(({ request }) => request),
      );
      for (const [at, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[at];
        if (outcome !== undefined && "answer" in outcome) resolve(outcome.answer);
        else reject(outcome?.refused);
      }
    } catch (error) {
      // nothing of the group is committed: each is tried alone, so that one that cannot be written stops no other
      if (group.length === 1) return group[0]?.reject(error);
      for (const waiting of group) await this.#commit(lane, [waiting]);
    }
  }

  async #attempt(lane: Lane, requests: readonly Request[]): Promise<Outcome[]> {
    if (!lane.alone) {
      try {
        return await this.#ahead(lane, requests);
      } catch (error) {
        // whatever it was: under the lock it is found out what is true by now, also whether this batch was written after all
        if (isOvertaken(error)) this.#turns = TURNS_AFTER_OVERTAKEN;
        else await this.#leave(lane);
        lane.alone = true;
      }
    }
    return this.#ground.store.write(SYSTEM_SCOPE, (tx) => commitWithin(tx, this.#ground, requests));
  }

  /**
   * A batch in two round trips: everything is read as of one instant, and the one statement that writes it is its own
   * transaction and fails if another batch has come in between. Taking the lock first needs six. Batches of the other lane
   * that are planned and not yet committed are added to what was read, and this one follows the last of them.
   */
  async #ahead(lane: Lane, requests: readonly Request[]): Promise<Outcome[]> {
    const client = await this.#enter(lane);
    for (;;) {
      const read = await readPlain(client, requests, todayOf(this.#ground));
      const unseen = this.#flights.behind(read.head);
      if (read.snapshot.limits.length > 0 && unseen.some(({ limited }) => limited)) {
        await Promise.all(unseen.map(({ landed }) => landed));
        continue;
      }
      const reading = { ...this.#flights.seen(read, unseen), known: read.known, ground: this.#ground };
      const { outcomes, books, sealed } = planAll(reading, requests);
      if (sealed === undefined) await Promise.all(unseen.map(({ landed }) => landed));
      else {
        const landed = writeBehind(client, sealed, unseen.at(-1)?.landed);
        await this.#flights.send(landed, { after: reading.head, sealed, books });
      }
      return outcomes;
    }
  }

  /** The connection of a run: it keeps its plans, which take far longer to make than to follow, and fit all batches. */
  async #enter(lane: Lane): Promise<Connection> {
    if (lane.client !== undefined) return lane.client;
    const client = await this.#ground.store.pool.connect();
    lane.client = client;
    await client.query("set plan_cache_mode = force_generic_plan");
    return client;
  }

  async #leave(lane: Lane): Promise<void> {
    const { client } = lane;
    if (client === undefined) return;
    lane.client = undefined;
    const broken = await client.query("reset plan_cache_mode").then(
      () => undefined,
      (error: Error) => error,
    );
    client.release(broken);
  }
}

/**
 * Carries out requests as one batch in a transaction that is open, whose other effects become true with them. From here to
 * the commit nobody else writes to the ledger, so this comes last.
 */
export async function commitWithin(tx: Tx, ground: Ground, requests: readonly Request[]): Promise<Outcome[]> {
  const head = await lockHead(tx);
  const { snapshot, known } = await readBatch(tx, head, requests, todayOf(ground));
  const activities = await readActivities(tx, ground, { lots: snapshot.lots, requests });
  const { outcomes, sealed } = planAll({ ground, head, snapshot: { ...snapshot, activities }, known }, requests);
  await sealed?.write(tx.client);
  return outcomes;
}

/** Writes a batch that follows one on its way, on another connection: it may come to the database before that one does. */
async function writeBehind(client: Connection, sealed: Sealed, before: Promise<void> | undefined): Promise<void> {
  try {
    await sealed.write(client);
  } catch (error) {
    if (before === undefined || !isOvertaken(error)) throw error;
    await before;
    await sealed.write(client);
  }
}

interface Reading {
  readonly ground: Ground;
  readonly head: Head;
  readonly snapshot: Snapshot;
  readonly known: Map<string, Known>;
}

interface Planned {
  readonly outcomes: Outcome[];
  readonly books: Books;
  readonly sealed: Sealed | undefined;
}

function planAll({ ground, head, snapshot, known }: Reading, requests: readonly Request[]): Planned {
  const at = ground.clock.now();
  const today = todayOf(ground);
  const books = new Books(snapshot);
  const answered: Answered[] = [];
  const outcomes = requests.map((request): Outcome => {
    const outcome = carryOutOnce(books, request, known, today);
    if (!("fresh" in outcome)) return outcome;
    answered.push(outcome.fresh);
    known.set(request.key, outcome.fresh);
    return { answer: outcome.fresh.answer };
  });
  return { outcomes, books, sealed: sealBatch({ head, books, at }, answered) };
}

/** One request in the caller's transaction. @throws points.* when it is refused */
export async function submitWithin(tx: Tx, ground: Ground, request: Request): Promise<Answer> {
  checkRequest(request);
  const [outcome] = await commitWithin(tx, ground, [request]);
  if (outcome === undefined || !("answer" in outcome)) throw outcome?.refused;
  return outcome.answer;
}

function carryOutOnce(
  books: Books,
  { key, command }: Request,
  known: ReadonlyMap<string, { readonly payload_hash: string; readonly answer: Answer }>,
  today: BusinessDay,
): Outcome | { readonly fresh: Answered } {
  const payload_hash = payloadHash(command);
  const before = known.get(key);
  if (before !== undefined) {
    if (before.payload_hash === payload_hash) return { answer: before.answer };
    return { refused: problem("points.key_reused", { key }) };
  }
  try {
    return { fresh: { key, payload_hash, answer: carryOut(books, command, today) } };
  } catch (refused) {
    return { refused };
  }
}
