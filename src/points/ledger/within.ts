import type { Ground } from "../../ground.ts";
import { Problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { writeBatch } from "./batch-store.ts";
import { Books } from "./books.ts";
import type { Answer, Settle } from "./command.ts";
import { todayOf } from "./ledger.ts";
import { carryOut } from "./plan.ts";
import { lockHead, readCommands } from "./read-store.ts";

/** What became of a command: its answer, or the code of its refusal. */
export type Settled = { readonly answer: Answer } | { readonly refused: string };

/**
 * Settles references in the caller's transaction, as one batch of the chain: what the caller keeps about them and what the
 * ledger holds become true together. From here to the commit nobody else writes to the ledger, so this comes last.
 */
export async function settleWithin(tx: Tx, ground: Ground, commands: readonly Settle[]): Promise<Settled[]> {
  if (commands.length === 0) return [];
  const head = await lockHead(tx);
  const today = todayOf(ground);
  const books = new Books(await readCommands(tx, head, commands, today));
  const outcomes = commands.map((command): Settled => {
    try {
      return { answer: carryOut(books, command, today) };
    } catch (error) {
      if (error instanceof Problem) return { refused: error.code };
      throw error;
    }
  });
  await writeBatch(tx, { head, books, at: ground.clock.now() }, []);
  return outcomes;
}
