import { subscriptionsOf } from "../../src/background.ts";
import { sleep } from "../../src/platform/index.ts";
import { deliverOutbox, SYSTEM_SCOPE } from "../../src/store/index.ts";
import type { TestWorld } from "./database.ts";

/**
 * Hands every waiting event to its listeners, until nothing waits any more. An event waits for transactions that are telling
 * something too.
 */
export async function deliverAll({ ground, composition }: Pick<TestWorld, "ground" | "composition">): Promise<void> {
  const subscriptions = subscriptionsOf(composition);
  for (;;) {
    await deliverOutbox(ground, subscriptions);
    const waiting = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.one(
        `select 1 from unnest($1::text[], $2::text[]) as s (subscriber, type)
         join store.outbox o using (type)
         left join store.outbox_cursor c using (subscriber, type)
         where c.subscriber is null or o.event_id > c.position limit 1`,
        [subscriptions.map((s) => s.subscriber), subscriptions.map((s) => s.type)],
      ),
    );
    if (waiting === undefined) return;
    await sleep(10);
  }
}
