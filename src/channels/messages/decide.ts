import { addDays, type BusinessDay, businessDay, isoWeekday } from "../../platform/index.ts";
import type { ToldLast } from "./gate-store.ts";
import type { Policy } from "./policy.ts";
import { isQuiet, quietUntil } from "./quiet.ts";
import type { Category, Channel, HeldReason } from "./request.ts";

/** A message with everything that decides about it, as it stood when the batch was read. */
export interface Candidate {
  readonly message_id: number;
  readonly channel: Channel;
  readonly category: Category;
  readonly template: string;
  readonly valid_until: Date | null;
  /** Tries a template: goes to the seed list at any hour, counts for no cap, and to nobody else. */
  readonly test: boolean;
  /** On the seed list. */
  readonly seed: boolean;
  readonly has_template: boolean;
  readonly stopped: boolean;
  /** Null: nobody is behind the number any more. */
  readonly member_id: number | null;
  readonly is_test: boolean;
  readonly is_staff: boolean;
  /** Sealed address; null where the channel needs one and the member has none. */
  readonly address: string | null;
  /** Who is to send it; null: nobody, where somebody must. Absent: nobody need. */
  readonly sender?: string | null;
  readonly consent: "granted" | "withdrawn" | "unproven" | null;
  readonly needs_consent: boolean;
  readonly held_out: boolean;
  readonly told: ToldLast | null;
  readonly timezone: string;
}

/** What a rendered message takes from caps and budgets. */
export interface Taking {
  readonly key: string;
  readonly amount: number;
  readonly cap: number;
  readonly until: Date;
  readonly reason: "no_subscription" | "cap_member" | "cap_household" | "budget";
}

export type Verdict =
  | { readonly kind: "held"; readonly reason: HeldReason }
  | { readonly kind: "later"; readonly until: Date }
  | { readonly kind: "go" };

const HOUR_MS = 3_600_000;

/**
 * What can be said before the words are known, in the order of `HELD_REASONS`. `told` are templates that members got within
 * this very batch.
 */
export function judge(one: Candidate, policy: Policy, now: Date, told: ReadonlyMap<string, ToldLast>): Verdict {
  const held = (reason: HeldReason): Verdict => ({ kind: "held", reason });
  if (!one.has_template) return held("template_missing");
  if (one.stopped) return held("stopped");
  if (one.member_id === null) return held("member_gone");
  if (one.test) return judgeTest(one);
  if (one.is_test || (one.is_staff && one.category === "marketing")) return held("excluded");
  if (one.address === null) return held("no_address");
  if (one.sender === null) return held("no_associate");
  if (one.needs_consent && !consents(one)) return held("no_consent");
  if (one.held_out && one.category === "marketing") return held("hold_out");
  if (repeated(one, policy, now, told)) return held("repeated");
  if (one.valid_until !== null && one.valid_until <= now) return held("expired");
  const quiet = quietVerdict(one, policy, now);
  if (quiet !== undefined) return quiet;
  return { kind: "go" };
}

/** Whoever stands on the seed list agreed to it; their account is a test account or a colleague's, in this very moment. */
function judgeTest(one: Candidate): Verdict {
  if (!one.seed || !(one.is_test || one.is_staff)) return { kind: "held", reason: "excluded" };
  if (one.address === null) return { kind: "held", reason: "no_address" };
  if (one.sender === null) return { kind: "held", reason: "no_associate" };
  if (one.consent === "withdrawn") return { kind: "held", reason: "no_consent" };
  return { kind: "go" };
}

/** Marketing wants a proven yes; service stops at a no. */
function consents({ consent, category }: Candidate): boolean {
  return category === "marketing" ? consent === "granted" : consent !== "withdrawn";
}

export const toldKey = (member_id: number | null, template: string) => `${member_id} ${template}`;

/** Whether a member would get the same words again too soon; what tries a template is no repetition. */
export function repeated(one: Candidate, policy: Policy, now: Date, told: ReadonlyMap<string, ToldLast>): boolean {
  const hours = policy.repeat_after_hours[one.category];
  if (hours === 0 || one.test) return false;
  const last = told.get(toldKey(one.member_id, one.template)) ?? one.told;
  return last !== null && last.message_id !== one.message_id && last.at.getTime() > now.getTime() - hours * HOUR_MS;
}

