import { afterAll, beforeAll, expect, test } from "vitest";
import { SCENES } from "../../../definitions/journeys/index.ts";
import { PROGRAMMES } from "../../../definitions/points/index.ts";
import { seedWorld } from "../../../examples/tea-house/seed.ts";
import { type Letter, newsOf } from "../../../examples/tea-house/stream.ts";
import { createWorld } from "../../../examples/tea-house/world.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { JourneyShop } from "../../../tests/support/journey-shop.ts";
import { MessageDesk } from "../../../tests/support/message-desk.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { type PlayedWay, PlayedJourneys } from "../../../tests/support/played-journeys.ts";
import { accept, drainPipeline, sourceByKey } from "../../ingest/index.ts";
import { addDays, businessDay, startOfDay } from "../../platform/index.ts";
import { activateProgramme, settleEarnings, turnDay } from "../../points/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { bookOf, computeAll, settleTags } from "../../tags/index.ts";
import { settleTiers } from "../../tiers/index.ts";
import { advance, enterScheduled, hearCredits } from "../index.ts";
import { publishJourney } from "../journeys.ts";
import { momentsBetween, nextMoments } from "../schedule/moments.ts";
import { automationShare } from "./automation.ts";
import { makeScene } from "./make-scene.ts";
import { journeyOf } from "./scene.ts";

const SOAK = process.env["HUITOU_SOAK"] === "1";
const DAYS = SOAK ? 365 : 40;
/** Each scene has somebody whom it is about: with half of them nobody may move up a tier. */
const MEMBERS = SOAK ? 300 : 60;
const SEED = 23;
const DAY_MS = 86_400_000;
/** Records happen on full pairs of hours, so that everything is due at an instant at which the platform works. */
const GRAIN_MS = 7_200_000;
const MONTH_DAYS = 30;
/** Midnight in Shanghai, with a year before it: tiers that it earned end within the year that is played. */
const START = new Date("2025-11-30T16:00:00Z");
const END = new Date(START.getTime() + DAYS * DAY_MS);
const FROM = new Date(START.getTime() - (SOAK ? 365 : 180) * DAY_MS);
const SHAPE = { members: MEMBERS, seed: SEED, from: FROM, trouble: 1, untidy: false };
/** Scenes that ask of members only what a dry run can ask of then. Tiers and layers it asks of now; of profiles it knows the joining. */
const OF_THEN = ["cart_left", "after_purchase", "refund_apology", "birthday", "new_products"];

const world = withDatabase();
const shop = new JourneyShop(world);
let desk: MessageDesk;
const journeys = new Map<string, string>();
const shares: { readonly scenes: number; readonly messages: number }[] = [];

/** Everything that works in the background, until nothing is left to do. */
async function work(): Promise<void> {
  const { ground, clock } = world();
  await deliverAll(world());
  await settleTiers(ground);
  await settleEarnings(ground);
  await turnDay(ground, businessDay(clock.now(), ground.config.timezone));
  await settleTags(ground, bookOf(ground));
  await deliverAll(world());
  while ((await enterScheduled(ground)) || (await hearCredits(ground)) || (await advance(ground)) > 0) continue;
  await desk.run("inbox");
}

interface Arrival {
  readonly at: Date;
  readonly letters: readonly Letter[];
}

/** What the sources say in the days that are played, by the instant at which it happens and is heard. */
function* arrivals(): Generator<Arrival> {
  const floor = (at: number) => Math.floor(at / GRAIN_MS) * GRAIN_MS;
  for (const { letters } of newsOf(createWorld({ ...SHAPE, until: END }))) {
    const ahead = letters.filter(({ happening }) => happening.at >= START.getTime() && happening.at < END.getTime());
    const groups = Map.groupBy(ahead, ({ happening }) => floor(happening.at));
    for (const [at, group] of [...groups].sort(([a], [b]) => a - b)) yield { at: new Date(at), letters: group };
  }
}

async function happen({ at, letters }: Arrival): Promise<void> {
  const { ground } = world();
  for (const [key, group] of Map.groupBy(letters, ({ happening }) => happening.source)) {
    const source = await ground.store.read(SYSTEM_SCOPE, (tx) => sourceByKey(tx, key));
    if (source === undefined) throw new Error(`no source ${key}`);
    const list = group.map(({ happening: { record } }) => ({ ...record, occurred_at: at.toISOString() }));
    await accept(ground, source, list, { protocol: "rest" });
  }
  await drainPipeline(ground);
}

/** The next instant at which anything may be due: a record, a step, a moment, midnight. */
async function nextInstant(arrival: Date | undefined): Promise<Date> {
  const { ground, clock } = world();
  const { timezone } = ground.config;
  const now = clock.now();
  const [due] = await shop.read<{ at: Date | null }>(
    `select least((select min(due_at) from journeys.run where ended_at is null),
       (select min(due_at) from channels.pending where due_at > $1)) as at`,
    [now],
  );
  const ahead = [
    startOfDay(addDays(businessDay(now, timezone), 1), timezone),
    ...(arrival === undefined ? [] : [arrival]),
    ...(due?.at === null || due === undefined ? [] : [due.at]),
    ...SCENES.flatMap(({ journey: { entry } }) =>
      entry.kind === "schedule" ? nextMoments(entry, now, 1, timezone) : [],
    ),
  ];
  return ahead.reduce((least, one) => (one < least ? one : least));
}

