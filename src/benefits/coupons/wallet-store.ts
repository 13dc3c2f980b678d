import type { Tx } from "../../store/index.ts";
import type { CouponDefinition } from "./definition.ts";

export type Period = "day" | "week" | "month";

/** A batch with the coupon that it is of. */
export interface BatchRow {
  readonly batch_id: number;
  readonly coupon_id: number;
  readonly version: number;
  readonly name: string;
  readonly kind: "shared" | "unique";
  readonly state: "open" | "paused" | "undone";
  readonly number: number;
  readonly made: number;
  readonly ordinal: number;
  readonly held: number;
  readonly redeemed: number;
  readonly spent_minor: number;
  readonly budget_minor: number | null;
  readonly member_max: number | null;
  readonly member_period: Period | null;
  readonly member_period_max: number | null;
  readonly period: Period | null;
  readonly period_max: number | null;
  readonly first_day: string;
  readonly last_day: string | null;
  readonly days: number | null;
  readonly coupon_state: "live" | "withdrawn";
  readonly definition: CouponDefinition;
  readonly version_first_day: string;
  readonly version_last_day: string | null;
}

const BATCH = `b.batch_id, b.coupon_id, b.version, b.name, b.kind, b.state, b.number, b.made, b.ordinal, b.held, b.redeemed, b.spent_minor,
  b.budget_minor, b.member_max, b.member_period, b.member_period_max, b.period, b.period_max, b.first_day, b.last_day, b.days,
  c.state as coupon_state, v.definition, v.first_day as version_first_day, v.last_day as version_last_day`;
const FROM = `benefits.batch b join benefits.coupon c using (coupon_id)
  join benefits.coupon_version v on v.coupon_id = b.coupon_id and v.version = b.version`;

/** @param lock whoever changes what batches have given waits here for those before; always in the order of numbers */
export async function batchesById(tx: Tx, ids: readonly number[], lock = false): Promise<Map<number, BatchRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<BatchRow>(
    `select ${BATCH} from ${FROM} where b.batch_id = any($1) order by b.batch_id ${lock ? "for update of b" : ""}`,
    [ids],
  );
  return new Map(rows.map((row) => [row.batch_id, row]));
}

export interface IssuedRow {
  readonly issued_id: number;
  readonly batch_id: number;
  readonly ordinal: number;
  readonly owner: number | null;
  readonly state: "issued" | "held" | "redeemed" | "void" | "expired";
  readonly first_day: string;
  readonly last_day: string | null;
}
const ISSUED = "issued_id, batch_id, ordinal, owner, state, first_day, last_day";

export async function issuedById(tx: Tx, ids: readonly number[], lock = false): Promise<Map<number, IssuedRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<IssuedRow>(
    `select ${ISSUED} from benefits.issued where issued_id = any($1) order by issued_id ${lock ? "for update" : ""}`,
    [ids],
  );
  return new Map(rows.map((row) => [row.issued_id, row]));
}

/** What codes name: a coupon of its own, or the batch whose shared code it is. */
export interface Named {
  readonly hash: string;
  readonly issued_id: number | null;
  readonly batch_id: number;
  /** A code of the system before: it names the coupons of its row, those that are left first. */
  readonly brought: boolean;
}

export async function namedByCodes(tx: Tx, hashes: readonly Buffer[]): Promise<Map<string, Named>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx.query<Named>(
    `select encode(code_hash, 'hex') as hash, issued_id, batch_id, false as brought from benefits.issued where code_hash = any($1)
     union all select encode(code_hash, 'hex'), null, batch_id, false from benefits.batch where code_hash = any($1)
     union all (
       select distinct on (c.code_hash) encode(c.code_hash, 'hex'), i.issued_id, i.batch_id, true
       from benefits.brought_code c join benefits.issued i using (opening_id, opening_row) where c.code_hash = any($1)
       order by c.code_hash, i.state <> 'issued', i.issued_id)`,
    [hashes],
  );
  return new Map(rows.map((row) => [row.hash, row]));
}

export interface UseCount {
  readonly batch_id: number;
  readonly owner: number;
  readonly period: string;
  readonly uses: number;
}

/** Uses of batches by all (0) and by the numbers of a member. */
export async function useCounts(tx: Tx, batches: readonly number[], owners: readonly number[]): Promise<UseCount[]> {
  if (batches.length === 0) return [];
  return tx.query<UseCount>(
    "select batch_id, owner, period, uses from benefits.use_count where batch_id = any($1) and owner = any($2)",
    [batches, [0, ...owners]],
  );
}

/** All numbers of a member: what was issued to or counted for any of them is theirs. */
export async function numbersOf(tx: Tx, member_id: number): Promise<number[]> {
  const rows = await tx.query<{ party_id: number }>("select party_id from catalogue.parties where member_id = $1", [
    member_id,
  ]);
  return rows.map((row) => row.party_id);
}

export async function tierOf(tx: Tx, member_id: number): Promise<string | null> {
  const row = await tx.one<{ tier: string }>("select tier from catalogue.member_tier where member_id = $1", [
    member_id,
  ]);
  return row?.tier ?? null;
}

export async function segmentsAmong(tx: Tx, member_id: number, segments: readonly number[]): Promise<number[]> {
  if (segments.length === 0) return [];
  const rows = await tx.query<{ segment_id: number }>(
    "select segment_id from catalogue.segment_members where member_id = $1 and segment_id = any($2)",
    [member_id, segments],
  );
  return rows.map((row) => row.segment_id);
}

export async function ownershipOf(tx: Tx, store_code: string | null): Promise<string | null> {
  if (store_code === null) return null;
  const row = await tx.one<{ ownership: string | null }>(
    "select ownership from catalogue.stores where store_code = $1",
    [store_code],
  );
  return row?.ownership ?? null;
}
