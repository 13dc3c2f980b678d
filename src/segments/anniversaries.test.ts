import { describe, expect, test } from "vitest";
import { build as q, Catalogue, checkedTree, evaluate, type Relation } from "../query/index.ts";
import { addDays } from "../platform/index.ts";
import { anniversaryChoices, anniversaryWithin } from "./anniversaries.ts";

const members: Relation = {
  name: "members",
  zh: "会员",
  en: "Members",
  grain_zh: "",
  grain_en: "",
  per_member: "one",
  key: ["member_id"],
  lake: false,
  columns: [
    { name: "member_id", type: "integer", zh: "", en: "" },
    { name: "month", type: "integer", zh: "", en: "" },
    { name: "day", type: "integer", zh: "", en: "" },
  ],
};
const catalogue = new Catalogue([members]);
const [month, day] = [q.member("month"), q.member("day")];

function holds(condition: Parameters<typeof checkedTree>[0], born: string, today: string): boolean {
  const [m, d] = born.split("-").map(Number);
  const data = { members: [{ member_id: 1, month: m ?? null, day: d ?? null }] };
  return evaluate(checkedTree(condition, catalogue), data, catalogue, 1, today) === true;
}

/** Walks the days: the birthday is met when its day comes, or 1 March for 29 February without such a day. */
function met(born: string, today: string, days: number): boolean {
  for (let ahead = 0; ahead <= days; ahead++) {
    const at = addDays(today, ahead);
    const leap = new Date(`${at.slice(0, 4)}-02-29T00:00:00Z`).toISOString().slice(5, 7) === "02";
    if (at.slice(5) === (born === "02-29" && !leap ? "03-01" : born)) return true;
  }
  return false;
}

describe("anniversaries", () => {
  test("within the next days is what walking the days says, over year ends and leap years", () => {
    const births = ["01-01", "01-05", "02-27", "02-28", "02-29", "03-01", "03-02", "06-15", "12-30", "12-31"];
    for (const days of [0, 3, 30]) {
      const condition = anniversaryWithin(month, day, days);
      for (const start of ["2026-12-20", "2027-02-20", "2028-02-20", "2028-12-25"]) {
        for (let ahead = 0; ahead < 15; ahead++) {
          const today = addDays(start, ahead);
          for (const born of births)
            expect([born, today, days, holds(condition, born, today)]).toEqual([
              born,
              today,
              days,
              met(born, today, days),
            ]);
        }
      }
    }
  });

  test("this month and next month, also in December", () => {
    const choices = new Map(anniversaryChoices(month, day).map((choice) => [choice.value, choice.expression]));
    expect(holds(choices.get("this_month"), "12-03", "2026-12-25")).toBe(true);
    expect(holds(choices.get("next_month"), "01-03", "2026-12-25")).toBe(true);
    expect(holds(choices.get("next_month"), "12-03", "2026-11-25")).toBe(true);
    expect(holds(choices.get("next_month"), "11-03", "2026-11-25")).toBe(false);
  });

  test("a member without a birthday has none", () => {
    const data = { members: [{ member_id: 1, month: null, day: null }] };
    const tree = checkedTree(anniversaryWithin(month, day, 60), catalogue);
    expect(evaluate(tree, data, catalogue, 1, "2026-12-20")).toBe(false);
  });
});
