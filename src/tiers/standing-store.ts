import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { markMembersDirty } from "../tags/index.ts";
import { newWork, periodSql, sumAmounts } from "./amount-store.ts";
import type { LadderDefinition, Step } from "./ladder.ts";

/** Whom an evaluation is for: these members, or null for all. */
export type Members = readonly number[] | null;

export interface Evaluation {
  readonly tx: Tx;
  readonly ground: Ground;
  readonly ladder: LadderDefinition;
  readonly steps: readonly Step[];
  readonly today: string;
  readonly member_ids: Members;
}

/** Up to so many members are looked up one by one; more are read in one pass over everyone's sales. */
export const GIVEN_MAX = 20_000;
const ENDLESS = "date '9999-12-31'";
/** Ends of periods that one member can have missed; more than that is a clock gone wrong. */
const ROUNDS_MAX = 1_000;

/** Settings of an evaluation's transaction: such statements are run once, and one over everyone keeps its hash tables in memory. */
export async function prepare(tx: Tx, member_ids: Members): Promise<void> {
  await tx.query("set local jit = off");
  if (member_ids === null) await tx.query("set local work_mem = '128MB'");
}

/** SQL of the rank that an amount earns; `places` is the parameter with the amounts that ranks 1, 2, … ask for. */
const rankSql = (amount: string, places: string) => `width_bucket(${amount}, ${places}::bigint[])`;
const entriesOf = (steps: readonly Step[]) => steps.slice(1).map((step) => step.entry_amount);

/** Members without a standing get one on the lowest step. */
export async function placeNew({ tx, ground, today, member_ids }: Evaluation): Promise<void> {
  await tx.query("drop table if exists pg_temp.tier_new");
  await tx.query("create temporary table tier_new (member_id bigint not null) on commit drop");
  await tx.query(
    `with placed as (
       insert into tiers.standing (member_id, rank, since_day, earned_rank, period_until, qualifying, previous, closing, amount_until, evaluated_at)
       select m.member_id, 0, $1::date, 0, null, 0, 0, 0, $1::date - 1, $2 from catalogue.members m
       where ($3::bigint[] is null or m.member_id = any($3))
         and not exists (select from tiers.standing s where s.member_id = m.member_id)
       returning member_id
     ) insert into pg_temp.tier_new select member_id from placed`,
    [today, ground.clock.now(), member_ids],
  );
  // whoever starts on the lowest step and stays there changes nothing else, but has a tier from now on
  const placed = await tx.query<{ member_id: number }>("select member_id from pg_temp.tier_new");
  await markMembersDirty(
    tx,
    placed.map(({ member_id }) => member_id),
    ground.clock.now(),
  );
}

/**
 * Ends the periods whose grace has passed, the oldest first, as if each had been ended on its day: who reached a tier
 * keeps or rises, who reached the renewal amount keeps, the others fall by the ladder's rule.
 */
export async function closePeriods(evaluation: Evaluation): Promise<void> {
  const { tx, ground, ladder, today, member_ids } = evaluation;
  await tx.query("drop table if exists pg_temp.tier_closed");
  await tx.query(
    "create temporary table tier_closed (member_id bigint primary key, day date, amount bigint, is_fall boolean) on commit drop",
  );
  for (let round = 0; round < ROUNDS_MAX; round++) {
    await newWork(tx);
    const { from } = periodSql(ladder.window, "s.period_until", "m.join_day");
    const due = await tx.execute(
      `insert into pg_temp.tier_work
       select s.member_id, ${from}, s.period_until, s.period_until + 1, s.period_until + $2::int, null, null
       from tiers.standing s join catalogue.members m using (member_id)
       where s.period_until + $2::int < $1::date and ($3::bigint[] is null or s.member_id = any($3))`,
      [today, ladder.grace_days, member_ids],
    );
    if (due === 0) return;
    await sumAmounts(tx, ground, ladder, member_ids);
    await decideClosed(evaluation);
  }
  throw new Error(`more than ${ROUNDS_MAX} periods ended since the last evaluation`);
}

