import { ALIYUN_KEY_ID, ALIYUN_SECRET } from "../../channel-sim/aliyun.ts";
import { WECHAT_APP_ID, WECHAT_SECRET } from "../../channel-sim/wechat.ts";
import { WECOM_CORP_ID, WECOM_SECRET } from "../../channel-sim/wecom.ts";
import { saveCarrier } from "../../src/channels/messages/carrier-settings.ts";
import { CARRIERS } from "../../src/channels/messages/carriers.ts";
import type { Policy } from "../../src/channels/messages/policy.ts";
import { savePolicy } from "../../src/channels/messages/policy-store.ts";
import { type Channel, type MessageRequest, requestMessages } from "../../src/channels/messages/request.ts";
import { Sending } from "../../src/channels/messages/sending.ts";
import type { Content } from "../../src/channels/messages/template.ts";
import type { Ground } from "../../src/ground.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";

export const OPEN_POLICY: Policy = {
  quiet: null,
  member_caps: [],
  household_caps: [],
  budgets: [],
  repeat_after_hours: { marketing: 0, service: 0 },
};

/** In which the mini program of tests names openids. */
export const OPENIDS = "mini_program";

export interface MemberFacts {
  readonly phone?: string | null;
  /** Of the mini program. */
  readonly openid?: string;
  /** Of WeCom. */
  readonly external_userid?: string;
  /** Code of the associate who looks after the member. */
  readonly associate?: string;
  readonly name?: string;
  /** Media with a proven yes to marketing. */
  readonly consents?: readonly string[];
  readonly is_test?: boolean;
  readonly is_staff?: boolean;
}

/** Members with sealed phones, templates and ways out, written straight into their tables. */
export class MessageDesk {
  readonly ground: Ground;
  readonly #ways = new Map<Channel, Sending>();

  constructor(ground: Ground) {
    this.ground = ground;
    for (const carrier of CARRIERS) this.#ways.set(carrier.channel, new Sending(ground, carrier));
  }

  query<Row = Record<string, unknown>>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.ground.store.write(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
  }

  async member(number: number, facts: MemberFacts = {}): Promise<void> {
    const {
      phone = `+86138${String(number).padStart(8, "0")}`,
      name = `林${number}`,
      consents = ["sms", "mini_program"],
    } = facts;
    const { vault, store, clock } = this.ground;
    const phone_token = phone === null ? null : vault.token("phone", phone);
    const name_token = vault.token("text name", name);
    const { openid } = facts;
    const openidToken = vault.token("openid", openid ?? "", OPENIDS);
    await store.write(SYSTEM_SCOPE, async (tx) => {
      await vault.seal(tx, [
        { token: name_token, kind: "name", value: name },
        ...(openid === undefined ? [] : [{ token: openidToken, kind: "openid", value: openid }]),
        ...(phone === null || phone_token === null ? [] : [{ token: phone_token, kind: "phone", value: phone }]),
      ]);
      await tx.query(
        `insert into members.party (party_id, anchor_kind, anchor_token, member_id, made_at)
         values ($1, $3, $4, $1, $2)`,
        [number, clock.now(), ...(openid === undefined ? ["card_no", `T${number}`] : ["openid", openidToken])],
      );
      await tx.query(
        `insert into members.profile (member_id, joined_at, phone_verified, wechat_bound, wecom_friend, has_phone, has_email, has_openid,
           is_staff, is_test, is_wholesale, is_reseller, profile_filled, sources, changed_at, phone_token, name_token)
         values ($1, $2, false, false, false, $3, false, false, $4, $5, false, false, 0, 1, $2, $6, $7)`,
        [number, clock.now(), phone !== null, facts.is_staff ?? false, facts.is_test ?? false, phone_token, name_token],
      );
      if (phone_token !== null)
        await tx.query(
          `insert into members.holding (party_id, kind, token, source_id, first_at, last_at, stated_at)
           values ($1, 'phone', $2, 0, $3, $3, $3)`,
          [number, phone_token, clock.now()],
        );
      if (openid !== undefined)
        await tx.query(
          `insert into members.holding (party_id, kind, token, source_id, first_at, last_at, stated_at)
           values ($1, 'openid', $2, 0, $3, $3, $3)`,
          [number, openidToken, clock.now()],
        );
      if (facts.external_userid !== undefined) {
        const token = vault.token("external_userid", facts.external_userid, "wecom");
        await vault.seal(tx, [{ token, kind: "external_userid", value: facts.external_userid }]);
        await tx.query(
          `insert into members.holding (party_id, kind, token, source_id, first_at, last_at, stated_at)
           values ($1, 'external_userid', $2, 0, $3, $3, $3)`,
          [number, token, clock.now()],
        );
      }
      if (facts.associate !== undefined)
        await tx.query(
          `with named as (
             insert into tasks.associate (code, made_at) values ($2, $3) on conflict (code) do update set code = excluded.code returning associate_id)
           insert into tasks.assignment (member_id, associate_id, since, cause) select $1, associate_id, $3, 'person' from named`,
          [number, facts.associate, clock.now()],
        );
      for (const medium of consents)
        await tx.query(
          `insert into members.consent (party_id, purpose, medium, record_id, state, text_version, at, via)
           values ($1, 'marketing', $2, gen_random_uuid(), 'granted', 'v1', $3, 'app')`,
          [number, medium, new Date(clock.now().getTime() - 86_400_000)],
        );
    });
  }

