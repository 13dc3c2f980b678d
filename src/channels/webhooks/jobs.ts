import { defineJob, type JobKind, type Schedule, SYSTEM_SCOPE } from "../../store/index.ts";
import type { Ground } from "../../ground.ts";
import { forgetLinks } from "../messages/link-store.ts";
import { forgetMessages, KEPT_DAYS } from "./delivery-store.ts";

const FORGET = "channels.forget_webhooks";
const FORGOTTEN_AT_ONCE = 5_000;
const LINKS_KEPT_DAYS = 365;

async function forgetOldLinks(ground: Ground, signal: AbortSignal): Promise<void> {
  const before = new Date(ground.clock.now().getTime() - LINKS_KEPT_DAYS * 86_400_000);
  while (!signal.aborted) {
    const count = await ground.store.write(SYSTEM_SCOPE, (tx) => forgetLinks(tx, before, FORGOTTEN_AT_ONCE));
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
    await forgetOldLinks(ground, signal);
    return { forgotten };
  },
});

export const webhookJobs: readonly JobKind[] = [forget];
export const webhookSchedules: readonly Schedule[] = [{ kind: FORGET, cron: "41 19 * * *" }];