async function decideClosed({ tx, ladder, steps, today }: Evaluation): Promise<void> {
  const next =
    ladder.window.kind === "rolling"
      ? `d.period_until + ${ladder.window.days}`
      : periodSql(ladder.window, "(d.period_until + 1)", "m.join_day").until;
  const fallen = ladder.downgrade === "one_step" ? "greatest(d.earned_rank - 1, d.reached)" : "d.reached";
  await tx.query(
    `with due as (
       select s.member_id, s.earned_rank, s.period_until, coalesce(a.a, 0) as amount,
         ${rankSql("greatest(coalesce(a.a, 0), coalesce(a.b, 0))", "$1")} as reached
       from pg_temp.tier_work w join tiers.standing s using (member_id) left join pg_temp.tier_amount a using (member_id)
     ), decided as (
       select d.member_id, d.earned_rank, d.period_until, d.amount,
         case when d.reached >= d.earned_rank then d.reached
           when d.amount >= ($2::bigint[])[d.earned_rank + 1] then d.earned_rank
           else ${fallen} end as new_rank
       from due d
     ), written as (
       update tiers.standing s set earned_rank = d.new_rank,
         period_until = case when d.new_rank = 0 then null else ${next} end
       from decided d join catalogue.members m using (member_id) where s.member_id = d.member_id
     )
     insert into pg_temp.tier_closed
     select member_id, least(period_until + $3::int + 1, $4::date), amount, new_rank < earned_rank from decided
     on conflict (member_id) do update set day = excluded.day, amount = excluded.amount, is_fall = excluded.is_fall`,
    [entriesOf(steps), steps.map((step) => step.renewal_amount), ladder.grace_days, today],
  );
}

/** Puts the present stretches of members into the work table: the current window, the one before, and the closing one. */
async function presentWork({ tx, ladder, today, member_ids }: Evaluation, standing: "stored" | "none"): Promise<void> {
  const day = "$1::date";
  const current = periodSql(ladder.window, day, "m.join_day");
  const rolling = ladder.window.kind === "rolling";
  const before = periodSql(ladder.window, `(${current.from} - 1)`, "m.join_day");
  const closing = periodSql(ladder.window, "s.period_until", "m.join_day");
  const closes = standing === "stored" ? `${closing.from}, least(s.period_until, ${day})` : "null::date, null::date";
  const join = standing === "stored" ? "join tiers.standing s using (member_id)" : "";
  await newWork(tx);
  await tx.query(
    `insert into pg_temp.tier_work
     select m.member_id, ${current.from}, ${day}, ${rolling ? "null::date, null::date" : `${before.from}, ${current.from} - 1`}, ${closes}
     from catalogue.members m ${join}
     where $2::bigint[] is null or m.member_id = any($2)`,
    [today, member_ids],
  );
}

/** Writes the present amounts and lifts who reached a higher tier. @returns members whose amounts or earned tier changed. */
export async function writeAmounts(evaluation: Evaluation): Promise<number[]> {
  const { tx, ground, ladder, steps, today, member_ids } = evaluation;
  await presentWork(evaluation, "stored");
  await sumAmounts(tx, ground, ladder, member_ids);
  const { until } = periodSql(ladder.window, "$2::date", "m.join_day");
  const keeps =
    ladder.window.kind === "rolling"
      ? ladder.measure.kind === "points"
        ? "$2::date"
        : `a.first_a + ${ladder.window.days - 1}`
      : until;
  const rows = await tx.query<{ member_id: number; rose: boolean }>(
    `with found as (
       select s.member_id, coalesce(a.a, 0) as a, coalesce(a.b, 0) as b, coalesce(a.c, 0) as c,
         ${rankSql("greatest(coalesce(a.a, 0), coalesce(a.b, 0))", "$1")} as reached,
         coalesce(case when a.member_id is not null then ${keeps} end, ${ENDLESS}) as amount_until, ${until} as until
       from pg_temp.tier_work w join tiers.standing s using (member_id) join catalogue.members m using (member_id)
       left join pg_temp.tier_amount a on a.member_id = w.member_id
     )
     update tiers.standing s set qualifying = f.a, previous = f.b,
       closing = case when f.reached > s.earned_rank then f.a else f.c end, amount_until = f.amount_until,
       earned_rank = greatest(s.earned_rank, f.reached),
       period_until = case when f.reached > s.earned_rank then f.until else s.period_until end, evaluated_at = $3
     from found f where f.member_id = s.member_id and (s.qualifying, s.previous, s.closing, s.amount_until, s.earned_rank)
       is distinct from (f.a, f.b, case when f.reached > s.earned_rank then f.a else f.c end, f.amount_until, greatest(s.earned_rank, f.reached))
     returning s.member_id, f.reached = s.earned_rank and s.period_until is not distinct from f.until as rose`,
    [entriesOf(steps), today, ground.clock.now()],
  );
  if (ladder.window.kind === "rolling")
    await writeClosing(
      evaluation,
      rows.filter((row) => row.rose).map((row) => row.member_id),
    );
  return rows.map((row) => row.member_id);
}

