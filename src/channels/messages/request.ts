import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { cancelPending, insertMessages, type Requested } from "./message-store.ts";

export const CHANNELS = ["sms", "email", "wechat", "wecom", "inbox", "webhook"] as const;
export type Channel = (typeof CHANNELS)[number];
export type Category = "marketing" | "service";

/** One message that a domain wants a member to get. Whether, when and how is the gate's to decide. */
export interface MessageRequest {
  /**
   * The effect it belongs to, unique within `source`: asking again with the same key is the same message. A journey takes
   * (version, member, entry, step). No personal data.
   */
  readonly effect_key: string;
  readonly member_id: number;
  /** Key of a template; its channel and category are those of the template, its words those of the version approved when it is sent. */
  readonly template: string;
  /** What the template's variables stand for: numbers and texts without personal data; the member's own fields come from the gate. */
  readonly variables?: Readonly<Record<string, string | number | boolean | null>>;
  /** 0 (can wait) to 9 (first when budget or capacity is short); 5 when absent. Journeys rank members by it. */
  readonly priority?: number;
  /** Not sent before. Absent: at once. */
  readonly not_before?: Date;
  /** Worth nothing afterwards: held back with the reason `expired`. */
  readonly valid_until?: Date;
}

export const REQUESTS_MAX = 10_000;

/**
 * Asks for messages in the caller's transaction: they exist exactly when it commits, each once for its key. Nothing is sent
 * inside of it. What becomes of each is told by the outbox event `channels.ended` (`EndedMessages`), in batches.
 * A set of any size is asked for in parts of `REQUESTS_MAX`; one statement writes a part.
 * @param source who asks: "journeys", "benefits" …; one word
 * @returns message numbers in the order of the requests, and how many of them are new
 * @throws channels.template_unknown when one names a template that does not exist
 */
export async function requestMessages(
  tx: Tx,
  ground: Ground,
  source: string,
  requests: readonly MessageRequest[],
): Promise<Requested> {
  if (requests.length > REQUESTS_MAX) throw problem("channels.too_many", { limit: REQUESTS_MAX });
  if (requests.length === 0) return { message_ids: [], fresh: 0 };
  return insertMessages(tx, source, requests, ground.clock.now());
}

/**
 * Takes back what has not been handed over: a member who left a journey, or did what the message asks for. What is on its
 * way stays. In the caller's transaction. @returns keys that were taken back
 */
export async function cancelMessages(
  tx: Tx,
  ground: Ground,
  source: string,
  effect_keys: readonly string[],
): Promise<string[]> {
  return cancelPending(tx, source, effect_keys, ground.clock.now());
}

/** Why nothing went out, in the order in which the gate looks; the first that applies is kept. */
export const HELD_REASONS = [
  "cancelled",
  "template_missing",
  "stopped",
  "member_gone",
  "excluded",
  "no_address",
  "no_associate",
  "no_consent",
  "hold_out",
  "repeated",
  "expired",
  "quiet_hours",
  "template_broken",
  "no_subscription",
  "cap_member",
  "cap_household",
  "budget",
] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

/** How a message ended. */
export interface EndedMessage {
  readonly message_id: number;
  readonly source: string;
  readonly effect_key: string;
  readonly member_id: number;
  /** `accepted`: the service took it. `held`: the gate did not let it out. `unknown`: nobody can say; it is not repeated. */
  readonly state: "accepted" | "refused" | "held" | "unknown";
  readonly reason: string | null;
  readonly cost_minor: number;
}

/** Payload of the outbox event `channels.ended`; a thousand messages at most. */
export interface EndedMessages {
  readonly messages: readonly EndedMessage[];
}
