import { beforeAll, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey } from "../../../tests/support/journey-shop.ts";
import { type Deed, PlayedJourneys } from "../../../tests/support/played-journeys.ts";
import { shipTemplates } from "../../channels/index.ts";

const world = withDatabase();
let played: PlayedJourneys;
const NAMES = Array.from({ length: 8 }, (_, at) => `buyer-${at}`);
const HALF_HOUR_MS = 1_800_000;

beforeAll(async () => {
  played = new PlayedJourneys(world);
  await played.shop.open();
  await played.shop.act("login", NAMES);
  await played.desk.policy({});
  const words = (template: string, text: string) => ({
    template,
    name: template,
    category: "service" as const,
    content: { kind: "inbox" as const, title: "消息", text, variables: [] },
    state: "approved" as const,
  });
  await played.shop.write((tx) =>
    shipTemplates(
      tx,
      [
        words("bought", "订单 {{ order_no }}，{{ amount }} 元。"),
        words("read", "您读了「{{ topic }}」。"),
        words("gave", "{{ points }} 积分，{{ until }}前有效。"),
      ],
      world().clock.now(),
    ),
  );
});

/** Some order, some read; half of what is read has no topic, which its message tells of. */
function deedsFrom(midnight: Date, days: number): Deed[] {
  const deeds: Deed[] = [];
  for (let place = 1; place < days * 48; place += 7) {
    const at = new Date(midnight.getTime() + place * HALF_HOUR_MS);
    const names = NAMES.filter((_, number) => (place + number) % 3 === 0);
    const lines = [{ line_no: "1", sku: "TEA", quantity: "1", net_minor: place * 100 + 5 }];
    for (const name of names)
      deeds.push({
        at,
        kind: "order",
        names: [name],
        body: { order_no: `${name}-${place}`, status: "paid", channel: "mall", currency: "CNY", lines },
      });
    const topic = place % 2 === 0 ? { topic: "春茶" } : {};
    deeds.push({ at, kind: "content_read", names: names.slice(0, 2), body: { content_id: "c", ...topic } });
  }
  return deeds;
}

test("messages that tell of the entry and of gifts are in a dry run what they were live: what was told goes, what there was not is held", async () => {
  const gift = { kind: "points", points: 5, valid_days: 10, next: "gave" } as const;
  const bought = journey("bought", {
    entry: { kind: "event", event: "order", each: "record" },
    start: "say",
    nodes: {
      say: {
        kind: "message",
        template: "bought",
        variables: {
          order_no: { from: "event", value: "order_no" },
          amount: { from: "event", value: "amount_minor" },
        },
        next: "gift",
      },
      gift,
      gave: {
        kind: "message",
        template: "gave",
        variables: {
          points: { from: "step", node: "gift", value: "points" },
          until: { from: "step", node: "gift", value: "last_day" },
        },
        next: "out",
      },
      out: { kind: "exit" },
    },
  });
  const read = journey("read", {
    entry: { kind: "event", event: "content_read" },
    reentry: { kind: "again", after_days: 0 },
    nodes: {
      say: { kind: "message", template: "read", variables: { topic: { from: "event", value: "topic" } }, next: "out" },
      out: { kind: "exit" },
    },
  });
  for (const [definition, expected] of [
    [bought, ["given", "sent"]],
    [read, ["held template_broken", "sent"]],
  ] as const) {
    const midnight = played.turnToMidnight();
    await played.live(definition, deedsFrom(midnight, 4), 4);
    const live = await played.liveWays(definition.key);
    const dry = await played.dryWays(await played.dry(definition, { days: 3 }));
    const effects = live.flatMap((one) => one.effects.map((effect) => effect.replaceAll(/^\d+ | \d+$/g, "")));
    expect([...new Set(effects)].toSorted()).toEqual(expected);
    expect(live.length).toBeGreaterThan(10);
    expect(dry).toEqual(live);
    await played.end(definition.key);
  }
});
