import { dryRun } from "../src/journeys/dry-run/run.ts";
import { type JourneyDefinition, saveJourney } from "../src/journeys/index.ts";
import { systemClock } from "../src/platform/clock.ts";
import { newUuid } from "../src/platform/index.ts";
import { build as q } from "../src/query/index.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { type BareGround, onBareGround } from "./bare-ground.ts";
import { BARE_MEMBERS, benchTemplate } from "./bare-members.ts";
import type { Bench, Figure } from "./main.ts";

const MEMBERS = Number(process.env["BENCH_JOURNEYS_MEMBERS"] ?? 100_000);
const DAYS = 90;
const SECONDS_MAX = 30;
/** Records of each member within the days: carts, log-ins, orders and browsing in turn. */
const RECORDS = 24;

const seen = q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "login"), window: q.lastDays(7) }), 1);

const JOURNEY: JourneyDefinition = {
  key: "bench",
  zh: "试运行的速度",
  en: "Speed of a dry run",
  entry: { kind: "event", event: "cart" },
  reentry: { kind: "again", after_days: 14 },
  goal: { event: "review", exit: true },
  hold_out_percent: 5,
  start: "wait",
  nodes: {
    wait: { kind: "wait", for: { amount: 2, unit: "hours" }, next: "ask" },
    ask: { kind: "condition", condition: seen, then: "open", otherwise: "listen" },
    listen: { kind: "wait_until", event: "login", within: { amount: 3, unit: "days" }, then: "open", otherwise: "out" },
    open: { kind: "window", from: "10:00", until: "20:00", next: "say" },
    say: { kind: "message", template: "bench", next: "rest" },
    rest: { kind: "wait", for: { amount: 3, unit: "days" }, next: "again" },
    again: { kind: "condition", condition: seen, then: "give", otherwise: "out" },
    give: { kind: "points", points: 10, valid_days: 90, next: "out" },
    out: { kind: "exit" },
  },
};

const CONTENT = { kind: "inbox", title: "您好", text: "您的商品还在购物车里", variables: [] };

const FILL = [
  ...BARE_MEMBERS,
  `insert into members.event (party_id, occurred_at, kind, record_id, received_at)
   select n, now() - make_interval(secs => (hashint8(n * ${RECORDS} + k) & 2147483647) % ${DAYS * 86_400}),
     (array['cart', 'login', 'browse', 'login', 'browse', 'search', 'browse', 'review'])[1 + k % 8], gen_random_uuid(), now()
   from generate_series(1, $1::int) n, generate_series(1, ${RECORDS}) k`,
];

async function measure({ ground, write, asOwner }: BareGround): Promise<readonly Figure[]> {
  for (const text of FILL) await write(text, [MEMBERS]);
  await benchTemplate(write, CONTENT);
  // it would be left with guesses
  await asOwner("analyze members.event, members.party, members.profile, members.consent");
  await ground.store.write(SYSTEM_SCOPE, (tx) => saveJourney(tx, ground, JOURNEY, { person_id: null }));
  const began = performance.now();
  const { entered } = (await dryRun({
    ground,
    job_id: newUuid(systemClock.now()),
    input: {
      journey: JOURNEY.key,
      version: 1,
      definition: JSON.stringify(JOURNEY),
      days: DAYS,
      member_id: null,
      segment_id: null,
      person_id: null,
      until: systemClock.now().toISOString(),
    },
    signal: new AbortController().signal,
    cancelled: () => false,
    progress: async (done) => {
      if (process.env["BENCH_JOURNEYS_TIMES"] !== undefined) console.error(done, Math.round(performance.now() - began));
    },
  })) as { entered: number };
  const seconds = (performance.now() - began) / 1000;
  const name = `dry run: ${DAYS} days, ${MEMBERS} members, ${entered} ways`;
  const bar = `≤ ${SECONDS_MAX} s`;
  return [{ name, value: seconds, unit: "s", reference: null, ratio: null, bar, met: seconds <= SECONDS_MAX }];
}

export const benches: readonly Bench[] = [{ name: "journeys-dry", run: () => onBareGround(measure) }];
