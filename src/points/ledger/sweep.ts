import type { Ground } from "../../ground.ts";
import { type BusinessDay } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { writeBatch } from "./batch-store.ts";
import { Books } from "./books.ts";
import { expireLots } from "./expiry-store.ts";
import { payDebt, release } from "./plan.ts";
import { lockHead, readDue, readHolds } from "./read-store.ts";

/** Lots or holds that one transaction takes on: some tenths of a second, so that requests in between wait no longer. */
const LOTS_A_BATCH = 5_000;

/** What a run has done. */
export interface Swept {
  readonly activated: number;
  readonly expired: number;
  readonly released: number;
}

/** Pending points whose day has come become active and pay debts. @returns how many lots */
export function activateDue(ground: Ground, today: BusinessDay): Promise<number> {
  return inBatches(ground, DUE_ACTIVE, today, async (tx) => {
    const head = await lockHead(tx);
    const snapshot = await readDue(tx, head, { ...DUE_ACTIVE, day: today, limit: LOTS_A_BATCH });
    const books = new Books(snapshot);
    for (const lot of snapshot.lots) {
      books.activate(lot, `active:${today}`);
      payDebt(books, lot, `active:${today}`);
    }
    await writeBatch(tx, { head, books, at: ground.clock.now() }, []);
    return snapshot.lots.length;
  });
}

/** Points whose last day is over expire. @returns how many lots */
export function expireDue(ground: Ground, today: BusinessDay): Promise<number> {
  return inBatches(ground, DUE_EXPIRED, today, async (tx) => {
    const head = await lockHead(tx);
    return expireLots(tx, head, { day: today, limit: LOTS_A_BATCH, at: ground.clock.now() });
  });
}

/** Gives back what is held beyond its time. @returns how many holds */
export async function releaseOverdue(ground: Ground): Promise<number> {
  let released = 0;
  for (;;) {
    const count = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const at = ground.clock.now();
      if ((await tx.query(OVERDUE, [at, 1])).length === 0) return 0;
      const head = await lockHead(tx);
      const due = await tx.query<{ hold_id: number }>(OVERDUE, [at, LOTS_A_BATCH]);
      const holds = due.map(({ hold_id }) => hold_id);
      const books = new Books(await readHolds(tx, head, holds));
      for (const hold_id of holds) release(books, { type: "void", hold_id });
      await writeBatch(tx, { head, books, at }, []);
      return due.length;
    });
    released += count;
    if (count < LOTS_A_BATCH) return released;
  }
}

const OVERDUE =
  "select hold_id from points.hold where state = 'open' and until_at <= $1 order by until_at, hold_id limit $2";

interface Due {
  readonly condition: string;
  readonly order: string;
}
const DUE_ACTIVE: Due = { condition: "open and pending > 0 and active_from <= $1::date", order: "active_from" };
const DUE_EXPIRED: Due = { condition: "open and active > 0 and last_day < $1::date", order: "last_day" };

/** @param oneBatch takes on up to LOTS_A_BATCH and says how many there were */
async function inBatches(
  ground: Ground,
  due: Due,
  today: BusinessDay,
  oneBatch: (tx: Tx) => Promise<number>,
): Promise<number> {
  let done = 0;
  for (;;) {
    const count = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      // nothing due, nothing locked: this is asked every few seconds
      const some = await tx.query(`select 1 from points.lot where ${due.condition} limit 1`, [today]);
      return some.length === 0 ? 0 : oneBatch(tx);
    });
    done += count;
    if (count < LOTS_A_BATCH) return done;
  }
}
