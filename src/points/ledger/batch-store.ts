import type { Tx } from "../../store/index.ts";
import { batchHash } from "./batch-hash.ts";
import { type Answered, PARTS, type Part } from "./batch-parts-store.ts";
import type { Books } from "./books.ts";
import { type Connection, type Head, prepared } from "./read-store.ts";

/** Parameters that every batch has: its number, its instant, and what the end of the chain was and becomes. */
const CHAIN = 9;

/**
 * All rows of a batch in one statement, of the parts that it has rows for: what has none cost as much as a third of the
 * rows of 64 requests. The end of the chain is moved first, and only from the very batch that this one follows: if it stands
 * elsewhere the batch has no number, and the statement fails as a whole (isOvertaken). The constraints of the tables are the
 * last word about every limit.
 */
function statementOf(parts: readonly { readonly part: Part; readonly columns: number }[]): string {
  let first = CHAIN + 1;
  const written = parts.map(({ part, columns }, at) => {
    const from = first;
    first += columns;
    return `, part_${at} as (${part.sql((column) => `$${from + column}`)})`;
  });
  return `
with headed as (
  -- a condition would look at the row as it was when the statement began, before it waited for whoever writes
  update points.head set batch_id = case when batch_id = $1 - 1 and hash = $5 then $1 else -1 end,
    transfer_id = $7, lot_id = $8, hold_id = $9, hash = $6
  where singleton returning batch_id
)${written.join("")}
insert into points.batch (batch_id, first_transfer_id, transfers, at, previous_hash, hash)
values ((select nullif(batch_id, -1) from headed), $3, $4, $2, $5, $6)`;
}

/** By the parts that they have, as a binary number. */
const statements = new Map<number, string>();

/** Whether a batch was not written because another one has been there since its rows were read. */
export function isOvertaken(error: unknown): boolean {
  const { code, table, column } = error as { code?: string; table?: string; column?: string };
  return code === "23502" && table === "batch" && column === "batch_id";
}

/** A batch with its hash, ready to be written. */
export interface Sealed {
  /** The end of the chain with it. */
  readonly head: Head;
  write(client: Connection): Promise<void>;
}

interface Batch {
  readonly head: Head;
  readonly books: Books;
  readonly at: Date;
}

/** What the books have changed, as the next batch of the chain; undefined when that is nothing. */
export function sealBatch({ head, books, at }: Batch, answered: readonly Answered[]): Sealed | undefined {
  const { counters, transfers } = books;
  const moves = books.expiryMoves();
  if (transfers.length === 0 && answered.length === 0 && moves.length === 0) return undefined;
  const hash = batchHash(head.hash, transfers, at, moves);
  const batch_id = head.batch_id + 1;
  const { transfer_id, lot_id, hold_id } = counters;
  const changes = { books, moves, answered };
  return {
    head: { batch_id, transfer_id, lot_id, hold_id, hash },
    write: async (client) => {
      const parts = PARTS.map((part, at) => ({ part, bit: 2 ** at, columns: part.columns(changes) ?? [] })).filter(
        ({ columns }) => columns.length > 0,
      );
      const kind = parts.reduce((sum, { bit }) => sum + bit, 0);
      const text =
        statements.get(kind) ?? statementOf(parts.map(({ part, columns }) => ({ part, columns: columns.length })));
      statements.set(kind, text);
      await prepared(client, `points_write_${kind}`, text, [
        batch_id,
        at,
        head.transfer_id + 1,
        transfers.length,
        head.hash,
        hash,
        transfer_id,
        lot_id,
        hold_id,
        ...parts.flatMap(({ columns }) => columns),
      ]);
    },
  };
}

/** Writes what the books have changed as the next batch of the chain. */
export async function writeBatch(
  { client }: Pick<Tx, "client">,
  batch: Batch,
  answered: readonly Answered[],
): Promise<void> {
  await sealBatch(batch, answered)?.write(client);
}
