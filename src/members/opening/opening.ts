import { createHash } from "node:crypto";
import type { Ground } from "../../ground.ts";
import { type UploadedRow, uploadedRows, uploadedTable } from "../../ingest/index.ts";
import { problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { mask } from "../../vault/index.ts";
import { membersByKey, type Named } from "../members-by-key.ts";
import {
  checkReading,
  type OpeningFields,
  type OpeningReading,
  type ReadRow,
  type RowFlaw,
  usedColumns,
} from "./columns.ts";
import type { Opening, OpeningStore, RowProblem } from "./opening-store.ts";
import { differencesOf, type Difference, type TotalLine } from "./totals.ts";

/** Rows of one transaction of a dry run. */
const ROWS_AT_ONCE = 5_000;
/** Rows of one file: what is remembered of each, so that none comes in twice, fits in memory. */
export const ROWS_MAX = 3_000_000;

/** A row that brings something in, and to whom. */
export interface FoundRow<Item> {
  readonly row: number;
  readonly owner: number;
  readonly item: Item;
}

/** What one kind of opening brings in from the system before: points, tiers, coupons. */
export interface OpeningKind<O extends Opening, Item> {
  readonly store: OpeningStore<O>;
  readonly fields: OpeningFields<string>;
  /** Its own columns of a new opening. */
  readonly begin: (
    tx: Tx,
    made: { readonly file_name: string; readonly person_id: number | null; readonly now: Date },
  ) => Promise<Readonly<Record<string, unknown>>>;
  readonly reader: (
    ground: Ground,
    reading: OpeningReading,
    columns: readonly string[],
  ) => Promise<(cells: readonly string[]) => ReadRow<Item>>;
  /** By what a row is known again. */
  readonly content: (owner: number, item: Item) => unknown;
  /** Why a row stays out whose content stands in the file already. */
  readonly twice: string;
  /** Why rows stay out that are sound by themselves; by their numbers. @param run the same object through a dry run */
  readonly look?: (
    tx: Tx,
    found: readonly FoundRow<Item>[],
    run: Map<unknown, number>,
  ) => Promise<ReadonlyMap<number, RowFlaw>>;
  readonly keep: (tx: Tx, opening: O, found: readonly FoundRow<Item>[]) => Promise<void>;
  /** Takes away what an earlier reading kept. */
  readonly clear: (tx: Tx, opening: O) => Promise<void>;
  readonly totals: (tx: Tx, opening: O) => Promise<NonNullable<O["totals"]>>;
  /** Sums that are compared, of totals or of a statement. */
  readonly lines: (sums: NonNullable<O["totals"] | O["stated"]>) => readonly TotalLine[];
  /** Begins to give what was signed. */
  readonly signed: (tx: Tx, opening: O) => Promise<void>;
}

/** Takes an uploaded file as an opening; nothing of it is read yet. @throws import.*, members.opening_column */
export async function makeOpening<O extends Opening, Item>(
  kind: OpeningKind<O, Item>,
  ground: Ground,
  made: { import_id: number; reading: OpeningReading; person_id: number | null },
): Promise<(tx: Tx) => Promise<O>> {
  const { import_id, reading, person_id } = made;
  const { file_name, file_hash, columns } = await uploadedTable(ground, import_id);
  checkReading(reading, kind.fields, columns);
  const now = ground.clock.now();
  return async (tx) => {
    const more = await kind.begin(tx, { file_name, person_id, now });
    return kind.store.byId(tx, await kind.store.insert(tx, { import_id, file_name, file_hash, reading }, more));
  };
}

interface DryRun<Item> {
  readonly seen: Set<string>;
  readonly memory: Map<unknown, number>;
  readonly read: (cells: readonly string[]) => ReadRow<Item>;
}

/**
 * Reads the file of an opening: what each row would bring in, or why it brings nothing. Nothing is given. A run that was
 * broken off begins anew.
 * @param more told how far it is; false: stop. @returns undefined when it was stopped
 * @throws members.opening_state, members.opening_too_long, import.upload_gone
 */
export async function checkOpening<O extends Opening, Item>(
  kind: OpeningKind<O, Item>,
  ground: Ground,
  opening_id: number,
  more: (rows: number) => Promise<boolean>,
): Promise<NonNullable<O["totals"]> | undefined> {
  const opening = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const found = await kind.store.byId(tx, opening_id, true);
    unsigned(found);
    await kind.clear(tx, found);
    await kind.store.clear(tx, opening_id);
    return found;
  });
  const { columns } = await uploadedTable(ground, opening.import_id);
  const read = await kind.reader(ground, opening.reading, columns);
  const run: DryRun<Item> = { seen: new Set(), memory: new Map(), read };
  let rows = 0;
  let waiting: UploadedRow[] = [];
  const flush = async () => {
    if (waiting.length > 0) await keepRows(kind, ground, opening, run, waiting);
    rows += waiting.length;
    waiting = [];
    if (rows > ROWS_MAX) throw problem("members.opening_too_long", { max: ROWS_MAX });
    return more(rows);
  };
  for await (const part of uploadedRows(ground, opening.import_id, usedColumns(opening.reading, kind.fields))) {
    for (const row of part) {
      waiting.push(row);
      if (waiting.length === ROWS_AT_ONCE && !(await flush())) return undefined;
    }
  }
  if (!(await flush())) return undefined;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    unsigned(await kind.store.byId(tx, opening_id, true));
    const totals = await kind.totals(tx, opening);
    await kind.store.checked(tx, opening_id, { rows, totals, now: ground.clock.now() });
    return totals;
  });
}

