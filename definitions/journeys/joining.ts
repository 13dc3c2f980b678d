import * as q from "../../src/query/builder.ts";
import type { Scene } from "../../src/journeys/scenes/scene.ts";
import { bought, inbox, joined, order } from "./shared.ts";

/** A record of somebody who joined long ago is no newcomer. */
const fresh = q.compare(q.daysSince(q.member("join_day")), "<=", 1);

export const WELCOME: Scene = {
  key: "welcome",
  zh: "欢迎与激活",
  en: "Welcome and activation",
  sentence_zh: "新会员一入会就收到欢迎；三天没有登录的，提醒一次怎么用会员。",
  sentence_en: "A new member is welcomed at once; who has not logged in after three days is told once how to begin.",
  goal_zh: "激活（登录）：邮件 30%，站内信与短信 25%",
  goal_en: "Activated (logged in): 30 % by mail, 25 % by inbox or SMS",
  journey: {
    entry: { kind: "event", event: "member" },
    reentry: { kind: "once" },
    goal: { event: "login", exit: false },
    hold_out_percent: 0,
    start: "is_new",
    nodes: {
      is_new: { kind: "condition", condition: fresh, then: "by_mail", otherwise: "out" },
      by_mail: { kind: "condition", condition: q.member("has_email"), then: "hello_mail", otherwise: "hello" },
      hello_mail: { kind: "message", template: "welcome_hello_mail", next: "logs_in" },
      hello: { kind: "message", template: "welcome_hello", next: "logs_in" },
      logs_in: {
        kind: "wait_until",
        event: "login",
        within: { amount: 3, unit: "days" },
        then: "out",
        otherwise: "daytime",
      },
      daytime: { kind: "window", from: "10:00", until: "20:00", next: "nudge" },
      nudge: { kind: "message", template: "welcome_nudge", next: "out" },
      out: { kind: "exit" },
    },
  },
  templates: [
    {
      template: "welcome_hello_mail",
      name: "欢迎（邮件）",
      category: "service",
      content: {
        kind: "email",
        title: "{{ member.name }}，欢迎成为会员",
        text: "{{ member.name }}，您好：\n\n您的会员已经开通。登录小程序，就能看到积分、权益和离您最近的门店。\n\n期待与您见面。",
        variables: [],
      },
    },
    inbox(
      "welcome_hello",
      "欢迎",
      "service",
      "{{ member.name }}，欢迎成为会员",
      "您的会员已经开通。积分、权益和离您最近的门店，都在「我的」里。",
    ),
    inbox(
      "welcome_nudge",
      "激活提醒",
      "marketing",
      "您的会员权益还没有看过",
      "{{ member.name }}，花一分钟登录小程序，看看现在就能用的权益。",
    ),
  ],
  example: {
    zh: "晚上九点入会，留了邮箱：马上收到欢迎邮件；三天没有登录，第四天上午十点提醒。",
    en: "Joined at nine in the evening with an e-mail address: welcomed by mail at once; three days without a log-in, reminded at ten on the fourth morning.",
    published: "2026-11-02T09:00:00+08:00",
    until: "2026-11-07T09:00:00+08:00",
    records: [{ ...joined("2026-11-02T21:00:00+08:00"), email: "lin@example.com" }],
    way: [
      ["2026-11-02T21:00:00+08:00", "is_new"],
      ["2026-11-02T21:00:00+08:00", "by_mail"],
      ["2026-11-02T21:00:00+08:00", "hello_mail"],
      ["2026-11-05T21:00:00+08:00", "logs_in"],
      ["2026-11-06T10:00:00+08:00", "daytime"],
      ["2026-11-06T10:00:00+08:00", "nudge"],
    ],
    messages: [
      ["2026-11-02T21:00:00+08:00", "welcome_hello_mail"],
      ["2026-11-06T10:00:00+08:00", "welcome_nudge"],
    ],
  },
};

export const NEWCOMER: Scene = {
  key: "newcomer",
  zh: "新手任务（7 天首购）",
  en: "Newcomer tasks (first purchase within 7 days)",
  sentence_zh: "入会第二天告诉新会员三件值得做的事；七天内完成首购送 50 积分，没有的在第五天提醒一次。",
  sentence_en:
    "On the second day a new member is told three things worth doing; a first purchase within seven days earns 50 points, who has none is reminded once on the fifth day.",
  goal_zh: "7 天内首购 20%，3 个月内 40%",
  goal_en: "First purchase: 20 % within 7 days, 40 % within 3 months",
  journey: {
    entry: { kind: "event", event: "member" },
    reentry: { kind: "once" },
    goal: { event: "order", exit: false },
    hold_out_percent: 0,
    start: "is_new",
    nodes: {
      is_new: { kind: "condition", condition: fresh, then: "first_day", otherwise: "out" },
      first_day: {
        kind: "wait_until",
        event: "order",
        within: { amount: 1, unit: "days" },
        then: "gift",
        otherwise: "tasks",
      },
      tasks: { kind: "message", template: "newcomer_tasks", next: "early" },
      early: {
        kind: "wait_until",
        event: "order",
        within: { amount: 4, unit: "days" },
        then: "gift",
        otherwise: "has_bought",
      },
      has_bought: { kind: "condition", condition: bought(8), then: "gift", otherwise: "remind" },
      remind: { kind: "message", template: "newcomer_remind", next: "late" },
      late: {
        kind: "wait_until",
        event: "order",
        within: { amount: 2, unit: "days" },
        then: "gift",
        otherwise: "out",
      },
      gift: { kind: "points", points: 50, valid_days: 90, next: "thanks" },
      thanks: { kind: "message", template: "newcomer_thanks", next: "out" },
      out: { kind: "exit" },
    },
  },
  templates: [
    inbox(
      "newcomer_tasks",
      "新手任务",
      "marketing",
      "三件小事，50 积分等您",
      "{{ member.name }}，补全资料、绑定微信、七天内完成第一单，就送您 50 积分。第一单不知道选什么？看看大家都在回购的人气款。",
    ),
    inbox(
      "newcomer_remind",
      "新手任务提醒",
      "marketing",
      "50 积分还给您留着",
      "还有两天：完成第一单，50 积分马上到账。到店或小程序都可以。",
    ),
    inbox(
      "newcomer_thanks",
      "新手任务完成",
      "service",
      "任务完成，50 积分已送到",
      "谢谢您的第一单。积分 90 天内都可以用。",
    ),
  ],
  example: {
    zh: "入会后没有马上买，第二天收到任务；第三天下单，送积分并感谢。",
    en: "Did not buy at once and is told the tasks on the second day; orders on the third, is given points and thanked.",
    published: "2026-11-02T09:00:00+08:00",
    until: "2026-11-10T09:00:00+08:00",
    records: [joined("2026-11-02T15:00:00+08:00"), order("2026-11-05T11:30:00+08:00", "N-1", 12_800)],
    way: [
      ["2026-11-02T15:00:00+08:00", "is_new"],
      ["2026-11-03T15:00:00+08:00", "first_day"],
      ["2026-11-03T15:00:00+08:00", "tasks"],
      ["2026-11-05T11:30:00+08:00", "early"],
      ["2026-11-05T11:30:00+08:00", "gift"],
      ["2026-11-05T11:30:00+08:00", "thanks"],
    ],
    messages: [
      ["2026-11-03T15:00:00+08:00", "newcomer_tasks"],
      ["2026-11-05T11:30:00+08:00", "newcomer_thanks"],
    ],
  },
};
