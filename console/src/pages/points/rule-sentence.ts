import type { Caps, Expiry, Programme, Rule, When, Where } from "./programme.ts";

export type Language = "zh" | "en";

/** How codes are called: of tiers, stores, channels and kinds of records. */
export type NameOf = (kind: "tier" | "store" | "channel" | "event", code: string) => string;

interface Say {
  readonly language: Language;
  readonly nameOf: NameOf;
}

const WEEKDAYS = {
  zh: ["一", "二", "三", "四", "五", "六", "日"],
  en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
} as const;
const UNKNOWN = "…";

const count = (value: number | undefined): string => (value === undefined ? UNKNOWN : value.toLocaleString("en-US"));
const pointsEn = (value: number | undefined): string => `${count(value)} ${value === 1 ? "point" : "points"}`;
const amount = (minor: number | undefined): string =>
  minor === undefined ? UNKNOWN : (minor / 100).toLocaleString("en-US", { maximumFractionDigits: 2 });
const times = (percent: number | undefined): string => (percent === undefined ? UNKNOWN : String(percent / 100));
const list = (parts: readonly string[], language: Language): string => parts.join(language === "zh" ? "、" : ", ");

/** A rule as a person would say it: what it gives first, then what limits it. */
export function ruleSentence(rule: Rule, say: Say): { readonly gives: string; readonly limits: readonly string[] } {
  const { language } = say;
  return {
    gives: givesOf(rule, say),
    limits: [
      ...whereWords(rule.where, say),
      ...daysWords(rule, language),
      ...capWords(rule.caps, language),
      ...(rule.budget === undefined
        ? []
        : [language === "zh" ? `由预算「${rule.budget}」支付` : `paid by the budget ${rule.budget}`]),
      ...(rule.pending_days === undefined ? [] : [pendingWords(rule.pending_days, language)]),
      ...(rule.expiry === undefined ? [] : [expiryWords(rule.expiry, language)]),
    ],
  };
}

function givesOf(rule: Rule, say: Say): string {
  const zh = say.language === "zh";
  switch (rule.kind) {
    case "amount": {
      const per = `${amount(rule.per_minor)}`;
      const line = rule.rounding === "down_per_line";
      return zh
        ? `每满 ${per} 元积 ${count(rule.points)} 分，${line ? "每个商品行" : "每单"}向下取整`
        : `${pointsEn(rule.points)} for every ${per} yuan, rounded down at each ${line ? "line" : "order"}`;
    }
    case "order": {
      const least = amount(rule.at_least_minor);
      const first = rule.first_only === true;
      return zh
        ? `${first ? "首单" : "每单"}满 ${least} 元送 ${count(rule.points)} 分`
        : `${pointsEn(rule.points)} for ${first ? "the first order" : "each order"} of at least ${least} yuan`;
    }
    case "event": {
      const name = rule.event === "custom" ? (rule.subject ?? UNKNOWN) : say.nameOf("event", rule.event ?? UNKNOWN);
      return zh ? `每次${name}得 ${count(rule.points)} 分` : `${pointsEn(rule.points)} for each ${name.toLowerCase()}`;
    }
    case "multiplier": {
      const { who, times: when } = whenWords(rule.when ?? {}, say);
      const by =
        rule.percent === 200 ? (zh ? "双倍" : "double") : zh ? `${times(rule.percent)} 倍` : `× ${times(rule.percent)}`;
      if (!zh)
        return ["Spending points", by, who, when.join(" and ") || (who === "" ? "always" : "")]
          .filter(Boolean)
          .join(" ");
      const moment = when.join("且");
      return `${who}${who !== "" && moment !== "" ? "在" : ""}${moment || (who === "" ? "始终" : "")}，消费积分${by}`;
    }
  }
}

/** For whom, and at which times: all of what is named must be so. */
function whenWords(when: When, { language, nameOf }: Say): { readonly who: string; readonly times: readonly string[] } {
  const zh = language === "zh";
  const { weekdays, month_days, birthday, tiers } = when;
  const names = list(
    (tiers ?? []).map((code) => nameOf("tier", code)),
    language,
  );
  const times: string[] = [];
  if (weekdays?.length) {
    const days = list(
      weekdays.toSorted((a, b) => a - b).map((day) => WEEKDAYS[language][day - 1] ?? ""),
      language,
    );
    times.push(zh ? `每周${days}` : `on ${days}`);
  }
  if (month_days?.length) {
    const days = list(month_days.toSorted((a, b) => a - b).map(String), language);
    times.push(zh ? `每月 ${days} 日` : `on day ${days} of the month`);
  }
  if (birthday?.month === true) times.push(zh ? "生日当月" : "in the birthday's month");
  else if (birthday !== undefined) {
    const around = birthday.days_around ?? 0;
    if (around === 0) times.push(zh ? "生日当天" : "on the birthday");
    else times.push(zh ? `生日前后 ${around} 天` : `within ${around} days of the birthday`);
  }
  return { who: names === "" ? "" : zh ? `${names}会员` : `for ${names} members`, times };
}

