import { beforeAll, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { journey } from "../../tests/support/journey-shop.ts";
import { PlayedJourneys } from "../../tests/support/played-journeys.ts";

const world = withDatabase();
let played: PlayedJourneys;
const NAMES = ["plain", "valued", "other"];

beforeAll(async () => {
  played = new PlayedJourneys(world);
  await played.shop.open();
  await played.desk.template("short", { kind: "inbox", title: "您好", text: "余量不多", variables: [] }, "service");
  await played.shop.act("login", NAMES);
  const valued = await played.shop.member("valued");
  await played.desk.query("insert into value.rfm_member values ($1, '2026-11-01', '2026-10-30', 2, 9, 99900, 'B', 1)", [
    valued,
  ]);
});

test("when a budget is short, the journey of high priority goes first, and within a journey members of high value", async () => {
  await played.desk.query("update channels.carrier set cost_minor = 5 where channel = 'inbox'");
  await played.desk.policy({ budgets: [{ channel: "inbox", period: "day", limit_minor: 10 }] });
  const nodes = { say: { kind: "message", template: "short", next: "out" }, out: { kind: "exit" } } as const;
  const entry = { kind: "event", event: "share" } as const;
  const low = journey("low", { entry, nodes, priority: "low" });
  const high = journey("high", { entry: { kind: "event", event: "review" }, nodes, priority: "high" });
  played.turnToMidnight();
  await played.shop.publish(low);
  await played.shop.publish(high);
  const { clock } = world();
  const at = clock.now();
  await played.shop.act("share", ["plain", "valued"], {}, at);
  await played.shop.act("review", ["other"], {}, at);
  await played.shop.settle();
  await played.desk.run("inbox");
  const fates = async (key: string) =>
    (await played.liveWays(key)).map(({ member_id, effects }) => [
      member_id,
      effects[0]?.split(" ").slice(1, 3).join(" "),
    ]);
  const [plain, valued, other] = await Promise.all(NAMES.map((name) => played.shop.member(name)));
  expect((await fates("low")).map(([id, fate]) => [id, String(fate).startsWith("sent")])).toEqual(
    expect.arrayContaining([
      [plain, false],
      [valued, true],
    ]),
  );
  expect((await fates("low")).find(([id]) => id === plain)?.[1]).toBe("held budget");
  expect((await fates("high")).map(([id, fate]) => [id, String(fate).startsWith("sent")])).toEqual([[other, true]]);
  // and the dry run of the same day says the same
  clock.advance({ hours: 1 });
  expect(await played.dryWays(await played.dry(low, { days: 1 }))).toEqual(await played.liveWays("low"));
});
