import { requestMessages, saveSeed, type ShippedTemplate, shipTemplates } from "../../src/channels/index.ts";
import type { Ground } from "../../src/ground.ts";
import { settingOf, setSetting, type Tx } from "../../src/store/index.ts";

const SIGN = "山野茶";
/** So many of the newest members are written to when the world begins. */
const TOLD = 60;
const SETTING = "tea_house.messages";

/** What the tea house says: in use, waiting for the operators, refused by them, and still being written. */
const TEMPLATES: readonly ShippedTemplate[] = [
  {
    template: "welcome_sms",
    name: "新会员欢迎（短信）",
    category: "marketing",
    state: "approved",
    content: {
      kind: "sms",
      sign_name: SIGN,
      service_template: "SMS_468001",
      text: "${name}，欢迎加入山野茶会员。首单满100元减20元，到店或小程序可用。拒收请回复R",
      parameters: { name: "{{ member.name }}" },
      variables: [],
    },
  },
  {
    template: "points_credited_sms",
    name: "积分到账（短信）",
    category: "service",
    state: "approved",
    content: {
      kind: "sms",
      sign_name: SIGN,
      service_template: "SMS_468002",
      text: "您有${points}积分已到账，可在小程序查看和兑换。",
      parameters: { points: "{{ points }}" },
      variables: ["points"],
    },
  },
  {
    template: "points_expiring",
    name: "积分即将到期",
    category: "service",
    state: "approved",
    content: {
      kind: "inbox",
      title: "{{ member.name }}，您有积分快到期了",
      text: "您有 {{ points }} 积分将于 {{ day }} 到期。一杯茶、一份茶点，都可以用积分换。",
      variables: ["points", "day"],
    },
  },
  {
    template: "season_mail",
    name: "当季新茶（邮件）",
    category: "marketing",
    state: "approved",
    content: {
      kind: "email",
      title: "{{ member.name }}，今年的岩茶到店了",
      text: "{{ member.name }}，您好：\n\n今年的肉桂和水仙已经到店，会员可先预约品鉴。\n\n山野茶",
      variables: [],
    },
  },
  {
    template: "call_member",
    name: "请导购联系会员",
    category: "service",
    state: "approved",
    content: {
      kind: "webhook",
      text: "会员 {{ member.number }} 的订单有问题，请导购今天内联系。",
      variables: [],
    },
  },
  {
    template: "member_day_sms",
    name: "会员日预告（短信）",
    category: "marketing",
    state: "submitted",
    content: {
      kind: "sms",
      sign_name: SIGN,
      service_template: "SMS_468003",
      text: "山野茶会员日${day}开始，全场茶礼双倍积分，会员价见小程序。到店还有现场手冲体验，名额有限，先到先得。拒收请回复R",
      parameters: { day: "{{ day }}" },
      variables: ["day"],
    },
  },
  {
    template: "review_ask",
    name: "喝得怎么样",
    category: "service",
    state: "draft",
    content: {
      kind: "inbox",
      title: "上次的茶，喝得怎么样？",
      text: "{{ member.name }}，写下您的评价，帮其他茶友选茶。",
      link: "/pages/review/index",
      variables: [],
    },
  },
];

const newest = (tx: Tx, condition: string, limit: number) =>
  tx.query<{ member_id: number }>(
    `select m.member_id from catalogue.members m where ${condition} order by m.joined_at desc, m.member_id limit $1`,
    [limit],
  );

/**
 * The tea house's templates and a first round of messages, asked for like any others: the gate decides which of them go out.
 * Once; a colleague's and a test account stand on the seed list.
 */
export async function seedMessages(tx: Tx, ground: Ground): Promise<void> {
  if ((await settingOf(tx, SETTING)) !== undefined) return;
  const now = ground.clock.now();
  await shipTemplates(tx, TEMPLATES, now);
  const members = await newest(tx, "true", TOLD);
  const hour = new Date(now.getTime() - 3_600_000);
  const ask = (member_id: number, template: string, more: object = {}) => ({
    effect_key: `opening.${template}.${member_id}`,
    member_id,
    template,
    ...more,
  });
  const mails = (await newest(tx, "m.has_email", TOLD)).map(({ member_id }, at) =>
    ask(member_id, "season_mail", at % 10 === 3 ? { valid_until: hour } : {}),
  );
  const requests = members.flatMap(({ member_id }, at) => {
    const one = (template: string, more: object = {}) => ask(member_id, template, more);
    const points = 20 + ((at * 37) % 400);
    return [
      one("welcome_sms"),
      one("points_credited_sms", { variables: { points } }),
      // what nobody told a day cannot be said, and what was due an hour ago is not worth saying
      one("points_expiring", at % 12 === 5 ? { variables: { points } } : { variables: { points, day: "12月31日" } }),
      ...(at % 20 === 0 ? [one("call_member")] : []),
    ];
  });
  await requestMessages(tx, ground, "example", [...requests, ...mails]);
  for (const [condition, note] of [
    ["m.is_staff", "门店同事"],
    ["m.is_test and not m.is_staff", "测试账号"],
  ] as const)
    for (const { member_id } of await newest(tx, condition, 1))
      await saveSeed(tx, { member_id, person_id: null, note }, { person_id: null, now });
  await setSetting(tx, SETTING, { at: now.toISOString() });
}
