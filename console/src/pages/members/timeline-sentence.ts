import type { Tone } from "../../parts/chips.tsx";
import type { Language } from "../../texts/texts.ts";
import type { TimelineItem } from "./member-data.ts";

/** The kinds of the timeline in the groups by which a person filters. */
export const KIND_GROUPS = {
  trade: ["order", "return"],
  behaviour: ["login", "browse", "search", "cart"],
  social: ["content_read", "share", "share_visit", "review", "like", "referral", "group_buy"],
  points: ["points_movement", "coupon_use"],
  message: ["message", "campaign", "subscription"],
  service: ["service_contact"],
  identity: ["consent", "join", "join_undone", "split", "identity_link", "identity_unlink", "flag", "phone_change"],
  other: ["custom"],
} as const satisfies Record<string, readonly string[]>;

export type KindGroup = keyof typeof KIND_GROUPS;
export const KIND_GROUP_KEYS = Object.keys(KIND_GROUPS) as readonly KindGroup[];

/** "trade,message" of the address bar → the kinds the server knows; unknown words are left out. */
export function kindsOf(groups: string): string {
  return groups
    .split(",")
    .flatMap((group): readonly string[] => (Object.hasOwn(KIND_GROUPS, group) ? KIND_GROUPS[group as KindGroup] : []))
    .join(",");
}

const TONES: Readonly<Record<string, Tone>> = {
  order: "good",
  return: "bad",
  points_movement: "warn",
  coupon_use: "warn",
  message: "info",
  campaign: "info",
  service_contact: "warn",
  consent: "accent",
  join: "accent",
  join_undone: "accent",
  split: "accent",
};

export const toneOf = (kind: string): Tone => TONES[kind] ?? "neutral";

const CHANNELS: Readonly<Record<string, { zh: string; en: string }>> = {
  store: { zh: "门店", en: "store" },
  mall: { zh: "商城", en: "mall" },
  mini_program: { zh: "小程序", en: "mini program" },
  marketplace: { zh: "电商平台", en: "marketplace" },
  phone: { zh: "电话", en: "phone" },
  app: { zh: "App", en: "app" },
  web: { zh: "网页", en: "web" },
  h5: { zh: "H5", en: "H5" },
  sms: { zh: "短信", en: "SMS" },
  sms_reply: { zh: "回复短信", en: "a reply by SMS" },
  email: { zh: "邮件", en: "email" },
  wechat: { zh: "微信", en: "WeChat" },
  wecom: { zh: "企业微信", en: "WeCom" },
  event: { zh: "线下活动", en: "an event" },
  social: { zh: "社交媒体", en: "social media" },
  partner: { zh: "合作方", en: "a partner" },
  ad: { zh: "广告", en: "an advertisement" },
  other: { zh: "其他渠道", en: "other channel" },
};

const STAGES: Readonly<Record<string, { zh: string; en: string }>> = {
  sent: { zh: "已发出", en: "sent" },
  delivered: { zh: "已送达", en: "delivered" },
  opened: { zh: "已打开", en: "opened" },
  clicked: { zh: "点了链接", en: "clicked" },
  failed: { zh: "没有送达", en: "failed" },
  unsubscribed: { zh: "退订", en: "unsubscribed" },
  issued: { zh: "领到", en: "received" },
  used: { zh: "用掉", en: "used" },
  expired: { zh: "过期", en: "let expire" },
  returned: { zh: "退回", en: "got back" },
  invited: { zh: "发出邀请", en: "invited" },
  joined: { zh: "对方已入会", en: "friend joined" },
  first_order: { zh: "对方已首单", en: "friend's first order" },
};

const REASONS: Readonly<Record<string, { zh: string; en: string }>> = {
  purchase: { zh: "消费得分", en: "for a purchase" },
  redeem: { zh: "抵扣", en: "redeemed" },
  return: { zh: "退货收回", en: "taken back for a return" },
  expired: { zh: "到期", en: "expired" },
  opening_balance: { zh: "期初余额", en: "opening balance" },
  birthday: { zh: "生日", en: "birthday" },
};

const PURPOSES: Readonly<Record<string, { zh: string; en: string }>> = {
  marketing: { zh: "营销", en: "marketing" },
  service: { zh: "服务", en: "service" },
  profiling: { zh: "画像", en: "profiling" },
  transaction: { zh: "交易通知", en: "transactional" },
};

export function channelName(code: string, language: Language): string {
  return CHANNELS[code]?.[language] ?? code;
}

interface Reader {
  readonly language: Language;
  readonly text: (name: string) => string;
  readonly number: (name: string) => number | null;
  readonly store: string;
}

