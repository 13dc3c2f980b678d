import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { journey, JourneyShop, type Nodes } from "../../tests/support/journey-shop.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { build as q } from "../query/index.ts";
import { saveSegment, settleMembership } from "../segments/index.ts";

const START = new Date("2026-11-20T02:00:00Z");
const world = withDatabase();
const shop = new JourneyShop(world);
beforeAll(() => shop.open());

describe("an event", () => {
  test("lets its member in; a wait for another event ends by it, or by its time", async () => {
    world().clock.set(START);
    await shop.publish(
      journey("cart_left", {
        entry: { kind: "event", event: "cart" },
        start: "wait",
        nodes: {
          wait: {
            kind: "wait_until",
            event: "like",
            within: { amount: 2, unit: "hours" },
            then: "out",
            otherwise: "say",
          },
          say: { kind: "message", template: "hello", next: "out" },
          out: { kind: "exit" },
        },
      }),
    );
    await shop.act("cart", ["an", "bo"], { sku: "TEA" });
    await shop.settle();
    expect((await shop.runs("cart_left")).map(({ ended }) => ended)).toEqual([null, null]);
    world().clock.advance({ minutes: 30 });
    await shop.act("like", ["an"], { target_id: "p-1" });
    await shop.settle();
    world().clock.advance({ hours: 2 });
    await shop.settle();
    expect(await shop.messages("cart_left")).toEqual([{ member_id: await shop.member("bo"), template: "hello" }]);
    expect((await shop.runs("cart_left")).map(({ ended }) => ended)).toEqual(["finished", "finished"]);
  });

  test("that happened long ago lets nobody in", async () => {
    world().clock.advance({ days: 3 });
    await shop.act("cart", ["late"], { sku: "TEA" }, START);
    expect((await shop.runs("cart_left")).length).toBe(2);
  });
});

describe("entering", () => {
  test("once is once; anew is after so many days, one at a time; each record has its own way", async () => {
    const [an, bo] = [await shop.member("an"), await shop.member("bo")];
    await shop.publish(journey("once", {}));
    expect(await shop.enter("once", [an, bo, an])).toBe(2);
    await shop.settle();
    expect(await shop.enter("once", [an, bo], "later")).toBe(0);

    const slow: Nodes = {
      wait: { kind: "wait", for: { amount: 10, unit: "days" }, next: "out" },
      out: { kind: "exit" },
    };
    await shop.publish(journey("anew", { reentry: { kind: "again", after_days: 5 }, start: "wait", nodes: slow }));
    expect(await shop.enter("anew", [an], "1")).toBe(1);
    world().clock.advance({ days: 6 });
    expect(await shop.enter("anew", [an], "2")).toBe(0);
    world().clock.advance({ days: 5 });
    await shop.settle();
    expect(await shop.enter("anew", [an], "3")).toBe(1);
    expect(await shop.enter("anew", [an], "3")).toBe(0);

    await shop.publish(
      journey("each", { entry: { kind: "event", event: "cart", each: "record" }, start: "wait", nodes: slow }),
    );
    await shop.act("cart", ["an", "bo"], { sku: "TEA" });
    await shop.act("cart", ["an"], { sku: "CUP" });
    expect((await shop.runs("each")).length).toBe(3);
  });

  test("whoever is in the segment when it is published, and whoever comes in afterwards", async () => {
    const { ground } = world();
    const bought = q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "share") }), 1);
    await shop.act("share", ["an"]);
    const { segment_id } = await saveSegment(
      ground,
      { name: "sharers", description: "", condition: bought },
      { person_id: null, name: "Test" },
    );
    await settleMembership(ground);
    await shop.publish(
      journey("sharers", { entry: { kind: "segment", segment_id, movement: "entered", present: true } }),
    );
    await shop.settle();
    expect((await shop.runs("sharers")).map((run) => run.member_id)).toEqual([await shop.member("an")]);
    await shop.act("share", ["bo"]);
    await deliverAll(world());
    await settleMembership(ground);
    await shop.settle();
    expect((await shop.messages("sharers")).map((one) => one.member_id)).toEqual([
      await shop.member("an"),
      await shop.member("bo"),
    ]);
  });
});
