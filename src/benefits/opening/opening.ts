import type { Ground } from "../../ground.ts";
import {
  type FoundRow,
  given,
  type GivenKind,
  type OpeningRow,
  refused,
  rowReader,
  type RowOutcome,
  rowsOfKind,
  rowsThere,
} from "../../members/index.ts";
import { businessDay, type Params } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { codeHash, codesFrom } from "../coupons/code.ts";
import { codeKey } from "../coupons/code-key.ts";
import { validDays } from "../coupons/issue.ts";
import { membersAmong } from "../coupons/issue-store.ts";
import { tellIssued } from "../coupons/tell.ts";
import { batchesById, type BatchRow, namedByCodes } from "../coupons/wallet-store.ts";
import {
  batchesOfRows,
  type BroughtCoupon,
  countBrought,
  type CouponOpening,
  forgetCodes,
  insertBrought,
  keepCodes,
  openBatches,
  openings,
  placesLeft,
  rows,
  usesOfRows,
  voidBrought,
} from "./opening-store.ts";
import { COUPON_FIELDS, type ReadCoupon, readCoupon } from "./reading.ts";

/** A code comes in once; without one, a member's coupons of a batch and day are one row. */
const content = (owner: number, { batch_id, code, last_day }: ReadCoupon) =>
  code === null ? [owner, batch_id, last_day] : [code];

/** Unused coupons that members bring from the system before: coupons of a batch that is there, under their codes. */
export const openingCoupons: GivenKind<CouponOpening, ReadCoupon> = {
  store: openings,
  fields: COUPON_FIELDS,
  ...rowsOfKind<CouponOpening, ReadCoupon>(rows, content),
  async reader(ground, reading, columns) {
    const batches = await ground.store.read(SYSTEM_SCOPE, openBatches);
    const { timezone } = ground.config;
    const facts = { batches, key: await codeKey(ground), today: businessDay(ground.clock.now(), timezone) };
    return rowReader(reading, { columns, timezone }, (row) => readCoupon(row, facts));
  },
  twice: "benefits.opening_twice",
  look,
  async totals(tx, { opening_id }) {
    const line = (what: string) => (sum: { key: string | null; n: number }) => ({ what, ...sum });
    const batches = await rows.sums(tx, opening_id, { by: "batch", of: "uses" });
    return [
      { what: "members", key: null, n: await rows.members(tx, opening_id) },
      { what: "coupons", key: null, n: batches.reduce((sum, { n }) => sum + n, 0) },
      ...batches.map(line("batch")),
      ...(await rows.sums(tx, opening_id, { by: "last_day", month: true, of: "uses" })).map(line("month")),
    ];
  },
  lines: (sums) => sums,
  give,
  takeBack,
};

type Flaws = Map<number, { code: string; params: Params }>;

/** Rows that came in before, whose code is taken, or for which their batch is too small. */
async function look(tx: Tx, found: readonly FoundRow<ReadCoupon>[], run: Map<unknown, number>): Promise<Flaws> {
  const there = await rowsThere({ rows, content }, tx, found);
  const taken = await codesTaken(tx, found);
  const left = await placesLeft(tx, [...new Set(found.map(({ item }) => item.batch_id))]);
  const flaws: Flaws = new Map();
  for (const { row, item } of found) {
    const { batch_id, uses, code } = item;
    const free = (left.get(batch_id) ?? 0) - (run.get(batch_id) ?? 0);
    if (there.has(row)) flaws.set(row, { code: "members.opening_there", params: {} });
    else if (code !== null && taken.has(code)) flaws.set(row, { code: "benefits.opening_code_taken", params: {} });
    else if (uses > free)
      flaws.set(row, { code: "benefits.opening_batch_full", params: { batch_id, uses, left: Math.max(0, free) } });
    else run.set(batch_id, (run.get(batch_id) ?? 0) + uses);
  }
  return flaws;
}

async function codesTaken(tx: Tx, found: readonly FoundRow<ReadCoupon>[]): Promise<ReadonlySet<string>> {
  const hashes = found.flatMap(({ item }) => (item.code === null ? [] : [Buffer.from(item.code, "hex")]));
  return new Set((await namedByCodes(tx, hashes)).keys());
}