  async template(template: string, content: Content, category: "marketing" | "service" = "marketing"): Promise<void> {
    await this.query(
      "insert into channels.template (template, channel, category, made_at) values ($1, $2, $3, now())",
      [template, content.kind, category],
    );
    await this.query(
      `insert into channels.template_version (template, version, content, state, saved_at, state_at)
       values ($1, 1, $2, 'approved', now(), now())`,
      [template, JSON.stringify(content)],
    );
  }

  async smsTo(origin: string, cost_minor = 5): Promise<void> {
    const settings = { access_key_id: ALIYUN_KEY_ID, access_key_secret: ALIYUN_SECRET, origin };
    await this.ground.store.write(SYSTEM_SCOPE, (tx) =>
      saveCarrier(tx, this.ground, "sms", { settings, shown: "sim", cost_minor }),
    );
  }

  async wechatTo(origin: string): Promise<void> {
    const settings = { app_id: WECHAT_APP_ID, app_secret: WECHAT_SECRET, openid_namespace: OPENIDS, origin };
    await this.ground.store.write(SYSTEM_SCOPE, (tx) =>
      saveCarrier(tx, this.ground, "wechat", { settings, shown: "sim", cost_minor: 0 }),
    );
  }

  async wecomTo(origin: string): Promise<void> {
    const settings = { corp_id: WECOM_CORP_ID, corp_secret: WECOM_SECRET, origin };
    await this.ground.store.write(SYSTEM_SCOPE, (tx) =>
      saveCarrier(tx, this.ground, "wecom", { settings, shown: "sim", cost_minor: 0 }),
    );
  }

  async policy(over: Partial<Policy> = {}): Promise<void> {
    await this.ground.store.write(SYSTEM_SCOPE, (tx) =>
      savePolicy(tx, { ...OPEN_POLICY, ...over }, { person_id: null, now: this.ground.clock.now() }),
    );
  }

  request(requests: readonly MessageRequest[], source = "test") {
    return this.ground.store.write(SYSTEM_SCOPE, (tx) => requestMessages(tx, this.ground, source, requests));
  }

  /** Decides and sends until nothing is due. */
  async run(channel: Channel = "inbox"): Promise<void> {
    const way = this.#ways.get(channel);
    if (way === undefined) throw new Error(channel);
    while (await way.round());
    await way.idle();
  }

  async outcomes(): Promise<Record<string, string>> {
    const rows = await this.query<{ key: string; how: string }>(
      "select m.effect_key as key, coalesce(o.reason, o.state) as how from channels.outcome o join channels.message m using (message_id) order by 1",
    );
    return Object.fromEntries(rows.map(({ key, how }) => [key, how]));
  }

  /** Forgets messages and what was counted; members and templates stay. */
  async clear(): Promise<void> {
    await this.query(
      `truncate channels.message, channels.pending, channels.outcome, channels.used, channels.told, channels.inbox, channels.stop,
         channels.hold_out, channels.member_zone, channels.receipt,
         channels.link, channels.subscription, channels.subscription_word, channels.service_word, channels.wecom_task`,
    );
    await this.query("update channels.carrier set failures = 0, paused_until = null");
  }
}

export const INBOX = {
  kind: "inbox" as const,
  title: "{{ member.name }}，您好",
  text: "您有 {{ points }} 积分将于 {{ day }} 过期。",
  variables: ["points", "day"],
} satisfies Content;
export const WECHAT_TEMPLATE = "hD-ixGOhYmUfjOnI8MCzQMPshzGVeux_2vzyvQu7O68";
export const WECHAT = {
  kind: "wechat" as const,
  title: "积分到期提醒",
  service_template: WECHAT_TEMPLATE,
  text: "会员姓名：{{name1.DATA}}\n到期积分：{{number2.DATA}}\n到期时间：{{date3.DATA}}\n温馨提示：{{thing4.DATA}}",
  parameters: { name1: "{{ member.name }}", number2: "{{ points }}", date3: "{{ day }}", thing4: "可换一杯茶" },
  page: "pages/points/index",
  variables: ["points", "day"],
} satisfies Content;
export const WECOM = {
  kind: "wecom" as const,
  text: "您好，{{ shop }}到了今年的肉桂，给您留了一泡，欢迎来试。",
  title: "今年的肉桂",
  link: "https://tea.example/rougui",
  variables: ["shop"],
} satisfies Content;
export const SMS = {
  kind: "sms" as const,
  sign_name: "山野茶",
  service_template: "SMS_100001",
  text: "您有${points}积分将过期，拒收请回复R",
  parameters: { points: "{{ points }}" },
  variables: ["points"],
} satisfies Content;
