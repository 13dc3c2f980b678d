import { createHash } from "node:crypto";
import type { Ground } from "../../ground.ts";
import { type UploadedRow, uploadedRows, uploadedTable } from "../../ingest/index.ts";
import { membersByKey, type NamedMember } from "../../members/index.ts";
import { newUuid, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { mask } from "../../vault/index.ts";
import { beginUndo } from "../grants/bulk.ts";
import { bulkById, insertBulk, setBulk, type UndoMode } from "../grants/bulk-store.ts";
import { todayOf } from "../ledger/ledger.ts";
import {
  addLots,
  addProblems,
  clearReading,
  insertOpening,
  isPosted,
  keepTotals,
  type Opening,
  openingById,
  type OpeningLot,
  type RowProblem,
  setOpening,
} from "./opening-store.ts";
import { checkReading, type Reading, type ReadLot, rowReader, usedColumns } from "./reading.ts";
import { differences, type Totals } from "./totals.ts";

/** Rows of one transaction of a dry run. */
const ROWS_AT_ONCE = 5_000;
/** Rows of one file: what is remembered of each, so that none comes in twice, fits in memory. */
export const ROWS_MAX = 3_000_000;

/** Takes an uploaded file as an opening; nothing of it is read yet. @throws import.*, points.opening_column */
export async function makeOpening(
  ground: Ground,
  { import_id, reading, person_id }: { import_id: number; reading: Reading; person_id: number | null },
): Promise<(tx: Tx) => Promise<Opening>> {
  const { file_name, file_hash, columns } = await uploadedTable(ground, import_id);
  checkReading(reading, columns);
  const now = ground.clock.now();
  return async (tx) => {
    const bulk_id = await insertBulk(
      tx,
      {
        key: `opening ${newUuid(now)}`,
        name: file_name,
        reason: file_name,
        budget: null,
        segment_id: null,
        person_id,
        now,
      },
      "opening",
    );
    return openingById(tx, await insertOpening(tx, { import_id, file_name, file_hash, reading, bulk_id }));
  };
}

interface DryRun {
  readonly opening: Opening;
  readonly seen: Set<string>;
  readonly read: (cells: readonly string[]) => ReturnType<ReturnType<typeof rowReader>>;
}

/**
 * Reads the file of an opening: what each row would bring in, or why it brings nothing. Nothing is given. A run that was
 * broken off begins anew.
 * @param more told how far it is; false: stop. @returns undefined when it was stopped
 * @throws points.opening_state, points.opening_too_long, import.upload_gone
 */
export async function checkOpening(
  ground: Ground,
  opening_id: number,
  more: (rows: number) => Promise<boolean>,
): Promise<Totals | undefined> {
  const opening = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const found = await openingById(tx, opening_id, true);
    unsigned(found);
    await clearReading(tx, found);
    return found;
  });
  const { columns } = await uploadedTable(ground, opening.import_id);
  const facts = { columns, timezone: ground.config.timezone, today: todayOf(ground) };
  const run: DryRun = { opening, seen: new Set(), read: rowReader(opening.reading, facts) };
  let rows = 0;
  let waiting: UploadedRow[] = [];
  const flush = async () => {
    if (waiting.length > 0) await keepRows(ground, run, waiting);
    rows += waiting.length;
    waiting = [];
    if (rows > ROWS_MAX) throw problem("points.opening_too_long", { max: ROWS_MAX });
    return more(rows);
  };
  for await (const part of uploadedRows(ground, opening.import_id, usedColumns(opening.reading))) {
    for (const row of part) {
      waiting.push(row);
      if (waiting.length === ROWS_AT_ONCE && !(await flush())) return undefined;
    }
  }
  if (!(await flush())) return undefined;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    unsigned(await openingById(tx, opening_id, true));
    return keepTotals(tx, opening, rows, ground.clock.now());
  });
}

