import { beforeEach, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { MarkKind } from "./behaviour.ts";
import { foldMarks, LANE, markDirty, marksExceed } from "./dirty-store.ts";

const world = withDatabase();
const AT = new Date("2026-11-22T08:00:00Z");
const later = (minutes: number) => new Date(AT.getTime() + minutes * 60_000);

const inTx = <T>(run: (tx: Tx) => Promise<T>) => world().ground.store.write(SYSTEM_SCOPE, run);
const marks = () =>
  inTx((tx) => tx.query("select member_id, party_id, kind, since from tags.dirty order by lane, dirty_id"));
const mark = (tx: Tx, party_id: number, kind: MarkKind, minutes: number) =>
  markDirty(tx, { party_ids: [party_id] }, later(minutes), kind);

describe("marks of a long queue", () => {
  beforeEach(() => inTx((tx) => tx.query("delete from tags.dirty")));

  test("one stays for each, the oldest, asking for everything where kinds differ", async () => {
    await inTx(async (tx) => {
      await mark(tx, 1, "browse", 0);
      await mark(tx, 2, "browse", 1);
      await mark(tx, 1, "browse", 2);
      await mark(tx, 2, "review", 3);
      await mark(tx, 3, null, 4);
      await mark(tx, 3, "review", 5);
      await markDirty(tx, { member_ids: [1] }, later(6));
      await markDirty(tx, { member_ids: [1] }, later(7));
      await foldMarks(tx, 100);
    });
    expect(await marks()).toEqual([
      { member_id: null, party_id: 1, kind: "browse", since: later(0) },
      { member_id: null, party_id: 2, kind: null, since: later(1) },
      { member_id: null, party_id: 3, kind: null, since: later(4) },
      { member_id: 1, party_id: null, kind: null, since: later(6) },
    ]);
  });

  test("those behind the head and those for later stay as they are", async () => {
    await inTx(async (tx) => {
      await markDirty(tx, { party_ids: [1] }, later(0), null, LANE.later);
      await markDirty(tx, { party_ids: [1] }, later(1), null, LANE.later);
      for (const minutes of [2, 3, 4]) await mark(tx, 1, "browse", minutes);
      await foldMarks(tx, 2);
    });
    expect((await marks()).map(({ since }) => since)).toEqual([later(2), later(4), later(0), later(1)]);
    expect(await inTx((tx) => marksExceed(tx, 1))).toBe(true);
    expect(await inTx((tx) => marksExceed(tx, 2))).toBe(false);
  });
});
