import fc from "fast-check";
import { expect, test } from "vitest";
import { expressions } from "../../tests/support/expressions.ts";
import { shopData, smallShop, TODAY } from "../../tests/support/small-shop.ts";
import { addDays } from "../platform/index.ts";
import * as q from "./builder.ts";
import { checkedTree, evaluate, wakeTree } from "./index.ts";

test("until its wake-up day a value does not change when nothing happens", () => {
  const later = fc.constantFrom(1, 2, 6, 7, 8, 29, 30, 31, 59, 60, 89, 90, 91, 364, 365, 366, 800);
  fc.assert(
    fc.property(shopData, expressions(smallShop), later, (data, expression, days) => {
      const tree = checkedTree(expression, smallShop);
      const wake = wakeTree(tree, smallShop, TODAY);
      const then = addDays(TODAY, days);
      for (const member of [1, 2, 3]) {
        const at = wake === undefined ? null : evaluate(wake, data, smallShop, member, TODAY);
        if (at !== null) expect(String(at) > TODAY).toBe(true);
        if (at !== null && String(at) <= then) continue;
        const now = evaluate(tree, data, smallShop, member, TODAY);
        expect(evaluate(tree, data, smallShop, member, then)).toEqual(now);
      }
    }),
    { numRuns: 1000 },
  );
});

function wakeOf(expression: Parameters<typeof checkedTree>[0], row: Record<string, string | number | null>) {
  const wake = wakeTree(checkedTree(expression, smallShop), smallShop, TODAY);
  return wake && evaluate(wake, { members: [{ member_id: 1, ...row }] }, smallShop, 1, TODAY);
}

test("bands over days since a date wake at the next border, not every day", () => {
  const recency = q.bands(
    q.daysSince(q.member("join_day")),
    [
      [30, "new"],
      [90, "known"],
    ],
    "old",
  );
  expect(wakeOf(recency, { join_day: "2026-02-20" })).toBe("2026-03-22");
  expect(wakeOf(recency, { join_day: "2026-01-01" })).toBe("2026-04-01");
  expect(wakeOf(recency, { join_day: "2020-01-01" })).toBeNull();
});

test("days since a date against a number that a case chooses wake at the next of the numbers, not every day", () => {
  const women = q.isIn(q.member("gender"), ["female"]);
  const lost = q.atLeast(q.daysSince(q.member("join_day")), q.choose([[women, 365]], 180));
  expect(wakeOf(lost, { join_day: "2026-02-20", gender: "female" })).toBe(addDays("2026-02-20", 180));
  expect(wakeOf(lost, { join_day: addDays(TODAY, -200), gender: "female" })).toBe(addDays(TODAY, 165));
  expect(wakeOf(lost, { join_day: addDays(TODAY, -400), gender: "female" })).toBeNull();
});

test("an age wakes in the month of the birthday", () => {
  const age = q.fullYears(q.member("birth_year"), q.member("birth_month"), q.member("birth_day"));
  expect(wakeOf(age, { birth_year: 1990, birth_month: 7, birth_day: 9 })).toBe("2026-07-01");
  expect(wakeOf(age, { birth_year: 1990, birth_month: 2, birth_day: 3 })).toBe("2027-02-01");
  expect(wakeOf(age, { birth_year: 1992, birth_month: 2, birth_day: 29 })).toBe("2026-03-01");
});

test("a value that does not look at the day has no wake-up", () => {
  expect(wakeTree(checkedTree(q.member("gender"), smallShop), smallShop, TODAY)).toBeUndefined();
});
