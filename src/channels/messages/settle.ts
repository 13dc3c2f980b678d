import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { type Carrier, NOT_TAKEN, type Receipt } from "./carrier.ts";
import { type Ending, endMessages, giveBack, noteCarrier, putOff, putToAsking } from "./gate-store.ts";
import { tellEnded } from "./message-store.ts";
import { CONFIRM_AFTER_MS, putToPrepared } from "./prepared-store.ts";
import { firstAsk } from "./receipts.ts";
import { giveBackSubscriptions, noneLeft } from "./subscription-store.ts";
import { NO_SUBSCRIPTION } from "./wechat-codes.ts";

export const ATTEMPTS_MAX = 6;
const RETRY_S = [10, 60, 300, 1_800, 7_200];
/** A service says what became of a message some time after it took it. */
export const ASK_AFTER_MS = 30_000;

/** Writes down what a service said of a batch, in one transaction. @param attempts of each message */
export async function settle(
  ground: Ground,
  carrier: Carrier,
  receipts: readonly Receipt[],
  attempts: ReadonlyMap<number, number>,
  ask_after_ms = ASK_AFTER_MS,
): Promise<void> {
  if (receipts.length === 0) return;
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const now = ground.clock.now();
    const endings: Ending[] = [];
    const again: { message_id: number; until: Date }[] = [];
    const asking: number[] = [];
    const prepared: { message_id: number; service_id: string }[] = [];
    for (const receipt of receipts) {
      const { message_id, code } = receipt;
      const tried = attempts.get(message_id) ?? 1;
      if (receipt.kind === "accepted")
        endings.push({
          message_id,
          state: "accepted",
          reason: null,
          service_id: receipt.service_id,
          service_code: code,
          ...(receipt.parts === undefined ? {} : { parts: receipt.parts }),
        });
      else if (receipt.kind === "prepared") prepared.push({ message_id, service_id: receipt.service_id });
      else if (receipt.kind === "not_confirmed")
        endings.push({ message_id, state: "held", reason: "not_confirmed", service_code: code });
      else if (receipt.kind === "refused")
        endings.push({ message_id, state: "refused", reason: "refused_by_service", service_code: code });
      else if (receipt.kind !== "later") {
        if (receipt.kind === "unknown" && "send" in carrier && carrier.ask !== null) asking.push(message_id);
        else endings.push({ message_id, state: "unknown", reason: "fate_unknown", service_code: code });
      } else if (tried >= ATTEMPTS_MAX)
        endings.push({ message_id, state: "refused", reason: "attempts_exhausted", service_code: code });
      else again.push({ message_id, until: retryAt(now, tried, receipt.wait_s) });
    }
    const unsent = [
      ...again.map(({ message_id }) => message_id),
      ...endings.filter(({ state }) => state === "refused" || state === "held").map(({ message_id }) => message_id),
    ];
    await giveBack(tx, unsent);
    if (carrier.channel === "wechat") {
      await giveBackSubscriptions(tx, unsent);
      const none = receipts.filter(({ code }) => code === NO_SUBSCRIPTION).map(({ message_id }) => message_id);
      await noneLeft(tx, none, now);
    }
    await putOff(tx, again, "retry");
    await putToPrepared(tx, prepared, new Date(now.getTime() + CONFIRM_AFTER_MS));
    await putToAsking(tx, asking, new Date(now.getTime() + ask_after_ms), ground.wall.now());
    const tells = "send" in carrier && carrier.receipts !== null;
    const receipt_at = tells ? await firstAsk(tx, ground, carrier.channel) : null;
    await tellEnded(tx, await endMessages(tx, endings, now, receipt_at));
    await noteHealth(tx, carrier, receipts, now);
  });
}

function retryAt(now: Date, tried: number, wait_s: number | undefined): Date {
  return new Date(now.getTime() + (wait_s ?? RETRY_S[tried - 1] ?? RETRY_S.at(-1) ?? 0) * 1_000);
}

/** A batch of which something was judged by the service shows it alive; one that only failed does not. */
async function noteHealth(tx: Tx, carrier: Carrier, receipts: readonly Receipt[], now: Date): Promise<void> {
  // that it does not know a message says nothing of whether it takes any
  const judged = receipts.filter(({ code }) => code !== NOT_TAKEN);
  if (judged.length === 0) return;
  const alive = judged.some(
    ({ kind }) => kind === "accepted" || kind === "refused" || kind === "prepared" || kind === "not_confirmed",
  );
  await noteCarrier(tx, carrier.channel, alive, now);
}
