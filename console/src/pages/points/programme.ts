/** A points programme as the server's JSON says it. */
export interface Where {
  readonly skus?: readonly string[];
  readonly categories?: readonly string[];
  readonly brands?: readonly string[];
  readonly except_skus?: readonly string[];
  readonly except_categories?: readonly string[];
  readonly stores?: readonly string[];
  readonly channels?: readonly string[];
}

export interface Expiry {
  readonly kind: "none" | "rolling" | "sliding" | "calendar";
  readonly months?: number | undefined;
  readonly days?: number | undefined;
  readonly round_to?: "month" | "quarter" | "half_year" | "year" | undefined;
  readonly month?: number | undefined;
  readonly day?: number | undefined;
  readonly years?: number | undefined;
  /** Of `sliding`: what counts as an activity. */
  readonly after?: "purchase" | "purchase_or_spend" | undefined;
}

export interface Caps {
  readonly order?: number | undefined;
  readonly member_day?: number | undefined;
  readonly member_month?: number | undefined;
  readonly member_ever?: number | undefined;
}

export interface When {
  readonly weekdays?: readonly number[] | undefined;
  readonly month_days?: readonly number[] | undefined;
  readonly birthday?: { readonly days_around?: number | undefined; readonly month?: true } | undefined;
  readonly tiers?: readonly string[] | undefined;
}

export type RuleKind = "amount" | "order" | "event" | "multiplier";

/** Any rule; while it is written, what is not said yet is absent, and the server says what is missing. */
export interface Rule {
  readonly kind: RuleKind;
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly from_day?: string | undefined;
  readonly last_day?: string | undefined;
  readonly budget?: string | undefined;
  readonly caps?: Caps | undefined;
  readonly expiry?: Expiry | undefined;
  readonly pending_days?: number | undefined;
  readonly points?: number | undefined;
  readonly per_minor?: number | undefined;
  readonly rounding?: "down_per_order" | "down_per_line";
  readonly at_least_minor?: number | undefined;
  readonly first_only?: boolean;
  readonly event?: string;
  readonly subject?: string | undefined;
  readonly percent?: number | undefined;
  readonly when?: When;
  readonly where?: Where | undefined;
}

export interface Programme {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly currency: string;
  readonly combine: "best" | "multiply";
  readonly pending_days?: number | undefined;
  readonly expiry: Expiry;
  readonly grace_days?: number | undefined;
  readonly worth: { readonly points?: number | undefined; readonly minor?: number | undefined };
  readonly notice_days?: number | undefined;
  /** Pays where a rule names none; its limits count what all rules give. */
  readonly budget?: string | undefined;
  readonly rules: readonly Rule[];
}

export const RULE_KINDS: readonly RuleKind[] = ["amount", "order", "event", "multiplier"];

/** A key that no rule has yet. */
function freshKey(rules: readonly Rule[], kind: RuleKind): string {
  for (let n = 1; ; n++) {
    const key = n === 1 ? kind : `${kind}_${n}`;
    if (!rules.some((rule) => rule.key === key)) return key;
  }
}

/** A new rule of a kind, complete enough to be read as a sentence at once. */
export function newRule(rules: readonly Rule[], kind: RuleKind): Rule {
  const key = freshKey(rules, kind);
  switch (kind) {
    case "amount":
      return {
        kind,
        key,
        zh: "消费积分",
        en: "Points for spending",
        points: 1,
        per_minor: 100,
        rounding: "down_per_order",
      };
    case "order":
      return {
        kind,
        key,
        zh: "下单礼",
        en: "Points for an order",
        points: 100,
        at_least_minor: 5_000,
        first_only: true,
      };
    case "event":
      return { kind, key, zh: "评价", en: "Review", points: 10, event: "review", caps: { member_day: 20 } };
    case "multiplier":
      return { kind, key, zh: "会员日双倍", en: "Double on the member day", percent: 200, when: { month_days: [8] } };
  }
}

/** Without what says nothing: empty lists and objects narrow nothing and would be refused. */
export function tidied(rule: Rule): Rule {
  const kept = <T extends object>(part: T | undefined): T | undefined => {
    if (part === undefined) return undefined;
    const entries = Object.entries(part).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    );
    return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T);
  };
  const { where, caps, when, ...rest } = rule;
  const [narrowed, limited] = [kept(where), kept(caps)];
  return {
    ...rest,
    ...(when === undefined ? {} : { when: kept(when) ?? {} }),
    ...(narrowed === undefined ? {} : { where: narrowed }),
    ...(limited === undefined ? {} : { caps: limited }),
  };
}
