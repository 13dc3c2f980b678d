import { subscriptionsOf } from "../../src/background.ts";
import { deliverOutbox } from "../../src/store/index.ts";
import type { TestWorld } from "./database.ts";

/** Hands every waiting event to its listeners, until nothing waits any more. */
export async function deliverAll({ ground, composition }: TestWorld): Promise<void> {
  while (await deliverOutbox(ground, subscriptionsOf(composition))) {
    // a full batch was delivered: there may be more
  }
}
