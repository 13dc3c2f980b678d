import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import type { Carrier } from "./carrier.ts";
import { takePrepared } from "./prepared-store.ts";
import { opened } from "./receipts.ts";
import { settle } from "./settle.ts";

const ASKED_AT_ONCE = 2_000;

/** Asks a service whether what is prepared was sent by those who have to. @returns whether there may be more to ask for at once */
export async function confirmRound(ground: Ground, carrier: Carrier): Promise<boolean> {
  if (!("send" in carrier) || carrier.confirmations === undefined) return false;
  const { rows, asked } = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const taken = await takePrepared(tx, carrier.channel, ground.clock.now(), ground.wall.now(), ASKED_AT_ONCE);
    return { rows: taken, asked: await opened(tx, ground, taken) };
  });
  if (rows.length === 0) return false;
  const services = new Map(rows.map(({ message_id, service_id }) => [message_id, service_id]));
  const answers = await carrier.confirmations(
    ground,
    asked.map((one) => ({ ...one, service_id: services.get(one.message_id) ?? null })),
  );
  const known = new Set(asked.map(({ message_id }) => message_id));
  const gone = rows.filter(({ message_id }) => !known.has(message_id));
  await settle(
    ground,
    carrier,
    [
      // it waits on as it stands
      ...answers.filter(({ kind }) => kind !== "prepared"),
      ...gone.map(({ message_id }) => ({ message_id, kind: "refused", code: "member_gone" }) as const),
    ],
    new Map(rows.map(({ message_id, attempts }) => [message_id, attempts])),
  );
  return rows.length === ASKED_AT_ONCE;
}
