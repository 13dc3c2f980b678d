import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import {
  blankRecords,
  emptyRejects,
  type FoundRecord,
  importsOf,
  recordsNaming,
  SALE_KINDS,
  sealedRejects,
} from "./forgetting-store.ts";
import { forgetImports, importsHolding } from "./imports/index.ts";

const RECORDS_AT_ONCE = 20_000;
const REJECTS_AT_ONCE = 500;
/** Shorter values would be found everywhere by chance. */
const LETTERS_MIN = 6;

export interface Forgetting {
  readonly signal: AbortSignal;
  readonly progress: (note: string) => Promise<void>;
}

/**
 * Empties what is kept of a person outside of their own rows, as long as their values are known: originals of rejects and
 * error files in which one of them stands, whatever its spelling. To be called before the keys are destroyed.
 * @param clear identifiers in clear
 */
export async function forgetRejects(
  ground: Ground,
  clear: readonly string[],
  { signal, progress }: Forgetting,
): Promise<{ readonly rejects: number; readonly uploads: number }> {
  const wanted = clear.map(bare).filter((value) => value.length >= LETTERS_MIN);
  if (wanted.length === 0) return { rejects: 0, uploads: 0 };
  const holds = (text: string) => {
    const stripped = bare(text);
    return wanted.some((value) => stripped.includes(value));
  };
  let rejects = 0;
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const portion = await ground.store.read(SYSTEM_SCOPE, (tx) => sealedRejects(tx, after, REJECTS_AT_ONCE));
    if (portion.length === 0) break;
    after = portion.at(-1)?.reject_id ?? after;
    const found: number[] = [];
    for (const { reject_id, source_id, original_sealed, sealed_key } of portion) {
      const key = await ground.vault.namedKey(sealed_key);
      if (holds(key.decrypt(original_sealed, `ingest|${source_id}`).toString("utf8"))) found.push(reject_id);
    }
    rejects += found.length;
    if (found.length > 0) await ground.store.write(SYSTEM_SCOPE, (tx) => emptyRejects(tx, found, ground.clock.now()));
    await progress("rejects");
  }
  const uploads = await forgetImports(ground, await importsHolding(ground, holds, signal), holds);
  return { rejects, uploads };
}

/** A value without the marks that people put between its letters: "138-1234 5678" is 13812345678. */
function bare(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/^\+86/, "")
    .replace(/[^\p{Letter}\p{Number}]/gu, "");
}

export interface ForgottenRecords {
  readonly records: number;
  readonly uploads: number;
  /** Texts that only these records named: their keys are to be destroyed too. */
  readonly texts: readonly string[];
}

/**
 * Empties every record that names one of the tokens, and destroys the uploads that such records came by. Goes through
 * all records once, in portions. Repeatable.
 */
export async function forgetRecords(
  ground: Ground,
  tokens: readonly string[],
  { signal, progress }: Forgetting,
): Promise<ForgottenRecords> {
  const inbox_ids = new Set<number>();
  const texts = new Set<string>();
  let records = 0;
  for (let after: string | null = null; ; ) {
    signal.throwIfAborted();
    const from: string | null = after;
    const portion = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const { last, found } = await recordsNaming(tx, from, RECORDS_AT_ONCE, tokens);
      await blankRecords(tx, found.map(emptied));
      return { last, found };
    });
    records += portion.found.length;
    for (const { inbox_id, body, own } of portion.found) {
      if (!own) continue;
      inbox_ids.add(inbox_id);
      for (const token of sealedIn(body)) texts.add(token);
    }
    await progress("records");
    if (portion.last === null) break;
    after = portion.last;
  }
  const imports = await ground.store.read(SYSTEM_SCOPE, (tx) => importsOf(tx, [...inbox_ids]));
  const uploads = await forgetImports(ground, imports, () => false);
  return { records, uploads, texts: [...texts] };
}

/** Empties records that name a destroyed token within a transaction: where a restore has brought a member back. */
export async function forgetRecordsAgain(tx: Tx, tokens: readonly string[]): Promise<void> {
  for (let after: string | null = null; ; ) {
    const { last, found } = await recordsNaming(tx, after, RECORDS_AT_ONCE, tokens);
    await blankRecords(tx, found.map(emptied));
    if (last === null) return;
    after = last;
  }
}

/** Of a sale everything but the person stays; of anything else nothing; of somebody else's record all but its counterpart. */
function emptied({ record_id, kind, body, own }: FoundRecord) {
  const { counterpart: _, ...others } = body;
  return { record_id, own, body: own ? (SALE_KINDS.has(kind) ? withoutPersonal(body) : {}) : others };
}

/** A body without sealed texts, without other people, and without what the vocabulary does not know. */
export function withoutPersonal(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(body).filter(
    ([name, value]) => name !== "extra" && name !== "counterpart" && sealedIn(value).length === 0,
  );
  const lines = body["lines"];
  if (Array.isArray(lines) && sealedIn(lines).length > 0)
    kept.push(["lines", lines.map((line) => withoutPersonal(line as Record<string, unknown>))]);
  return Object.fromEntries(kept);
}

/** Tokens of the texts that were sealed within a value; names of properties can be sealed as well. */
function sealedIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const own = name === "sealed" && typeof inner === "string" ? [inner] : [];
    return [...own, ...(name.startsWith("sealed:") ? [name.slice("sealed:".length)] : []), ...sealedIn(inner)];
  });
}