/** A rolling period begins on the day a tier is reached, so that what closes it is counted from then on. */
async function writeClosing(evaluation: Evaluation, member_ids: readonly number[]): Promise<void> {
  if (member_ids.length === 0) return;
  const { tx, ground, ladder, today } = evaluation;
  const closing = periodSql(ladder.window, "s.period_until", "s.since_day");
  await newWork(tx);
  await tx.query(
    `insert into pg_temp.tier_work (member_id, c_from, c_until)
     select s.member_id, ${closing.from}, least(s.period_until, $1::date) from tiers.standing s
     where s.member_id = any($2) and s.period_until is not null`,
    [today, member_ids],
  );
  await sumAmounts(tx, ground, ladder, member_ids.length > GIVEN_MAX ? null : member_ids);
  await tx.query(
    `update tiers.standing s set closing = coalesce(a.c, 0) from pg_temp.tier_work w left join pg_temp.tier_amount a using (member_id)
     where s.member_id = w.member_id`,
  );
}

/**
 * Where a ladder would put every member on `today` if it were in force: pg_temp.tier_placed (member_id, mapped_rank: the
 * present tier's place in this ladder; earned_rank, rank, qualifying).
 * @param protect whether a higher tier that is held stays until its period ends.
 */
export async function placeAll(evaluation: Evaluation, protect: boolean): Promise<void> {
  const { tx, ground, ladder, steps } = evaluation;
  await presentWork(evaluation, "none");
  await sumAmounts(tx, ground, ladder, null);
  await tx.query("drop table if exists pg_temp.tier_placed");
  await tx.query(
    `create temporary table tier_placed (member_id bigint not null, mapped_rank int not null, mapped_earned int not null,
       reached int not null, earned_rank int not null, rank int not null, grant_id bigint, qualifying bigint not null) on commit drop`,
  );
  await tx.query(
    `with target as (select * from unnest($1::text[]) with ordinality as t (tier, place)),
     places as (select p.rank, coalesce(t.place - 1, least(p.rank, $3::int))::int as mapped from tiers.step p left join target t using (tier)),
     granted as (${grantedSql("(select tier, (place - 1)::int as rank from target)")}),
     found as (
       select m.member_id, coalesce(p.mapped, 0) as mapped_rank, coalesce(e.mapped, 0) as mapped_earned,
         ${rankSql("greatest(coalesce(a.a, 0), coalesce(a.b, 0))", "$2")} as reached, g.rank as granted_rank, g.grant_id, coalesce(a.a, 0) as qualifying
       from catalogue.members m left join tiers.standing s using (member_id) left join pg_temp.tier_amount a using (member_id)
       left join places p on p.rank = s.rank left join places e on e.rank = s.earned_rank left join granted g using (member_id)
     ), earned as (
       select *, case when $4 then greatest(reached, mapped_earned) else reached end as earned_rank from found
     )
     insert into pg_temp.tier_placed
     select member_id, mapped_rank, mapped_earned, reached, earned_rank, greatest(earned_rank, coalesce(granted_rank, 0)),
       case when granted_rank > earned_rank then grant_id end, qualifying from earned`,
    [steps.map((step) => step.tier), entriesOf(steps), steps.length - 1, protect],
  );
}

/**
 * The best grant in force of each member; a grant belongs to whoever has the number now.
 * @param steps SQL of a relation of tier and rank. @param filter a further condition on p.member_id.
 */
export function grantedSql(steps: string, filter = "true"): string {
  return `select distinct on (p.member_id) p.member_id, g.grant_id, t.rank
    from tiers.grant g join catalogue.parties p on p.party_id = g.member_id join ${steps} t on t.tier = g.tier
    where g.state = 'in_force' and p.member_id is not null and ${filter}
    order by p.member_id, t.rank desc, g.until_day desc, g.grant_id`;
}

export async function membersTotal(tx: Tx): Promise<number> {
  return (await tx.one<{ members: number }>("select count(*) as members from catalogue.members"))?.members ?? 0;
}
