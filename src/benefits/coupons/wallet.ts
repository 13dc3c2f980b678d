import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { settingOf, type Tx } from "../../store/index.ts";
import type { MemberFacts, Moment } from "./basket.ts";
import { type Candidate, type CandidateState, type Limits, STACKING_DEFAULT, type StackingRules } from "./candidate.ts";
import { CODE_CHARACTERS, codeHash, normaliseCode } from "./code.ts";
import { codeKey } from "./code-key.ts";
import { defineCoupon } from "./definition.ts";
import { periodKey } from "./period.ts";
import {
  batchesById,
  type BatchRow,
  issuedById,
  type IssuedRow,
  namedByCodes,
  numbersOf,
  segmentsAmong,
  tierOf,
  type UseCount,
  useCounts,
} from "./wallet-store.ts";

/** A coupon as a till names it: by its code, or by the number under which a member has it. */
export type Asked = { readonly code: string } | { readonly issued_id: number };

/** A coupon that was asked for, with the rows behind it; unknown ones have none. */
export interface Found {
  readonly candidate: Candidate;
  readonly batch: BatchRow | null;
  readonly issued: IssuedRow | null;
}

export interface Wallet {
  /** In the order in which they were asked for. */
  readonly found: readonly Found[];
  readonly limits: ReadonlyMap<number, Limits>;
  readonly member: MemberFacts | null;
  readonly owners: readonly number[];
  readonly rules: StackingRules;
}

export const STACKING_SETTING = "benefits.stacking";

export async function stackingRules(tx: Tx): Promise<StackingRules> {
  return (await settingOf<StackingRules>(tx, STACKING_SETTING)) ?? STACKING_DEFAULT;
}

const NOBODYS = defineCoupon({ key: "unknown", zh: "未知", en: "Unknown", benefit: { kind: "free_shipping" } });

/**
 * Everything a basket has to know about the coupons that were named.
 * @param lock for who is to change them: batches first, then coupons, each in the order of numbers
 */
export async function readWallet(
  tx: Tx,
  ground: Ground,
  asked: readonly Asked[],
  { member_id, at, lock }: { readonly member_id: number | null; readonly at: Moment; readonly lock: boolean },
): Promise<Wallet> {
  const first = await namesOf(tx, ground, asked);
  const before = await issuedById(tx, numbersIn(first));
  const wanted = first.flatMap(({ issued_id, batch_id }) => batch_id ?? before.get(issued_id ?? 0)?.batch_id ?? []);
  const batches = await batchesById(tx, [...new Set(wanted)], lock);
  // who waited for a batch finds the next use of a code of several
  const names = lock && first.some(({ brought }) => brought) ? await namesOf(tx, ground, asked) : first;
  const ids = numbersIn(names);
  if (new Set(ids).size < ids.length) throw problem("benefits.coupon_twice");
  const issued = lock ? await issuedById(tx, ids, true) : before;
  const owners = member_id === null ? [] : await numbersOf(tx, member_id);
  const uses = new Map<number, number>();
  const found = names.map((name, i): Found => {
    const row = name.issued_id === null ? null : (issued.get(name.issued_id) ?? null);
    const batch = batches.get(name.batch_id ?? row?.batch_id ?? 0) ?? null;
    if (batch === null || (name.issued_id !== null && row === null))
      return { candidate: unknownCandidate(`unknown ${i}`), batch: null, issued: null };
    const nth = uses.get(batch.batch_id) ?? 0;
    uses.set(batch.batch_id, nth + 1);
    return { candidate: candidateOf(batch, row, nth, owners), batch, issued: row };
  });
  const counts = await useCounts(tx, [...batches.keys()], owners);
  return {
    found,
    limits: new Map([...batches.values()].map((batch) => [batch.batch_id, limitsOf(batch, counts, at.day)])),
    member: member_id === null ? null : await factsOf(tx, member_id, batches),
    owners,
    rules: await stackingRules(tx),
  };
}

/** Locks the batches of coupons that were named, and others with them, in the order of numbers. */
export async function lockAsked(
  tx: Tx,
  ground: Ground,
  asked: readonly Asked[],
  others: readonly number[],
): Promise<void> {
  const names = await namesOf(tx, ground, asked);
  const issued = await issuedById(tx, numbersIn(names));
  const named = names.flatMap(({ issued_id, batch_id }) => batch_id ?? issued.get(issued_id ?? 0)?.batch_id ?? []);
  await batchesById(tx, [...new Set([...named, ...others])], true);
}

