import { defineJob, type JobKind, type Schedule, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import type { Ground } from "../../ground.ts";
import { forgetUsed } from "../messages/gate-store.ts";
import { forgetLinks } from "../messages/link-store.ts";
import { forgetServiceWords } from "../messages/service-word-store.ts";
import { forgetTasks } from "../messages/wecom-task-store.ts";
import { forgetMessages, KEPT_DAYS } from "./delivery-store.ts";

const FORGET = "channels.forget_webhooks";
const FORGOTTEN_AT_ONCE = 5_000;
const LINKS_KEPT_DAYS = 365;

async function whileAny(ground: Ground, signal: AbortSignal, forgetSome: (tx: Tx) => Promise<number>): Promise<void> {
  while (!signal.aborted) {
    const count = await ground.store.write(SYSTEM_SCOPE, forgetSome);
    if (count < FORGOTTEN_AT_ONCE) break;
  }
}

const forget = defineJob({
  kind: FORGET,
  run: async ({ ground, signal }) => {
    const before = new Date(ground.wall.now().getTime() - KEPT_DAYS * 86_400_000);
    let forgotten = 0;
    while (!signal.aborted) {
      const count = await ground.store.write(SYSTEM_SCOPE, (tx) => forgetMessages(tx, before, FORGOTTEN_AT_ONCE));
      forgotten += count;
      if (count < FORGOTTEN_AT_ONCE) break;
    }
    const now = ground.clock.now().getTime();
    const linked = new Date(now - LINKS_KEPT_DAYS * 86_400_000);
    await whileAny(ground, signal, (tx) => forgetLinks(tx, linked, FORGOTTEN_AT_ONCE));
    await whileAny(ground, signal, (tx) => forgetUsed(tx, new Date(now), FORGOTTEN_AT_ONCE));
    await whileAny(ground, signal, (tx) => forgetServiceWords(tx, before, FORGOTTEN_AT_ONCE));
    await whileAny(ground, signal, (tx) => forgetTasks(tx, before, FORGOTTEN_AT_ONCE));
    return { forgotten };
  },
});

export const webhookJobs: readonly JobKind[] = [forget];
export const webhookSchedules: readonly Schedule[] = [{ kind: FORGET, cron: "41 19 * * *" }];
