import type { Ground } from "../../ground.ts";
import { lastMovement, movementsAfter } from "../../points/index.ts";
import { type OutboxEvent, type OutboxHandler, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { insertMessages, moveCursor, takeCursor } from "./delivery-store.ts";
import { wantedKinds } from "./endpoint-store.ts";
import { type Told, TOLD_EVENTS, toldMovements, toldOf } from "./event-kinds.ts";

/** Keeps what is told, for whoever chose it; nothing where nobody did. */
export async function insertTold(tx: Tx, ground: Ground, told: readonly Told[]): Promise<void> {
  const wanted = await wantedKinds(tx);
  const chosen = told.filter(({ kind }) => wanted.has(kind));
  await insertMessages(tx, chosen, ground.wall.now());
}

/** Outbox events become messages in the transaction that moves the reader's place: each exactly once. */
const collect: OutboxHandler = async (tx, ground, events: readonly OutboxEvent<Record<string, unknown>>[]) => {
  await insertTold(
    tx,
    ground,
    events.flatMap((event) => toldOf(event) ?? []),
  );
};

export const webhookEvents: Readonly<Record<string, OutboxHandler>> = Object.fromEntries(
  Object.keys(TOLD_EVENTS).map((type) => [type, collect]),
);

const POINTS = "points";
const MOVEMENTS_AT_ONCE = 2_000;

/** Reads the points ledger on from where it was read last. @returns whether there may be more */
export async function collectMovements(ground: Ground): Promise<boolean> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const position = await takeCursor(tx, POINTS);
    if (position === undefined) return false;
    const wanted = await wantedKinds(tx);
    const interested = [...wanted].some((kind) => kind.startsWith("points."));
    // nobody listens, or it is the first look of all: from the end on
    if (!interested || position < 0) {
      const last = await lastMovement(tx);
      if (last !== position) await moveCursor(tx, POINTS, last);
      return false;
    }
    const movements = await movementsAfter(tx, position, MOVEMENTS_AT_ONCE);
    const last = movements.at(-1);
    if (last === undefined) return false;
    await insertMessages(tx, toldMovements(movements, wanted), ground.wall.now());
    await moveCursor(tx, POINTS, last.transfer_id);
    return movements.length === MOVEMENTS_AT_ONCE;
  });
}