interface Name {
  readonly issued_id: number | null;
  readonly batch_id: number | null;
  readonly brought: boolean;
}

const numbersIn = (names: readonly Name[]) => names.flatMap(({ issued_id }) => issued_id ?? []);

async function namesOf(tx: Tx, ground: Ground, asked: readonly Asked[]): Promise<Name[]> {
  const key = await codeKey(ground);
  const hashes = asked.map((one) => ("code" in one ? codeHash(key, normaliseCode(one.code)) : null));
  const named = await namedByCodes(
    tx,
    hashes.filter((hash) => hash !== null),
  );
  return asked.map((one, i) => {
    if ("issued_id" in one) return { issued_id: one.issued_id, batch_id: null, brought: false };
    const name = named.get(hashes[i]?.toString("hex") ?? "");
    return {
      issued_id: name?.issued_id ?? null,
      batch_id: name?.batch_id ?? null,
      brought: name?.brought ?? false,
    };
  });
}

/** The longest that is looked at as a code: what a scanner sends beyond it is none of ours. */
export const CODE_LENGTH_MAX = 4 * CODE_CHARACTERS;

function unknownCandidate(ref: string): Candidate {
  return {
    ref,
    definition: NOBODYS,
    state: "unknown",
    owner_fits: true,
    needs_member: false,
    first_day: null,
    last_day: null,
    batch_id: null,
  };
}

const later = (a: string, b: string) => (a > b ? a : b);
const earlier = (a: string | null, b: string | null) => (a === null || (b !== null && b < a) ? b : a);

function candidateOf(batch: BatchRow, issued: IssuedRow | null, nth: number, owners: readonly number[]): Candidate {
  const first = later(batch.first_day, batch.version_first_day);
  // a coupon given back after its batch had ended has days of its own
  const last = issued === null ? earlier(batch.last_day, batch.version_last_day) : issued.last_day;
  return {
    ref: issued === null ? `batch ${batch.batch_id} ${nth}` : `coupon ${String(issued.issued_id).padStart(15, "0")}`,
    definition: batch.definition,
    state: stateOf(batch, issued),
    owner_fits: issued === null || issued.owner === null || owners.includes(issued.owner),
    needs_member: (issued?.owner ?? null) !== null || batch.member_max !== null || batch.member_period !== null,
    first_day: issued === null ? first : later(first, issued.first_day),
    last_day: last,
    batch_id: batch.batch_id,
  };
}

function stateOf(batch: BatchRow, issued: IssuedRow | null): CandidateState {
  if (issued?.state === "held" || issued?.state === "redeemed" || issued?.state === "void") return "used";
  if (batch.state !== "open" || batch.coupon_state !== "live") return "withdrawn";
  return issued?.state === "expired" ? "expired" : "usable";
}

function limitsOf(batch: BatchRow, counts: readonly UseCount[], day: string): Limits {
  const used = (owners: "all" | "member", period: string) =>
    counts
      .filter(
        (row) => row.batch_id === batch.batch_id && row.period === period && (row.owner === 0) === (owners === "all"),
      )
      .reduce((sum, row) => sum + row.uses, 0);
  const members = [
    ...(batch.member_max === null ? [] : [batch.member_max - used("member", "")]),
    ...(batch.member_period === null || batch.member_period_max === null
      ? []
      : [batch.member_period_max - used("member", periodKey(batch.member_period, day))]),
  ];
  return {
    uses_left: batch.number - batch.held - batch.redeemed,
    period_left:
      batch.period === null || batch.period_max === null
        ? null
        : batch.period_max - used("all", periodKey(batch.period, day)),
    member_left: members.length === 0 ? null : Math.min(...members),
    budget_left_minor: batch.budget_minor === null ? null : batch.budget_minor - batch.spent_minor,
  };
}

async function factsOf(tx: Tx, member_id: number, batches: ReadonlyMap<number, BatchRow>): Promise<MemberFacts> {
  const segments = [...batches.values()].flatMap(({ definition }) => definition.conditions.segments);
  return { tier: await tierOf(tx, member_id), segments: await segmentsAmong(tx, member_id, [...new Set(segments)]) };
}
