import { beforeAll, describe, expect, test } from "vitest";
import { CouponShop, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, JourneyShop, type Nodes } from "../../../tests/support/journey-shop.ts";
import { shipTemplates } from "../../channels/index.ts";
import { activateProgramme, ensureProgrammes } from "../../points/index.ts";
import { businessDay } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { ensureLadders } from "../../tiers/activation.ts";
import { PROGRAMMES } from "../../../definitions/points/index.ts";
import { journeyProblems } from "../definition-check.ts";
import { previewMessage } from "./preview.ts";

const world = withDatabase();
const shop = new JourneyShop(world);

const TEMPLATES = {
  bought: "{{ member.name }}，订单 {{ order_no }} 实付 {{ amount }} 元，{{ at }} 下单。",
  gave: "送您 {{ points }} 积分，{{ until }} 前有效。",
  coupon: "送您「{{ name }}」，{{ until }} 前有效。",
  account: "您有 {{ points }} 积分，等级 {{ tier }}。",
  plain: "没有变量。",
};

const say = (template: string, variables: Extract<Nodes[string], { kind: "message" }>["variables"], next = "out") =>
  ({ kind: "message", template, ...(variables === undefined ? {} : { variables }), next }) as const;
const OUT = { kind: "exit" } as const;
const BOUGHT = {
  order_no: { from: "event", value: "order_no" },
  amount: { from: "event", value: "amount_minor" },
  at: { from: "event", value: "occurred_at" },
} as const;

beforeAll(async () => {
  await shop.open();
  const { ground, clock } = world();
  const now = clock.now();
  await shop.write((tx) =>
    shipTemplates(
      tx,
      Object.entries(TEMPLATES).map(([template, text]) => ({
        template,
        name: `模板 ${template}`,
        category: "service" as const,
        content: { kind: "inbox" as const, title: "消息", text, variables: [] },
        state: "approved" as const,
      })),
      now,
    ),
  );
  await shop.write((tx) => ensureProgrammes(tx, PROGRAMMES, now));
  const [programme] = PROGRAMMES;
  const today = businessDay(now, ground.config.timezone);
  await shop.write((tx) =>
    activateProgramme(
      tx,
      { programme: programme?.key ?? "", version: 1, from_day: today },
      { person_id: null, now, today },
    ),
  );
  await ensureLadders(ground);
});

const asked = (key: string) =>
  shop.read<{ template: string; variables: Record<string, unknown> }>(
    `select m.template, m.variables from channels.message m
     join journeys.run r on m.effect_key like r.version_id || '.' || r.run_id || '.%' where r.journey = $1 order by m.message_id`,
    [key],
  );
const problems = (definition: unknown) => shop.write((tx) => journeyProblems(tx, world().ground, definition));

const order = (order_no: string, net_minor: number) => ({
  order_no,
  status: "paid",
  channel: "mall",
  currency: "CNY",
  lines: [{ line_no: "1", sku: "TEA", quantity: "1", net_minor }],
});

