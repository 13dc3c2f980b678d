import type { Ground } from "../ground.ts";
import { checkedTree, planOutputs, postgresql, printPlan } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import { pointsTree } from "./ladder-check.ts";
import type { LadderDefinition, LadderWindow } from "./ladder.ts";

/** SQL of the first day of the period that holds `day`, and of the last one. `joined` is the member's join day. */
export function periodSql(window: LadderWindow, day: string, joined: string): { from: string; until: string } {
  switch (window.kind) {
    case "calendar_year":
      return {
        from: `date_trunc('year', ${day})::date`,
        until: `(date_trunc('year', ${day}) + interval '1 year - 1 day')::date`,
      };
    case "anniversary": {
      const year = `extract(year from ${day})::int`;
      const begun = `(case when tiers.anniversary(${joined}, ${year}) <= ${day} then ${year} else ${year} - 1 end)`;
      return {
        from: `tiers.anniversary(${joined}, ${begun})`,
        until: `(tiers.anniversary(${joined}, ${begun} + 1) - 1)`,
      };
    }
    case "rolling":
      return { from: `(${day} - ${window.days - 1})`, until: `(${day} + ${window.days - 1})` };
  }
}

/** Up to three stretches of days for each member, as columns of pg_temp.tier_work; a stretch without days has nulls. */
export const STRETCHES = ["a", "b", "c"] as const;

/** Makes the empty table of members and stretches that `sumAmounts` reads. */
export async function newWork(tx: Tx): Promise<void> {
  await tx.query("drop table if exists pg_temp.tier_work");
  await tx.query(
    `create temporary table tier_work (member_id bigint not null, a_from date, a_until date, b_from date, b_until date,
       c_from date, c_until date) on commit drop`,
  );
}

/**
 * Sums what qualifies over the stretches of pg_temp.tier_work into pg_temp.tier_amount (member_id, a, b, c, first_a:
 * the first day in `a` on which anything counted; members without anything have no row).
 * @param member_ids the members of the work table when they are few, null for many.
 */
export async function sumAmounts(
  tx: Tx,
  ground: Ground,
  ladder: LadderDefinition,
  member_ids: readonly number[] | null,
): Promise<void> {
  await tx.query("analyze pg_temp.tier_work");
  await tx.query("drop table if exists pg_temp.tier_amount");
  // points are added stretch by stretch and need the key; sums of money come once, and an index would double their time
  const key = ladder.measure.kind === "points" ? "primary key" : "not null";
  await tx.query(
    `create temporary table tier_amount (member_id bigint ${key}, a bigint not null, b bigint not null, c bigint not null, first_a date) on commit drop`,
  );
  if (ladder.measure.kind === "net_spend") {
    await sumSpend(tx, ladder.currency, ladder.measure.cap_per_order_minor ?? null, member_ids);
  } else await sumPoints(tx, ground, ladder, member_ids);
  await tx.query("analyze pg_temp.tier_amount");
}

async function sumSpend(
  tx: Tx,
  currency: string,
  cap_minor: number | null,
  member_ids: readonly number[] | null,
): Promise<void> {
  const reach = await tx.one<{ from: string | null; until: string | null }>(
    `select least(min(a_from), min(b_from), min(c_from)) as from, greatest(max(a_until), max(b_until), max(c_until)) as until
     from pg_temp.tier_work`,
  );
  if (reach?.from === null || reach?.from === undefined) return;
  const only = member_ids === null ? "member_id is not null" : "member_id = any($5::bigint[])";
  const inside = (stretch: string) => `s.business_day between w.${stretch}_from and w.${stretch}_until`;
  const sums = STRETCHES.map((x) => `coalesce(sum(s.net) filter (where ${inside(x)}), 0)::bigint`);
  await tx.query(
    `insert into pg_temp.tier_amount
     select w.member_id, ${sums.join(", ")}, min(s.business_day) filter (where ${inside("a")})
     from pg_temp.tier_work w join (
       select member_id, business_day, case when $4::bigint is null then net_minor else least(net_minor, $4::bigint) end as net
       from catalogue.orders where is_valid and currency = $1 and business_day between $2::date and $3::date and ${only}
       union all
       select member_id, attributed_day, -refund_minor from catalogue.returns
       where state = 'unmatched' and is_valid and currency = $1 and attributed_day between $2::date and $3::date and ${only}
     ) s on s.member_id = w.member_id
     group by w.member_id`,
    [currency, reach.from, reach.until, cap_minor, ...(member_ids === null ? [] : [member_ids])],
  );
}

async function sumPoints(
  tx: Tx,
  ground: Ground,
  ladder: LadderDefinition,
  member_ids: readonly number[] | null,
): Promise<void> {
  const parts = ladder.measure.kind === "points" ? ladder.measure.parts : [];
  for (const stretch of STRETCHES) {
    const groups = await tx.query<{ from: string; until: string }>(
      `select ${stretch}_from as from, ${stretch}_until as until from pg_temp.tier_work
       where ${stretch}_from <= ${stretch}_until group by 1, 2 order by 1, 2`,
    );
    for (const { from, until } of groups) {
      const tree = checkedTree(pointsTree(parts, from, until), ground.catalogue);
      const plan = planOutputs([{ name: "points", tree }], ground.catalogue, until);
      const group = `select member_id from pg_temp.tier_work where ${stretch}_from = date '${from}' and ${stretch}_until = date '${until}'`;
      const few = member_ids !== null;
      const population = few
        ? { kind: "given" as const, array: "$1::bigint[]" }
        : { kind: "query" as const, sql: group };
      const ids = few ? [(await tx.query<{ member_id: number }>(group)).map((row) => row.member_id)] : [];
      const values = STRETCHES.map((x) => (x === stretch ? "points" : "0")).join(", ");
      await tx.query(
        `insert into pg_temp.tier_amount as t (member_id, a, b, c, first_a)
         select member_id, ${values}, ${stretch === "a" ? `date '${from}'` : "null"} from (
           select member_id, coalesce(points, 0)::bigint as points from (${printPlan(plan, postgresql, population)}) p) q
         where points <> 0
         on conflict (member_id) do update set ${stretch} = excluded.${stretch}, first_a = coalesce(t.first_a, excluded.first_a)`,
        ids,
      );
    }
  }
}
