import type { Params } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Allowance } from "./allowance.ts";

interface Key {
  readonly sealed: Buffer;
  readonly public_pem: string;
}

export async function keptKey(tx: Tx): Promise<Key | undefined> {
  return tx.one<Key>("select sealed, public_pem from points.offline_key");
}

/** Of two processes that make one at the same time the first stays. */
export async function keepKey(tx: Tx, key: Key): Promise<Key> {
  await tx.query("insert into points.offline_key (sealed, public_pem) values ($1, $2) on conflict do nothing", [
    key.sealed,
    key.public_pem,
  ]);
  return (await keptKey(tx)) ?? key;
}

export async function insertAllowance(tx: Tx, one: Allowance, person_id: number | null): Promise<void> {
  await tx.query(
    `insert into points.allowance (allowance_id, till, store_code, day, points_max, member_max, device_key, issued_at, expires_at, asked_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      one.allowance_id,
      one.till,
      one.store_code,
      one.day,
      one.points_max,
      one.member_max,
      one.device_key,
      one.issued_at,
      one.expires_at,
      person_id,
    ],
  );
}

export interface BurnRow {
  readonly burn_id: number;
  readonly till: string;
  readonly store_code: string;
  readonly receipt: string;
  readonly hold_id: number | null;
  readonly owner: number;
  readonly points: number;
  readonly at: Date;
  readonly received_at: Date;
  readonly counts: boolean;
  readonly posted: number;
  readonly debt: number;
  readonly state: "posted" | "open" | "settled";
  readonly code: string | null;
  readonly params: Params | null;
  readonly settled_act: "post" | "drop" | null;
  readonly settled_reason: string | null;
  readonly settled_by: number | null;
  readonly settled_at: Date | null;
}
const BURN = `burn_id, till, store_code, receipt, hold_id, owner, points, at, received_at, counts, posted, debt, state, code, params,
  settled_act, settled_reason, settled_by, settled_at`;

export async function burnByHash(tx: Tx, payload_hash: Buffer): Promise<BurnRow | undefined> {
  return tx.one<BurnRow>(`select ${BURN} from points.offline_burn where payload_hash = $1`, [payload_hash]);
}

export async function burnById(tx: Tx, burn_id: number, lock = false): Promise<BurnRow | undefined> {
  return tx.one<BurnRow>(`select ${BURN} from points.offline_burn where burn_id = $1 ${lock ? "for update" : ""}`, [
    burn_id,
  ]);
}

/** The burn that stands for a receipt of a store, or for a hold. */
export async function burnFor(
  tx: Tx,
  { store_code, receipt, hold_id }: Pick<BurnRow, "store_code" | "receipt" | "hold_id">,
): Promise<BurnRow | undefined> {
  return tx.one<BurnRow>(
    `select ${BURN} from points.offline_burn where counts and ((store_code = $1 and receipt = $2) or hold_id = $3) limit 1`,
    [store_code, receipt, hold_id],
  );
}

export type NewBurn = Pick<
  BurnRow,
  | "till"
  | "store_code"
  | "receipt"
  | "hold_id"
  | "owner"
  | "points"
  | "at"
  | "received_at"
  | "counts"
  | "code"
  | "params"
> & { readonly allowance_id: string; readonly payload_hash: Buffer };

export async function insertBurn(tx: Tx, burn: NewBurn): Promise<number> {
  const row = await tx.one<{ burn_id: number }>(
    `insert into points.offline_burn (allowance_id, till, store_code, receipt, hold_id, owner, points, at, received_at, payload_hash, counts,
       state, code, params)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning burn_id`,
    [
      burn.allowance_id,
      burn.till,
      burn.store_code,
      burn.receipt,
      burn.hold_id,
      burn.owner,
      burn.points,
      burn.at,
      burn.received_at,
      burn.payload_hash,
      burn.counts,
      burn.code === null ? "posted" : "open",
      burn.code,
      burn.params === null ? null : JSON.stringify(burn.params),
    ],
  );
  return row?.burn_id ?? 0;
}

/** What was posted of a burn, and whether something of it is left for a person. */
export async function writePosted(
  tx: Tx,
  burn_id: number,
  done: {
    readonly posted: number;
    readonly debt: number;
    readonly code: string | null;
    readonly params: Params | null;
  },
): Promise<void> {
  await tx.query(
    `update points.offline_burn set posted = $2, debt = $3, code = $4, params = $5, state = case when $4::text is null then 'posted' else 'open' end
     where burn_id = $1`,
    [burn_id, done.posted, done.debt, done.code, done.params === null ? null : JSON.stringify(done.params)],
  );
}

/** Takes from a limit in the statement that looks at it. @returns how much was used before, where it does not fit */
export async function takeOffline(
  tx: Tx,
  { till, day }: Pick<Allowance, "till" | "day">,
  { owner, points, cap }: { readonly owner: number; readonly points: number; readonly cap: number },
): Promise<{ readonly used: number } | undefined> {
  const taken = await tx.execute(
    `insert into points.offline_use as u (till, day, owner, points, cap) select $1, $2, $3, $4::bigint, $5::bigint where $4::bigint <= $5::bigint
     on conflict (till, day, owner) do update set points = u.points + excluded.points, cap = greatest(u.cap, excluded.cap)
       where u.points + excluded.points <= excluded.cap`,
    [till, day, owner, points, cap],
  );
  if (taken === 1) return undefined;
  const row = await tx.one<{ used: number }>(
    "select points as used from points.offline_use where till = $1 and day = $2 and owner = $3",
    [till, day, owner],
  );
  return row ?? { used: 0 };
}

/** Gives a limit back what was taken in this transaction. */
export async function untakeOffline(
  tx: Tx,
  { till, day }: Pick<Allowance, "till" | "day">,
  { owner, points }: { readonly owner: number; readonly points: number },
): Promise<void> {
  await tx.query("update points.offline_use set points = points - $4 where till = $1 and day = $2 and owner = $3", [
    till,
    day,
    owner,
    points,
  ]);
}

/** Exceptions of stores, the newest first. @param stores null: of all */
export async function listBurns(
  tx: Tx,
  {
    state,
    stores,
    before,
    limit,
  }: { state: "open" | "settled"; stores: readonly string[] | null; before: number | null; limit: number },
): Promise<BurnRow[]> {
  return tx.query<BurnRow>(
    `select ${BURN} from points.offline_burn where state = $1 and ($2::text[] is null or store_code = any($2))
       and ($3::bigint is null or burn_id < $3) order by burn_id desc limit $4`,
    [state, stores, before, limit],
  );
}

export async function settleBurn(
  tx: Tx,
  burn_id: number,
  by: { act: "post" | "drop"; reason: string; person_id: number; now: Date; posted: number; debt: number },
): Promise<void> {
  await tx.query(
    `update points.offline_burn set state = 'settled', settled_act = $2, settled_reason = $3, settled_by = $4, settled_at = $5,
       posted = $6, debt = $7 where burn_id = $1`,
    [burn_id, by.act, by.reason, by.person_id, by.now, by.posted, by.debt],
  );
}

/** The member who has this number now. */
export async function memberOfNumber(tx: Tx, number: number): Promise<number | undefined> {
  const row = await tx.one<{ member_id: number | null }>(
    "select member_id from catalogue.parties where party_id = $1",
    [number],
  );
  return row?.member_id ?? undefined;
}
