import { CARRIERS } from "../src/channels/messages/carriers.ts";
import { Sending } from "../src/channels/messages/sending.ts";
import type { Ground } from "../src/ground.ts";
import { advance, enterByApi, type JourneyDefinition, publishJourney, saveJourney } from "../src/journeys/index.ts";
import { FakeClock } from "../src/platform/clock.ts";
import { build as q } from "../src/query/index.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { type BareGround, onBareGround } from "./bare-ground.ts";
import { BARE_MEMBERS, benchTemplate } from "./bare-members.ts";
import type { Bench, Figure } from "./main.ts";

const MEMBERS = Number(process.env["BENCH_CROWD_MEMBERS"] ?? 1_000_000);
const ENTER_AT_ONCE = 10_000;
const SECONDS_MAX = 120;
const PASSES_MIN = 50_000;
/** Beyond what the first tenth of the crowd took. */
const GROWTH_MIB_MAX = 256;
const MIB = 1_048_576;

const seen = q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "login"), window: q.lastDays(7) }), 1);

/** Six steps: a condition, a wait over which the clock jumps, a split, a message for a fifth, hours of the day, the end. */
const JOURNEY: JourneyDefinition = {
  key: "crowd",
  zh: "百万会员",
  en: "A million members",
  entry: { kind: "api" },
  reentry: { kind: "once" },
  goal: null,
  hold_out_percent: 0,
  start: "ask",
  nodes: {
    ask: { kind: "condition", condition: seen, then: "rest", otherwise: "rest" },
    rest: { kind: "wait", for: { amount: 1, unit: "days" }, next: "split" },
    split: {
      kind: "random",
      branches: [
        { percent: 20, next: "say" },
        { percent: 80, next: "open" },
      ],
    },
    say: { kind: "message", template: "bench", next: "open" },
    open: { kind: "window", from: "08:00", until: "20:00", next: "out" },
    out: { kind: "exit" },
  },
};
const CONTENT = { kind: "inbox", title: "您好", text: "为您准备了一份春茶", variables: [] };
const LOGINS = `insert into members.event (party_id, occurred_at, kind, record_id, received_at)
  select n, now() - make_interval(hours => 2 + n % 300), 'login', gen_random_uuid(), now() from generate_series(1, $1::int) n`;

interface Walked {
  readonly seconds: number;
  readonly memory_mib: number;
}

/** Moves everybody who is due. @param each after every pass of a batch */
async function walkAll(ground: Ground, each: (moved: number) => void): Promise<void> {
  for (let moved = 0, more = -1; more !== 0; ) {
    more = await advance(ground);
    moved += more;
    each(moved);
  }
}

async function enterAll(ground: Ground): Promise<void> {
  for (let from = 1; from <= MEMBERS; from += ENTER_AT_ONCE) {
    const member_ids = Array.from({ length: Math.min(ENTER_AT_ONCE, MEMBERS - from + 1) }, (_, n) => from + n);
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      enterByApi(tx, ground, JOURNEY.key, { member_ids, key: `part ${from}` }),
    );
  }
}

/** The gate beside it, as a work process runs it, until everything that was asked for is handed over. */
async function sendAll(ground: Ground, done: () => boolean): Promise<void> {
  const carrier = CARRIERS.find(({ channel }) => channel === "inbox");
  if (carrier === undefined) throw new Error("no inbox");
  const way = new Sending(ground, carrier);
  for (;;) {
    const last = done();
    const more = await way.round();
    if (!more && last) return;
    if (!more) await new Promise((wake) => setTimeout(wake, 50));
  }
}

async function walk(ground: Ground, clock: FakeClock): Promise<Walked & { readonly walking_seconds: number }> {
  const mib = () => process.memoryUsage().rss / MIB;
  let [first_mib, most_mib] = [0, 0];
  const watch = (moved: number) => {
    if (moved <= MEMBERS / 10) first_mib = Math.max(first_mib, mib());
    most_mib = Math.max(most_mib, mib());
  };
  const began = performance.now();
  await enterAll(ground);
  const entered = performance.now();
  await walkAll(ground, watch);
  clock.advance({ days: 1, seconds: 1 });
  let done = false;
  let walked = 0;
  await Promise.all([
    walkAll(ground, watch).then(() => {
      done = true;
      walked = performance.now();
    }),
    sendAll(ground, () => done),
  ]);
  const over = performance.now();
  console.error(
    `  entered ${seconds(entered - began)}, walked ${seconds(walked - entered)}, handed over ${seconds(over - walked)} later`,
  );
  return {
    seconds: (over - began) / 1_000,
    walking_seconds: (walked - entered) / 1_000,
    memory_mib: most_mib - first_mib,
  };
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

async function measure({ ground, write, asOwner }: BareGround, clock: FakeClock): Promise<readonly Figure[]> {
  for (const text of [...BARE_MEMBERS, LOGINS]) await write(text, [MEMBERS]);
  await benchTemplate(write, CONTENT);
  await asOwner("vacuum analyze members.event, members.party, members.profile, members.consent", "checkpoint");
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await saveJourney(tx, ground, JOURNEY, { person_id: null });
    await publishJourney(tx, ground, JOURNEY.key, { person_id: null });
  });
  const { seconds: taken, walking_seconds, memory_mib } = await walk(ground, clock);
  const passes = await count(ground, "select coalesce(sum(members), 0)::int as n from journeys.edge_count");
  const told = await count(ground, "select count(*)::int as n from channels.outcome");
  const ended = await count(ground, "select count(*)::int as n from journeys.run where ended = 'finished'");
  if (ended !== MEMBERS) throw new Error(`${ended} of ${MEMBERS} members came to the end`);
  const rest = { reference: null, ratio: null };
  const rate = passes / walking_seconds;
  const what = `${MEMBERS} members, six steps`;
  return [
    {
      ...rest,
      name: `journeys: ${what}, ${told} messages, until the last is handed over`,
      value: taken,
      unit: "s",
      bar: `≤ ${SECONDS_MAX} s`,
      met: taken <= SECONDS_MAX,
    },
    {
      ...rest,
      name: `journeys: ${what}, nodes passed while walking`,
      value: rate,
      unit: "passes/s",
      bar: `≥ ${PASSES_MIN}/s`,
      met: rate >= PASSES_MIN,
    },
    {
      ...rest,
      name: "journeys: memory beyond the first tenth",
      value: memory_mib,
      unit: "MiB",
      bar: `≤ ${GROWTH_MIB_MAX} MiB`,
      met: memory_mib <= GROWTH_MIB_MAX,
    },
  ];
}

async function count(ground: Ground, text: string): Promise<number> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => tx.one<{ n: number }>(text));
  return row?.n ?? 0;
}

/** Eleven in the morning in Shanghai, so that the day's hours are open when the wait is over. */
const morning = () => new FakeClock(new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000 + 10_800_000));

export const benches: readonly Bench[] = [
  {
    name: "journeys-crowd",
    run: () => {
      const clock = morning();
      return onBareGround((bare) => measure(bare, clock), { clock });
    },
  },
];
