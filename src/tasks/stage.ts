import type { Stage } from "../ingest/index.ts";
import { endAssignments, insertAssignments } from "./associate-store.ts";
import { associatesNamed, codeOf, keepSaid, membersOfParties, type Said, takeBackSaid } from "./said-store.ts";

const KIND = "member";

/** A member's record names its associate: another one than was said before looks after the member from now on. */
export const associateStage: Stage = {
  domain: "tasks",
  async apply(tx, ground, records) {
    const naming = records.filter(
      ({ kind, party_id, body }) => kind === KIND && party_id !== null && codeOf(body) !== undefined,
    );
    if (naming.length === 0) return [];
    const members = await membersOfParties(tx, [...new Set(naming.flatMap(({ party_id }) => party_id ?? []))]);
    const newest = new Map<number, Said>();
    for (const { party_id, body, occurred_at, record_id } of naming) {
      const member_id = members.get(party_id ?? 0);
      const code = codeOf(body);
      const known = member_id === undefined ? undefined : newest.get(member_id);
      if (member_id === undefined || code === undefined || (known !== undefined && known.at > occurred_at)) continue;
      const store = body["home_store_code"];
      const store_code = typeof store === "string" ? store : null;
      newest.set(member_id, { member_id, code, store_code, at: occurred_at, record_id });
    }
    const changed = await keepSaid(tx, [...newest.values()]);
    if (changed.length === 0) return [];
    const now = ground.clock.now();
    const associates = await associatesNamed(tx, changed, now);
    // an associate who has left takes nobody: the member stays with whoever looks after them
    const taken = changed.flatMap(({ member_id, code, record_id }) => {
      const associate_id = associates.get(code);
      return associate_id === undefined
        ? []
        : [{ member_id, associate_id, since: now, cause: "record" as const, record_id }];
    });
    await endAssignments(
      tx,
      taken.map((one) => one.member_id),
      now,
    );
    await insertAssignments(tx, taken);
    return [];
  },
  async retract(tx, _ground, records) {
    const ids = records.filter(({ kind }) => kind === KIND).map(({ record_id }) => record_id);
    if (ids.length > 0) await takeBackSaid(tx, ids);
  },
};