function whereWords(where: Where | undefined, { language, nameOf }: Say): string[] {
  if (where === undefined) return [];
  const zh = language === "zh";
  const named = (codes: readonly string[], kind?: "store" | "channel") =>
    list(
      codes.map((code) => (kind === undefined ? code : nameOf(kind, code))),
      language,
    );
  const said = (codes: readonly string[] | undefined, zh_word: string, en_word: string, kind?: "store" | "channel") =>
    codes?.length ? [zh ? `${zh_word}${named(codes, kind)}` : `${en_word} ${named(codes, kind)}`] : [];
  return [
    ...said(where.categories, "只计类目：", "only categories"),
    ...said(where.brands, "只计品牌：", "only brands"),
    ...said(where.skus, "只计商品：", "only products"),
    ...said(where.except_categories, "不计类目：", "without categories"),
    ...said(where.except_skus, "不计商品：", "without products"),
    ...said(where.stores, "只限门店：", "only in", "store"),
    ...said(where.channels, "只限渠道：", "only by", "channel"),
  ];
}

function daysWords({ from_day, last_day }: Rule, language: Language): string[] {
  if (from_day === undefined && last_day === undefined) return [];
  if (language === "zh") {
    if (last_day === undefined) return [`${from_day} 起`];
    return [from_day === undefined ? `到 ${last_day} 为止` : `${from_day} 至 ${last_day}`];
  }
  return [
    [from_day === undefined ? "" : `from ${from_day}`, last_day === undefined ? "" : `to ${last_day}`].join(" ").trim(),
  ];
}

function capWords(caps: Caps | undefined, language: Language): string[] {
  if (caps === undefined) return [];
  const words = {
    order: ["每单", "an order"],
    member_day: ["每人每天", "a member a day"],
    member_month: ["每人每月", "a member a month"],
    member_ever: ["每人一共", "a member ever"],
  } as const;
  return (["order", "member_day", "member_month", "member_ever"] as const).flatMap((name) => {
    const most = caps[name];
    if (most === undefined) return [];
    return [language === "zh" ? `${words[name][0]}最多 ${count(most)} 分` : `at most ${count(most)} ${words[name][1]}`];
  });
}

/** From when points can be spent. */
export function pendingWords(days: number | undefined, language: Language): string {
  if (days === 0) return language === "zh" ? "立即可用" : "usable at once";
  return language === "zh" ? `${count(days)} 天后可用` : `usable after ${count(days)} days`;
}

const ROUNDED = {
  month: ["月底", "month"],
  quarter: ["季末", "quarter"],
  half_year: ["半年末", "half-year"],
  year: ["年底", "year"],
} as const;

/** How long points live. */
export function expiryWords(expiry: Expiry, language: Language): string {
  const zh = language === "zh";
  if (expiry.kind === "none") return zh ? "永不过期" : "never expire";
  if (expiry.kind === "calendar") {
    const { month, day, years } = expiry;
    const year = years === 0 ? (zh ? "当年" : "the next") : years === 1 ? (zh ? "次年" : "the next year's") : undefined;
    const said = year ?? (zh ? `第 ${count(years)} 年后的` : `${count(years)} years later, on`);
    return zh ? `${said} ${count(month)} 月 ${count(day)} 日到期` : `expire on ${said} ${count(month)}/${count(day)}`;
  }
  const length =
    expiry.months === undefined
      ? zh
        ? `${count(expiry.days)} 天`
        : `${count(expiry.days)} days`
      : zh
        ? `${count(expiry.months)} 个月`
        : `${count(expiry.months)} months`;
  if (expiry.kind === "sliding") {
    const spend = expiry.after === "purchase_or_spend";
    return zh
      ? `最后一次${spend ? "消费或兑换" : "消费"}后 ${length}到期，期间再${spend ? "消费或兑换" : "消费"}就顺延`
      : `expire ${length} after the last ${spend ? "purchase or redemption" : "purchase"}; each one moves that day on`;
  }
  const rounded = expiry.round_to === undefined ? undefined : ROUNDED[expiry.round_to];
  if (zh) return `${length}后${rounded === undefined ? "" : `的${rounded[0]}`}到期`;
  return `expire after ${length}${rounded === undefined ? "" : `, at the end of that ${rounded[1]}`}`;
}

/** What holds for the whole programme, one sentence each. */
export function termSentences(programme: Programme, language: Language): readonly string[] {
  const zh = language === "zh";
  const { worth, notice_days, grace_days, pending_days, expiry, combine, rules, budget } = programme;
  const several = rules.filter(({ kind }) => kind === "multiplier").length > 1;
  return [
    zh
      ? `积分${pending_days === 0 ? "" : " "}${pendingWords(pending_days, "zh")}`
      : `Points are ${pendingWords(pending_days, "en")}`,
    zh
      ? `${expiry.kind === "rolling" ? "从可用那天算起，" : ""}${expiryWords(expiry, "zh")}`
      : `They ${expiryWords(expiry, "en")}`,
    zh
      ? `${count(worth.points)} 分抵 ${amount(worth.minor)} 元`
      : `${count(worth.points)} points pay ${amount(worth.minor)} yuan`,
    ...(several
      ? [
          zh
            ? `几个倍数同时成立时，${combine === "best" ? "取最高的一个" : "相乘"}`
            : `Of several multipliers ${combine === "best" ? "the best one counts" : "each multiplies the other"}`,
        ]
      : []),
    ...(budget === undefined
      ? []
      : [zh ? `全部规则一起不超过预算「${budget}」` : `All rules together stay within the budget ${budget}`]),
    zh
      ? `退货时退回的积分若已过期，再给 ${count(grace_days)} 天`
      : `Returned points that have expired live ${count(grace_days)} more days`,
    zh
      ? `规则变更提前 ${count(notice_days)} 天告知会员`
      : `Members are told of changes ${count(notice_days)} days before`,
  ];
}