describe("what a message tells", () => {
  test("of the order that let the member in: its number, its amount in yuan, its time in the brand's zone", async () => {
    await shop.publish(
      journey("orders", {
        entry: { kind: "event", event: "order", each: "record" },
        nodes: { say: say("bought", BOUGHT), out: OUT },
      }),
    );
    await shop.act("order", ["order-an"], order("A-1", 26_005));
    await shop.act("order", ["order-an"], order("A-2", 900));
    await shop.settle();
    const at = expect.stringMatching(/^\d{4}年\d+月\d+日 \d\d:\d\d$/);
    expect((await asked("orders")).map(({ variables }) => variables)).toEqual([
      { order_no: "A-1", amount: "260.05", at },
      { order_no: "A-2", amount: "9.00", at },
    ]);
  });

  test("keeps nothing else of the record in the run, and nothing where no message tells of it", async () => {
    const kept = await shop.read<{ given: object }>("select given from journeys.run where journey = 'orders' limit 1");
    expect(Object.keys(kept[0]?.given ?? {}).toSorted()).toEqual(["amount_minor", "occurred_at", "order_no"]);
    await shop.publish(
      journey("untold", {
        entry: { kind: "event", event: "share" },
        nodes: { say: say("plain", undefined), out: OUT },
      }),
    );
    await shop.act("share", ["order-an"], { share_id: "s" });
    await shop.settle();
    expect(await shop.read("select given from journeys.run where journey = 'untold'")).toEqual([{ given: null }]);
  });

  test("of points that an earlier node gave, with their last day counted from then", async () => {
    await shop.publish(
      journey("gives", {
        start: "gift",
        nodes: {
          gift: { kind: "points", points: 50, valid_days: 30, next: "wait" },
          wait: { kind: "wait", for: { amount: 2, unit: "days" }, next: "say" },
          say: say("gave", {
            points: { from: "step", node: "gift", value: "points" },
            until: { from: "step", node: "gift", value: "last_day" },
          }),
          out: OUT,
        },
      }),
    );
    const member = await shop.member("order-an");
    const given = businessDay(world().clock.now(), "Asia/Shanghai");
    await shop.enter("gives", [member]);
    await shop.settle();
    world().clock.advance({ days: 2 });
    await shop.settle();
    const last = new Date(`${given}T00:00:00Z`);
    last.setUTCDate(last.getUTCDate() + 29);
    const until = `${last.getUTCFullYear()}年${last.getUTCMonth() + 1}月${last.getUTCDate()}日`;
    expect((await asked("gives")).map(({ variables }) => variables)).toEqual([{ points: 50, until }]);
  });

  test("never of what was refused: the value is left out, for the gate to hold the message back", async () => {
    await shop.publish(
      journey("refused", {
        start: "gift",
        nodes: {
          gift: { kind: "points", points: 50, valid_days: 30, budget: "no such budget", next: "say" },
          say: say("gave", {
            points: { from: "step", node: "gift", value: "points" },
            until: { from: "step", node: "gift", value: "last_day" },
          }),
          out: OUT,
        },
      }),
    );
    await shop.enter("refused", [await shop.member("order-an")]);
    await shop.settle();
    expect((await asked("refused")).map(({ variables }) => variables)).toEqual([{}]);
    const troubles = await shop.read(
      "select code from journeys.trouble join journeys.run using (run_id) where journey = 'refused'",
    );
    expect(troubles).toHaveLength(1);
  });

  test("of a coupon given in the same moment: its name, and the last day of its batch", async () => {
    await new CouponShop(world()).batch(yuanOff(1_000, { key: "thanks" }), { number: 3 });
    await shop.publish(
      journey("coupons", {
        start: "give",
        nodes: {
          give: { kind: "coupon", coupon: "thanks", next: "say" },
          say: say("coupon", {
            name: { from: "step", node: "give", value: "name" },
            until: { from: "step", node: "give", value: "last_day" },
          }),
          out: OUT,
        },
      }),
    );
    await shop.enter("coupons", [await shop.member("order-an")]);
    await shop.settle();
    const [issued] = await shop.read<{ last_day: string | null; name: string }>(
      `select i.last_day, v.definition->>'zh' as name from benefits.issued i join benefits.batch b using (batch_id)
       join benefits.coupon_version v on v.coupon_id = b.coupon_id and v.version = b.version`,
    );
    const [year, month, day] = (issued?.last_day ?? "").split("-").map(Number);
    const until = issued?.last_day == null ? "长期有效" : `${year}年${month}月${day}日`;
    expect((await asked("coupons")).map(({ variables }) => variables)).toEqual([{ name: issued?.name, until }]);
  });

  test("of the member as they are: points to spend, the name of the tier", async () => {
    await shop.publish(
      journey("accounts", {
        nodes: {
          say: say("account", {
            points: { from: "member", value: "points" },
            tier: { from: "member", value: "tier" },
          }),
          out: OUT,
        },
      }),
    );
    await shop.enter("accounts", [await shop.member("order-an")]);
    await shop.settle();
    const [account] = await shop.read<{ active_points: number }>(
      "select active_points from catalogue.points_account where member_id = $1",
      [await shop.member("order-an")],
    );
    const [told] = await asked("accounts");
    expect(told?.variables).toEqual({
      points: account?.active_points,
      tier: expect.stringMatching(/\p{Script=Han}/u),
    });
    expect(account?.active_points).toBe(50);
  });
});

