import type { Tx } from "../../store/index.ts";
import type { CouponDefinition } from "./definition.ts";

export interface CouponVersionRow {
  readonly coupon_id: number;
  readonly version: number;
  readonly definition: CouponDefinition;
  readonly origin: "shipped" | "console";
  readonly saved_by: number | null;
  readonly saved_at: Date;
  readonly published_at: Date | null;
  readonly first_day: string | null;
  readonly last_day: string | null;
}
const VERSION = "coupon_id, version, definition, origin, saved_by, saved_at, published_at, first_day, last_day";

export interface Saving {
  readonly origin: CouponVersionRow["origin"];
  readonly person_id: number | null;
  readonly now: Date;
}

/** Keeps a definition as the draft of its coupon, which it makes where there is none. @returns the draft's version */
export async function saveDraft(
  tx: Tx,
  definition: CouponDefinition,
  { origin, person_id, now }: Saving,
): Promise<number> {
  const coupon_id = await couponFor(tx, definition.key, now);
  const row = await tx.one<{ version: number }>(
    `insert into benefits.coupon_version (coupon_id, version, definition, origin, saved_by, saved_at)
     values ($1, (select coalesce(max(version), 0) + 1 from benefits.coupon_version where coupon_id = $1), $2, $3, $4, $5)
     on conflict (coupon_id) where published_at is null
       do update set definition = excluded.definition, origin = excluded.origin, saved_by = excluded.saved_by, saved_at = excluded.saved_at
     returning version`,
    [coupon_id, JSON.stringify(definition), origin, person_id, now],
  );
  return row?.version ?? 0;
}

async function couponFor(tx: Tx, key: string, now: Date): Promise<number> {
  await tx.query("insert into benefits.coupon (key, made_at) values ($1, $2) on conflict (key) do nothing", [key, now]);
  const row = await tx.one<{ coupon_id: number }>("select coupon_id from benefits.coupon where key = $1 for update", [
    key,
  ]);
  return row?.coupon_id ?? 0;
}

/** @returns the version that was published; undefined where there is no draft */
export async function publishDraft(
  tx: Tx,
  coupon_id: number,
  by: {
    readonly person_id: number | null;
    readonly now: Date;
    readonly first_day: string;
    readonly last_day: string | null;
  },
): Promise<number | undefined> {
  const row = await tx.one<{ version: number }>(
    `update benefits.coupon_version set published_at = $2, published_by = $3, first_day = $4, last_day = $5
     where coupon_id = $1 and published_at is null returning version`,
    [coupon_id, by.now, by.person_id, by.first_day, by.last_day],
  );
  return row?.version;
}

export interface CouponHead {
  readonly coupon_id: number;
  readonly key: string;
  readonly state: "live" | "withdrawn";
}

export async function couponByKey(tx: Tx, key: string): Promise<CouponHead | undefined> {
  return tx.one<CouponHead>("select coupon_id, key, state from benefits.coupon where key = $1", [key]);
}

export async function setCouponState(tx: Tx, coupon_id: number, state: CouponHead["state"]): Promise<void> {
  await tx.query("update benefits.coupon set state = $2 where coupon_id = $1", [coupon_id, state]);
}

/** All versions, the newest first. */
export async function couponVersions(tx: Tx, coupon_id: number): Promise<CouponVersionRow[]> {
  return tx.query<CouponVersionRow>(
    `select ${VERSION} from benefits.coupon_version where coupon_id = $1 order by version desc`,
    [coupon_id],
  );
}

/** The published one that new batches are of. */
export async function publishedVersion(tx: Tx, coupon_id: number): Promise<CouponVersionRow | undefined> {
  return tx.one<CouponVersionRow>(
    `select ${VERSION} from benefits.coupon_version where coupon_id = $1 and published_at is not null order by version desc limit 1`,
    [coupon_id],
  );
}

/** How a coupon is used, over all its batches. */
export interface CouponFigures extends CouponHead {
  readonly definition: CouponDefinition;
  readonly version: number | null;
  readonly draft: number | null;
  readonly batches: number;
  readonly issued: number;
  readonly held: number;
  readonly redeemed: number;
  /** Of batches with a code for each: a shared code is issued by using it. */
  readonly codes_issued: number;
  readonly codes_redeemed: number;
  readonly expired: number;
  readonly spent_minor: number;
  /** Null where a batch has no budget. */
  readonly budget_minor: number | null;
  readonly spent_of_budget_minor: number;
}

const FIGURES = `select c.coupon_id, c.key, c.state, coalesce(p.definition, d.definition) as definition, p.version, d.version as draft,
    coalesce(b.batches, 0) as batches, coalesce(b.issued, 0) as issued, coalesce(b.held, 0) as held, coalesce(b.redeemed, 0) as redeemed,
    coalesce(b.codes_issued, 0) as codes_issued, coalesce(b.codes_redeemed, 0) as codes_redeemed, coalesce(b.expired, 0) as expired, coalesce(b.spent_minor, 0) as spent_minor, b.budget_minor,
    coalesce(b.spent_of_budget_minor, 0) as spent_of_budget_minor
  from benefits.coupon c
  left join lateral (select version, definition from benefits.coupon_version v
    where v.coupon_id = c.coupon_id and published_at is not null order by version desc limit 1) p on true
  left join benefits.coupon_version d on d.coupon_id = c.coupon_id and d.published_at is null
  left join lateral (select count(*)::int as batches, sum(made)::bigint as issued, sum(held)::bigint as held, sum(redeemed)::bigint as redeemed,
      (sum(made) filter (where kind = 'unique'))::bigint as codes_issued, (sum(redeemed) filter (where kind = 'unique'))::bigint as codes_redeemed,
      sum(expired)::bigint as expired, sum(spent_minor)::bigint as spent_minor, sum(budget_minor)::bigint as budget_minor,
      (sum(spent_minor) filter (where budget_minor is not null))::bigint as spent_of_budget_minor
    from benefits.batch b where b.coupon_id = c.coupon_id) b on true`;

export async function listCoupons(tx: Tx, after: string, limit: number): Promise<CouponFigures[]> {
  return tx.query<CouponFigures>(`${FIGURES} where c.key > $1 order by c.key limit $2`, [after, limit]);
}

export async function couponFigures(tx: Tx, coupon_id: number): Promise<CouponFigures | undefined> {
  return tx.one<CouponFigures>(`${FIGURES} where c.coupon_id = $1`, [coupon_id]);
}
