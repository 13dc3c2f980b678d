import type { Ground } from "../../ground.ts";
import { addDays, type BusinessDay, businessDay, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { codeHash, codesFrom } from "./code.ts";
import { codeKey } from "./code-key.ts";
import {
  countIssued,
  holdersAmong,
  insertIssuance,
  insertIssued,
  issuanceById,
  issuanceByKey,
  type IssuanceRow,
  membersAmong,
  nextOfSegment,
  placesWritten,
  segmentSize,
  setIssuance,
} from "./issue-store.ts";
import { tellIssued } from "./tell.ts";
import { batchesById, type BatchRow } from "./wallet-store.ts";

/** Codes or members written in one transaction; others of the batch wait no longer than for these. */
export const ISSUE_AT_ONCE = 10_000;
/** Members that one request names. */
export const MEMBERS_NAMED_MAX = 5_000;

export type Audience =
  | { readonly kind: "codes"; readonly number: number }
  | { readonly kind: "members"; readonly member_ids: readonly number[] }
  | { readonly kind: "segment"; readonly segment_id: number };

export interface Issuing {
  readonly batch_id: number;
  readonly audience: Audience;
  /** Also to members who have one of the batch already. */
  readonly again: boolean;
  /** Members of these stores only; null: of all. */
  readonly stores: readonly string[] | null;
  readonly reason: string;
  /** The same request again issues nothing again. */
  readonly key: string | null;
}

interface By {
  readonly person_id: number | null;
  readonly now: Date;
}

/** The batch, open and with so many left. @throws benefits.batch_unknown, batch_shared, batch_closed, batch_too_small */
async function openBatch(tx: Tx, batch_id: number, wanted: number): Promise<BatchRow> {
  const batch = (await batchesById(tx, [batch_id], true)).get(batch_id);
  if (batch === undefined) throw problem("benefits.batch_unknown", { batch_id });
  if (batch.kind === "shared") throw problem("benefits.batch_shared", { batch_id });
  if (batch.state !== "open" || batch.coupon_state !== "live") throw problem("benefits.batch_closed", { batch_id });
  const left = batch.number - batch.made;
  if (wanted > left) throw problem("benefits.batch_too_small", { left, wanted });
  return batch;
}

/**
 * Begins an issuance: named members have their coupons when the transaction commits, codes and segments are work for a
 * job. @returns the issuance, and whether there is more to do
 */
export async function beginIssuance(tx: Tx, ground: Ground, issuing: Issuing, by: By): Promise<IssuanceRow> {
  const { batch_id, audience, key, reason } = issuing;
  const known = key === null ? undefined : await issuanceByKey(tx, key);
  if (known !== undefined) {
    if (known.batch_id !== batch_id || known.kind !== audience.kind) throw problem("benefits.key_reused", { key });
    return known;
  }
  const members = audience.kind === "members" ? await namedMembers(tx, issuing, audience.member_ids) : [];
  const wanted = await wantedOf(tx, issuing, members.length);
  if (wanted === 0) throw problem("benefits.nobody");
  const batch = await openBatch(tx, batch_id, audience.kind === "segment" && !issuing.again ? 1 : wanted);
  const segment_id = audience.kind === "segment" ? audience.segment_id : null;
  const issuance_id = await insertIssuance(tx, {
    batch_id,
    kind: audience.kind,
    key,
    segment_id,
    wanted,
    reason,
    made_by: by.person_id,
    made_at: by.now,
  });
  if (audience.kind === "members") {
    await issueTo(tx, ground, batch, issuance_id, { owners: members, skipped: 0, reached: 0 });
    await setIssuance(tx, issuance_id, { state: "done", now: by.now });
  }
  return (await issuanceById(tx, issuance_id)) as IssuanceRow;
}

async function wantedOf(tx: Tx, { audience, stores }: Issuing, members: number): Promise<number> {
  if (audience.kind === "codes") return audience.number;
  return audience.kind === "members" ? members : segmentSize(tx, audience.segment_id, stores);
}

/** @throws benefits.members_unknown */
async function namedMembers(
  tx: Tx,
  { batch_id, again, stores }: Issuing,
  numbers: readonly number[],
): Promise<number[]> {
  const known = await membersAmong(tx, numbers, stores);
  const missing = numbers.filter((number) => !known.has(number));
  if (missing.length > 0) throw problem("benefits.members_unknown", { count: missing.length, first: missing[0] ?? 0 });
  const members = [...new Set(known.values())].sort((a, b) => a - b);
  if (again) return members;
  const holders = await holdersAmong(tx, batch_id, members);
  return members.filter((member) => !holders.has(member));
}

interface Portion {
  readonly owners: readonly (number | null)[];
  readonly skipped: number;
  readonly reached: number;
}

/** Writes coupons at the next places of a batch whose row is locked, and counts them in the same transaction. */
async function issueTo(
  tx: Tx,
  ground: Ground,
  batch: BatchRow,
  issuance_id: number,
  portion: Portion,
): Promise<number> {
  const key = await codeKey(ground);
  const now = ground.clock.now();
  const { owners, skipped, reached } = portion;
  const days = validDays(batch, businessDay(now, ground.config.timezone));
  let ordinal = batch.ordinal;
  let made = 0;
  // one in billions of codes exists already: its place is passed over
  for (let waiting = owners; waiting.length > 0; ) {
    const ordinals = waiting.map((_, i) => ordinal + i + 1);
    const hashes = codesFrom(key, batch.batch_id, ordinal + 1, waiting.length).map((code) => codeHash(key, code));
    const written = await insertIssued(tx, batch.batch_id, issuance_id, {
      ordinals,
      hashes,
      owners: waiting,
      ...days,
      now,
    });
    ordinal += waiting.length;
    made += written;
    waiting = written === waiting.length ? [] : await leftOut(tx, batch.batch_id, ordinals, waiting);
  }
  await countIssued(tx, { batch_id: batch.batch_id, issuance_id }, { made, ordinal, skipped, reached });
  if (made > 0) await tellIssued(tx, { batch_id: batch.batch_id, issuance_id }, owners);
  return made;
}

async function leftOut(
  tx: Tx,
  batch_id: number,
  ordinals: readonly number[],
  owners: readonly (number | null)[],
): Promise<(number | null)[]> {
  const there = await placesWritten(tx, batch_id, ordinals);
  return owners.filter((_, i) => !there.has(ordinals[i] ?? 0));
}

/** From when until when a coupon issued today is valid. */
export function validDays(
  { first_day, last_day, days, version_last_day }: BatchRow,
  today: BusinessDay,
): { readonly first_day: BusinessDay; readonly last_day: BusinessDay | null } {
  const from = first_day > today ? first_day : today;
  const ends = [last_day, version_last_day, days === null ? null : addDays(from, days - 1)].filter(
    (day) => day !== null,
  );
  return { first_day: from, last_day: ends.length === 0 ? null : (ends.sort()[0] ?? null) };
}

/**
 * One portion of an issuance that is under way: where it stopped it goes on, whatever stopped it.
 * @returns the issuance as it stands; "running": there is more to do
 */
export async function continueIssuance(
  ground: Ground,
  issuance_id: number,
  { again, stores }: Pick<Issuing, "again" | "stores">,
): Promise<IssuanceRow | undefined> {
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await issuanceById(tx, issuance_id, true);
    if (row?.state !== "running") return row;
    const batch = (await batchesById(tx, [row.batch_id], true)).get(row.batch_id);
    const left = Math.min(row.wanted - row.made - row.skipped, (batch?.number ?? 0) - (batch?.made ?? 0));
    const portion =
      batch?.state === "open" && left > 0
        ? await portionOf(tx, row, { again, stores, limit: Math.min(left, ISSUE_AT_ONCE) })
        : null;
    if (batch === undefined || portion === null) {
      await setIssuance(tx, issuance_id, { state: "done", now });
      return issuanceById(tx, issuance_id);
    }
    await issueTo(tx, ground, batch, issuance_id, portion);
    return issuanceById(tx, issuance_id);
  });
}

async function portionOf(
  tx: Tx,
  { kind, segment_id, batch_id, reached }: IssuanceRow,
  {
    again,
    stores,
    limit,
  }: { readonly again: boolean; readonly stores: readonly string[] | null; readonly limit: number },
): Promise<Portion | null> {
  if (kind === "codes") return { owners: Array.from({ length: limit }, () => null), skipped: 0, reached: 0 };
  const members = await nextOfSegment(tx, { segment_id: segment_id ?? 0, batch_id, after: reached, limit, stores });
  if (members.length === 0) return null;
  const owners = members.filter(({ has }) => again || !has).map(({ member_id }) => member_id);
  return { owners, skipped: members.length - owners.length, reached: members.at(-1)?.member_id ?? reached };
}

/** All portions, one after the other. */
export async function finishIssuance(ground: Ground, issuance_id: number): Promise<void> {
  const all = { again: false, stores: null };
  for (let row = await continueIssuance(ground, issuance_id, all); row?.state === "running"; )
    row = await continueIssuance(ground, issuance_id, all);
}
