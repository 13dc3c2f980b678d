import { type MessageRequest, REQUESTS_MAX, requestMessages } from "../src/channels/index.ts";
import type { Carrier } from "../src/channels/messages/carrier.ts";
import { saveCarrier } from "../src/channels/messages/carrier-settings.ts";
import { smsCarrier } from "../src/channels/messages/sms.ts";
import type { Ground } from "../src/ground.ts";
import { sleep, startLoop } from "../src/platform/timers.ts";
import { CARRIERS } from "../src/channels/messages/carriers.ts";
import { Sending } from "../src/channels/messages/sending.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { type BareGround, onBareGround } from "./bare-ground.ts";
import { BARE_MEMBERS, benchTemplate } from "./bare-members.ts";
import type { Bench, Figure } from "./main.ts";

const MESSAGES = Number(process.env["BENCH_CHANNELS_MESSAGES"] ?? 100_000);
const RATE_MIN = 5_000;

const TEMPLATE = {
  kind: "inbox",
  title: "积分提醒",
  text: "您有 {{ points }} 积分将于 {{ day }} 过期{% if points > 500 %}，可兑换好礼{% endif %}。",
  variables: ["points", "day"],
};
const POLICY = {
  quiet: { from: "21:00", to: "09:00", channels: ["sms"], categories: ["marketing"], then: "later" },
  member_caps: [
    { channel: "inbox", category: "marketing", period: "day", max: 3 },
    { channel: null, category: "marketing", period: "week", max: 7 },
  ],
  household_caps: [],
  budgets: [],
  repeat_after_hours: { marketing: 24, service: 0 },
};

const SMS = {
  kind: "sms",
  sign_name: "山野茶",
  service_template: "SMS_1",
  text: "您有${points}积分，拒收请回复R",
  parameters: { points: "{{ points }}" },
  variables: ["points"],
};
const QUEUED_DEAD = 100_000;
const BESIDE_MAX = 1.2;
const ROUNDS = 100;
const TURNS = 3;
const PER_ROUND = 20;
const GAP_MS = 50;
/** Where nobody listens. */
const NOWHERE = "http://127.0.0.1:9";

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** p95 of the time from asking to the inbox: alone, and while every SMS of a long queue fails. */
async function besideDead(ground: Ground, inbox: Carrier): Promise<readonly [number, number]> {
  const run = (text: string, values: readonly unknown[] = []) =>
    ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(text, values));
  await run("update channels.policy set content = $1", [
    JSON.stringify({ ...POLICY, member_caps: [], quiet: null, repeat_after_hours: { marketing: 0, service: 0 } }),
  ]);
  await run("insert into channels.template values ('dead', 'sms', 'service', null, now())");
  await run(
    "insert into channels.template_version (template, version, content, state, saved_at, state_at) values ('dead', 1, $1, 'approved', now(), now())",
    [JSON.stringify(SMS)],
  );
  const phone_token = ground.vault.token("phone", "+8613800000001");
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await ground.vault.seal(tx, [{ token: phone_token, kind: "phone", value: "+8613800000001" }]);
    await tx.query("update members.profile set has_phone = true, phone_token = $1", [phone_token]);
    const settings = { access_key_id: "bench-key-id", access_key_secret: "bench-key-secret", origin: NOWHERE };
    await saveCarrier(tx, ground, "sms", { settings, shown: "nowhere", cost_minor: 5 });
  });
  const onError = () => undefined;
  const loops = [inbox, smsCarrier].map((carrier) => {
    const way = new Sending(ground, carrier);
    return startLoop(() => way.round(), { idle_ms: 20, onError });
  });
  let asked = 0;
  const p95 = async () => {
    const source = `aside${asked}`;
    for (let round = 0; round < ROUNDS; round += 1) {
      const requests = Array.from({ length: PER_ROUND }, (_, n): MessageRequest => {
        asked += 1;
        // those who agreed
        const member_id = 1 + ((asked * 10 + 1 + (n % 8)) % (MESSAGES - 10));
        return { effect_key: `e${asked}`, member_id, template: "bench", variables: { points: n, day: "明天" } };
      });
      await ground.store.write(SYSTEM_SCOPE, (tx) => requestMessages(tx, ground, source, requests));
      await sleep(GAP_MS);
    }
    await sleep(2_000);
    const [row] = (await run(
      `select percentile_cont(0.95) within group (order by extract(epoch from o.at - m.requested_at) * 1000) as p95
       from channels.outcome o join channels.message m using (message_id) where m.source = $1`,
      [source],
    )) as { p95: number }[];
    return Number(row?.p95);
  };
  for (let from = 0; from < QUEUED_DEAD; from += REQUESTS_MAX) {
    const requests = Array.from(
      { length: REQUESTS_MAX },
      (_, n): MessageRequest => ({
        effect_key: `dead ${from + n}`,
        member_id: 1 + ((from + n) % MESSAGES),
        template: "dead",
        variables: { points: n },
      }),
    );
    await ground.store.write(SYSTEM_SCOPE, (tx) => requestMessages(tx, ground, "dead", requests));
  }
  // one after the other, three times, so that a busy minute of the machine falls on both
  const alone: number[] = [];
  const beside: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    await run("update channels.carrier set paused_until = now() + interval '1 day' where channel = 'sms'");
    alone.push(await p95());
    await run("update channels.carrier set paused_until = null, failures = 0 where channel = 'sms'");
    beside.push(await p95());
  }
  await Promise.all(loops.map((loop) => loop.stop()));
  return [median(alone), median(beside)];
}

