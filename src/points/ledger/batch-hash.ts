import { createHash } from "node:crypto";
import type { ExpiryMove, Side, TransferRow } from "./books.ts";

const sideLine = ({ kind, id, lot_id }: Side) => `${kind}|${id}|${lot_id ?? 0}`;

const moveLine = ({ owner, lots, from_day, to_day, by }: ExpiryMove) =>
  `move|${owner}|${lots.join(",")}|${from_day}|${to_day}|${by.kind}|${by.day}|${[...by.reference].length}|${by.reference}`;

/** SHA-256 of the hash before, the transfers and the moves in their canonical form; points.batch_hash says the same in SQL. */
export function batchHash(
  previous: Buffer,
  transfers: readonly TransferRow[],
  at: Date,
  moves: readonly ExpiryMove[] = [],
): Buffer {
  const ms = at.getTime();
  const instant = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")}000`;
  const lines = transfers.map(
    ({ transfer_id, from, to, points, reference }) =>
      `${transfer_id}|${sideLine(from)}|${sideLine(to)}|${points}|${[...reference].length}|${reference}|${instant}`,
  );
  const all = [...lines, ...moves.map(moveLine)];
  return createHash("sha256").update(previous).update(all.join("\n")).digest();
}
