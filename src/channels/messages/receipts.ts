import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import type { Asked, Carrier, Delivery } from "./carrier.ts";
import { endMessages } from "./gate-store.ts";
import { tellEnded } from "./message-store.ts";
import { endSilent, lastHeard, noteDeliveries, stillPending, takeExpected } from "./receipt-store.ts";
import type { Channel } from "./request.ts";

const ASKED_AT_ONCE = 200;
const FIRST_ASK_MS = 60_000;
/** Of a service that tells by itself, and did so lately, only what it left out is asked for. */
const TOLD_ASK_MS = 30 * 60_000;
/** Where what the service told by itself lies here until it is asked for: asking costs nothing. */
const ASKED_HERE: ReadonlySet<Channel> = new Set(["wechat"]);
const LATELY_MS = 6 * 3_600_000;

/** When to ask first whether something arrived that is accepted now. */
export async function firstAsk(tx: Tx, ground: Ground, channel: Channel): Promise<Date> {
  const now = ground.wall.now().getTime();
  const heard = ASKED_HERE.has(channel) ? null : await lastHeard(tx, channel);
  const tells = heard !== null && heard.getTime() > now - LATELY_MS;
  return new Date(now + (tells ? TOLD_ASK_MS : FIRST_ASK_MS));
}

/** Opens addresses by the tokens under which they were sent to; whoever was erased meanwhile has none. */
export async function opened<Row extends { readonly message_id: number }>(
  tx: Tx,
  ground: Ground,
  rows: readonly (Row & { readonly address_token: string | null; readonly handed_at: Date | null })[],
): Promise<Asked[]> {
  const tokens = [...new Set(rows.flatMap(({ address_token }) => address_token ?? []))];
  const clear = tokens.length === 0 ? new Map<string, never>() : await ground.vault.open(tx, tokens);
  return rows.flatMap(({ message_id, address_token, handed_at }) => {
    const address = clear.get(address_token ?? "")?.value;
    return address === undefined || handed_at === null ? [] : [{ message_id, address, handed_at }];
  });
}

/** Services live in real time, messages in that of the business. */
export function inWorld<Told extends { readonly at: Date }>(ground: Ground, told: Told): Told {
  const ago_ms = ground.wall.now().getTime() - told.at.getTime();
  return { ...told, at: new Date(ground.clock.now().getTime() - ago_ms) };
}

/** Asks a service whether what it took arrived. @returns whether there may be more to ask for at once */
export async function receiptRound(ground: Ground, carrier: Carrier): Promise<boolean> {
  if (!("send" in carrier) || carrier.receipts === null) return false;
  const { channel, receipts } = carrier;
  const asked = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const now = ground.wall.now();
    await endSilent(tx, channel, now);
    return opened(tx, ground, await takeExpected(tx, channel, now, ASKED_AT_ONCE));
  });
  if (asked.length === 0) return false;
  const deliveries = (await receipts(ground, asked)).map((one) => inWorld(ground, one));
  if (deliveries.length > 0) await ground.store.write(SYSTEM_SCOPE, (tx) => noteDeliveries(tx, deliveries));
  return asked.length === ASKED_AT_ONCE;
}

/**
 * What a service told by itself. A receipt of something whose answer never came says that it was taken: it ends so, and is
 * neither asked for nor sent again.
 */
export async function takeDeliveries(tx: Tx, ground: Ground, deliveries: readonly Delivery[]): Promise<number> {
  const open = await stillPending(
    tx,
    deliveries.map(({ message_id }) => message_id),
  );
  const endings = [...open].map((message_id) => ({ message_id, state: "accepted", reason: null }) as const);
  await tellEnded(tx, await endMessages(tx, endings, ground.clock.now()));
  return (
    await noteDeliveries(
      tx,
      deliveries.map((one) => inWorld(ground, one)),
    )
  ).length;
}
