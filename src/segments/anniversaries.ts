import { build as q, type Expression } from "../query/index.ts";
import type { Choice } from "./subject.ts";

const NEXT_DAYS = [3, 7, 14, 30, 60] as const;
const LEAP_DAY = 229;
const FIRST_OF_MARCH = 301;

/** Month and day as one number: 22 November is 1122. */
function monthDay(month: Expression, day: Expression): Expression {
  return q.add(q.multiply(month, 100), day);
}

/** Whether a year between 1901 and 2099 is a leap year: ⌊y/4⌋ is (2y − 3)/8 rounded half up. */
function isLeap(year: Expression): Expression {
  const quarters = q.ratio(q.subtract(q.multiply(year, 2), 3), 8, 0);
  return q.equals(q.multiply(quarters, 4), year);
}

/**
 * Whether a day of the year falls into today and the next `days` days (at most 300). 29 February counts on 1 March in years
 * without it, as a completed year does in the tree's `full_years`.
 */
export function anniversaryWithin(month: Expression, day: Expression, days: number): Expression {
  const end = days === 0 ? q.today : q.shiftDays(q.today, days);
  const from = monthDay(q.datePart("month", q.today), q.datePart("day", q.today));
  const until = monthDay(q.datePart("month", end), q.datePart("day", end));
  const date = monthDay(month, day);
  const moved = q.and(q.equals(date, LEAP_DAY), q.not(isLeap(q.datePart("year", end))));
  const at = q.choose([[moved, FIRST_OF_MARCH]], date);
  const after = q.compare(at, ">=", from);
  const before = q.compare(at, "<=", until);
  return q.or(q.and(after, before), q.and(q.compare(until, "<", from), q.or(after, before)));
}

function inMonth(month: Expression, ahead: 0 | 1): Expression {
  const now = q.datePart("month", q.today);
  if (ahead === 0) return q.equals(month, now);
  return q.or(q.equals(month, q.add(now, 1)), q.and(q.equals(now, 12), q.equals(month, 1)));
}

/** When a yearly day comes round again, as conditions to choose from. */
export function anniversaryChoices(month: Expression, day: Expression): Choice[] {
  return [
    { value: "today", zh: "今天", en: "today", expression: anniversaryWithin(month, day, 0) },
    ...NEXT_DAYS.map((days) => ({
      value: `next_${days}`,
      zh: `今天起 ${days} 天内`,
      en: `within the next ${days} days`,
      expression: anniversaryWithin(month, day, days),
    })),
    { value: "this_month", zh: "本月", en: "this month", expression: inMonth(month, 0) },
    { value: "next_month", zh: "下月", en: "next month", expression: inMonth(month, 1) },
  ];
}

const joined = q.member("join_day");

/** The yearly days that everybody has, with when each comes round. */
export const ANNIVERSARIES = [
  {
    subject: "anniversary.birthday",
    zh: "生日",
    en: "Birthday",
    choices: anniversaryChoices(q.member("birth_month"), q.member("birth_day")),
  },
  {
    subject: "anniversary.join",
    zh: "入会周年",
    en: "Anniversary of joining",
    choices: anniversaryChoices(q.datePart("month", joined), q.datePart("day", joined)),
  },
] as const;

/** The same text for the same tree, in whatever order its parts were written down. */
const textOf = (node: Expression): string =>
  JSON.stringify(node, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

const phrases = new Map(
  ANNIVERSARIES.flatMap(({ zh, en, choices }) =>
    choices.map(
      (choice) => [textOf(choice.expression), { zh: `${zh}在${choice.zh}`, en: `${en} ${choice.en}` }] as const,
    ),
  ),
);

/** What a condition on a yearly day means; undefined: it is none of those that can be chosen. */
export const anniversaryPhrase = (node: Expression) => phrases.get(textOf(node));