async function keepRows<O extends Opening, Item>(
  kind: OpeningKind<O, Item>,
  ground: Ground,
  opening: O,
  { read, seen, memory }: DryRun<Item>,
  rows: readonly UploadedRow[],
): Promise<void> {
  const key = opening.reading.member_key;
  const shown = (member: string) => (member === "" ? null : key === "member_id" ? member : mask(key, member));
  const problems: RowProblem[] = [];
  const readable: { readonly row: number; readonly member: string; readonly item: Item }[] = [];
  for (const { row, cells, flaw } of rows) {
    const found = flaw === undefined ? read(cells) : { flaw: { params: {}, ...flaw }, member: "" };
    if ("item" in found) readable.push({ row, ...found });
    else problems.push({ row, ...found.flaw, member_masked: shown(found.member) });
  }
  const values = readable.map(({ member }) => member);
  const named = await ground.store.read(SYSTEM_SCOPE, (tx) => membersByKey(tx, ground, key, values));
  const sound: (FoundRow<Item> & { readonly member: string })[] = [];
  for (const { row, member, item } of readable) {
    const owner = ownerOf(named.get(member));
    const code = typeof owner === "string" ? owner : isTwice(seen, kind.content(owner, item)) ? kind.twice : null;
    if (code !== null) problems.push({ row, code, params: {}, member_masked: shown(member) });
    else if (typeof owner === "number") sound.push({ row, owner, item, member });
  }
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    unsigned(await kind.store.byId(tx, opening.opening_id, true));
    const out = (await kind.look?.(tx, sound, memory)) ?? new Map<number, RowFlaw>();
    for (const { row, member } of sound) {
      const flaw = out.get(row);
      if (flaw !== undefined) problems.push({ row, ...flaw, member_masked: shown(member) });
    }
    await kind.keep(
      tx,
      opening,
      sound.filter(({ row }) => !out.has(row)),
    );
    await kind.store.addProblems(tx, opening.opening_id, problems);
  });
}

function ownerOf(named: Named | undefined): number | string {
  if (named !== undefined && "member_id" in named) return named.member_id;
  return named !== undefined && "several" in named ? "members.opening_several" : "members.opening_nobody";
}

const HASH_BYTES = 12;
/** What a row is known again by, short. */
export const contentHash = (content: unknown): Buffer =>
  createHash("sha256").update(JSON.stringify(content)).digest().subarray(0, HASH_BYTES);

function isTwice(seen: Set<string>, content: unknown): boolean {
  const hash = contentHash(content).toString("base64");
  if (seen.has(hash)) return true;
  seen.add(hash);
  return false;
}

/** @throws members.opening_state */
export function unsigned({ state, opening_id }: Opening): void {
  if (state !== "new" && state !== "checked") throw problem("members.opening_state", { opening_id, state });
}

export function openingDifferences<O extends Opening, Item>(
  { lines }: OpeningKind<O, Item>,
  { totals, stated }: O,
): Difference[] {
  if (totals === null || totals === undefined || stated === null || stated === undefined) return [];
  return differencesOf(lines(totals), lines(stated));
}

/**
 * Signs an opening: from here on it is given. @param despite give also where totals differ
 * @throws members.opening_unchecked, members.opening_unstated, members.opening_differs, members.opening_empty, members.opening_posted
 */
export async function signOpening<O extends Opening, Item>(
  kind: OpeningKind<O, Item>,
  tx: Tx,
  ground: Ground,
  opening_id: number,
  despite: boolean,
): Promise<O> {
  const opening = await kind.store.byId(tx, opening_id, true);
  unsigned(opening);
  const { totals, stated } = opening;
  if (opening.state !== "checked" || totals === null || totals === undefined)
    throw problem("members.opening_unchecked", { opening_id });
  if (opening.rows === opening.wrong) throw problem("members.opening_empty", { opening_id });
  if (stated === null) throw problem("members.opening_unstated", { opening_id });
  const differing = openingDifferences(kind, opening);
  const [first] = differing;
  if (first !== undefined && !despite)
    throw problem("members.opening_differs", { ...first, key: first.key ?? "", count: differing.length });
  if (await kind.store.isPosted(tx, opening.file_hash))
    throw problem("members.opening_posted", { file_name: opening.file_name });
  await kind.store.set(tx, opening_id, { state: "posted", signed_at: ground.clock.now() });
  await kind.signed(tx, opening);
  return opening;
}
