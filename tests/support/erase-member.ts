import type { Ground } from "../../src/ground.ts";
import { eraseMember } from "../../src/members/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";

/** The first act of a deletion alone: the member goes, and with it its keys; everything that copies it hears of it. */
export function eraseNow(ground: Ground, member_id: number) {
  const by = { person_id: null, reason: "asked for it", now: ground.clock.now() };
  return ground.store.write(SYSTEM_SCOPE, (tx) => eraseMember(tx, ground, member_id, by));
}
