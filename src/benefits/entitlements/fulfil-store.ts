import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { BenefitDefinition } from "./benefit.ts";

export interface EntitlementRow {
  readonly entitlement_id: number;
  readonly benefit: string;
  readonly version: number;
  readonly owner: number;
  readonly period: string;
  readonly due_day: BusinessDay;
  readonly last_day: BusinessDay | null;
  readonly state: "due" | "granted" | "fulfilled" | "expired" | "failed";
  readonly reason: string | null;
  readonly retry_day: BusinessDay | null;
  readonly points: number | null;
  readonly store_code: string | null;
  readonly note: string | null;
  readonly granted_at: Date | null;
  readonly ended_at: Date | null;
  readonly definition: BenefitDefinition;
}
const ROW = `e.entitlement_id, e.benefit, e.version, e.owner, e.period, e.due_day, e.last_day, e.state, e.reason, e.retry_day, e.points,
  e.store_code, e.note, e.granted_at, e.ended_at, v.definition`;
const FROM = "benefits.entitlement e join benefits.benefit_version v using (benefit, version)";

export async function entitlementById(tx: Tx, id: number, lock = false): Promise<EntitlementRow | undefined> {
  return tx.one(`select ${ROW} from ${FROM} where e.entitlement_id = $1 ${lock ? "for update of e" : ""}`, [id]);
}

/** Of a member, the newest first. */
export async function entitlementsOf(tx: Tx, owners: readonly number[], limit: number): Promise<EntitlementRow[]> {
  return tx.query(
    `select ${ROW} from ${FROM} where e.owner = any($1::bigint[]) order by e.due_day desc, e.entitlement_id desc limit $2`,
    [owners, limit],
  );
}

/** @returns whether it was granted and has not passed */
export async function fulfilEntitlement(
  tx: Tx,
  by: {
    readonly entitlement_id: number;
    readonly today: BusinessDay;
    readonly now: Date;
    readonly store_code: string | null;
    readonly person_id: number | null;
    readonly note: string | null;
  },
): Promise<boolean> {
  const changed = await tx.execute(
    `update benefits.entitlement set state = 'fulfilled', ended_at = $3, store_code = $4, fulfilled_by = $5, note = $6
     where entitlement_id = $1 and state = 'granted' and (last_day is null or last_day >= $2::date)`,
    [by.entitlement_id, by.today, by.now, by.store_code, by.person_id, by.note],
  );
  return changed > 0;
}

/** Takes one redemption that a member may make by a benefit, the soonest to end first. @returns which; undefined: none */
export async function takeRedemption(
  tx: Tx,
  {
    benefit,
    numbers,
    note,
    today,
    now,
  }: {
    readonly benefit: string;
    readonly numbers: readonly number[];
    readonly note: string;
    readonly today: BusinessDay;
    readonly now: Date;
  },
): Promise<number | undefined> {
  const row = await tx.one<{ entitlement_id: number }>(
    `update benefits.entitlement set state = 'fulfilled', ended_at = $4, note = $5
     where entitlement_id = (select entitlement_id from benefits.entitlement
       where benefit = $1 and owner = any($2::bigint[]) and state = 'granted' and (last_day is null or last_day >= $3::date)
       order by last_day nulls last, entitlement_id limit 1 for update)
     and state = 'granted' returning entitlement_id`,
    [benefit, numbers, today, now, note],
  );
  return row?.entitlement_id;
}

/** What was taken is open again, as it was: the order that took it came to nothing. */
export async function reopenEntitlement(tx: Tx, entitlement_id: number): Promise<void> {
  await tx.query(
    `update benefits.entitlement set state = 'granted', ended_at = null, note = null where entitlement_id = $1 and state = 'fulfilled'`,
    [entitlement_id],
  );
}

/** Erased members leave counts and nobody: each row gets a number that is no member's. */
export async function forgetEntitled(tx: Tx, owners: readonly number[]): Promise<void> {
  await tx.query(
    "update benefits.entitlement set owner = -entitlement_id, note = null where owner = any($1::bigint[])",
    [owners],
  );
  await tx.query("delete from benefits.lunar_birthday where owner = any($1::bigint[])", [owners]);
}

/** How a benefit was kept in a span of due days. */
export interface Kept {
  readonly benefit: string;
  readonly due: number;
  readonly granted: number;
  readonly fulfilled: number;
  readonly expired: number;
  readonly failed: number;
}

const STATES = ["due", "granted", "fulfilled", "expired", "failed"] as const;
const STATE_COUNTS = STATES.map((state) => `count(*) filter (where state = '${state}')::int as ${state}`).join(", ");

export async function keptBetween(tx: Tx, from: BusinessDay, to: BusinessDay): Promise<Kept[]> {
  return tx.query(
    `select benefit, ${STATE_COUNTS}
     from benefits.entitlement where due_day between $1::date and $2::date group by benefit order by benefit`,
    [from, to],
  );
}

