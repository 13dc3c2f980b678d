import { type BusinessDay, Problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { Books } from "./books.ts";
import type { Earn } from "./command.ts";
import { carryOut } from "./plan.ts";
import { readCommands } from "./read-store.ts";

/** Points that would be given, and on which day. */
export interface RehearsedEarning {
  readonly command: Earn;
  readonly day: BusinessDay;
}

const NO_NUMBERS = { batch_id: 0, transfer_id: 0, lot_id: 0, hold_id: 0 };

/**
 * What the ledger would answer to earnings, one after the other: its own rules on books that are read and never written.
 * Budgets are as they are filled now, with what these earnings take; limits count what was given in the period of each day.
 * @returns for each the code with which it is refused; undefined: the points would be given
 */
export async function rehearseEarnings(
  tx: Tx,
  earnings: readonly RehearsedEarning[],
): Promise<readonly (string | undefined)[]> {
  if (earnings.length === 0) return [];
  const drawn = new Map(
    earnings.map(({ command, day }) => [
      `${command.budget} ${command.within} ${day}`,
      { ...command, owner: 0, budget_day: day },
    ]),
  );
  const [{ day: first }] = earnings as readonly [RehearsedEarning];
  const books = new Books(await readCommands(tx, NO_NUMBERS, [...drawn.values()], first));
  return earnings.map(({ command, day }) => {
    try {
      carryOut(books, command, day);
      return undefined;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error.code;
    }
  });
}
