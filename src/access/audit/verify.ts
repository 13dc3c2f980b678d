import type { Tx } from "../../store/index.ts";
import { CHAINED, type Head } from "./audit-store.ts";
import { GENESIS, hashOf, type ChainedRow } from "./entry.ts";

/** How a chain can be broken; the sentences are in sentences.ts. */
export const BREAKS = [
  "altered",
  "unlinked",
  "missing",
  "cut_unexplained",
  "cut_forged",
  "cut_too_young",
  "truncated",
  "forked",
  "checkpoint_forged",
] as const;
export type BreakKind = (typeof BREAKS)[number];

export interface Break {
  readonly kind: BreakKind;
  /** The first row that is not as it was written; for what is missing the first sequence that is not there. */
  readonly sequence: number;
}

/** A state of the chain that somebody signed while it was so. */
export interface KnownState extends Head {
  /** When the newest row of that state was written. */
  readonly head_at: string;
  /** undefined when its signatures hold. */
  readonly forged?: true;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly rows: number;
  readonly first_sequence: number | null;
  readonly last_sequence: number | null;
  readonly last_hash: string | null;
  /** The newest signed state that the chain was compared with; rows after it are linked but not yet witnessed. */
  readonly witnessed_sequence: number | null;
  readonly checkpoints: number;
  readonly cut_to_sequence: number | null;
  readonly broken: Break | null;
}

/** The record of a cut, as the chain holds it. */
export interface CutRecord {
  readonly to_sequence: number;
  readonly hash: string;
  readonly at: string;
  readonly retention_days: number;
}

export interface VerifyOptions {
  /** Signed states in order of their sequence. */
  readonly states?: AsyncIterable<KnownState> | Iterable<KnownState>;
  /** Checks the signature of a cut's record. */
  readonly cutHolds: (subject: Readonly<Record<string, unknown>>) => CutRecord | undefined;
  readonly page_rows?: number;
  readonly onProgress?: (rows: number) => void;
}

const PAGE_ROWS = 5_000;
const DAY_MS = 86_400_000;
type StoredRow = ChainedRow & { hash: string };

/** Reads the whole chain once, page by page, and stops at the first row that is not as it was written. */
export async function verifyChain(tx: Tx, options: VerifyOptions): Promise<VerifyResult> {
  const walk = new Walk(options);
  await walk.openStates();
  const cut = await newestCut(tx, options);
  let broken: Break | null = cut === "forged" ? { kind: "cut_forged", sequence: 1 } : null;
  if (cut !== "forged") walk.begin(cut);
  for (let after = 0; broken === null; ) {
    const rows = await page(tx, after, options.page_rows ?? PAGE_ROWS);
    for (const row of rows) {
      broken = await walk.step(row);
      if (broken !== null) break;
    }
    options.onProgress?.(walk.rows);
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.sequence;
  }
  broken ??= await walk.end();
  await walk.close();
  return {
    ok: broken === null,
    rows: walk.rows,
    first_sequence: walk.first,
    last_sequence: walk.last?.sequence ?? null,
    last_hash: walk.last?.hash ?? null,
    witnessed_sequence: walk.witnessed,
    checkpoints: walk.checkpoints,
    cut_to_sequence: cut === "forged" || cut === undefined ? null : cut.to_sequence,
    broken,
  };
}

function page(tx: Tx, after: number, limit: number): Promise<StoredRow[]> {
  return tx.query<StoredRow>(`select ${CHAINED} from access.audit where sequence > $1 order by sequence limit $2`, [
    after,
    limit,
  ]);
}

async function newestCut(tx: Tx, options: VerifyOptions): Promise<CutRecord | "forged" | undefined> {
  const row = await tx.one<{ subject: Record<string, unknown> }>(
    "select subject from access.audit where action = 'audit.cut' and phase = 'system' order by sequence desc limit 1",
  );
  if (row === undefined) return undefined;
  return options.cutHolds(row.subject) ?? "forged";
}

/** Goes along rows and signed states side by side; both are in order, so neither is kept. */
class Walk {
  rows = 0;
  first: number | null = null;
  last: Head | undefined;
  witnessed: number | null = null;
  checkpoints = 0;
  #cut: CutRecord | undefined;
  #state: KnownState | undefined;
  readonly #states: AsyncIterator<KnownState> | Iterator<KnownState>;

  constructor(options: VerifyOptions) {
    const states = options.states ?? [];
    this.#states = Symbol.asyncIterator in states ? states[Symbol.asyncIterator]() : states[Symbol.iterator]();
  }

  async openStates(): Promise<void> {
    await this.#nextState();
  }

  begin(cut: CutRecord | undefined): void {
    this.#cut = cut;
    this.last = cut === undefined ? undefined : { sequence: cut.to_sequence, hash: cut.hash };
  }

  async step(row: StoredRow): Promise<Break | null> {
    if (this.rows === 0) {
      const early = await this.#statesBeforeCut();
      if (early !== null) return early;
      this.first = row.sequence;
    }
    const expected = (this.last?.sequence ?? 0) + 1;
    if (row.sequence !== expected) {
      if (this.rows > 0 || row.sequence < expected) return { kind: "missing", sequence: expected };
      return { kind: "cut_unexplained", sequence: expected };
    }
    if (hashOf(row) !== row.hash) return { kind: "altered", sequence: row.sequence };
    if (row.previous_hash !== (this.last?.hash ?? GENESIS)) return { kind: "unlinked", sequence: row.sequence };
    this.rows += 1;
    this.last = { sequence: row.sequence, hash: row.hash };
    return this.#compare(this.last);
  }

  /** Whatever is signed beyond the last row was there and is gone. */
  async end(): Promise<Break | null> {
    if (this.rows === 0) {
      const early = await this.#statesBeforeCut();
      if (early !== null) return early;
    }
    const last = this.last?.sequence ?? 0;
    if (this.#state === undefined || this.#state.sequence <= last) return null;
    if (this.#state.forged === true) return { kind: "checkpoint_forged", sequence: this.#state.sequence };
    return { kind: "truncated", sequence: last + 1 };
  }

  async close(): Promise<void> {
    await this.#states.return?.();
  }

  async #compare(head: Head): Promise<Break | null> {
    while (this.#state !== undefined && this.#state.sequence <= head.sequence) {
      if (this.#state.forged === true) return { kind: "checkpoint_forged", sequence: this.#state.sequence };
      if (this.#state.sequence === head.sequence && this.#state.hash !== head.hash)
        return { kind: "forked", sequence: head.sequence };
      this.witnessed = this.#state.sequence;
      this.checkpoints += 1;
      await this.#nextState();
    }
    return null;
  }

  /** A cut may only have taken rows that were old enough: what was signed of them says when they were written. */
  async #statesBeforeCut(): Promise<Break | null> {
    while (this.#cut !== undefined && this.#state !== undefined && this.#state.sequence <= this.#cut.to_sequence) {
      const state = this.#state;
      if (state.forged === true) return { kind: "checkpoint_forged", sequence: state.sequence };
      const oldest_allowed = Date.parse(this.#cut.at) - this.#cut.retention_days * DAY_MS;
      if (Date.parse(state.head_at) > oldest_allowed) return { kind: "cut_too_young", sequence: state.sequence };
      if (state.sequence === this.#cut.to_sequence && state.hash !== this.#cut.hash)
        return { kind: "forked", sequence: state.sequence };
      this.checkpoints += 1;
      await this.#nextState();
    }
    return null;
  }

  async #nextState(): Promise<void> {
    const next = await this.#states.next();
    this.#state = next.done === true ? undefined : next.value;
  }
}
