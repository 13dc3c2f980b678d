import { beforeAll, describe, expect, test } from "vitest";
import { SCENES } from "../../../definitions/journeys/index.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, JourneyShop } from "../../../tests/support/journey-shop.ts";
import { MessageDesk, OPEN_POLICY } from "../../../tests/support/message-desk.ts";
import { requestMessages } from "../../channels/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { publishJourney } from "../journeys.ts";
import { automationShare, entersByItself } from "./automation.ts";
import { makeScene } from "./make-scene.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
let desk: MessageDesk;
const NAMES = Array.from({ length: 12 }, (_, at) => `guest-${at}`);
/** Ten in the morning in Shanghai. */
const START = new Date("2026-11-02T02:00:00Z");

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(START);
  await shop.open();
  desk = new MessageDesk(ground);
  await desk.policy(OPEN_POLICY);
  await desk.template("news", { kind: "inbox", title: "新", text: "新", variables: [] });
  await desk.template("bill", { kind: "inbox", title: "单", text: "单", variables: [] }, "service");
  await shop.act("login", NAMES);
  const yes = { purpose: "marketing", medium: "mini_program", granted: true, text_version: "v1", via: "app" };
  await shop.act("consent", NAMES, yes);
});

const share = () => world().ground.store.read(SYSTEM_SCOPE, (tx) => automationShare(tx, world().ground));
const sceneOf = async (key: string) => (await share()).scenes.find(({ scene }) => scene === key);

async function publish(key: string): Promise<void> {
  const { ground } = world();
  const scene = SCENES.find((one) => one.key === key);
  if (scene === undefined) throw new Error(`no scene ${key}`);
  await shop.write(async (tx) => {
    const made = await makeScene(tx, ground, scene, { person_id: null, approved: true });
    await publishJourney(tx, ground, made.journey, { person_id: null });
  });
}

/** The same figures on another way: by the run that a message belongs to, not by its version; by hand where a member is counted. */
const messagesByHand = () =>
  shop.read<{ sent: number; automated: number }>(
    `select count(*)::int as sent, count(*) filter (where v.definition -> 'entry' ->> 'kind' in ('event', 'segment')
       or (v.definition -> 'entry' ->> 'kind' = 'schedule' and v.definition -> 'entry' ->> 'every' <> 'once'))::int as automated
     from channels.message m join channels.outcome o on o.message_id = m.message_id and o.state = 'accepted'
     join channels.template t on t.template = m.template and t.category = 'marketing'
     left join journeys.run r on m.source = 'journeys' and r.run_id = split_part(m.effect_key, '.', 2)::bigint
     left join journeys.version v on v.version_id = r.version_id
     where o.at >= $1`,
    [new Date(world().clock.now().getTime() - 30 * 86_400_000)],
  );
const cartsByHand = () =>
  shop.read<{ qualifying: number; handled: number }>(
    `select count(distinct p.member_id)::int as qualifying, count(distinct r.member_id)::int as handled
     from members.event e join members.party p using (party_id)
     left join journeys.run r on r.member_id = p.member_id and r.journey = 'cart_left'
     where e.kind = 'cart' and e.occurred_at >= $1`,
    [new Date(world().clock.now().getTime() - 30 * 86_400_000)],
  );

describe("the automation share", () => {
  test("counts marketing messages that no person started, of all that went out; and members that a scene handled", async () => {
    const { ground, clock } = world();
    await shop.act("cart", NAMES.slice(0, 3), { sku: "TEA" });
    clock.advance({ days: 1 });
    await publish("cart_left");
    await shop.publish(
      journey("by_hand", { nodes: { say: { kind: "message", template: "news", next: "out" }, out: { kind: "exit" } } }),
    );
    await shop.publish(
      journey("bills", {
        entry: { kind: "event", event: "cart" },
        nodes: { say: { kind: "message", template: "bill", next: "out" }, out: { kind: "exit" } },
      }),
    );
    await shop.act("cart", NAMES.slice(3), { sku: "TEA" });
    await shop.settle();
    clock.advance({ hours: 2 });
    await shop.settle();
    const some = await Promise.all(NAMES.slice(0, 5).map((name) => shop.member(name)));
    await shop.enter("by_hand", some);
    await shop.settle();
    await shop.write((tx) =>
      requestMessages(
        tx,
        ground,
        "example",
        some.slice(0, 2).map((member_id) => ({ effect_key: `x.${member_id}`, member_id, template: "news" })),
      ),
    );
    await desk.run("inbox");
    const found = await share();
    expect(found).toMatchObject({ marketing_sent: 9 + 5 + 2, marketing_automated: 9 });
    expect(await messagesByHand()).toEqual([{ sent: found.marketing_sent, automated: found.marketing_automated }]);
    const cart = await sceneOf("cart_left");
    expect(cart).toMatchObject({ qualifying: 12, handled: 9, automated: false, counts: "members" });
    expect(await cartsByHand()).toEqual([{ qualifying: cart?.qualifying, handled: cart?.handled }]);

    clock.advance({ days: 29, hours: 2 });
    const later = await sceneOf("cart_left");
    expect(later).toMatchObject({ qualifying: 9, handled: 9, automated: true });
    expect(await cartsByHand()).toEqual([{ qualifying: 9, handled: 9 }]);
  });

  test("of a scene with a schedule counts moments that were worked off; what is only a draft, or paused, is not automated", async () => {
    const { ground, clock } = world();
    expect(await sceneOf("birthday")).toMatchObject({ journeys: [], automated: false });
    const birthday = SCENES.find(({ key }) => key === "birthday");
    if (birthday === undefined) throw new Error("no birthday");
    await shop.write((tx) => makeScene(tx, ground, birthday, { person_id: null }));
    expect(await sceneOf("birthday")).toMatchObject({
      journeys: [{ journey: "birthday", state: "draft" }],
      automated: false,
    });
    await shop.write((tx) => publishJourney(tx, ground, "birthday", { person_id: null }));
    clock.advance({ days: 1 });
    await shop.settle();
    expect(await sceneOf("birthday")).toMatchObject({
      qualifying: 30,
      handled: 1,
      automated: false,
      counts: "moments",
    });
    for (let day = 0; day < 29; day += 1) {
      clock.advance({ days: 1 });
      await shop.settle();
    }
    expect(await sceneOf("birthday")).toMatchObject({ qualifying: 30, handled: 30, automated: true });
  });

  test("whoever calls the API or sets one date has started it", () => {
    expect(entersByItself({ kind: "api" })).toBe(false);
    expect(entersByItself({ kind: "schedule", every: "once" })).toBe(false);
    expect(entersByItself({ kind: "schedule", every: "month" })).toBe(true);
    expect(entersByItself({ kind: "segment" })).toBe(true);
    expect(entersByItself(undefined)).toBe(false);
  });
});
