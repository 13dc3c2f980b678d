import { build as q, type Expression } from "../query/index.ts";

/** Groups of members whose silence is asked about. `soon`: not silent yet, but without a purchase for 60 days. */
export const SILENT_STAGES = ["soon", "silent", "lost"] as const;
export type SilentStage = (typeof SILENT_STAGES)[number];

/** A store without a sale for so long counts as closed. */
export const STORE_QUIET_DAYS = 60;
const SOON_DAYS = 60;
/** Complaints before the silence: where no category says otherwise, a silent member's last purchase is at most 179 days ago. */
const BEFORE_DAYS = 270;
const LOW_RATING = 2;
const CATEGORIES_MAX = 8;

const purchased = q.compare(q.column("net_minor"), ">", 0);
const purchases = q.count("purchase_days", { where: purchased });
const stage = q.tag("lifecycle_stage");
export const DAYS_SINCE_LAST = q.daysSince(q.maximum("purchase_days", "business_day", { where: purchased }));

export const SILENT_GROUPS: Readonly<Record<SilentStage, Expression>> = {
  soon: q.and(q.isIn(stage, ["new", "growing", "mature"]), q.atLeast(DAYS_SINCE_LAST, SOON_DAYS)),
  silent: q.isIn(stage, ["silent"]),
  lost: q.isIn(stage, ["lost"]),
};

export interface SilentReason {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  /** The rule in one sentence. */
  readonly rule_zh: string;
  readonly rule_en: string;
  readonly condition: Expression;
}

/**
 * What the records say about why members are silent, in order: the first that holds is a member's primary reason. They
 * are observations, not causes.
 * @param closed_stores codes of stores that sell no more.
 */
export function silentReasons(closed_stores: readonly string[]): SilentReason[] {
  const closed: SilentReason = {
    key: "store_closed",
    zh: "常去的门店已停业",
    en: "Their last store sells no more",
    rule_zh: `最近一单所在门店已连续 ${STORE_QUIET_DAYS} 天没有销售。`,
    rule_en: `The store of the last order has sold nothing for ${STORE_QUIET_DAYS} days.`,
    condition: q.isIn(q.last("orders", q.column("store_code"), { where: q.column("is_valid") }), [...closed_stores]),
  };
  return [
    ...(closed_stores.length === 0 ? [] : [closed]),
    {
      key: "bad_experience",
      zh: "沉默前有差评或退货",
      en: "A bad rating or a return before",
      rule_zh: `近 ${BEFORE_DAYS} 天内有退货，或给过不超过 ${LOW_RATING} 星的评价。`,
      rule_en: `A return or a rating of at most ${LOW_RATING} within ${BEFORE_DAYS} days.`,
      condition: q.or(
        q.atLeast(q.count("returns", { window: q.lastDays(BEFORE_DAYS) }), 1),
        q.atLeast(
          q.count("events", {
            where: q.compare(q.column("rating"), "<=", LOW_RATING),
            window: q.lastDays(BEFORE_DAYS),
          }),
          1,
        ),
      ),
    },
    {
      key: "own_rhythm",
      zh: "还在自己的购买节奏内",
      en: "Still within their own rhythm",
      rule_zh: "距最近一次购买还没有超过该会员自己的惯常间隔（逾期比 < 1），多为季节性购买。",
      rule_en: "Not later than the member's own usual interval (overdue ratio below 1); mostly seasonal buyers.",
      condition: q.compare(q.tag("overdue_ratio"), "<", q.decimal("1.00")),
    },
    {
      key: "single_purchase",
      zh: "只买过一次",
      en: "Bought only once",
      rule_zh: "全部历史只有一个购买日，没有形成第二次购买。",
      rule_en: "One purchase day in all history: the second purchase never came.",
      condition: q.equals(purchases, 1),
    },
    {
      key: "discount",
      zh: "依赖折扣",
      en: "Depends on discounts",
      rule_zh: "近一年的优惠占比不低于 30%。",
      rule_en: "Discounts are 30 % or more of the year's gross spend.",
      condition: q.atLeast(q.tag("discount_share"), q.decimal("0.3000")),
    },
    {
      key: "opted_out",
      zh: "已退订消息",
      en: "Opted out of messages",
      rule_zh: "至少在一个渠道撤回了同意，收不到提醒。",
      rule_en: "Consent is withdrawn for one channel or more, so reminders do not arrive.",
      condition: q.atLeast(q.count("consents", { where: q.isIn(q.column("state"), ["withdrawn"]) }), 1),
    },
    {
      key: "no_visit",
      zh: "近 90 天没有任何互动",
      en: "No contact at all in 90 days",
      rule_zh: "近 90 天没有登录、浏览、评价等任何行为记录。",
      rule_en: "No log-in, browsing, review or other event in 90 days.",
      condition: q.equals(q.count("events", { window: q.lastDays(90) }), 0),
    },
  ];
}

/** The category of the last line bought. */
export const LAST_CATEGORY = q.last("order_lines", q.column("category_1"), { where: q.column("is_valid") });

/** The select of silent members over a plan with `soon`, `silent`, `lost`, one boolean for each reason, and `category`. */
export function silenceSelect(plan: string, reasons: readonly SilentReason[]): string {
  const stages = `case when "silent" then 'silent' when "lost" then 'lost' else 'soon' end`;
  const signs = reasons.map(({ key }) => `case when "${key}" then ',${key}' else '' end`).join(" || ");
  return `select member_id, ${stages} as stage, category, ${signs} as signs from (${plan}) p where "soon" or "silent" or "lost"`;
}

/** Members by sign and by category, counted as they come. */
export class SilenceTally {
  members = 0;
  readonly #signs = new Map<string, { members: number; primary: number }>();
  readonly #categories = new Map<string | null, number>();

  /** @param signs in order; the first is the primary one, none is "other". */
  add(signs: readonly string[], category: string | null): void {
    this.members += 1;
    const counted = signs.length === 0 ? ["other"] : signs;
    for (const [place, key] of counted.entries()) {
      const known = this.#signs.get(key) ?? { members: 0, primary: 0 };
      this.#signs.set(key, { members: known.members + 1, primary: known.primary + (place === 0 ? 1 : 0) });
    }
    this.#categories.set(category, (this.#categories.get(category) ?? 0) + 1);
  }

  reasons(keys: readonly string[]) {
    return [...keys, "other"].map((key) => ({ key, ...(this.#signs.get(key) ?? { members: 0, primary: 0 }) }));
  }

  /** The commonest, largest first; of equal ones by name. */
  categories() {
    return [...this.#categories]
      .map(([category, members]) => ({ category, members }))
      .sort((a, b) => b.members - a.members || ((a.category ?? "") < (b.category ?? "") ? -1 : 1))
      .slice(0, CATEGORIES_MAX);
  }
}
