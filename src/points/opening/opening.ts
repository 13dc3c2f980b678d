import { type OpeningKind, rowReader } from "../../members/index.ts";
import { newUuid, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { beginUndo } from "../grants/bulk.ts";
import { bulkById, insertBulk, setBulk, type UndoMode } from "../grants/bulk-store.ts";
import { todayOf } from "../ledger/ledger.ts";
import { addLots, clearLots, type Opening, openings, sumLots } from "./opening-store.ts";
import { LOT_FIELDS, type ReadLot, readLot } from "./reading.ts";
import { linesOf } from "./totals.ts";

/** Lots that members bring from the system before; they are given as a bulk. */
export const openingLots: OpeningKind<Opening, ReadLot> = {
  store: openings,
  fields: LOT_FIELDS,
  begin: async (tx, { file_name, person_id, now }) => ({
    bulk_id: await insertBulk(
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
    ),
  }),
  reader: async (ground, reading, columns) => {
    const today = todayOf(ground);
    return rowReader(reading, { columns, timezone: ground.config.timezone }, (row) => readLot(row, today));
  },
  /** The other system's number where there is one, else everything that is known of it. */
  content: (owner, { lot_no, points, last_day, earned_on }) =>
    lot_no === null ? [owner, points, last_day, earned_on] : [owner, lot_no],
  twice: "points.opening_twice_in_file",
  keep: (tx, { bulk_id }, found) => addLots(tx, bulk_id, found),
  clear: (tx, { bulk_id }) => clearLots(tx, bulk_id),
  totals: (tx, { bulk_id }) => sumLots(tx, bulk_id),
  lines: linesOf,
  signed: (tx, { bulk_id }) => setBulk(tx, bulk_id, { state: "running" }),
};

/** Begins to take an opening back. @throws members.opening_state, points.bulk_not_done */
export async function undoOpening(tx: Tx, opening_id: number, spent: UndoMode): Promise<Opening> {
  const opening = await openings.byId(tx, opening_id, true);
  // an undo that was stopped goes on
  if (opening.state !== "posted" && opening.state !== "undone")
    throw problem("members.opening_state", { opening_id, state: opening.state });
  await beginUndo(tx, opening.bulk_id, spent, "opening");
  await openings.set(tx, opening_id, { state: "undone" });
  return opening;
}

/** Goes on with giving what a stopped opening has not given yet. @throws members.opening_state */
export async function resumeOpening(tx: Tx, opening_id: number): Promise<Opening> {
  const opening = await openings.byId(tx, opening_id, true);
  const bulk = await bulkById(tx, opening.bulk_id, true);
  if (opening.state !== "posted" || bulk?.state !== "cancelled")
    throw problem("members.opening_state", { opening_id, state: opening.state });
  await setBulk(tx, opening.bulk_id, { state: "running" });
  return opening;
}
