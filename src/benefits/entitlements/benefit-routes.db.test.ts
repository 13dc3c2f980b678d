import { afterAll, beforeAll, expect, test } from "vitest";
import { SHIPPED_BENEFITS } from "../../../definitions/benefits/benefits.ts";
import { BenefitShop } from "../../../tests/support/benefit-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { type Staff, staffOf } from "../../../tests/support/people.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { ensureBenefits } from "./benefits.ts";

const world = withDatabase();
let staff: Staff;
let shop: BenefitShop;

beforeAll(async () => {
  staff = await staffOf(world());
  shop = new BenefitShop(world());
  await shop.ladder();
  await shop.member(1, "2020-01-01");
  await shop.tier(1, "diamond");
  const { ground } = world();
  await ground.store.write(SYSTEM_SCOPE, (tx) => ensureBenefits(tx, SHIPPED_BENEFITS, ground.clock.now()));
});
afterAll(() => staff.app.close());

test("what ships is offered, put into force by a person who may, and then a member has it", async () => {
  const { owner } = staff;
  const listed = await owner.call("GET", "/api/benefits");
  expect(listed.status).toBe(200);
  expect(listed.body["items"]).toHaveLength(SHIPPED_BENEFITS.length);
  const publishing = { benefit: "priority_service", last_day: null };
  const clerk = await staff.add("clerk", ["S1"]);
  expect((await clerk.call("POST", "/api/benefits/publish", publishing)).status).toBe(403);
  const published = await owner.call("POST", "/api/benefits/publish", publishing);
  expect([published.status, published.body]).toEqual([200, { benefit: "priority_service", version: 1 }]);
  const again = await owner.call("POST", "/api/benefits/publish", publishing);
  expect(again.body).toMatchObject({ code: "benefits.benefit_no_draft" });
  await shop.work();
  const own = await owner.call("GET", "/api/members/1/benefits");
  expect(own.status).toBe(200);
  expect(own.body["items"]).toMatchObject([{ benefit: "priority_service", state: "fulfilled", name_zh: "优先客服" }]);
});