async function give(
  tx: Tx,
  ground: Ground,
  { opening_id }: CouponOpening,
  found: readonly OpeningRow<ReadCoupon>[],
): Promise<RowOutcome[]> {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const batches = await batchesById(tx, [...new Set(found.map(({ item }) => item.batch_id))], true);
  const taken = await codesTaken(tx, found);
  const owners = await membersAmong(
    tx,
    found.map(({ owner }) => owner),
    null,
  );
  const left = new Map([...batches.values()].map((batch) => [batch.batch_id, batch.number - batch.made]));
  const outcomes: RowOutcome[] = [];
  const going: OpeningRow<ReadCoupon>[] = [];
  for (const one of found) {
    const { row, owner, item } = one;
    const { batch_id, uses, code, last_day } = item;
    const batch = batches.get(batch_id);
    const free = left.get(batch_id) ?? 0;
    // between the signature and this portion a midnight, a withdrawal or other issuing may have come
    if (!owners.has(owner)) outcomes.push(refused(row, "members.opening_nobody"));
    else if (batch?.state !== "open" || batch.coupon_state !== "live")
      outcomes.push(refused(row, "benefits.opening_batch_unknown", { coupon: item.batch }));
    else if (last_day !== null && last_day < today) outcomes.push(refused(row, "members.opening_over", { last_day }));
    else if (code !== null && taken.has(code)) outcomes.push(refused(row, "benefits.opening_code_taken"));
    else if (uses > free) outcomes.push(refused(row, "benefits.opening_batch_full", { batch_id, uses, left: free }));
    else {
      left.set(batch_id, free - uses);
      going.push(one);
    }
  }
  await keepCodes(
    tx,
    opening_id,
    going.flatMap(({ row, item }) => (item.code === null ? [] : [{ row, code: item.code }])),
  );
  for (const [batch_id, of] of Map.groupBy(going, ({ item }) => item.batch_id)) {
    const made = await bring(tx, ground, { opening_id, batch: batches.get(batch_id) as BatchRow }, of);
    outcomes.push(...of.map(({ row }) => given(row, made.get(row) ?? 0)));
  }
  return outcomes;
}

/** Writes a coupon for each use at the next places of a batch whose row is locked. @returns the first of each row */
async function bring(
  tx: Tx,
  ground: Ground,
  { opening_id, batch }: { readonly opening_id: number; readonly batch: BatchRow },
  of: readonly OpeningRow<ReadCoupon>[],
): Promise<Map<number, number>> {
  const key = await codeKey(ground);
  const now = ground.clock.now();
  const { batch_id } = batch;
  const days = validDays(batch, businessDay(now, ground.config.timezone));
  const uses = of.flatMap((one) => Array.from({ length: one.item.uses }, () => one));
  const first = new Map<number, number>();
  let ordinal = batch.ordinal;
  for (let waiting = uses; waiting.length > 0; ) {
    const codes = codesFrom(key, batch_id, ordinal + 1, waiting.length);
    const coupons = waiting.map(
      ({ row, owner, item }, i): BroughtCoupon => ({
        row,
        owner,
        ordinal: ordinal + i + 1,
        hash: codeHash(key, codes[i] ?? "").toString("hex"),
        first_day: days.first_day,
        last_day: item.last_day ?? days.last_day,
      }),
    );
    const written = await insertBrought(tx, { opening_id, batch_id }, coupons, now);
    for (const { row, issued_id } of written) first.set(row, Math.min(issued_id, first.get(row) ?? issued_id));
    const there = new Set(written.map((one) => one.ordinal));
    waiting = waiting.filter((_, i) => !there.has(coupons[i]?.ordinal ?? 0));
    ordinal += coupons.length;
  }
  await countBrought(tx, batch_id, uses.length, ordinal);
  await tellIssued(
    tx,
    { batch_id, issuance_id: null },
    uses.map(({ owner }) => owner),
  );
  return first;
}

async function takeBack(
  tx: Tx,
  _ground: Ground,
  { opening_id }: CouponOpening,
  found: readonly OpeningRow<ReadCoupon>[],
): Promise<RowOutcome[]> {
  const of = found.map(({ row }) => row);
  await batchesById(tx, await batchesOfRows(tx, opening_id, of), true);
  const uses = await usesOfRows(tx, opening_id, of);
  const outcomes = found.map(({ row, made, item }): RowOutcome => {
    const { left = 0, used = 0, order_reference = null } = uses.get(row) ?? {};
    if (used > 0) return { row, made, state: "kept", why: "benefits.opening_used", params: { used, order_reference } };
    if (left < item.uses) return { row, made, state: "kept", why: "benefits.opening_lapsed", params: {} };
    return { row, made, state: "undone", why: null, params: {} };
  });
  await voidBrought(tx, opening_id, of);
  await forgetCodes(
    tx,
    opening_id,
    outcomes.flatMap(({ row, state }) => (state === "undone" ? [row] : [])),
  );
  return outcomes;
}