async function noteShare(): Promise<void> {
  const { ground } = world();
  const share = await ground.store.read(SYSTEM_SCOPE, (tx) => automationShare(tx, ground));
  const scenes = share.scenes.filter(({ automated }) => automated).length / share.scenes.length;
  shares.push({ scenes, messages: share.marketing_automated / Math.max(1, share.marketing_sent) });
}

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(START);
  desk = new MessageDesk(ground);
  for (const { ready } of world().domains) await ready?.(ground);
  const [programme] = PROGRAMMES;
  const today = businessDay(START, ground.config.timezone);
  await shop.write((tx) =>
    activateProgramme(
      tx,
      { programme: programme?.key ?? "", version: 1, from_day: today },
      { person_id: null, now: START, today },
    ),
  );
  await seedWorld(ground, { ...SHAPE, until: START });
  await deliverAll(world());
  await computeAll(ground, bookOf(ground), { signal: new AbortController().signal, progress: async () => {} });
  await work();
  for (const scene of SCENES)
    await shop.write(async (tx) => {
      const { journey } = await makeScene(tx, ground, scene, { person_id: null, approved: true });
      await publishJourney(tx, ground, journey, { person_id: null });
      journeys.set(scene.key, journey);
    });
  let month = MONTH_DAYS;
  const coming = arrivals();
  for (let next = coming.next(); ; ) {
    const arrival = next.done === true ? undefined : next.value;
    const at = await nextInstant(arrival?.at);
    if (at >= END) break;
    clock.set(at);
    if (arrival?.at.getTime() === at.getTime()) {
      await happen(arrival);
      next = coming.next();
    }
    await work();
    if (at.getTime() >= START.getTime() + month * DAY_MS) {
      await noteShare();
      month += MONTH_DAYS;
    }
  }
  clock.set(new Date(END.getTime() - 1));
  await work();
});
afterAll(() => {
  process.stdout.write(`automation share by month: ${JSON.stringify(shares)}\n`);
});

const keyOf = (scene: string) => journeys.get(scene) ?? "";

test(`over ${DAYS} days of ${MEMBERS} members more than 80 % of the scenes and of the marketing messages run by themselves, month by month`, () => {
  expect(shares.length).toBe(Math.floor((DAYS - 1) / MONTH_DAYS));
  for (const share of shares) {
    expect(share.scenes).toBeGreaterThan(0.8);
    expect(share.messages).toBeGreaterThan(0.8);
  }
});

test.for(SCENES.map((scene) => [scene.key, scene] as const))(
  "%s fires, and nobody loses the way",
  async ([key, scene]) => {
    const runs = await shop.read<{ entered: number; lost: number; troubles: number }>(
      `select count(*)::int as entered, count(*) filter (where ended = 'lost_way')::int as lost,
       (select count(*)::int from journeys.trouble t join journeys.run r using (run_id) where r.journey = $1) as troubles
     from journeys.run where journey = $1`,
      [keyOf(key)],
    );
    if (SOAK) expect(runs[0]?.entered).toBeGreaterThan(0);
    expect(runs[0]).toMatchObject({ lost: 0, troubles: 0 });
    const { entry } = scene.journey;
    if (entry.kind !== "schedule") return;
    const { timezone } = world().ground.config;
    const done = await shop.read<{ at: Date }>(
      "select at from journeys.moment join journeys.version using (version_id) where journey = $1 and finished_at is not null order by at",
      [keyOf(key)],
    );
    const wanted = momentsBetween(entry, START, new Date(END.getTime() - 1), timezone);
    expect(done.map(({ at }) => at)).toEqual(wanted);
  },
);

let compared = 0;
afterAll(() => expect(compared).toBeGreaterThan(0));

/** Without what the gate made of it: it looks at the messages of all journeys together. */
const wayOf = (way: PlayedWay) => ({ ...way, effects: [] });

test.for(OF_THEN)("%s went as its dry run over the same days says", async (key) => {
  const scene = SCENES.find((one) => one.key === key);
  if (scene === undefined) throw new Error(`no scene ${key}`);
  // a dry run knows members and tiers as they are now
  const moved = await shop.read<{ member_id: number }>(
    `select p.member_id from members.join_log j join members.party p on p.party_id in (j.party_a, j.party_b) where j.joined_at >= $1
     union select member_id from tiers.history where to_tier in ('platinum', 'diamond', 'senior')`,
    [START],
  );
  const changed = new Set(moved.map(({ member_id }) => member_id));
  const same = (ways: readonly PlayedWay[]) => ways.filter(({ member_id }) => !changed.has(member_id)).map(wayOf);
  const played = new PlayedJourneys(world);
  const live = same(await played.liveWays(keyOf(key)));
  const dry = same(await played.dryWays(await played.dry(journeyOf(scene, keyOf(key)), { days: DAYS - 1 })));
  compared += live.length;
  expect(dry).toEqual(live);
});