function quietVerdict(one: Candidate, { quiet }: Policy, now: Date): Verdict | undefined {
  if (quiet === null || !quiet.channels.includes(one.channel) || !quiet.categories.includes(one.category))
    return undefined;
  if (!isQuiet(now, quiet, one.timezone)) return undefined;
  if (quiet.then === "drop") return { kind: "held", reason: "quiet_hours" };
  const until = quietUntil(now, quiet, one.timezone);
  // what is worth nothing by then need not wait for it
  if (one.valid_until !== null && one.valid_until <= until) return { kind: "held", reason: "quiet_hours" };
  return { kind: "later", until };
}

interface PeriodOf {
  readonly name: string;
  readonly until: Date;
}

function periodOf(period: "day" | "week" | "month", now: Date, timezone: string): PeriodOf {
  const day: BusinessDay = businessDay(now, timezone);
  const end = (last: BusinessDay) => new Date(Date.parse(`${last}T00:00:00Z`) + 3 * 24 * HOUR_MS);
  if (period === "day") return { name: `day ${day}`, until: end(day) };
  if (period === "month") return { name: `month ${day.slice(0, 7)}`, until: end(addDays(day, 31)) };
  const monday = addDays(day, 1 - isoWeekday(day));
  return { name: `week ${monday}`, until: end(addDays(monday, 7)) };
}

/** Caps and budgets that a message would take from; caps by the member's own days, budgets by the brand's. */
export function takingsOf(
  one: Candidate,
  policy: Policy,
  {
    cost_minor,
    now,
    brand_timezone,
  }: { readonly cost_minor: number; readonly now: Date; readonly brand_timezone: string },
): Taking[] {
  const takings: Taking[] = [];
  for (const { channel, category, period, max } of one.test ? [] : policy.member_caps) {
    if ((channel ?? one.channel) !== one.channel || (category ?? one.category) !== one.category) continue;
    const { name, until } = periodOf(period, now, one.timezone);
    const key = `member ${one.member_id} ${channel ?? "*"} ${category ?? "*"} ${name}`;
    takings.push({ key, amount: 1, cap: max, until, reason: "cap_member" });
  }
  for (const { channel, period, max } of one.test ? [] : policy.household_caps) {
    if (channel !== one.channel || one.address === null) continue;
    const { name, until } = periodOf(period, now, brand_timezone);
    takings.push({
      key: `household ${one.address} ${channel} ${name}`,
      amount: 1,
      cap: max,
      until,
      reason: "cap_household",
    });
  }
  for (const { channel, period, limit_minor } of policy.budgets) {
    if ((channel ?? one.channel) !== one.channel || cost_minor === 0) continue;
    const { name, until } = periodOf(period, now, brand_timezone);
    takings.push({
      key: `budget ${channel ?? "*"} ${name}`,
      amount: cost_minor,
      cap: limit_minor,
      until,
      reason: "budget",
    });
  }
  return takings;
}

/** What has been taken so far, as the database said and as this batch has taken since. */
export class Counters {
  readonly #used: Map<string, number>;
  readonly #grown = new Map<string, { amount: number; cap: number; until: Date }>();

  constructor(used: ReadonlyMap<string, number>) {
    this.#used = new Map(used);
  }

  /** Takes from all of them or from none. @returns the first that is used up */
  take(takings: readonly Taking[]): Taking["reason"] | undefined {
    const short = takings.find(({ key, amount, cap }) => (this.#used.get(key) ?? 0) + amount > cap);
    if (short !== undefined) return short.reason;
    this.count(takings);
    return undefined;
  }

  /** Takes what was taken before, whether or not there is room for it. */
  count(takings: readonly Taking[]): void {
    for (const { key, amount, cap, until } of takings) {
      this.#used.set(key, (this.#used.get(key) ?? 0) + amount);
      const grown = this.#grown.get(key);
      if (grown === undefined) this.#grown.set(key, { amount, cap, until });
      else grown.amount += amount;
    }
  }

  grown(): readonly { readonly key: string; readonly amount: number; readonly cap: number; readonly until: Date }[] {
    return [...this.#grown].map(([key, rest]) => ({ key, ...rest }));
  }
}
