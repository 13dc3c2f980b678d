import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { RewardDefinition } from "./reward.ts";
import type { OrderState } from "./reward-store.ts";

export interface ShownVersion {
  readonly version: number;
  readonly definition: RewardDefinition;
  readonly first_day: BusinessDay;
  readonly last_day: BusinessDay | null;
  readonly saved_by: number | null;
  readonly saved_at: Date;
}

/** All versions of a reward, the newest first. */
export async function rewardVersions(tx: Tx, reward: string): Promise<ShownVersion[]> {
  return tx.query(
    `select version, definition, first_day, last_day, saved_by, saved_at from benefits.reward_version
     where reward = $1 order by version desc`,
    [reward],
  );
}

/** A reward with its stock, what is in force and how it is redeemed. */
export interface RewardFigures {
  readonly reward: string;
  readonly state: "live" | "withdrawn";
  readonly stock: number;
  readonly held: number;
  readonly given: number;
  readonly draft: RewardDefinition | null;
  /** The version that holds today, else the next that will, else the last that held. */
  readonly version: number | null;
  readonly definition: RewardDefinition | null;
  readonly first_day: BusinessDay | null;
  readonly last_day: BusinessDay | null;
  readonly orders: number;
  readonly waiting: number;
  readonly fulfilled: number;
  readonly points: number;
  readonly cash_minor: number;
}

const FIGURES = `select r.reward, r.state, r.stock, r.held, r.given, d.definition as draft, v.version, v.definition, v.first_day, v.last_day,
    coalesce(o.orders, 0) as orders, coalesce(o.waiting, 0) as waiting, coalesce(o.fulfilled, 0) as fulfilled,
    coalesce(o.points, 0)::bigint as points, coalesce(o.cash_minor, 0)::bigint as cash_minor
  from benefits.reward r
  left join benefits.reward_draft d using (reward)
  left join lateral (select version, definition, first_day, last_day from benefits.reward_version v where v.reward = r.reward
    order by first_day <= $1::date desc, case when first_day <= $1::date then first_day end desc, first_day, version desc limit 1) v on true
  left join lateral (select count(*)::int as orders, (count(*) filter (where state = 'confirmed'))::int as waiting,
      (count(*) filter (where state = 'fulfilled'))::int as fulfilled, sum(points) as points, sum(cash_minor) as cash_minor
    from benefits.reward_order o where o.reward = r.reward and o.state in ('confirmed', 'fulfilled')) o on true`;

export async function listRewards(tx: Tx, today: BusinessDay): Promise<RewardFigures[]> {
  return tx.query(`${FIGURES} order by r.reward`, [today]);
}

export async function rewardFigures(tx: Tx, reward: string, today: BusinessDay): Promise<RewardFigures | undefined> {
  return tx.one(`${FIGURES} where r.reward = $2`, [today, reward]);
}

export interface StockMoveRow {
  readonly move_id: number;
  readonly kind: "added" | "taken" | "lost";
  readonly units: number;
  readonly stock_after: number;
  readonly reason: string;
  readonly order_id: number | null;
  readonly moved_by: number | null;
  readonly moved_at: Date;
}

/** The account of a stock, the newest first. */
export async function stockMoves(tx: Tx, reward: string, limit: number): Promise<StockMoveRow[]> {
  return tx.query(
    `select move_id, kind, units, stock_after, reason, order_id, moved_by, moved_at from benefits.stock_move
     where reward = $1 order by move_id desc limit $2`,
    [reward, limit],
  );
}

export interface OrderRow {
  readonly order_id: number;
  readonly reward: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly currency: string;
  readonly owner: number;
  /** Whose number it is now; null: erased. */
  readonly member_id: number | null;
  readonly state: OrderState;
  readonly points: number;
  readonly cash_minor: number;
  readonly is_first: boolean;
  readonly until_at: Date;
  readonly payment_reference: string | null;
  readonly store_code: string | null;
  readonly shipment: string | null;
  readonly reason: string | null;
  readonly made_at: Date;
  readonly confirmed_at: Date | null;
  readonly fulfilled_at: Date | null;
  readonly ended_at: Date | null;
}

