import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Audience } from "./benefit.ts";
import type { BenefitVersion } from "./benefit-store.ts";
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

interface DueQuestion {
  readonly version: Pick<BenefitVersion, "benefit" | "version">;
  readonly audience: AudienceSql;
  readonly periods: readonly DuePeriod[];
  readonly day: BusinessDay;
  readonly now: Date;
  readonly portion: Portion;
}

const DUE = (audience: string, page: string) => `
  with page as materialized (${page}), made as (
    insert into benefits.entitlement (benefit, version, owner, period, anchor_day, due_day, last_day, state, reason, made_at)
    select $1, $2, m.member_id, d.period, d.anchor_day, $3::date, d.last_day,
      case when moved.is_moved then 'failed' else 'due' end, case when moved.is_moved then 'birthday_moved' end, $4
    from page m
    join unnest($5::text[], $6::date[], $7::date[], $8::boolean[], $9::int[], $10::int[])
      as d (period, last_day, anchor_day, lunar, month, day)
      on d.month is null or (d.month = m.birth_month and (d.day is null or d.day = m.birth_day) and d.lunar = exists (
        select from benefits.lunar_birthday l join catalogue.parties p on p.party_id = l.owner where p.member_id = m.member_id))
    cross join lateral (select d.anchor_day is not null and exists (
      select from catalogue.parties p join benefits.entitlement e on e.owner = p.party_id
      where p.member_id = m.member_id and e.benefit = $1 and e.anchor_day is not null
        and (e.state <> 'failed' or e.retry_day is not null)
        and abs(e.anchor_day - d.anchor_day) < ${BIRTHDAY_APART_DAYS}) as is_moved) moved
    where m.join_day <= $3::date and not (m.is_staff or m.is_test or m.is_wholesale) and ${audience}
      and not exists (select from catalogue.parties p join benefits.entitlement e on e.owner = p.party_id
        where p.member_id = m.member_id and e.benefit = $1 and e.period = d.period)
    on conflict on constraint entitlement_once do nothing
    returning 1
  )
  select (select count(*) from page)::int as members, (select max(member_id) from page) as reached, (select count(*) from made)::int as made`;

const COLUMNS = "member_id, birth_month, birth_day, join_day, is_staff, is_test, is_wholesale";

/**
 * Makes what members are due by a benefit on a day and do not have yet, under any of their numbers.
 * @returns how many members were looked at, the last of them, and how many entitlements were made
 */
export async function makeDue(
  tx: Tx,
  { version, audience, periods, day, now, portion }: DueQuestion,
): Promise<{ readonly members: number; readonly reached: number | null; readonly made: number }> {
  const named = "member_ids" in portion;
  const page = named
    ? `select ${COLUMNS} from catalogue.members where member_id = any($11::bigint[])`
    : `select ${COLUMNS} from catalogue.members where member_id > $11 order by member_id limit $12`;
  const place = named ? [portion.member_ids] : [portion.after, portion.limit];
  const [row] = await tx.planned<{ members: number; reached: number | null; made: number }>(
    DUE(audience.condition, page),
    [
      version.benefit,
      version.version,
      day,
      now,
      periods.map((one) => one.period),
      periods.map((one) => one.last_day),
      periods.map((one) => one.anchor_day),
      periods.map((one) => one.birthday?.lunar ?? null),
      periods.map((one) => one.birthday?.month ?? null),
      periods.map((one) => one.birthday?.day ?? null),
      ...place,
      ...audience.values,
    ],
  );
  return row ?? { members: 0, reached: null, made: 0 };
}

/** The parameter after those of {@link makeDue} itself. */
export const audienceAt = (portion: Portion): number => ("member_ids" in portion ? 12 : 13);

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
