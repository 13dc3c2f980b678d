import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MessageRequest, REQUESTS_MAX, requestMessages } from "../src/channels/index.ts";
import { CARRIERS } from "../src/channels/messages/carriers.ts";
import { Sending } from "../src/channels/messages/sending.ts";
import { compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { loadDomains } from "../src/domains.ts";
import { systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
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

async function measure(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "huitou-bench-"));
  await chmod(folder, 0o755);
  const composition = await compose({
    config: loadConfig({ HUITOU_DATA: folder }),
    clock: systemClock,
    log: makeLog("error"),
    domains: await loadDomains(),
  });
  const { ground } = composition;
  const write = (text: string, values: readonly unknown[] = []) =>
    ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(text, values));
  try {
    await write(
      `insert into members.party (party_id, anchor_kind, anchor_token, member_id, made_at)
       select n, 'card_no', 'T' || n, n, now() from generate_series(1, $1::int) n`,
      [MESSAGES],
    );
    await write(
      `insert into members.profile (member_id, joined_at, phone_verified, wechat_bound, wecom_friend, has_phone, has_email, has_openid,
         is_staff, is_test, is_wholesale, is_reseller, profile_filled, sources, changed_at)
       select n, now(), false, false, false, false, false, true, false, false, false, false, 0, 1, now() from generate_series(1, $1::int) n`,
      [MESSAGES],
    );
    // one in ten has given no consent
    await write(
      `insert into members.consent (party_id, purpose, medium, record_id, state, text_version, at, via)
       select n, 'marketing', 'mini_program', gen_random_uuid(), 'granted', 'v1', now(), 'app' from generate_series(1, $1::int) n where n % 10 <> 0`,
      [MESSAGES],
    );
    await write("insert into channels.template values ('bench', 'inbox', 'marketing', null, now())");
    await write(
      "insert into channels.template_version (template, version, content, state, saved_at, state_at) values ('bench', 1, $1, 'approved', now(), now())",
      [JSON.stringify(TEMPLATE)],
    );
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
    return [
      figure("channels: asked for in the asker's transaction", asked),
      figure("channels: rendered, gated and handed over (inbox, one in ten held back)", gated),
    ];
  } finally {
    await composition.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

export const benches: readonly Bench[] = [{ name: "channels", run: measure }];
