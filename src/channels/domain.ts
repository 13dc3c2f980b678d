import type { Domain } from "../domains.ts";
import { startLoop } from "../platform/index.ts";
import type { OutboxEvent, OutboxHandler } from "../store/index.ts";
import "./errors.ts";
import { collectMovements, webhookEvents } from "./webhooks/collect.ts";
import { Lanes } from "./webhooks/deliver.ts";
import { recordClicks } from "./messages/clicks.ts";
import { CARRIERS } from "./messages/carriers.ts";
import { forgetInbox } from "./messages/inbox-store.ts";
import { forgetReplies } from "./messages/reply-store.ts";
import { confirmRound } from "./messages/confirm.ts";
import { receiptRound } from "./messages/receipts.ts";
import { messageRoutes } from "./messages/routes.ts";
import { subscriptionStage } from "./messages/subscription-stage.ts";
import { forgetSubscriptions } from "./messages/subscription-store.ts";
import { Sending } from "./messages/sending.ts";
import { failingEndpoints } from "./webhooks/failing-store.ts";
import { webhookJobs, webhookSchedules } from "./webhooks/jobs.ts";
import { webhookRoutes } from "./webhooks/routes.ts";

const LOOK_EVERY_MS = 300;
const RECEIPTS_EVERY_MS = 5_000;

type Erased = { readonly member_id: number; readonly party_ids: readonly number[] };

/** Whoever listens is told, and what was written to them and by them is gone. */
const erased: OutboxHandler = async (tx, ground, events) => {
  await webhookEvents["members.erased"]?.(tx, ground, events);
  const gone = events as readonly OutboxEvent<Erased>[];
  const numbers = [...new Set(gone.flatMap(({ payload }) => [payload.member_id, ...payload.party_ids]))];
  await forgetReplies(tx, numbers);
  await forgetInbox(tx, numbers);
  await forgetSubscriptions(tx, numbers);
};

export const domain: Domain = {
  name: "channels",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["channels"],
  routes: (app, ground) => {
    webhookRoutes(app, ground);
    messageRoutes(app, ground);
  },
  stage: subscriptionStage,
  jobs: webhookJobs,
  schedules: webhookSchedules,
  events: { ...webhookEvents, "members.erased": erased },
  indicators: [failingEndpoints],
  start: async (ground) => {
    const lanes = new Lanes(ground);
    const onError = (what: string) => (error: unknown) => ground.log.error({ error: String(error) }, what);
    const movements = startLoop(() => collectMovements(ground), {
      idle_ms: LOOK_EVERY_MS,
      onError: onError("movements of points were not collected for webhooks"),
    });
    const sending = startLoop(() => lanes.round(), {
      idle_ms: LOOK_EVERY_MS,
      onError: onError("webhooks were not sent"),
    });
    const ways = CARRIERS.map((carrier) => new Sending(ground, carrier));
    const messages = ways.map((way) =>
      startLoop(() => way.round(), {
        idle_ms: LOOK_EVERY_MS,
        retry_ms_max: 5_000,
        onError: onError(`messages of ${way.carrier.channel} were not decided`),
      }),
    );
    const receipts = CARRIERS.map((carrier) =>
      startLoop(() => receiptRound(ground, carrier), {
        idle_ms: RECEIPTS_EVERY_MS,
        retry_ms_max: 60_000,
        onError: onError(`receipts of ${carrier.channel} were not taken`),
      }),
    );
    const confirmations = CARRIERS.map((carrier) =>
      startLoop(() => confirmRound(ground, carrier), {
        idle_ms: RECEIPTS_EVERY_MS,
        retry_ms_max: 60_000,
        onError: onError(`confirmations of ${carrier.channel} were not asked for`),
      }),
    );
    const clicks = startLoop(() => recordClicks(ground), {
      idle_ms: RECEIPTS_EVERY_MS,
      retry_ms_max: 60_000,
      onError: onError("clicks were not recorded"),
    });
    return async () => {
      await Promise.all(
        [clicks, movements, sending, ...messages, ...receipts, ...confirmations].map((loop) => loop.stop()),
      );
      await Promise.all([lanes.stop(), ...ways.map((way) => way.idle())]);
    };
  },
};
