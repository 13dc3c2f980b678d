import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { RewardDefinition } from "./reward.ts";

export interface RewardVersion {
  readonly reward: string;
  readonly version: number;
  readonly definition: RewardDefinition;
  readonly first_day: BusinessDay;
  readonly last_day: BusinessDay | null;
}

/** The version that holds on a day: the newest that has begun, unless it has ended or the reward was withdrawn. */
export async function rewardOn(tx: Tx, reward: string, day: BusinessDay): Promise<RewardVersion | undefined> {
  const row = await tx.one<RewardVersion>(
    `select v.reward, v.version, v.definition, v.first_day, v.last_day from benefits.reward_version v join benefits.reward r using (reward)
     where v.reward = $1 and v.first_day <= $2::date and r.state = 'live' order by v.first_day desc, v.version desc limit 1`,
    [reward, day],
  );
  return row === undefined || (row.last_day !== null && row.last_day < day) ? undefined : row;
}

export async function hasReward(tx: Tx, reward: string): Promise<boolean> {
  return (await tx.one("select 1 from benefits.reward where reward = $1", [reward])) !== undefined;
}

export interface SavedBy {
  readonly person_id: number | null;
  readonly now: Date;
}

async function ensureReward(tx: Tx, reward: string, now: Date): Promise<void> {
  await tx.query("insert into benefits.reward (reward, stock, made_at) values ($1, 0, $2) on conflict do nothing", [
    reward,
    now,
  ]);
  await tx.query("select 1 from benefits.reward where reward = $1 for update", [reward]);
}

export async function saveRewardDraft(tx: Tx, definition: RewardDefinition, by: SavedBy): Promise<void> {
  await ensureReward(tx, definition.key, by.now);
  await tx.query(
    `insert into benefits.reward_draft (reward, definition, saved_by, saved_at) values ($1, $2, $3, $4)
     on conflict (reward) do update set definition = excluded.definition, saved_by = excluded.saved_by, saved_at = excluded.saved_at`,
    [definition.key, JSON.stringify(definition), by.person_id, by.now],
  );
}

/** The draft, which is one no longer. */
export async function takeRewardDraft(tx: Tx, reward: string): Promise<unknown> {
  const row = await tx.one<{ definition: unknown }>(
    "delete from benefits.reward_draft where reward = $1 returning definition",
    [reward],
  );
  return row?.definition;
}

/** Adds a version that holds on its days. @returns its number */
export async function addReward(
  tx: Tx,
  definition: RewardDefinition,
  by: SavedBy & { readonly first_day: BusinessDay; readonly last_day: BusinessDay | null },
): Promise<number> {
  const { key } = definition;
  await ensureReward(tx, key, by.now);
  const row = await tx.one<{ version: number }>(
    `insert into benefits.reward_version (reward, version, definition, first_day, last_day, saved_by, saved_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 from benefits.reward_version where reward = $1 returning version`,
    [key, JSON.stringify(definition), by.first_day, by.last_day, by.person_id, by.now],
  );
  return row?.version ?? 0;
}

export async function setRewardState(tx: Tx, reward: string, state: "live" | "withdrawn"): Promise<void> {
  await tx.query("update benefits.reward set state = $2 where reward = $1", [reward, state]);
}

/** More is a slip of the hand; the database holds no more. */
export const STOCK_MAX = 100_000_000;

export interface StockMove {
  readonly reward: string;
  readonly kind: "added" | "taken" | "lost";
  readonly units: number;
  readonly reason: string;
  readonly order_id: number | null;
}

/**
 * Changes a stock and writes down why, as far as nothing is taken that is held or given.
 * @returns the stock then; undefined: not changed
 */
