import { setTimeout as sleep } from "node:timers/promises";
import { ALIYUN_KEY_ID, ALIYUN_SECRET } from "../channel-sim/aliyun.ts";
import { type ChannelSim, startChannelSim } from "../channel-sim/server.ts";
import { saveCarrier } from "../src/channels/messages/carrier-settings.ts";
import type { Ground } from "../src/ground.ts";
import { rotateKey, sourceByKey } from "../src/ingest/index.ts";
import { changeState, type JourneyDefinition, publishJourney, saveJourney } from "../src/journeys/index.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { type LiveServer, startServer } from "./live-server.ts";
import type { Bench, Figure } from "./main.ts";
import { BATCH_RECORDS, mallBatch } from "./mall-stream.ts";
import { openBenchWorld } from "./world.ts";
import { benchMember, SEALED_EVERY } from "./world-members.ts";

const MEMBERS = Number(process.env["BENCH_MEMBERS"] ?? 1_000_000);
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 60);
/** A server that has just started is still at its first work of the day: for half a minute records are applied more slowly than they come. */
const WARM_SECONDS = Number(process.env["BENCH_WARM_SECONDS"] ?? 65);
const RATE_PER_SECOND = Number(process.env["BENCH_RATE"] ?? 1_000);
/** Of each batch so many let somebody in; the rest is what a mall sends anyway. */
const ENTERING = 10;
const BATCHES_A_SECOND = RATE_PER_SECOND / BATCH_RECORDS;
const SECONDS_P95_MAX = 3;
const WAIT_MS = 30_000;
const RUN = `live-${Date.now()}`;

const JOURNEY: JourneyDefinition = {
  key: "bench_live",
  zh: "参团致谢",
  en: "Thanks for joining a group-buy",
  entry: { kind: "event", event: "group_buy", each: "record" },
  reentry: { kind: "again", after_days: 0 },
  goal: null,
  hold_out_percent: 0,
  start: "say",
  nodes: { say: { kind: "message", template: "bench_live", next: "out" }, out: { kind: "exit" } },
};
const TEMPLATE = {
  kind: "sms",
  sign_name: "山野茶",
  service_template: "SMS_100001",
  text: "您已参团，拒收请回复R",
  parameters: {},
  variables: [],
};

const say = (line: string) => console.error(`  ${line}`);

async function prepare(ground: Ground, sim: ChannelSim): Promise<string> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const settings = { access_key_id: ALIYUN_KEY_ID, access_key_secret: ALIYUN_SECRET, origin: sim.url };
    await saveCarrier(tx, ground, "sms", { settings, shown: "sim", cost_minor: 5 });
    await tx.query(
      `insert into channels.template (template, channel, category, made_at) values ('bench_live', 'sms', 'service', now()) on conflict do nothing`,
    );
    await tx.query(
      `insert into channels.template_version (template, version, content, state, saved_at, state_at)
       values ('bench_live', 1, $1, 'approved', now(), now()) on conflict do nothing`,
      [JSON.stringify(TEMPLATE)],
    );
    await tx.query("insert into channels.policy (content, changed_at) values ($1, now())", [
      JSON.stringify({
        quiet: null,
        member_caps: [],
        household_caps: [],
        budgets: [],
        repeat_after_hours: { marketing: 0, service: 0 },
      }),
    ]);
    await saveJourney(tx, ground, JOURNEY, { person_id: null });
    await publishJourney(tx, ground, JOURNEY.key, { person_id: null });
    const source = await sourceByKey(tx, "crm");
    if (source === undefined) throw new Error("the bench world has no source crm");
    await tx.query("update ingest.source set rate_per_second_max = 1000000 where source_id = $1", [source.source_id]);
    return rotateKey(tx, source.source_id, new Date(), 0);
  });
}

/** Members whose phones are truly sealed, each once in a run. */
const phoneOf = (n: number) => benchMember((n * SEALED_EVERY) % MEMBERS).phone;

interface Sent {
  /** By phone: when the request with the event was answered. */
  readonly answered: ReadonlyMap<string, number>;
  readonly rate: number;
}

async function stream(server: LiveServer, write_key: string): Promise<Sent> {
  const answered = new Map<string, number>();
  const open = new Set<Promise<void>>();
  const [warm, all] = [WARM_SECONDS * BATCHES_A_SECOND, (WARM_SECONDS + SECONDS) * BATCHES_A_SECOND];
  const began = performance.now();
  for (let n = 0; n < all; n += 1) {
    const due = began + (n * 1000) / BATCHES_A_SECOND - performance.now();
    if (due > 0) await sleep(due);
    const phones = Array.from({ length: ENTERING }, (_, at) => phoneOf(n * ENTERING + at));
    const entering = phones.map((phone, at) => ({
      kind: "group_buy",
      key: `${RUN}-group-${n}-${at}`,
      occurred_at: new Date().toISOString(),
      identities: [{ kind: "phone", value: phone }],
      body: { group_id: `g${n}`, role: "joiner" },
    }));
    const { records } = mallBatch(RUN, n, all, MEMBERS);
    const one = post(server, write_key, [...entering, ...records.slice(ENTERING)]).then(() => {
      if (n >= warm) for (const phone of phones) answered.set(phone, Date.now());
    });
    open.add(one);
    void one.finally(() => open.delete(one));
  }
  await Promise.all(open);
  return { answered, rate: (all * BATCH_RECORDS) / ((performance.now() - began) / 1_000) };
}