function readerOf(item: TimelineItem, language: Language): Reader {
  const text = (name: string) => {
    const value = item.params[name];
    return value === null || value === undefined
      ? ""
      : Array.isArray(value)
        ? value.join(language === "zh" ? "、" : ", ")
        : String(value);
  };
  const number = (name: string) => {
    const value = item.params[name];
    return value === null || value === undefined || value === "" || !Number.isFinite(Number(value))
      ? null
      : Number(value);
  };
  const channel = text("channel");
  return { language, text, number, store: item.store_name ?? (channel === "" ? "" : channelName(channel, language)) };
}

/** The thing an event is about: the product's name where known, else its code, else the category or page. */
const subjectOf = (read: Reader): string =>
  read.text("product_name") ||
  read.text("products") ||
  read.text("sku") ||
  read.text("category") ||
  read.text("page") ||
  read.text("content_id");

const quoted = (text: string, language: Language): string =>
  text === "" ? "" : language === "zh" ? `「${text}」` : `“${text}”`;
const joined = (parts: readonly (string | false | null)[]): string => parts.filter(Boolean).join(" · ");
const signed = (value: number): string =>
  `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toLocaleString("en-US")}`;
const stageOf = (read: Reader): string => STAGES[read.text("stage")]?.[read.language] ?? read.text("stage");

type Say = (read: Reader, zh: boolean) => string;

const SENTENCES: Readonly<Record<string, Say>> = {
  order: (read, zh) => {
    const items = read.number("items") ?? read.number("quantity");
    const status = read.text("status") === "cancelled" ? (zh ? "已取消" : "cancelled") : "";
    const coupon = read.text("coupon_code");
    return joined([
      read.store,
      items !== null && (zh ? `${items} 件` : `${items} ${items === 1 ? "item" : "items"}`),
      read.text("products") || read.text("product_name"),
      coupon !== "" && (zh ? `用券 ${coupon}` : `coupon ${coupon}`),
      status,
    ]);
  },
  return: (read, zh) => {
    const items = read.number("items") ?? read.number("quantity");
    const reason = read.text("reason");
    return joined([
      read.store,
      items !== null && (zh ? `退 ${items} 件` : `${items} returned`),
      subjectOf(read),
      reason,
    ]);
  },
  login: (read, zh) => {
    const where = read.text("platform") || read.text("channel");
    return where === ""
      ? zh
        ? "登录"
        : "Logged in"
      : zh
        ? `登录${channelName(where, "zh")}`
        : `Logged in to ${channelName(where, "en")}`;
  },
  browse: (read, zh) => {
    const seconds = read.number("duration_seconds");
    const what = quoted(subjectOf(read), read.language);
    return joined([
      zh ? `看了${what || "页面"}` : `Looked at ${what || "a page"}`,
      seconds !== null && (zh ? `${seconds} 秒` : `${seconds} s`),
    ]);
  },
  search: (read, zh) => {
    const count = read.number("result_count");
    const word = quoted(read.text("keyword"), read.language);
    return joined([
      zh ? `搜${word}` : `Searched ${word}`,
      count !== null && (zh ? `${count} 个结果` : `${count} results`),
    ]);
  },
  cart: (read, zh) => {
    const out = read.text("action") === "remove";
    const what = quoted(subjectOf(read), read.language);
    if (zh) return `${out ? "从购物车移出" : "加购"}${what}`;
    return out ? `Removed ${what} from the cart` : `Put ${what} into the cart`;
  },
  content_read: (read, zh) => {
    const what = quoted(read.text("topic") || read.text("title") || read.text("content_id"), read.language);
    const seconds = read.number("duration_seconds");
    return joined([zh ? `读了${what}` : `Read ${what}`, seconds !== null && (zh ? `${seconds} 秒` : `${seconds} s`)]);
  },
  share: (read, zh) => {
    const what = quoted(subjectOf(read), read.language);
    const target = read.text("target");
    const to = target === "" ? "" : zh ? `到${channelName(target, "zh")}` : ` to ${channelName(target, "en")}`;
    return zh ? `分享${what}${to}` : `Shared ${what}${to}`;
  },
  share_visit: (read, zh) =>
    zh ? `从分享进来看${quoted(subjectOf(read), "zh")}` : `Came by a share to ${quoted(subjectOf(read), "en")}`,
  review: (read, zh) => {
    const rating = read.number("rating");
    const what = quoted(subjectOf(read), read.language);
    return joined([
      zh ? `评价${what}` : `Reviewed ${what}`,
      rating !== null && (zh ? `${rating} 分（满分 5）` : `${rating} of 5`),
    ]);
  },
  like: (read, zh) =>
    read.text("direction") === "received" ? (zh ? "收到一个赞" : "Received a like") : zh ? "点了赞" : "Liked something",
  referral: (read, zh) => {
    const invitee = read.text("role") === "invitee";
    return joined([
      zh ? (invitee ? "受邀请" : "邀请好友") : invitee ? "Was invited" : "Invited a friend",
      stageOf(read),
    ]);
  },
  group_buy: (read, zh) => {
    const starter = read.text("role") === "starter";
    const what = quoted(subjectOf(read), read.language);
    return zh ? `${starter ? "发起" : "参加"}拼团${what}` : `${starter ? "Started" : "Joined"} a group-buy ${what}`;
  },
  subscription: (read, zh) => {
    const words = {
      accepted: ["同意接收一条微信订阅消息", "Agreed to one subscribe message"],
      refused: ["没有同意接收微信订阅消息", "Declined a subscribe message"],
      ended: ["关闭了微信订阅消息", "Turned subscribe messages off"],
    }[read.text("state")] ?? ["微信订阅消息", "Subscribe message"];
    return joined([words[zh ? 0 : 1] ?? "", read.text("scene")]);
  },
  points_movement: (read, zh) => {
    const points = read.number("points");
    const balance = read.number("balance_after");
    return joined([
      points !== null && (zh ? `积分 ${signed(points)}` : `${signed(points)} points`),
      REASONS[read.text("reason")]?.[read.language] ?? read.text("reason"),
      balance !== null &&
        (zh ? `余额 ${balance.toLocaleString("en-US")}` : `balance ${balance.toLocaleString("en-US")}`),
    ]);
  },
  coupon_use: (read, zh) => {
    const code = quoted(read.text("coupon_code") || read.text("campaign_code"), read.language);
    return zh ? `${stageOf(read)}优惠券${code}` : `${stageOf(read)} coupon ${code}`;
  },
  message: (read) => {
    const name = quoted(read.text("template") || read.text("campaign_code"), read.language);
    return `${channelName(read.text("medium"), read.language)}${name} ${stageOf(read)}`;
  },
  consent: (read, zh) => {
    const given = read.text("granted") === "true";
    const word = zh ? (given ? "同意" : "撤回同意") : given ? "Agreed" : "Withdrew consent";
    return joined([
      word,
      PURPOSES[read.text("purpose")]?.[read.language] ?? read.text("purpose"),
      channelName(read.text("medium"), read.language),
      channelName(read.text("via"), read.language),
    ]);
  },
  service_contact: (read, zh) => {
    const complaint = read.text("complaint") === "true";
    const topic = quoted(read.text("topic"), read.language);
    const satisfied = read.number("satisfaction");
    const word = zh ? (complaint ? "投诉" : "咨询") : complaint ? "Complaint " : "Enquiry ";
    return joined([
      `${word}${topic}`,
      satisfied !== null && (zh ? `满意 ${satisfied}/5` : `satisfaction ${satisfied}/5`),
    ]);
  },
  campaign: (read, zh) =>
    zh
      ? `列入活动${quoted(read.text("campaign_code"), "zh")}`
      : `In campaign ${quoted(read.text("campaign_code"), "en")}`,
  custom: (read) => quoted(read.text("name") || read.text("subject"), read.language),
  join: (read, zh) =>
    zh
      ? `与另一个档案合并${quoted(read.text("rule_zh"), "zh")}`
      : `Joined with another record ${quoted(read.text("rule_en"), "en")}`,
  join_undone: (read, zh) => joined([zh ? "合并已拆开" : "The join was taken back", read.text("reason")]),
  split: (read, zh) => joined([zh ? "合并已拆开" : "The join was taken back", read.text("reason")]),
};

