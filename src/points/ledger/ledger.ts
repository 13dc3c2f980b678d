import { setImmediate as nextTurn } from "node:timers/promises";
import type { Ground } from "../../ground.ts";
import { type BusinessDay, businessDay, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { type Answered, isOvertaken, writeBatch } from "./batch-store.ts";
import { Books, type Snapshot } from "./books.ts";
import { type Answer, checkRequest, payloadHash, type Request } from "./command.ts";
import { carryOut } from "./plan.ts";
import { type Connection, type Head, isPlain, type Known, lockHead, readBatch, readPlain } from "./read-store.ts";
import { readActivities } from "./slide-store.ts";

/** Requests that share one commit at most: beyond some hundred a batch gains nothing and makes the first of them wait. */
const BATCH_MAX = 512;

/** Batches that take their turn by the lock after one was overtaken by another process: whoever reads first would lose again. */
const TURNS_AFTER_OVERTAKEN = 50;

/** What became of a request of a batch. */
type Outcome = { readonly answer: Answer } | { readonly refused: unknown };

interface Waiting {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
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

/**
 * Commits concurrent requests in groups: all that wait when a commit ends share the next one, so that a flush to the disk,
 * which takes as long as the work of dozens of requests, is paid once for all of them. Requests of one group see each
 * other's effects in the order in which they came. Processes take turns by the lock on points.head.
 */
export class Ledger {
  readonly #ground: Ground;
  #waiting: Waiting[] = [];
  #running = false;
  #turns = 0;
  #client: Connection | undefined;

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
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#waiting.length > 0) {
        const group = this.#waiting.splice(0, BATCH_MAX);
        await this.#commit(group);
        // whoever was just answered may ask again in the same moment: without this a batch of one came between any two
        await nextTurn();
      }
    } finally {
      this.#running = false;
      await this.#leave();
    }
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#attempt(group.map(({ request }) => request));
      for (const [at, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[at];
        if (outcome !== undefined && "answer" in outcome) resolve(outcome.answer);
        else reject(outcome?.refused);
      }
    } catch (error) {
      // nothing of the group is committed: each is tried alone, so that one that cannot be written stops no other
      if (group.length === 1) return group[0]?.reject(error);
      for (const waiting of group) await this.#commit([waiting]);
    }
  }

  async #attempt(requests: readonly Request[]): Promise<Outcome[]> {
    if (this.#turns > 0) this.#turns -= 1;
    else if (isPlain(requests.map(({ command }) => command))) {
      try {
        return await this.#ahead(requests);
      } catch (error) {
        // whatever it was: under the lock it is found out what is true by now, also whether this batch was written after all
        if (isOvertaken(error)) this.#turns = TURNS_AFTER_OVERTAKEN;
        else await this.#leave();
      }
    }
    return this.#ground.store.write(SYSTEM_SCOPE, (tx) => commitWithin(tx, this.#ground, requests));
  }

  /**
   * A batch in two round trips: everything is read as of one instant, and the one statement that writes it is its own
   * transaction and fails if another batch has come in between. Taking the lock first needs six.
   */
  async #ahead(requests: readonly Request[]): Promise<Outcome[]> {
    const client = await this.#enter();
    const { head, snapshot, known } = await readPlain(client, requests, todayOf(this.#ground));
    return carryOutAll(client, { ground: this.#ground, head, snapshot, known }, requests);
  }

  /** The connection of a run: it keeps its plans, which take far longer to make than to follow, and fit all batches. */
  async #enter(): Promise<Connection> {
    if (this.#client !== undefined) return this.#client;
    const client = await this.#ground.store.pool.connect();
    this.#client = client;
    await client.query("set plan_cache_mode = force_generic_plan");
    return client;
  }

  async #leave(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
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
  return carryOutAll(tx.client, { ground, head, snapshot: { ...snapshot, activities }, known }, requests);
}

interface Reading {
  readonly ground: Ground;
  readonly head: Head;
  readonly snapshot: Snapshot;
  readonly known: Map<string, Known>;
}

async function carryOutAll(
  client: Connection,
  { ground, head, snapshot, known }: Reading,
  requests: readonly Request[],
): Promise<Outcome[]> {
  const at = ground.clock.now();
  const books = new Books(snapshot);
  const answered: Answered[] = [];
  const outcomes = requests.map((request): Outcome => {
    const outcome = carryOutOnce(books, request, known, todayOf(ground));
    if (!("fresh" in outcome)) return outcome;
    answered.push(outcome.fresh);
    known.set(request.key, outcome.fresh);
    return { answer: outcome.fresh.answer };
  });
  await writeBatch({ client }, { head, books, at }, answered);
  return outcomes;
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
  const payload_hash = payloadHash(command).toString("hex");
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