export async function moveStock(tx: Tx, move: StockMove, by: SavedBy): Promise<number | undefined> {
  const { reward, kind, units, reason, order_id } = move;
  const row = await tx.one<{ stock: number }>(
    `update benefits.reward set stock = stock + $2
     where reward = $1 and stock + $2 >= held + given and stock + $2 <= ${STOCK_MAX} returning stock`,
    [reward, units],
  );
  if (row === undefined) return undefined;
  await tx.query(
    `insert into benefits.stock_move (reward, kind, units, stock_after, reason, order_id, moved_by, moved_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [reward, kind, units, row.stock, reason, order_id, by.person_id, by.now],
  );
  return row.stock;
}

/** Units of a reward that are held or given. */
export async function unitsTaken(tx: Tx, reward: string): Promise<number> {
  const row = await tx.one<{ taken: number }>("select held + given as taken from benefits.reward where reward = $1", [
    reward,
  ]);
  return row?.taken ?? 0;
}

/** Takes one unit; whoever comes next to this reward waits for the transaction. @returns false: none is left */
export async function takeUnit(tx: Tx, reward: string): Promise<boolean> {
  return (
    (await tx.execute("update benefits.reward set held = held + 1 where reward = $1 and held + given < stock", [
      reward,
    ])) > 0
  );
}

/** Moves one unit: what was held is given, or either is free again. */
export async function moveUnit(tx: Tx, reward: string, held: -1 | 0, given: -1 | 0 | 1): Promise<void> {
  await tx.query("update benefits.reward set held = held + $2, given = given + $3 where reward = $1", [
    reward,
    held,
    given,
  ]);
}

export type OrderState = "held" | "confirmed" | "fulfilled" | "cancelled" | "returned";

export interface RewardOrder {
  readonly order_id: number;
  readonly reward: string;
  readonly owner: number;
  readonly state: OrderState;
  readonly points: number;
  readonly cash_minor: number;
  readonly hold_id: number | null;
  readonly until_at: Date;
  readonly entitlement_id: number | null;
  readonly is_first: boolean;
}
const ORDER = "order_id, reward, owner, state, points, cash_minor, hold_id, until_at, entitlement_id, is_first";

/** Orders of a reward that a member has or had, cancelled and returned ones apart; asked under the reward's lock. */
export async function ordersCounted(tx: Tx, reward: string, numbers: readonly number[]): Promise<number> {
  const row = await tx.one<{ orders: number }>(
    `select count(*)::int as orders from benefits.reward_order
     where reward = $1 and owner = any($2::bigint[]) and state in ('held', 'confirmed', 'fulfilled')`,
    [reward, numbers],
  );
  return row?.orders ?? 0;
}

/** Whether a member has a right now: given, not passed, its benefit in force, and still of a tier it is for. */
export async function holdsRight(
  tx: Tx,
  { member_id, numbers }: { readonly member_id: number; readonly numbers: readonly number[] },
  right: string,
  today: BusinessDay,
): Promise<boolean> {
  const row = await tx.one(
    `select 1 from benefits.entitlement e join benefits.benefit_version v using (benefit, version)
     where e.owner = any($1::bigint[]) and e.state = 'fulfilled' and v.definition->'give'->>'right' = $2
       and (e.last_day is null or e.last_day >= $3::date)
       and exists (select from benefits.benefit_version f left join benefits.benefit_withdrawal w using (benefit, version)
         where f.benefit = e.benefit and f.first_day <= $3::date
           and (least(f.last_day, w.from_day - 1) is null or least(f.last_day, w.from_day - 1) >= $3::date))
       and (v.definition->'audience'->>'kind' <> 'tiers' or exists (
         select from catalogue.member_tier t, json_array_elements(v.definition->'audience'->'of') o
         where t.member_id = $4 and t.ladder = o->>'ladder' and (o->'tiers')::jsonb ? t.tier)) limit 1`,
    [numbers, right, today, member_id],
  );
  return row !== undefined;
}

/** Erased members leave counts and nobody. */
export async function forgetOrders(tx: Tx, owners: readonly number[]): Promise<void> {
  await tx.query("update benefits.reward_order set owner = -order_id where owner = any($1::bigint[])", [owners]);
}

export async function insertOrder(
  tx: Tx,
  order: Omit<RewardOrder, "order_id" | "state" | "hold_id" | "entitlement_id"> & {
    readonly version: number;
    readonly made_by: number | null;
    readonly made_at: Date;
  },
): Promise<number> {
  const row = await tx.one<{ order_id: number }>(
    `insert into benefits.reward_order (reward, version, owner, points, cash_minor, until_at, is_first, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning order_id`,
    [
      order.reward,
      order.version,
      order.owner,
      order.points,
      order.cash_minor,
      order.until_at,
      order.is_first,
      order.made_by,
      order.made_at,
    ],
  );
  return row?.order_id ?? 0;
}

export async function tieOrder(
  tx: Tx,
  order_id: number,
  ties: { readonly hold_id: number | null; readonly entitlement_id: number | null },
): Promise<void> {
  await tx.query("update benefits.reward_order set hold_id = $2, entitlement_id = $3 where order_id = $1", [
    order_id,
    ties.hold_id,
    ties.entitlement_id,
  ]);
}

export async function lockOrder(tx: Tx, order_id: number): Promise<RewardOrder | undefined> {
  return tx.one<RewardOrder>(`select ${ORDER} from benefits.reward_order where order_id = $1 for update`, [order_id]);
}

/** What a step says about an order; what is left out stays. */
export interface OrderStep {
  readonly state: OrderState;
  readonly now: Date;
  readonly payment_reference?: string | null;
  readonly store_code?: string | null;
  readonly shipment?: string | null;
  readonly reason?: string | null;
}

export async function stepOrder(tx: Tx, order_id: number, step: OrderStep): Promise<void> {
  await tx.query(
    `update benefits.reward_order set state = $2, payment_reference = coalesce($4, payment_reference), store_code = coalesce($5, store_code),
       shipment = coalesce($6, shipment), reason = $7,
       confirmed_at = case when $2 = 'confirmed' then $3::timestamptz else confirmed_at end,
       fulfilled_at = case when $2 = 'fulfilled' then $3::timestamptz else fulfilled_at end,
       ended_at = case when $2 in ('cancelled', 'returned') then $3::timestamptz end
     where order_id = $1`,
    [
      order_id,
      step.state,
      step.now,
      step.payment_reference ?? null,
      step.store_code ?? null,
      step.shipment ?? null,
      step.reason ?? null,
    ],
  );
}

export async function isPaymentUsed(tx: Tx, payment_reference: string): Promise<boolean> {
  return (
    (await tx.one("select 1 from benefits.reward_order where payment_reference = $1", [payment_reference])) !==
    undefined
  );
}

export async function overdueOrders(tx: Tx, now: Date, limit: number): Promise<number[]> {
  const rows = await tx.query<{ order_id: number }>(
    "select order_id from benefits.reward_order where state = 'held' and until_at <= $1 order by until_at limit $2",
    [now, limit],
  );
  return rows.map((row) => row.order_id);
}
