import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import "../errors.ts";
import { insertMessages } from "./delivery-store.ts";
import { endpointNames } from "./endpoint-store.ts";

/** What a later domain tells one endpoint: numbers and codes, never personal data. */
export interface EndpointMessage {
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurred_at: Date;
}

const GONE = "channels.endpoint_gone";

/**
 * Tells a chosen endpoint, whatever kinds it has chosen, in the caller's transaction; it is sent, repeated and logged as every
 * other message of webhooks. For one that is paused or disabled they wait.
 * @returns why nobody is told, for all of them; undefined: they are kept
 */
export async function tellEndpoint(
  tx: Tx,
  ground: Ground,
  endpoint_id: number,
  messages: readonly EndpointMessage[],
): Promise<string | undefined> {
  const refused = await rehearseTelling(tx, endpoint_id);
  if (refused === undefined) await insertMessages(tx, messages, ground.wall.now(), endpoint_id);
  return refused;
}

/** What `tellEndpoint` would answer, without telling anything. */
export async function rehearseTelling(tx: Tx, endpoint_id: number): Promise<string | undefined> {
  return (await endpointNames(tx)).some((one) => one.endpoint_id === endpoint_id) ? undefined : GONE;
}