describe("checking a draft", () => {
  const codes = async (nodes: Nodes, more: Parameters<typeof journey>[1] = {}) =>
    (await problems(journey("checked", { nodes, ...more }))).map(({ path, code }) => [path, code]);

  test("marks a variable of the template that nothing is said of, and one that the template does not read", async () => {
    expect(await codes({ say: say("gave", { points: { from: "text", value: "9" } }), out: OUT })).toEqual([
      ["/nodes/say/variables/until", "journeys.variable_missing"],
    ]);
    expect(await codes({ say: say("plain", { amount: { from: "text", value: "9" } }), out: OUT })).toEqual([
      ["/nodes/say/variables/amount", "journeys.variable_unread"],
    ]);
  });

  test("knows what the entry tells: nothing where no event lets in, and only fields of its kind that name nobody", async () => {
    const nodes = { say: say("bought", BOUGHT), out: OUT };
    expect((await codes(nodes)).toSorted()).toEqual(
      ["amount", "at", "order_no"]
        .map((name) => [`/nodes/say/variables/${name}`, "journeys.variable_no_event"])
        .toSorted(),
    );
    const receiver = { ...BOUGHT, order_no: { from: "event", value: "receiver_name" } } as const;
    expect(
      await codes({ say: say("bought", receiver), out: OUT }, { entry: { kind: "event", event: "order" } }),
    ).toEqual([["/nodes/say/variables/order_no", "journeys.variable_value"]]);
  });

  test("wants every way to pass the node whose gift is told", async () => {
    const told = {
      points: { from: "step", node: "gift", value: "points" },
      until: { from: "step", node: "gift", value: "last_day" },
    } as const;
    const gift = { kind: "points", points: 5, valid_days: 9, next: "say" } as const;
    const split = {
      kind: "random",
      branches: [
        { percent: 50, next: "gift" },
        { percent: 50, next: "say" },
      ],
    } as unknown as Nodes[string];
    expect(await codes({ gift, say: say("gave", told), out: OUT }, { start: "gift" })).toEqual([]);
    expect(await codes({ split, gift, say: say("gave", told), out: OUT }, { start: "split" })).toEqual([
      ["/nodes/say/variables/points", "journeys.variable_step_skipped"],
      ["/nodes/say/variables/until", "journeys.variable_step_skipped"],
    ]);
    const endless = { ...gift, valid_days: null };
    expect(await codes({ gift: endless, say: say("gave", told), out: OUT }, { start: "gift" })).toEqual([
      ["/nodes/say/variables/until", "journeys.variable_value"],
    ]);
  });
});

test("a preview shows the member's newest order with the name masked, and examples where there is nothing", async () => {
  const { ground } = world();
  const definition = journey("orders", {
    entry: { kind: "event", event: "order", each: "record" },
    nodes: { say: say("bought", BOUGHT), out: OUT },
  });
  const scope = { ...SYSTEM_SCOPE, personal: "mask" } as const;
  const member_id = await shop.member("order-an");
  const real = await previewMessage(ground, scope, definition, { node: "say", member_id });
  expect(real.text).toContain("订单 A-2 实付 9.00 元");
  expect(real.values.every(({ example }) => !example)).toBe(true);
  const nobody = await previewMessage(ground, scope, definition, { node: "say", member_id: null });
  expect(nobody.values.every(({ example }) => example)).toBe(true);
  expect(nobody.text).toContain("实付 268.00 元");
});
