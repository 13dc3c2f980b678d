import type { Tx } from "../../store/index.ts";
import { STORES_OF_PERSON } from "../access-store.ts";
import { TILL_ROLE } from "../roles.ts";

export interface TabletRow {
  readonly tablet_id: number;
  readonly store_code: string;
  readonly name: string;
  readonly code_expires_at: Date | null;
  readonly bound_at: Date | null;
  readonly expires_at: Date | null;
  readonly last_seen_at: Date | null;
  readonly locked_until: Date | null;
  readonly revoked_at: Date | null;
}

/** A tablet as it is listed. */
export interface ListedTablet extends TabletRow {
  readonly made_at: Date;
  readonly made_by_name: string;
  readonly last_person: string | null;
}

const TABLET =
  "t.tablet_id, t.store_code, t.name, t.code_expires_at, t.bound_at, t.expires_at, t.last_seen_at, t.locked_until, t.revoked_at";
/** Ended ones are history: the newest few tell enough. */
const LISTED_MAX = 500;

/** Tablets of these stores, or of all; ended ones last. */
export function listTablets(tx: Tx, stores: readonly string[] | "all"): Promise<ListedTablet[]> {
  return tx.query<ListedTablet>(
    `select ${TABLET}, t.made_at, m.name as made_by_name, l.name as last_person
     from access.tablet t join access.person m on m.person_id = t.made_by left join access.person l on l.person_id = t.last_person_id
     where $1::text[] is null or t.store_code = any($1)
     order by t.revoked_at is not null, t.store_code, t.tablet_id limit ${LISTED_MAX}`,
    [stores === "all" ? null : stores],
  );
}

export function tabletById(tx: Tx, tablet_id: number): Promise<TabletRow | undefined> {
  return tx.one<TabletRow>(`select ${TABLET} from access.tablet t where t.tablet_id = $1`, [tablet_id]);
}

/** The tablet that a browser's secret makes it; undefined once it is revoked or its binding has ended. */
export function boundTablet(tx: Tx, device_hash: Buffer, now: Date): Promise<TabletRow | undefined> {
  return tx.one<TabletRow>(
    `select ${TABLET} from access.tablet t where t.device_hash = $1 and t.revoked_at is null and t.expires_at > $2`,
    [device_hash, now],
  );
}

/** @returns undefined when every place of the store is taken */
export async function insertTablet(
  tx: Tx,
  tablet: { store_code: string; name: string; made_by: number; code_hash: Buffer; code_expires_at: Date; now: Date },
  places: number,
): Promise<number | undefined> {
  // one after the other within a store: two at once would choose the same place
  await tx.query("select pg_advisory_xact_lock(480814, hashtext($1))", [tablet.store_code]);
  // a code that nobody typed in holds no place
  await tx.query(
    `delete from access.tablet where store_code = $1 and bound_at is null and code_expires_at < $2 and revoked_at is null`,
    [tablet.store_code, tablet.now],
  );
  const row = await tx.one<{ tablet_id: number }>(
    `insert into access.tablet (store_code, name, place, made_by, made_at, code_hash, code_expires_at)
     select $1, $2, min(n), $3, $4, $5, $6 from generate_series(1, $7::int) n
     where not exists (select 1 from access.tablet t where t.store_code = $1 and t.place = n and t.revoked_at is null)
     having min(n) is not null returning tablet_id`,
    [tablet.store_code, tablet.name, tablet.made_by, tablet.now, tablet.code_hash, tablet.code_expires_at, places],
  );
  return row?.tablet_id;
}

/** Another code for a tablet whose browser was changed or emptied; the old binding stands until it is used. */
export async function setCode(tx: Tx, tablet_id: number, code_hash: Buffer, expires_at: Date): Promise<boolean> {
  const changed = await tx.execute(
    "update access.tablet set code_hash = $2, code_expires_at = $3 where tablet_id = $1 and revoked_at is null",
    [tablet_id, code_hash, expires_at],
  );
  return changed > 0;
}

