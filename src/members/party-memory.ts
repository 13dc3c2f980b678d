import { LRUCache } from "lru-cache";
import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { spanning, type SeenHolding, type SeenParty, type Span } from "./observation.ts";

/** A holding as the database has it. */
export interface KnownHolding {
  readonly all: Span;
  readonly kept: Span | null;
}

export interface KnownParty {
  readonly party_id: number;
  readonly holdings: ReadonlyMap<string, KnownHolding>;
}

const PARTIES_REMEMBERED = 100_000;
const DAY_MS = 86_400_000;

/**
 * What one process remembers of parties, by anchor token, so that an event of somebody known costs no look-up.
 * Safe because parties never change on rows: an entry is believed only once the transaction that wrote it has
 * committed, and everything is forgotten when `members.memory_epoch` moves (something was taken away).
 */
export class PartyMemory {
  readonly #known = new LRUCache<string, KnownParty>({ max: PARTIES_REMEMBERED });
  #epoch = -1;
  #pending: { transaction_id: string; entries: Map<string, KnownParty> } | undefined;

  /** Call first in every transaction that uses the memory. @returns the transaction's id. */
  async begin(tx: Tx): Promise<string> {
    const row = await tx.one<{ epoch: number; status: string | null; transaction_id: string }>(
      `select epoch, case when $1::text is null then null else pg_xact_status($1::text::xid8) end as status,
         pg_current_xact_id()::text as transaction_id from members.memory_epoch`,
      [this.#pending?.transaction_id ?? null],
    );
    if (row === undefined) throw new Error("members.memory_epoch is empty");
    if (row.epoch !== this.#epoch) {
      this.#known.clear();
      this.#epoch = row.epoch;
    } else if (row.status === "committed") {
      for (const [anchor, party] of this.#pending?.entries ?? []) this.#known.set(anchor, party);
    }
    this.#pending = undefined;
    return row.transaction_id;
  }

  find(anchor_token: string): KnownParty | undefined {
    return this.#known.get(anchor_token);
  }

  /** To be believed when the transaction turns out to have committed. */
  learn(transaction_id: string, entries: Map<string, KnownParty>): void {
    this.#pending = { transaction_id, entries };
  }
}

const memories = new WeakMap<Ground, PartyMemory>();

export function partyMemoryOf(ground: Ground): PartyMemory {
  let memory = memories.get(ground);
  if (memory === undefined) {
    memory = new PartyMemory();
    memories.set(ground, memory);
  }
  return memory;
}

/** Tells every process to forget: parties, holdings or quarantines were taken away or changed by hand. */
export async function forgetParties(tx: Tx): Promise<void> {
  await tx.query("update members.memory_epoch set epoch = epoch + 1");
}

/**
 * Whether what was seen adds anything to what is known. Times count by the day: an event an hour later changes nothing
 * about who somebody is, and writing it would cost a row version per event.
 */
export function addsTo(known: KnownHolding | undefined, seen: SeenHolding): boolean {
  if (known === undefined) return true;
  return widens(known.all, seen.all) || (seen.kept !== null && (known.kept === null || widens(known.kept, seen.kept)));
}

function widens(known: Span, seen: Span): boolean {
  if (seen.first_ms < known.first_ms || dayOf(seen.last_ms) > dayOf(known.last_ms)) return true;
  if (seen.ended_ms !== null && (known.ended_ms === null || seen.ended_ms > known.ended_ms)) return true;
  if (seen.stated_ms === null) return false;
  return known.stated_ms === null || known.ended_ms !== null || dayOf(seen.stated_ms) > dayOf(known.stated_ms);
}

/** Whether a change matters for who somebody is, and not only for when they were seen. */
export function changesIdentity(known: KnownHolding | undefined, seen: SeenHolding): boolean {
  if (known === undefined || seen.all.ended_ms !== null) return true;
  return seen.all.stated_ms !== null && (known.all.stated_ms === null || known.all.ended_ms !== null);
}

/** What is known of a party after a batch: the same object where the batch added nothing, as nine times of ten. */
export function knownAfter(party_id: number, before: KnownParty | undefined, seen: SeenParty): KnownParty {
  if (before !== undefined && !addsAnything(before, seen)) return before;
  const holdings = new Map(before?.holdings ?? []);
  for (const [token, { all, kept }] of seen.holdings) {
    const had = holdings.get(token);
    holdings.set(token, { all: spanning(had?.all ?? null, all) ?? all, kept: spanning(had?.kept ?? null, kept) });
  }
  return { party_id, holdings };
}

function addsAnything(before: KnownParty, seen: SeenParty): boolean {
  for (const holding of seen.holdings.values()) if (addsTo(before.holdings.get(holding.token), holding)) return true;
  return false;
}

export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}