async function measure({ ground, write }: BareGround): Promise<readonly Figure[]> {
  for (const text of BARE_MEMBERS) await write(text, [MESSAGES]);
  await benchTemplate(write, TEMPLATE);
  await write("insert into channels.policy (content, changed_at) values ($1, now())", [JSON.stringify(POLICY)]);
  await write("analyze");
  const asking = performance.now();
  for (let from = 1; from <= MESSAGES; from += REQUESTS_MAX) {
    const requests = Array.from(
      { length: Math.min(REQUESTS_MAX, MESSAGES - from + 1) },
      (_, n): MessageRequest => ({
        effect_key: `v1 m${from + n} e1 s4`,
        member_id: from + n,
        template: "bench",
        variables: { points: n, day: "12月31日" },
      }),
    );
    await ground.store.write(SYSTEM_SCOPE, (tx) => requestMessages(tx, ground, "bench", requests));
  }
  const asked = MESSAGES / ((performance.now() - asking) / 1_000);
  const carrier = CARRIERS.find(({ channel }) => channel === "inbox");
  if (carrier === undefined) throw new Error("no inbox");
  const way = new Sending(ground, carrier);
  const gating = performance.now();
  while (await way.round());
  const gated = MESSAGES / ((performance.now() - gating) / 1_000);
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ how: string; n: number }>(
      "select coalesce(reason, state) as how, count(*)::int as n from channels.outcome group by 1 order by 1",
    ),
  );
  const held = Math.floor(MESSAGES / 10);
  const right = [
    { how: "accepted", n: MESSAGES - held },
    { how: "no_consent", n: held },
  ];
  if (JSON.stringify(rows) !== JSON.stringify(right)) throw new Error(`wrong ends: ${JSON.stringify(rows)}`);
  const figure = (name: string, value: number): Figure => ({
    name,
    value,
    unit: "messages/s",
    reference: null,
    ratio: null,
    bar: `≥ ${RATE_MIN}/s`,
    met: value >= RATE_MIN,
  });
  const [alone, beside] = await besideDead(ground, carrier);
  const ratio = beside / alone;
  return [
    {
      name: `channels: p95 from asking to the inbox beside ${QUEUED_DEAD.toLocaleString("en")} SMS of a dead service`,
      value: beside,
      unit: "ms",
      reference: alone,
      ratio,
      bar: `≤ ${BESIDE_MAX} ×`,
      met: ratio <= BESIDE_MAX,
    },
    figure("channels: asked for in the asker's transaction", asked),
    figure("channels: rendered, gated and handed over (inbox, one in ten held back)", gated),
  ];
}

export const benches: readonly Bench[] = [{ name: "channels", run: () => onBareGround(measure) }];
