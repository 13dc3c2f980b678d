import type { Ground } from "../../ground.ts";
import { OutgoingFailed, OutgoingRefused, type OutgoingRule, sendOutgoing } from "../../platform/alerts/outgoing.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type Attempt, claimDeliveries, type ClaimedDelivery, endpointsDue, settleAttempt } from "./delivery-store.ts";
import { noteEndpoint, openEndpoint, type OpenedEndpoint } from "./endpoint-store.ts";
import { channelSim } from "../channel-sim.ts";
import { signatures } from "./signature.ts";

export const TIMEOUT_MS = 20_000;
/** An attempt that has not ended by then is taken for one whose process died. */
const LEASE_MS = TIMEOUT_MS + 10_000;
/** So many at a time to one endpoint. */
const AT_ONCE = 8;
const GONE = 410;

export interface Pace {
  readonly timeout_ms: number;
  readonly lease_ms: number;
}
const CALM: Pace = { timeout_ms: TIMEOUT_MS, lease_ms: LEASE_MS };

/** Any host over https on its own port, what the machine's owner named, and the simulator of an example world. */
export async function webhookRule(ground: Ground): Promise<OutgoingRule> {
  const sim = await ground.store.read(SYSTEM_SCOPE, channelSim);
  return { hosts: "any", open: [...ground.config.webhook_origins, ...(sim === undefined ? [] : [sim.http])] };
}

export interface Tried extends Attempt {
  readonly disable: "gone" | null;
}

/** Sends one message; every end of it is an answer. */
async function post(ground: Ground, to: OpenedEndpoint, one: ClaimedDelivery, { timeout_ms }: Pace): Promise<Tried> {
  const at = ground.wall.now();
  const timestamp_s = Math.floor(at.getTime() / 1000);
  const body = JSON.stringify({ type: one.kind, timestamp: one.occurred_at.toISOString(), data: one.data });
  const content = Buffer.from(body);
  const began = performance.now();
  const took = () => Math.round(performance.now() - began);
  const ended = (outcome: Tried["outcome"], status: number | null = null, answer_bytes = 0): Tried => ({
    at,
    status,
    outcome,
    latency_ms: took(),
    answer_bytes,
    disable: outcome === "gone" ? "gone" : null,
  });
  try {
    const answer = await sendOutgoing(
      to.address,
      {
        method: "POST",
        content,
        headers: {
          "content-type": "application/json",
          "content-length": content.length,
          "user-agent": "Huitou-Webhooks/1",
          "webhook-id": one.webhook_id,
          "webhook-timestamp": timestamp_s,
          "webhook-signature": signatures(to.secrets, { webhook_id: one.webhook_id, timestamp_s, body }),
        },
      },
      { rule: await webhookRule(ground), timeout_ms },
    );
    const { status, text } = answer;
    const bytes = Buffer.byteLength(text);
    if (status >= 200 && status < 300) return ended("arrived", status, bytes);
    if (status === GONE) return ended("gone", status, bytes);
    return ended(status >= 300 && status < 400 ? "redirected" : "refused", status, bytes);
  } catch (error) {
    if (error instanceof OutgoingRefused) return ended("address");
    if (error instanceof OutgoingFailed) return ended(error.sent ? "no_answer" : "not_sent");
    throw error;
  }
}

async function sendOne(
  ground: Ground,
  endpoint_id: number,
  to: OpenedEndpoint,
  one: ClaimedDelivery,
  pace: Pace,
): Promise<Tried> {
  const tried = await post(ground, to, one, pace);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const now = ground.wall.now();
    const last = await settleAttempt(tx, one, tried, now);
    const disable = tried.disable ?? (last ? "exhausted" : null);
    await noteEndpoint(tx, endpoint_id, { ok: tried.outcome === "arrived", now, disable });
  });
  return tried;
}

/** Takes what one endpoint is due and sends it. @param only this delivery @returns what became of each */
export async function deliverTo(
  ground: Ground,
  endpoint_id: number,
  { pace = CALM, only }: { readonly pace?: Pace; readonly only?: number } = {},
): Promise<Tried[]> {
  const taken = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const claim = {
      now: ground.wall.now(),
      lease_ms: pace.lease_ms,
      limit: AT_ONCE,
      ...(only === undefined ? {} : { only }),
    };
    const deliveries = await claimDeliveries(tx, endpoint_id, claim);
    return deliveries.length === 0 ? undefined : { deliveries, to: await openEndpoint(tx, ground, endpoint_id) };
  });
  if (taken === undefined) return [];
  return Promise.all(taken.deliveries.map((one) => sendOne(ground, endpoint_id, taken.to, one, pace)));
}

/**
 * A lane for each endpoint: one that is slow or dead holds up its own lane alone. A round looks who has something to send
 * and begins lanes for those that have none under way; it never waits for an answer from outside.
 */
export class Lanes {
  readonly #ground: Ground;
  readonly #pace: Pace;
  readonly #open = new Map<number, Promise<void>>();
  #stopping = false;

  constructor(ground: Ground, pace: Pace = CALM) {
    this.#ground = ground;
    this.#pace = pace;
  }

  async round(): Promise<boolean> {
    const due = await this.#ground.store.read(SYSTEM_SCOPE, (tx) => endpointsDue(tx, this.#ground.wall.now()));
    for (const endpoint_id of due) {
      if (this.#open.has(endpoint_id) || this.#stopping) continue;
      const lane = this.#run(endpoint_id)
        .catch((error: unknown) =>
          this.#ground.log.error({ endpoint_id, error: String(error) }, "webhooks of an endpoint were not sent"),
        )
        .finally(() => this.#open.delete(endpoint_id));
      this.#open.set(endpoint_id, lane);
    }
    return false;
  }

  async #run(endpoint_id: number): Promise<void> {
    while (!this.#stopping) {
      const tried = await deliverTo(this.#ground, endpoint_id, { pace: this.#pace });
      if (tried.length === 0) return;
    }
  }

  /** Waits for the answers that are under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#open.values());
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.idle();
  }
}
