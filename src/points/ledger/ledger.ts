import type { Ground } from "../../ground.ts";
import { type BusinessDay, businessDay, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { type Answered, lockHead, readBatch, writeBatch } from "./batch-store.ts";
import { Books } from "./books.ts";
import { type Answer, checkRequest, payloadHash, type Request } from "./command.ts";
import { carryOut } from "./plan.ts";

/** Requests that share one commit at most: beyond some hundred a batch gains nothing and makes the first of them wait. */
const BATCH_MAX = 512;

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
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, BATCH_MAX);
      await this.#commit(group);
    }
    this.#running = false;
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
    return this.#ground.store.write(SYSTEM_SCOPE, (tx) => commitWithin(tx, this.#ground, requests));
  }
}

/**
 * Carries out requests as one batch in a transaction that is open, whose other effects become true with them. From here to
 * the commit nobody else writes to the ledger, so this comes last.
 */
export async function commitWithin(tx: Tx, ground: Ground, requests: readonly Request[]): Promise<Outcome[]> {
  const at = ground.clock.now();
  const head = await lockHead(tx);
  const { snapshot, known } = await readBatch(tx, head, requests);
  const books = new Books(snapshot);
  const answered: Answered[] = [];
  const outcomes = requests.map((request): Outcome => {
    const outcome = carryOutOnce(books, request, known, todayOf(ground));
    if (!("fresh" in outcome)) return outcome;
    answered.push(outcome.fresh);
    known.set(request.key, outcome.fresh);
    return { answer: outcome.fresh.answer };
  });
  await writeBatch(tx, { head, books, at }, answered);
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