/** Why benefits of a span of due days were not given or not taken, and how often. */
export async function reasonsBetween(
  tx: Tx,
  from: BusinessDay,
  to: BusinessDay,
): Promise<{ readonly benefit: string; readonly reason: string; readonly count: number }[]> {
  return tx.query(
    `select benefit, reason, count(*)::int as count from benefits.entitlement
     where due_day between $1::date and $2::date and reason is not null group by benefit, reason order by benefit, count(*) desc, reason`,
    [from, to],
  );
}

/** How one benefit was kept, by the month in which it was due, the newest first. */
export async function keptByMonth(
  tx: Tx,
  benefit: string,
  from: BusinessDay,
): Promise<(Omit<Kept, "benefit"> & { readonly month: string })[]> {
  return tx.query(
    `select to_char(due_day, 'YYYY-MM') as month, ${STATE_COUNTS} from benefits.entitlement
     where benefit = $1 and due_day >= $2::date group by 1 order by 1 desc`,
    [benefit, from],
  );
}

export interface ListedEntitlement extends EntitlementRow {
  /** Whose number it is now; null: erased. */
  readonly member_id: number | null;
}

export interface ListQuestion {
  readonly state: EntitlementRow["state"] | null;
  readonly benefit: string | null;
  readonly from: BusinessDay | null;
  readonly to: BusinessDay | null;
  /** Whose home store is one of these; null: everybody. */
  readonly stores: readonly string[] | null;
  /** The last one of the page before. */
  readonly after: readonly [due_day: BusinessDay, entitlement_id: number] | null;
  readonly limit: number;
}

/** Entitlements of a list, the newest due first. */
export async function listEntitlements(tx: Tx, question: ListQuestion): Promise<ListedEntitlement[]> {
  const { state, benefit, from, to, stores, after, limit } = question;
  return tx.query(
    `select ${ROW}, p.member_id from ${FROM} left join catalogue.parties p on p.party_id = e.owner
     where ($1::text is null or e.state = $1) and ($2::text is null or e.benefit = $2)
       and e.due_day between coalesce($3::date, '-infinity') and coalesce($4::date, 'infinity')
       and ($5::text[] is null or exists (select from catalogue.members m where m.member_id = p.member_id and m.home_store_code = any($5)))
       and ($6::date is null or (e.due_day, e.entitlement_id) < ($6::date, $7::bigint))
     order by e.due_day desc, e.entitlement_id desc limit $8`,
    [state, benefit, from, to, stores, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

/** How many a list holds by state, without its own filter of states. */
export async function countEntitlements(
  tx: Tx,
  { benefit, from, to, stores }: Pick<ListQuestion, "benefit" | "from" | "to" | "stores">,
): Promise<Omit<Kept, "benefit">> {
  const row = await tx.one<Omit<Kept, "benefit">>(
    `select ${STATE_COUNTS} from benefits.entitlement e left join catalogue.parties p on p.party_id = e.owner
     where ($1::text is null or e.benefit = $1) and e.due_day between coalesce($2::date, '-infinity') and coalesce($3::date, 'infinity')
       and ($4::text[] is null or exists (select from catalogue.members m where m.member_id = p.member_id and m.home_store_code = any($4)))`,
    [benefit, from, to, stores],
  );
  return row ?? { due: 0, granted: 0, fulfilled: 0, expired: 0, failed: 0 };
}

/** Promises neither kept nor listed a day after they were due, and days that no turn was made of. */
export async function unkept(tx: Tx, today: BusinessDay): Promise<number> {
  const row = await tx.one<{ unkept: number }>(
    `select ((select count(*) from benefits.entitlement where state = 'due' and due_day < $1::date)
       + (select count(*) from benefits.entitlement where state = 'granted' and last_day < $1::date - 1)
       + (select coalesce(greatest($1::date - 1 - min(day), 0), 0) from benefits.turn
          where exists (select from benefits.benefit_version where published_at is not null)))::int as unkept`,
    [today],
  );
  return row?.unkept ?? 0;
}

/** So many days without a turn, of a benefit that never was. */
export async function injectUnkept(tx: Tx, today: BusinessDay, now: Date, days: number): Promise<void> {
  await tx.query("insert into benefits.benefit values ('injected', $1)", [now]);
  await tx.query(
    `insert into benefits.benefit_version (benefit, version, definition, origin, saved_at, published_at, first_day)
     values ('injected', 1, '{}', 'console', $1, $1, $2)`,
    [now, today],
  );
  await tx.query(
    "insert into benefits.turn (day) values ($1::date - 1 - $2::int) on conflict (singleton) do update set day = excluded.day",
    [today, days],
  );
}
