import type { Ground } from "../../ground.ts";
import { checkedAddress, OutgoingFailed, OutgoingRefused } from "../../platform/alerts/outgoing.ts";
import { problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { deliverTo, type Tried, webhookRule } from "./deliver.ts";
import { insertMessages } from "./delivery-store.ts";
import { endpointById } from "./endpoint-store.ts";
import { isEventKind, TEST_KIND } from "./event-kinds.ts";

/** @throws channels.kinds_unknown */
export function requireKinds(kinds: readonly string[]): void {
  const unknown = kinds.filter((kind) => !isEventKind(kind));
  if (unknown.length > 0) throw problem("channels.kinds_unknown", { kinds: unknown.slice(0, 10).join(", ") });
}

/** @throws channels.address_refused, saying why */
export async function requireAddress(ground: Ground, address: string): Promise<void> {
  const refused = (reason: string) => problem("channels.address_refused", { reason });
  if (!URL.canParse(address)) throw refused("scheme");
  try {
    await checkedAddress(new URL(address), await webhookRule(ground));
  } catch (error) {
    if (error instanceof OutgoingRefused) throw refused(error.reason);
    // a name that does not resolve now may do so later; sending looks again
    if (!(error instanceof OutgoingFailed)) throw error;
  }
}

/** Sends a test as anything else is sent, and waits for what comes back. @throws channels.endpoint_not_on */
export async function sendTest(
  ground: Ground,
  endpoint_id: number,
): Promise<{ readonly delivery_id: number; readonly tried: Tried | undefined }> {
  const delivery_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const { state } = await endpointById(tx, endpoint_id);
    if (state !== "on") throw problem("channels.endpoint_not_on", { endpoint_id });
    const told = { kind: TEST_KIND, data: { endpoint_id }, occurred_at: ground.clock.now() };
    const [made = 0] = await insertMessages(tx, [told], ground.wall.now(), endpoint_id);
    return made;
  });
  // the lane of the endpoint may be faster: then its attempt stands in the log
  const [tried] = await deliverTo(ground, endpoint_id, { only: delivery_id });
  return { delivery_id, tried };
}