const ORDER = `o.order_id, o.reward, v.definition->>'zh' as name_zh, v.definition->>'en' as name_en, v.definition->>'currency' as currency,
  o.owner, p.member_id, o.state, o.points, o.cash_minor, o.is_first, o.until_at, o.payment_reference, o.store_code, o.shipment, o.reason,
  o.made_at, o.confirmed_at, o.fulfilled_at, o.ended_at`;
const FROM = `benefits.reward_order o join benefits.reward_version v using (reward, version)
  left join catalogue.parties p on p.party_id = o.owner`;

export async function orderById(tx: Tx, order_id: number): Promise<OrderRow | undefined> {
  return tx.one(`select ${ORDER} from ${FROM} where o.order_id = $1`, [order_id]);
}

export interface OrdersFilter {
  readonly reward: string | null;
  /** Made from this instant on, and before that one. */
  readonly from: Date | null;
  readonly before: Date | null;
  /** Of members whose home store is one of these; null: of everybody. */
  readonly stores: readonly string[] | null;
}

const WHERE = `($1::text is null or o.reward = $1) and ($2::timestamptz is null or o.made_at >= $2) and ($3::timestamptz is null or o.made_at < $3)
  and ($4::text[] is null or exists (select from catalogue.members m where m.member_id = p.member_id and m.home_store_code = any($4)))`;

const valuesOf = ({ reward, from, before, stores }: OrdersFilter) => [reward, from, before, stores];

/** A page of orders, the newest first. */
export async function listOrders(
  tx: Tx,
  filter: OrdersFilter,
  { state, after, limit }: { readonly state: OrderState | null; readonly after: number | null; readonly limit: number },
): Promise<OrderRow[]> {
  return tx.query(
    `select ${ORDER} from ${FROM} where ${WHERE} and ($5::text is null or o.state = $5) and ($6::bigint is null or o.order_id < $6)
     order by o.order_id desc limit $7`,
    [...valuesOf(filter), state, after, limit],
  );
}

/** What waits to be handed over, in the order in which it is: accelerated redemption first, then the oldest. */
export async function waitingOrders(
  tx: Tx,
  filter: OrdersFilter,
  { after, limit }: { readonly after: readonly [rank: number, order_id: number] | null; readonly limit: number },
): Promise<OrderRow[]> {
  return tx.query(
    `select ${ORDER} from ${FROM} where ${WHERE} and o.state = 'confirmed'
       and ($5::int is null or (case when o.is_first then 0 else 1 end, o.order_id) > ($5, $6::bigint))
     order by o.is_first desc, o.order_id limit $7`,
    [...valuesOf(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

/** How many orders of each state a filter finds. */
export async function countOrders(tx: Tx, filter: OrdersFilter): Promise<Record<OrderState, number>> {
  const rows = await tx.query<{ state: OrderState; orders: number }>(
    `select o.state, count(*)::int as orders from ${FROM} where ${WHERE} group by o.state`,
    valuesOf(filter),
  );
  const counts = { held: 0, confirmed: 0, fulfilled: 0, cancelled: 0, returned: 0 };
  for (const { state, orders } of rows) counts[state] = orders;
  return counts;
}

/** Rewards whose stock differs from its account, or whose units differ from its orders: never any. */
export async function contradictingRewards(tx: Tx): Promise<number> {
  const row = await tx.one<{ wrong: number }>(
    `select count(*)::int as wrong from benefits.reward r where
       r.stock <> (select coalesce(sum(units), 0) from benefits.stock_move m where m.reward = r.reward)
       or r.held <> (select count(*) from benefits.reward_order o where o.reward = r.reward and o.state = 'held')
       or r.given <> (select count(*) from benefits.reward_order o where o.reward = r.reward and o.state in ('confirmed', 'fulfilled'))`,
  );
  return row?.wrong ?? 0;
}

/** So many rewards with a stock that no account holds. */
export async function injectRewards(tx: Tx, now: Date, rewards: number): Promise<void> {
  await tx.query(
    "insert into benefits.reward (reward, stock, made_at) select 'injected_' || n, 1, $1 from generate_series(1, $2) n",
    [now, rewards],
  );
}
