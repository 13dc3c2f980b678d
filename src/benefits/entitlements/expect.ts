import type { Ground } from "../../ground.ts";
import { addDays, type BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { BenefitDefinition } from "./benefit.ts";
import { type BenefitVersion, inForceOn, publishedBenefits } from "./benefit-store.ts";
import { todayOf } from "./benefits.ts";
import {
  audienceAt,
  audienceSql,
  type DueOn,
  type DueQuestion,
  type Expected,
  expectedCounts,
  expectedRows,
  type LadderInForce,
  type Portion,
} from "./due-store.ts";
import { periodsOn } from "./rhythm.ts";
import { ladderInForce } from "./turn.ts";

export const CALENDAR_DAYS = 60;
/** A member's next of each benefit lies within a year, whichever calendar the birthday is of. */
const MEMBER_DAYS = 400;
const EVERYBODY: Portion = { after: 0, limit: Number.MAX_SAFE_INTEGER };

interface Asked {
  readonly today: BusinessDay;
  readonly days: number;
  readonly ladder: LadderInForce | undefined;
  readonly portion: Portion;
}

/** What the turns of the coming days will ask of one benefit, put into one question; undefined: nothing. */
function questionOf(benefit: string, published: readonly BenefitVersion[], asked: Asked): DueQuestion | undefined {
  const { today, days, ladder, portion } = asked;
  const audiences: DueQuestion["audiences"][number][] = [];
  const places = new Map<number, number>();
  const periods = new Map<string, DueOn>();
  let at = audienceAt(portion);
  for (let day = today; day < addDays(today, days); day = addDays(day, 1)) {
    const [version] = inForceOn(published, day);
    if (version === undefined) continue;
    const { audience, rhythm } = version.definition;
    if (!places.has(version.version)) {
      // nobody knows the tiers of a day that has not come: those of today count
      const sql = audienceSql(audience, { ladder, day: today, today, at });
      if (sql === undefined) continue;
      places.set(version.version, audiences.length);
      audiences.push(sql);
      at += sql.values.length;
    }
    for (const one of periodsOn(rhythm, day)) {
      const key = JSON.stringify([version.version, one.period, one.birthday]);
      if (!periods.has(key)) periods.set(key, { ...one, due_day: day, audience: places.get(version.version) ?? 0 });
    }
  }
  return periods.size === 0 ? undefined : { benefit, audiences, periods: [...periods.values()], portion };
}

async function questionsOf(tx: Tx, asked: Omit<Asked, "ladder">) {
  const published = await publishedBenefits(tx);
  const ladder = await ladderInForce(tx);
  return [...new Set(published.map(({ benefit }) => benefit))].flatMap((benefit) => {
    const versions = published.filter((one) => one.benefit === benefit);
    const question = questionOf(benefit, versions, { ...asked, ladder });
    return question === undefined ? [] : [{ question, versions }];
  });
}

export interface ExpectedBenefit extends Expected {
  readonly benefit: string;
  readonly definition: BenefitDefinition;
}

/** Of each benefit what a member is due next, by what is published and the tier of today; the soonest first. */
export async function expectedOf(tx: Tx, ground: Ground, member_id: number): Promise<ExpectedBenefit[]> {
  const today = todayOf(ground);
  const asked = { today, days: MEMBER_DAYS, portion: { member_ids: [member_id] } };
  const found: ExpectedBenefit[] = [];
  for (const { question, versions } of await questionsOf(tx, asked)) {
    const [next] = await expectedRows(tx, question);
    if (next === undefined) continue;
    const [version] = inForceOn(versions, next.due_day);
    if (version !== undefined) found.push({ ...next, benefit: question.benefit, definition: version.definition });
  }
  return found.toSorted((a, b) => a.due_day.localeCompare(b.due_day));
}

/** Members who will be due a benefit on a day, and what that will cost. */
export interface CalendarEntry {
  readonly day: BusinessDay;
  readonly benefit: string;
  readonly members: number;
  readonly points: number;
  readonly coupons: number;
  readonly cost_minor: number;
}

/** What one due benefit takes: points it gives, coupons it issues, money it is expected to cost. */
export function costOf({ give, cost_minor }: BenefitDefinition, members: number) {
  return {
    members,
    points: give.kind === "points" ? give.points * members : 0,
    coupons: give.kind === "coupon" ? members : 0,
    cost_minor: cost_minor * members,
  };
}

/** The coming days, today first: who the turns will make due if nobody's tier, segment or birthday changes. */
export async function calendar(tx: Tx, ground: Ground, days: number): Promise<CalendarEntry[]> {
  const asked = { today: todayOf(ground), days, portion: EVERYBODY };
  const entries: CalendarEntry[] = [];
  for (const { question, versions } of await questionsOf(tx, asked))
    for (const { due_day, members } of await expectedCounts(tx, question)) {
      const [version] = inForceOn(versions, due_day);
      if (version !== undefined)
        entries.push({ day: due_day, benefit: question.benefit, ...costOf(version.definition, members) });
    }
  return entries;
}
