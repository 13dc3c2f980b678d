import type { Counted, Item, ItemWork, Words } from "../../robots/contract.ts";
import type { Ground } from "../ground.ts";
import { Problem, problem, sleep } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { maskText } from "../vault/index.ts";
import { wordsOf } from "./film.ts";
import { type Hands, SIGN_INS_MAX } from "./hands.ts";
import { claimItem, type ItemRow, noteDone, noteEntered, noteFailed, noteTried } from "./item-store.ts";
import { SignedOut } from "./locate.ts";
import { noteItems } from "./run-store.ts";

/** What was sent a moment ago may not be in the back office's lists yet: it is looked up no sooner than this after it was tried. */
export const LOOK_UP_AFTER_MS = 3_000;
/** So many in a row that fail for a reason that is not their own: it is the page that changed. */
const FAILURES_IN_A_ROW_MAX = 3;
/** The item itself was refused, for good until somebody asks again. */
const REFUSALS: ReadonlySet<string> = new Set(["robots.refused", "robots.no_phone", "robots.member_hidden"]);

export interface Doing {
  readonly ground: Ground;
  readonly flow: string;
  readonly robot_id: number;
  readonly run_id: number;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => Promise<void>;
}

type Ended = "done" | "before" | "failed" | "elsewhere";

/** Does items one after another, each once whatever breaks in between: claimed, entered, confirmed, each in the database. */
export class Items {
  readonly #doing: Doing;

  constructor(doing: Doing) {
    this.#doing = doing;
  }

  async each<Of>(hands: Hands, items: readonly Item<Of>[], work: ItemWork<Of>): Promise<Counted> {
    const counts = { done: 0, before: 0, failed: 0 };
    let in_a_row = 0;
    let doubt: Problem | undefined;
    for (const [at, item] of items.entries()) {
      this.#doing.signal.throwIfAborted();
      const place = `${at + 1}/${items.length}`;
      try {
        const ended = await this.#one(hands, item, work, place);
        if (ended !== "elsewhere") counts[ended] += 1;
        in_a_row = 0;
      } catch (error) {
        this.#doing.signal.throwIfAborted();
        if (!(error instanceof Problem)) throw error;
        counts.failed += 1;
        in_a_row += 1;
        // how it ended nobody knows: it stays claimed, and the next run looks it up
        doubt = error;
      }
      await this.#write((tx) => noteItems(tx, this.#doing.run_id, counts));
      await this.#doing.progress(at + 1, items.length);
      if (in_a_row >= FAILURES_IN_A_ROW_MAX) break;
    }
    if (doubt !== undefined) throw doubt;
    return counts;
  }

  #write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#doing.ground.store.write(SYSTEM_SCOPE, work);
  }

  async #one<Of>(hands: Hands, item: Item<Of>, work: ItemWork<Of>, place: string): Promise<Ended> {
    const { ground, flow, robot_id, run_id } = this.#doing;
    const row = { flow, item_key: item.key };
    const now = () => ground.wall.now();
    const claimed = await this.#write((tx) => claimItem(tx, { ...row, robot_id, run_id, now: now() }));
    if (claimed.kind === "not_mine") return whose(claimed.row);
    let reference = claimed.kind === "mine" ? claimed.row.reference : null;
    try {
      reference ??= await this.#enter(hands, item, work, place, claimed.kind === "mine" ? claimed.row : undefined);
    } catch (error) {
      if (!(error instanceof Problem) || !REFUSALS.has(error.code)) throw error;
      await this.#failed(row, wordsOf(error));
      return "failed";
    }
    const entered = reference;
    await this.#write((tx) => noteEntered(tx, row, entered));
    try {
      await work.confirm(item.of, entered);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { zh, en } = wordsOf(error);
      await this.#failed(row, {
        zh: `后台已有 ${entered}，但没能记下：${zh}`,
        en: `The back office has it as ${entered}, but it could not be noted here: ${en}`,
      });
      return "failed";
    }
    await this.#write((tx) => noteDone(tx, row, now()));
    return "done";
  }

  #failed(row: { readonly flow: string; readonly item_key: string }, { zh, en }: Words): Promise<void> {
    const now = this.#doing.ground.wall.now();
    return this.#write((tx) => noteFailed(tx, row, { zh: maskText(zh), en: maskText(en), now }));
  }

  /** Enters it, after a look where it may be there already. A session that ends in between leaves the same doubt as a crash. */
  async #enter<Of>(
    hands: Hands,
    item: Item<Of>,
    work: ItemWork<Of>,
    place: string,
    tried: ItemRow | undefined,
  ): Promise<string> {
    const row = { flow: this.#doing.flow, item_key: item.key };
    let doubtful_since = tried?.claimed_at;
    for (let times = 0; ; times += 1) {
      try {
        if (doubtful_since !== undefined) {
          await this.#settle(doubtful_since);
          const there = await hands.once(
            { zh: `${place} 查「${item.key}」是否已录入`, en: `${place} Look whether ${item.key} is there` },
            () => work.lookUp(item.of),
          );
          if (there !== undefined) return there;
          const now = this.#doing.ground.wall.now();
          await this.#write((tx) => noteTried(tx, row, now));
        }
        doubtful_since = this.#doing.ground.wall.now();
        return await hands.once({ zh: `${place} 录入「${item.key}」`, en: `${place} Enter ${item.key}` }, () =>
          work.enter(item.of),
        );
      } catch (error) {
        if (!(error instanceof SignedOut)) throw error;
        if (times >= SIGN_INS_MAX) throw problem("robots.signed_out", { times });
        await hands.signIn();
      }
    }
  }

  async #settle(since: Date): Promise<void> {
    const left = LOOK_UP_AFTER_MS - (this.#doing.ground.wall.now().getTime() - since.getTime());
    if (left > 0) await sleep(left, this.#doing.signal);
    this.#doing.signal.throwIfAborted();
  }
}

function whose({ state }: ItemRow): Ended {
  if (state === "done") return "before";
  return state === "failed" ? "failed" : "elsewhere";
}