async function keepRows(ground: Ground, run: DryRun, rows: readonly UploadedRow[]): Promise<void> {
  const { opening, read, seen } = run;
  const kind = opening.reading.member_key;
  const shown = (member: string) => (member === "" ? null : kind === "member_id" ? member : mask(kind, member));
  const problems: RowProblem[] = [];
  const readable: { readonly row: number; readonly lot: ReadLot }[] = [];
  for (const { row, cells, flaw } of rows) {
    const found = flaw === undefined ? read(cells) : { flaw: { params: {}, ...flaw }, member: "" };
    if ("lot" in found) readable.push({ row, lot: found.lot });
    else problems.push({ row, ...found.flaw, member_masked: shown(found.member) });
  }
  const values = readable.map(({ lot }) => lot.member);
  const named = await ground.store.read(SYSTEM_SCOPE, (tx) => membersByKey(tx, ground, kind, values));
  const lots: OpeningLot[] = [];
  for (const { row, lot } of readable) {
    const owner = ownerOf(named.get(lot.member));
    const code = typeof owner === "string" ? owner : isTwice(seen, owner, lot) ? "points.opening_twice_in_file" : null;
    if (code !== null) problems.push({ row, code, params: {}, member_masked: shown(lot.member) });
    else if (typeof owner === "number") lots.push({ ...lot, row, owner });
  }
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    unsigned(await openingById(tx, opening.opening_id, true));
    await addLots(tx, opening.bulk_id, lots);
    await addProblems(tx, opening.opening_id, problems);
  });
}

function ownerOf(named: NamedMember | undefined): number | string {
  if (named !== undefined && "member_id" in named) return named.member_id;
  return named !== undefined && "several" in named ? "points.opening_several" : "points.opening_nobody";
}

/** Remembers a lot by its content: the other system's number where there is one, else everything that is known of it. */
function isTwice(seen: Set<string>, owner: number, { lot_no, points, last_day, earned_on }: ReadLot): boolean {
  const content = lot_no === null ? [owner, points, last_day, earned_on] : [owner, lot_no];
  const hash = createHash("sha256").update(JSON.stringify(content)).digest().subarray(0, 12).toString("base64");
  if (seen.has(hash)) return true;
  seen.add(hash);
  return false;
}

/** @throws points.opening_state */
export function unsigned({ state, opening_id }: Opening): void {
  if (state !== "new" && state !== "checked") throw problem("points.opening_state", { opening_id, state });
}

/**
 * Signs an opening: from here on its lots are given. @param despite give also where totals differ
 * @throws points.opening_unchecked, points.opening_unstated, points.opening_differs, points.opening_empty, points.opening_posted
 */
export async function signOpening(tx: Tx, ground: Ground, opening_id: number, despite: boolean): Promise<Opening> {
  const opening = await openingById(tx, opening_id, true);
  unsigned(opening);
  const { totals, stated, file_hash, bulk_id } = opening;
  if (opening.state !== "checked" || totals === null) throw problem("points.opening_unchecked", { opening_id });
  if (totals.lots === 0) throw problem("points.opening_empty", { opening_id });
  if (stated === null) throw problem("points.opening_unstated", { opening_id });
  const differing = differences(totals, stated);
  const [first] = differing;
  if (first !== undefined && !despite)
    throw problem("points.opening_differs", {
      count: differing.length,
      what: first.what,
      month: first.month ?? "",
      stated: first.stated,
      found: first.found,
    });
  if (await isPosted(tx, file_hash)) throw problem("points.opening_posted", { file_name: opening.file_name });
  await setOpening(tx, opening_id, { state: "posted", signed_at: ground.clock.now() });
  await setBulk(tx, bulk_id, { state: "running" });
  return opening;
}

/** Begins to take an opening back. @throws points.opening_state, points.bulk_not_done */
export async function undoOpening(tx: Tx, opening_id: number, spent: UndoMode): Promise<Opening> {
  const opening = await openingById(tx, opening_id, true);
  // an undo that was stopped goes on
  if (opening.state !== "posted" && opening.state !== "undone")
    throw problem("points.opening_state", { opening_id, state: opening.state });
  await beginUndo(tx, opening.bulk_id, spent, "opening");
  await setOpening(tx, opening_id, { state: "undone" });
  return opening;
}

/** Goes on with giving what a stopped opening has not given yet. @throws points.opening_state */
export async function resumeOpening(tx: Tx, opening_id: number): Promise<Opening> {
  const opening = await openingById(tx, opening_id, true);
  const bulk = await bulkById(tx, opening.bulk_id, true);
  if (opening.state !== "posted" || bulk?.state !== "cancelled")
    throw problem("points.opening_state", { opening_id, state: opening.state });
  await setBulk(tx, opening.bulk_id, { state: "running" });
  return opening;
}
