import type { Tx } from "../../store/index.ts";
import { STORES_OF_PERSON } from "../access-store.ts";
import { TILL_ROLE } from "../roles.ts";

/** So many wrong PINs in a row lock, the clerk and the tablet each for themself. */
export const PIN_ATTEMPTS_MAX = 5;
/** How long, the first time, the second, …; the last one from then on. A right PIN begins anew. */
export const PIN_WAITS_MINUTES = [1, 5, 30, 120, 720] as const;

export interface PinRow {
  readonly person_id: number;
  readonly hash_sealed: Buffer;
  readonly set_at: Date;
  readonly locked_until: Date | null;
}

export function pinOf(tx: Tx, person_id: number): Promise<PinRow | undefined> {
  return tx.one<PinRow>("select person_id, hash_sealed, set_at, locked_until from access.pin where person_id = $1", [
    person_id,
  ]);
}

/** The PIN of a clerk of this store whose account is open; of anybody else there is none. */
export function pinInStore(tx: Tx, person_id: number, store_code: string, now: Date): Promise<PinRow | undefined> {
  return tx.one<PinRow>(
    `select n.person_id, n.hash_sealed, n.set_at, n.locked_until from access.pin n join access.person p using (person_id)
     where p.person_id = $1 and p.role = '${TILL_ROLE}' and $2 = any(${STORES_OF_PERSON}) and p.disabled_at is null
       and (p.leaves_at is null or p.leaves_at > $3)`,
    [person_id, store_code, now],
  );
}

/** Another PIN; what was counted against the old one is over. */
export async function setPinRow(tx: Tx, person_id: number, hash_sealed: Buffer, now: Date): Promise<void> {
  await tx.query(
    `insert into access.pin (person_id, hash_sealed, set_at) values ($1, $2, $3)
     on conflict (person_id) do update set hash_sealed = excluded.hash_sealed, set_at = excluded.set_at, failures = 0,
       lockouts = 0, locked_until = null`,
    [person_id, hash_sealed, now],
  );
}

export async function deletePinRow(tx: Tx, person_id: number): Promise<boolean> {
  return (await tx.execute("delete from access.pin where person_id = $1", [person_id])) > 0;
}

/** What wrong PINs are counted against. */
export type Counted =
  | { readonly table: "tablet"; readonly id: number }
  | { readonly table: "pin"; readonly id: number };
const KEYS = { tablet: "tablet_id", pin: "person_id" } as const;

/** Until when it is locked; nobody else judges a PIN against it before this transaction ends. */
export async function lockCounted(tx: Tx, { table, id }: Counted): Promise<Date | null> {
  const row = await tx.one<{ locked_until: Date | null }>(
    `select locked_until from access.${table} where ${KEYS[table]} = $1 for update`,
    [id],
  );
  return row?.locked_until ?? null;
}

/** One more in a row; the last that is allowed locks, each time for longer. */
export async function countWrong(tx: Tx, { table, id }: Counted, now: Date): Promise<void> {
  await tx.query(
    `update access.${table} set failures = case when failures + 1 >= $2 then 0 else failures + 1 end,
       lockouts = case when failures + 1 >= $2 then lockouts + 1 else lockouts end,
       locked_until = case when failures + 1 >= $2
         then $3::timestamptz + make_interval(mins => ($4::int[])[least(lockouts + 1, cardinality($4::int[]))]) else locked_until end
     where ${KEYS[table]} = $1`,
    [id, PIN_ATTEMPTS_MAX, now, [...PIN_WAITS_MINUTES]],
  );
}

export async function clearWrong(tx: Tx, { table, id }: Counted): Promise<void> {
  await tx.query(
    `update access.${table} set failures = 0, lockouts = 0, locked_until = null where ${KEYS[table]} = $1`,
    [id],
  );
}
