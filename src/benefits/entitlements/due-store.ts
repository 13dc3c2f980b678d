import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Audience } from "./benefit.ts";
import type { DuePeriod } from "./rhythm.ts";

/** Within so many days no second gift for a birthday, however often its date was corrected. */
export const BIRTHDAY_APART_DAYS = 180;

/** A ladder's part in an audience. */
export interface LadderInForce {
  readonly ladder: string;
  readonly lowest: string;
}

/** SQL that says whether member m is of an audience on a day. */
export interface AudienceSql {
  readonly condition: string;
  readonly values: readonly unknown[];
}

/**
 * Members of an audience, as a condition on m.member_id. Of a day that has passed, the tier is that of the last change until
 * then, under the member's own number, whose history also says what joins did; segments have no history.
 * @param at the number of the first free parameter
 * @returns undefined: nobody is, because another ladder is in force
 */
export function audienceSql(
  audience: Audience,
  { ladder, day, today, at }: { ladder: LadderInForce | undefined; day: BusinessDay; today: BusinessDay; at: number },
): AudienceSql | undefined {
  if (audience.kind === "everyone") return { condition: "true", values: [] };
  if (audience.kind === "segment")
    return {
      condition: `exists (select from catalogue.segment_members s where s.member_id = m.member_id and s.segment_id = $${at})`,
      values: [audience.segment_id],
    };
  const part = audience.of.find((one) => one.ladder === ladder?.ladder);
  if (part === undefined || ladder === undefined) return undefined;
  if (day >= today)
    return {
      condition: `exists (select from catalogue.member_tier t where t.member_id = m.member_id and t.tier = any($${at}))`,
      values: [part.tiers],
    };
  return {
    condition: `coalesce((select h.tier from catalogue.tier_changes h where h.number = m.member_id and h.day <= $${at + 1}::date
      order by h.day desc, h.history_id desc limit 1), $${at + 2}) = any($${at})`,
    values: [part.tiers, day, ladder.lowest],
  };
}

/** Members to look at: named ones, or the next after a number. */
export type Portion = { readonly member_ids: readonly number[] } | { readonly after: number; readonly limit: number };

/** A period with the day on which members of an audience who are not due yet become due. */
export interface DueOn extends DuePeriod {
  readonly due_day: BusinessDay;
  /** Which of the audiences: versions of a benefit that follow each other may have their own. */
  readonly audience: number;
}

export interface DueQuestion {
  readonly benefit: string;
  readonly audiences: readonly AudienceSql[];
  readonly periods: readonly DueOn[];
  readonly portion: Portion;
}

/** Parameters of {@link DUE_ROWS}: the benefit, its periods, the members. */
const DUE_VALUES = 9;
const NAMED_VALUES = DUE_VALUES + 1;
const PAGED_VALUES = DUE_VALUES + 2;

/**
 * Who on a page is due in a period and has nothing of it yet under any number. The turn makes these rows, and what members
 * may expect and the calendar are these rows: there is no second rule.
 */
const DUE_ROWS = (audiences: readonly AudienceSql[]) => `
  select m.member_id, d.period, d.anchor_day, d.due_day, d.last_day, moved.is_moved
  from page m
  join unnest($2::text[], $3::date[], $4::date[], $5::date[], $6::boolean[], $7::int[], $8::int[], $9::int[])
    as d (period, due_day, last_day, anchor_day, lunar, month, day, audience)
    on d.month is null or (d.month = m.birth_month and (d.day is null or d.day = m.birth_day) and d.lunar = exists (
      select from benefits.lunar_birthday l join catalogue.parties p on p.party_id = l.owner where p.member_id = m.member_id))
  cross join lateral (select d.anchor_day is not null and exists (
    select from catalogue.parties p join benefits.entitlement e on e.owner = p.party_id
    where p.member_id = m.member_id and e.benefit = $1 and e.anchor_day is not null
      and (e.state <> 'failed' or e.retry_day is not null)
      and abs(e.anchor_day - d.anchor_day) < ${BIRTHDAY_APART_DAYS}) as is_moved) moved
  where m.join_day <= d.due_day and not (m.is_staff or m.is_test or m.is_wholesale) and ${oneOf(audiences)}
    and not exists (select from catalogue.parties p join benefits.entitlement e on e.owner = p.party_id
      where p.member_id = m.member_id and e.benefit = $1 and e.period = d.period)`;

function oneOf(audiences: readonly AudienceSql[]): string {
  const [only, ...more] = audiences.map(({ condition }) => condition);
  if (more.length === 0) return only ?? "false";
  return `case d.audience ${audiences.map(({ condition }, at) => `when ${at} then ${condition}`).join(" ")} end`;
}