/** One thing that happened as a sentence of the reader's language; never the bare code where a sentence exists. */
export function timelineSentence(item: TimelineItem, language: Language): string {
  const read = readerOf(item, language);
  const said = SENTENCES[item.kind]?.(read, language === "zh") ?? "";
  return said === "" ? joined([read.store, subjectOf(read)]) : said;
}

export interface TimelineDay<Item> {
  readonly day: string;
  readonly items: readonly Item[];
}

/** Items newest first → one group for each business day, in the order they come. */
export function groupByDay<Item extends { readonly at: string }>(
  items: readonly Item[],
  dayOf: (at: Date) => string,
): readonly TimelineDay<Item>[] {
  const days: { day: string; items: Item[] }[] = [];
  for (const item of items) {
    const day = dayOf(new Date(item.at));
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}

/** Nothing else in between and said in the same words: "收到一个赞" three times is one line. */
export interface Folded<Item> {
  readonly item: Item;
  readonly times: number;
}

/** Neighbours with the same words and no amount of their own, of one day, as one line with its count. */
export function folded<Item extends TimelineItem>(items: readonly Item[], language: Language): readonly Folded<Item>[] {
  const lines: { item: Item; times: number; words: string }[] = [];
  for (const item of items) {
    const words = `${item.kind} ${item.source} ${timelineSentence(item, language)}`;
    const last = lines.at(-1);
    if (last?.words === words && (item.amount_minor ?? null) === null) last.times += 1;
    else lines.push({ item, times: 1, words });
  }
  return lines;
}