async function post(server: LiveServer, write_key: string, records: readonly object[]): Promise<void> {
  const answer = await fetch(`${server.address}/api/records`, {
    method: "POST",
    headers: { authorization: `Bearer ${write_key}`, "content-type": "application/json" },
    body: JSON.stringify({ records }),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`records answered ${answer.status}: ${said.slice(0, 300)}`);
}

/** Seconds from the answer to each event until its message stood in the service's own log; infinite: it never did. */
async function arrivals(sim: ChannelSim, { answered }: Sent): Promise<number[]> {
  const arrived = () => new Map(sim.log.list({ kind: "sms" }).map((row) => [row.to, Date.parse(row.at)]));
  for (const from = Date.now(); Date.now() - from < WAIT_MS; await sleep(200)) {
    const there = arrived();
    if ([...answered.keys()].every((phone) => there.has(phone))) break;
  }
  const there = arrived();
  return [...answered].map(([phone, at]) => {
    const came = there.get(phone);
    return came === undefined ? Number.POSITIVE_INFINITY : Math.max(0, came - at) / 1_000;
  });
}

/** Seconds from the event to asking for its message, and from there to the answer of the service. */
async function onTheWay(ground: Ground): Promise<object | undefined> {
  return ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.one(
      `select percentile_cont(0.95) within group (order by extract(epoch from m.requested_at - r.entered_at))::numeric(9, 2)::text as asked_for,
         percentile_cont(0.95) within group (order by extract(epoch from o.at - m.requested_at))::numeric(9, 2)::text as sent
       from channels.message m left join channels.outcome o using (message_id)
       join journeys.run r on r.version_id = split_part(m.effect_key, '.', 1)::int and r.run_id = split_part(m.effect_key, '.', 2)::bigint
       where m.template = $1 and m.source = 'journeys'`,
      [JOURNEY.key],
    ),
  );
}

/** Where the messages are that did not arrive. */
function whatBecame(ground: Ground): Promise<object[]> {
  return ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query(
      `select 'runs' as what, count(*)::int as n from journeys.run where journey = $1
       union all select 'records', count(*)::int from members.event where kind = 'group_buy' and received_at > now() - interval '10 minutes'
       union all select concat_ws(' ', 'message', coalesce(o.state, p.phase), o.reason), count(*)::int
         from channels.message m left join channels.outcome o using (message_id) left join channels.pending p using (message_id)
         where m.template = $1 group by 1`,
      [JOURNEY.key],
    ),
  );
}

async function measure(): Promise<readonly Figure[]> {
  const world = await openBenchWorld({ members: MEMBERS, durable: true, say });
  const sim = await startChannelSim();
  sim.aliyun.limited = false;
  let server: LiveServer | undefined;
  try {
    const write_key = await prepare(world.ground, sim);
    server = await startServer(world);
    say("the server is ready");
    const sent = await stream(server, write_key);
    const seconds = (await arrivals(sim, sent)).sort((a, b) => a - b);
    say(`on the way (p95): ${JSON.stringify(await onTheWay(world.ground))}`);
    if (seconds.includes(Number.POSITIVE_INFINITY))
      say(`not all arrived: ${JSON.stringify(await whatBecame(world.ground))}`);
    const quantile = (share: number) => seconds[Math.ceil(share * seconds.length) - 1]?.toFixed(2) ?? "no sample";
    say(`p50 ${quantile(0.5)} s, p95 ${quantile(0.95)} s, p99 ${quantile(0.99)} s of ${seconds.length}`);
    const value = seconds[Math.ceil(0.95 * seconds.length) - 1] ?? Number.POSITIVE_INFINITY;
    return [
      {
        name: `journeys: event to its message at the service, ${Math.round(sent.rate)} events/s, ${MEMBERS} members (p95)`,
        value,
        unit: "s",
        reference: null,
        ratio: null,
        bar: `≤ ${SECONDS_P95_MAX} s`,
        met: value <= SECONDS_P95_MAX && sent.rate >= 0.95 * RATE_PER_SECOND,
      },
    ];
  } finally {
    await server?.stop();
    await world.ground.store.write(SYSTEM_SCOPE, (tx) => changeState(tx, world.ground, JOURNEY.key, "ended"));
    await sim.stop();
    await world.close();
  }
}

export const benches: readonly Bench[] = [{ name: "journeys-live", run: measure }];
