import type { Tx } from "../../store/index.ts";
import type { Period } from "./wallet-store.ts";

export interface NewBatch {
  readonly name: string;
  readonly number: number;
  readonly budget_minor: number | null;
  readonly member_max: number | null;
  readonly member_period: Period | null;
  readonly member_period_max: number | null;
  readonly period: Period | null;
  readonly period_max: number | null;
  readonly first_day: string;
  readonly last_day: string | null;
  readonly days: number | null;
}

/** @returns its number; undefined where another batch has the code */
export async function insertBatch(
  tx: Tx,
  of: { readonly coupon_id: number; readonly version: number; readonly currency: string },
  batch: NewBatch,
  made: { readonly code_hash: Buffer | null; readonly person_id: number | null; readonly now: Date },
): Promise<number | undefined> {
  const row = await tx.one<{ batch_id: number }>(
    `insert into benefits.batch (coupon_id, version, currency, name, kind, number, budget_minor, member_max, member_period, member_period_max,
       period, period_max, code_hash, first_day, last_day, days, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
     on conflict (code_hash) do nothing returning batch_id`,
    [
      of.coupon_id,
      of.version,
      of.currency,
      batch.name,
      made.code_hash === null ? "unique" : "shared",
      batch.number,
      batch.budget_minor,
      batch.member_max,
      batch.member_period,
      batch.member_period_max,
      batch.period,
      batch.period_max,
      made.code_hash,
      batch.first_day,
      batch.last_day,
      batch.days,
      made.person_id,
      made.now,
    ],
  );
  return row?.batch_id;
}

export async function setBatchState(tx: Tx, batch_id: number, state: "open" | "paused" | "undone"): Promise<void> {
  await tx.query("update benefits.batch set state = $2 where batch_id = $1", [batch_id, state]);
}

export interface BatchView extends NewBatch {
  readonly batch_id: number;
  readonly coupon_id: number;
  readonly version: number;
  readonly kind: "shared" | "unique";
  readonly state: "open" | "paused" | "undone";
  readonly currency: string;
  readonly made: number;
  readonly held: number;
  readonly redeemed: number;
  readonly expired: number;
  readonly voided: number;
  readonly spent_minor: number;
  readonly made_at: Date;
}
const VIEW = `batch_id, coupon_id, version, name, kind, state, currency, number, made, held, redeemed, expired, voided, spent_minor,
  budget_minor, member_max, member_period, member_period_max, period, period_max, first_day, last_day, days, made_at`;

export async function batchesOfCoupon(tx: Tx, coupon_id: number, limit: number): Promise<BatchView[]> {
  return tx.query<BatchView>(
    `select ${VIEW} from benefits.batch where coupon_id = $1 order by batch_id desc limit $2`,
    [coupon_id, limit],
  );
}

export async function batchView(tx: Tx, batch_id: number): Promise<BatchView | undefined> {
  return tx.one<BatchView>(`select ${VIEW} from benefits.batch where batch_id = $1`, [batch_id]);
}

export interface CodeRow {
  readonly issued_id: number;
  readonly ordinal: number;
  readonly owner: number | null;
  readonly state: string;
  readonly first_day: string;
  readonly last_day: string | null;
  readonly issued_at: Date;
}

/** Coupons of a batch by the places of their codes. */
export async function codesOfBatch(
  tx: Tx,
  batch_id: number,
  {
    after,
    limit,
    state,
    owned,
  }: { readonly after: number; readonly limit: number; readonly state: string | null; readonly owned: boolean | null },
): Promise<CodeRow[]> {
  return tx.query<CodeRow>(
    `select issued_id, ordinal, owner, state, first_day, last_day, issued_at from benefits.issued
     where batch_id = $1 and ordinal > $2 and ($4::text is null or state = $4) and ($5::boolean is null or (owner is not null) = $5)
     order by ordinal limit $3`,
    [batch_id, after, limit, state, owned],
  );
}

const OPEN = `b.kind = 'unique' and b.state = 'open' and c.state = 'live' and (b.last_day is null or b.last_day >= $1::date)`;

/** How many coupons of a definition open batches have. */
export async function leftToGive(tx: Tx, coupon: string, today: string): Promise<number> {
  const row = await tx.one<{ left: number }>(
    `select coalesce(sum(b.number - b.made), 0)::int as left from benefits.batch b join benefits.coupon c using (coupon_id)
     where c.key = $2 and ${OPEN}`,
    [today, coupon],
  );
  return row?.left ?? 0;
}

/** Published coupons by name, with what open batches have left. */
export function couponsToGive(
  tx: Tx,
  today: string,
): Promise<{ coupon: string; zh: string; en: string; left: number }[]> {
  return tx.query(
    `select distinct on (c.key) c.key as coupon, v.definition->>'zh' as zh, v.definition->>'en' as en,
       (select coalesce(sum(b.number - b.made), 0)::int from benefits.batch b where b.coupon_id = c.coupon_id and ${OPEN}) as left
     from benefits.coupon c join benefits.coupon_version v using (coupon_id)
     where c.state = 'live' and v.published_at is not null order by c.key, v.version desc limit 1000`,
    [today],
  );
}