const MAKE = (audiences: readonly AudienceSql[], page: string, at: number) => `
  with page as materialized (${page}), made as (
    insert into benefits.entitlement (benefit, version, owner, period, anchor_day, due_day, last_day, state, reason, made_at)
    select $1, $${at}::int, member_id, period, anchor_day, due_day, last_day,
      case when is_moved then 'failed' else 'due' end, case when is_moved then 'birthday_moved' end, $${at + 1}::timestamptz
    from (${DUE_ROWS(audiences)}) due
    on conflict on constraint entitlement_once do nothing
    returning 1
  )
  select (select count(*) from page)::int as members, (select max(member_id) from page) as reached, (select count(*) from made)::int as made`;

const COLUMNS = "member_id, birth_month, birth_day, join_day, is_staff, is_test, is_wholesale";

const isNamed = (portion: Portion) => "member_ids" in portion;

function pageOf(portion: Portion): string {
  return isNamed(portion)
    ? `select ${COLUMNS} from catalogue.members where member_id = any($${NAMED_VALUES}::bigint[])`
    : `select ${COLUMNS} from catalogue.members where member_id > $${NAMED_VALUES} order by member_id limit $${PAGED_VALUES}`;
}

function dueValues({ benefit, audiences, periods, portion }: DueQuestion): unknown[] {
  return [
    benefit,
    periods.map((one) => one.period),
    periods.map((one) => one.due_day),
    periods.map((one) => one.last_day),
    periods.map((one) => one.anchor_day),
    periods.map((one) => one.birthday?.lunar ?? null),
    periods.map((one) => one.birthday?.month ?? null),
    periods.map((one) => one.birthday?.day ?? null),
    periods.map((one) => one.audience),
    ...("member_ids" in portion ? [portion.member_ids] : [portion.after, portion.limit]),
    ...audiences.flatMap(({ values }) => values),
  ];
}

/**
 * Makes what members are due by a version of a benefit and do not have yet, under any of their numbers.
 * @returns how many members were looked at, the last of them, and how many entitlements were made
 */
export async function makeDue(
  tx: Tx,
  question: DueQuestion,
  { version, now }: { readonly version: number; readonly now: Date },
): Promise<{ readonly members: number; readonly reached: number | null; readonly made: number }> {
  const values = dueValues(question);
  const [row] = await tx.planned<{ members: number; reached: number | null; made: number }>(
    MAKE(question.audiences, pageOf(question.portion), values.length + 1),
    [...values, version, now],
  );
  return row ?? { members: 0, reached: null, made: 0 };
}

/** Rows of {@link DUE_ROWS}, each member's first of a period. */
const FIRST_DUE = ({ audiences, portion }: DueQuestion) => `
  with page as materialized (${pageOf(portion)}), first as (
    select distinct on (member_id, period) * from (${DUE_ROWS(audiences)}) due order by member_id, period, due_day
  )`;

/** What {@link makeDue} would make. */
export interface Expected {
  readonly member_id: number;
  readonly period: string;
  readonly due_day: BusinessDay;
  readonly last_day: BusinessDay | null;
}

/** Whom {@link makeDue} would make due, the soonest first. */
export async function expectedRows(tx: Tx, question: DueQuestion): Promise<Expected[]> {
  return tx.planned<Expected>(
    `${FIRST_DUE(question)} select member_id, period, due_day, last_day from first where not is_moved order by due_day, period`,
    dueValues(question),
  );
}

/** How many {@link makeDue} would make due on each day. */
export async function expectedCounts(
  tx: Tx,
  question: DueQuestion,
): Promise<{ readonly due_day: BusinessDay; readonly members: number }[]> {
  return tx.planned(
    `${FIRST_DUE(question)} select due_day, count(*)::int as members from first where not is_moved group by due_day order by due_day`,
    dueValues(question),
  );
}

/** The first parameter of an audience, after those of the page. */
export const audienceAt = (portion: Portion): number => (isNamed(portion) ? NAMED_VALUES : PAGED_VALUES) + 1;

export interface Turn {
  readonly day: BusinessDay;
  readonly benefit: string;
  readonly reached: number;
}

/** The state of the turn, locked; null: another process is at it. */
export async function lockTurn(tx: Tx, today: BusinessDay): Promise<Turn | null> {
  // the first turn makes up for what was published while nobody worked
  await tx.query(
    `insert into benefits.turn (day) select least($1::date, (select min(first_day) from benefits.benefit_version)) - 1
     on conflict (singleton) do nothing`,
    [today],
  );
  return (await tx.one<Turn>("select day, benefit, reached from benefits.turn for update skip locked")) ?? null;
}

export async function moveTurn(tx: Tx, { day, benefit, reached }: Turn): Promise<void> {
  await tx.query("update benefits.turn set day = $1, benefit = $2, reached = $3", [day, benefit, reached]);
}

/** Members that numbers of any kind belong to now. */
export async function membersOf(
  tx: Tx,
  { member_ids, party_ids }: { readonly member_ids: readonly number[]; readonly party_ids: readonly number[] },
): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    "select distinct member_id from catalogue.parties where party_id = any($1::bigint[]) and member_id is not null",
    [[...member_ids, ...party_ids]],
  );
  return rows.map((row) => row.member_id);
}