/** Uses a code up and binds the browser whose secret this is; whoever worked at the tablet before is out. */
export async function bindByCode(
  tx: Tx,
  bound: { code_hash: Buffer; device_hash: Buffer; now: Date; expires_at: Date },
): Promise<TabletRow | undefined> {
  const tablet = await tx.one<TabletRow>(
    `update access.tablet t set code_hash = null, code_expires_at = null, device_hash = $2, bound_at = $3, last_seen_at = $3,
       expires_at = $4 where t.code_hash = $1 and t.code_expires_at > $3 and t.revoked_at is null returning ${TABLET}`,
    [bound.code_hash, bound.device_hash, bound.now, bound.expires_at],
  );
  if (tablet !== undefined) await endTabletSession(tx, tablet.tablet_id);
  return tablet;
}

export async function revokeTablet(tx: Tx, tablet_id: number, by: number, now: Date): Promise<boolean> {
  const revoked = await tx.execute(
    `update access.tablet set revoked_at = $3, revoked_by = $2, code_hash = null, code_expires_at = null, device_hash = null,
       bound_at = null, expires_at = null where tablet_id = $1 and revoked_at is null`,
    [tablet_id, by, now],
  );
  await endTabletSession(tx, tablet_id);
  return revoked > 0;
}

export async function endTabletSession(tx: Tx, tablet_id: number): Promise<void> {
  await tx.query("delete from access.session where tablet_id = $1", [tablet_id]);
}

/** Ends what somebody does at tablets; their own log-ins stay. */
export async function endTabletSessionsOf(tx: Tx, person_id: number): Promise<void> {
  await tx.query("delete from access.session where person_id = $1 and tablet_id is not null", [person_id]);
}

export async function seenTablet(tx: Tx, tablet_id: number, now: Date, person_id: number | null): Promise<void> {
  await tx.query(
    "update access.tablet set last_seen_at = $2, last_person_id = coalesce($3, last_person_id) where tablet_id = $1",
    [tablet_id, now, person_id],
  );
}

/** A clerk as the tablet of their store, or whoever looks after it, sees them. */
export interface Clerk {
  readonly person_id: number;
  readonly name: string;
  readonly stores: readonly string[];
  readonly pin_set_at: Date | null;
  readonly pin_locked_until: Date | null;
}

/** Clerks of any of these stores, by name or by region and brand, whose account is open. */
export function clerksOf(tx: Tx, stores: readonly string[] | "all", now: Date): Promise<Clerk[]> {
  return tx.query<Clerk>(
    `select p.person_id, p.name, o.stores, n.set_at as pin_set_at, n.locked_until as pin_locked_until
     from access.person p cross join lateral (select ${STORES_OF_PERSON} as stores) o left join access.pin n using (person_id)
     where p.role = '${TILL_ROLE}' and o.stores <> '{}' and ($1::text[] is null or o.stores && $1)
       and p.disabled_at is null and (p.leaves_at is null or p.leaves_at > $2) order by p.name, p.person_id limit 1000`,
    [stores === "all" ? null : stores, now],
  );
}

/** The stores in which somebody works, whether they were named or lie in a region or brand. */
export async function storesOfPerson(tx: Tx, person_id: number): Promise<readonly string[]> {
  const row = await tx.one<{ stores: readonly string[] }>(
    `select ${STORES_OF_PERSON} as stores from access.person p where person_id = $1`,
    [person_id],
  );
  return row?.stores ?? [];
}

/** Stores by code with their name: those of the trade, and those that clerks were given. */
export async function storesKnown(
  tx: Tx,
  stores: readonly string[] | "all",
): Promise<{ readonly store_code: string; readonly name: string }[]> {
  const there = await tx.one<{ there: boolean }>("select to_regclass('catalogue.stores') is not null as there");
  const named =
    there?.there === true
      ? "select store_code, name from catalogue.stores"
      : "select null::text as store_code, null::text as name where false";
  return tx.query(
    `with named as (${named}), given as (select distinct unnest(scope_stores) as store_code from access.person)
     select store_code, coalesce(n.name, store_code) as name from named n full join given using (store_code)
     where $1::text[] is null or store_code = any($1) order by store_code limit 5000`,
    [stores === "all" ? null : stores],
  );
}

/** What people call a store; its code where nobody named it. */
export async function storeName(tx: Tx, store_code: string): Promise<string> {
  const [store] = await storesKnown(tx, [store_code]);
  return store?.name ?? store_code;
}
