import { createHash } from "node:crypto";
import { signatureHolds } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { type Params, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import type { Command } from "../ledger/command.ts";
import { commitWithin, todayOf } from "../ledger/ledger.ts";
import { lockHead } from "../ledger/read-store.ts";
import { numbersOf } from "../reports/member-points.ts";
import { balanceOf } from "../reports/wallet-store.ts";
import { type Allowance, checkAllowance, type Signed, type Till } from "./allowance.ts";
import {
  burnByHash,
  burnById,
  burnFor,
  type BurnRow,
  insertBurn,
  memberOfNumber,
  settleBurn,
  takeOffline,
  untakeOffline,
  writePosted,
} from "./offline-store.ts";
import { offlineRules } from "./rules.ts";

/** A till's clock may differ by so much. */
const SKEW_MS = 5 * 60_000;
/** So long after its end an allowance's burns are taken without a person. */
const LATE_DAYS = 7;
const DAY_MS = 86_400_000;

/** What a device signs when a member pays with points while it is offline. */
export interface Burn {
  readonly format: "huitou-offline-burn/1";
  readonly allowance_id: string;
  readonly receipt: string;
  readonly member_id: number;
  readonly points: number;
  readonly at: string;
  /** Points that were held while the till was online. */
  readonly hold_id?: number;
}

interface Reason {
  readonly code: string;
  readonly params: Params;
}

/**
 * Takes what a till burned while it was offline, one by one: each becomes true whole or stands on the store's list, and the
 * same again changes nothing. In the order of the till's clock, whatever the order in which they came.
 * @throws points.offline_allowance_forged, points.offline_other_till
 */
export async function uploadBurns(
  ground: Ground,
  till: Till,
  allowance: Signed<Allowance>,
  burns: readonly Signed<Burn>[],
): Promise<BurnRow[]> {
  await checkAllowance(ground, till, allowance);
  const rows = new Map<Signed<Burn>, BurnRow>();
  for (const burn of burns.toSorted((a, b) => (a.at < b.at ? -1 : 1)))
    rows.set(burn, await ground.store.write(SYSTEM_SCOPE, (tx) => takeBurn(tx, ground, allowance, burn)));
  return burns.flatMap((burn) => rows.get(burn) ?? []);
}

const hashOf = (burn: Signed<Burn>): Buffer =>
  createHash("sha256")
    .update(JSON.stringify(Object.entries(burn).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest();

async function takeBurn(tx: Tx, ground: Ground, allowance: Allowance, burn: Signed<Burn>): Promise<BurnRow> {
  // whoever uploads the same receipt, or for the same limit, waits here for those before
  await tx.query("select pg_advisory_xact_lock(hashtextextended('points.offline', 0))");
  const payload_hash = hashOf(burn);
  const known = await burnByHash(tx, payload_hash);
  if (known !== undefined) return known;
  const { till, store_code, allowance_id } = allowance;
  const { receipt, points, member_id, hold_id = null } = burn;
  const owner = await memberOfNumber(tx, member_id);
  const received_at = ground.clock.now();
  const forged = burn.allowance_id !== allowance_id || !signatureHolds(burn, allowance.device_key);
  const other = await burnFor(tx, { store_code, receipt, hold_id });
  const reason: Reason | null = forged
    ? { code: "points.offline_forged", params: {} }
    : other !== undefined
      ? { code: "points.offline_duplicate", params: { receipt, till: other.till } }
      : (timeReason(allowance, burn, received_at) ??
        (owner === undefined ? { code: "points.offline_member", params: { member_id } } : null) ??
        (await limitReason(tx, allowance, { owner: owner ?? 0, points })));
  const burn_id = await insertBurn(tx, {
    allowance_id,
    till,
    store_code,
    receipt,
    hold_id,
    owner: owner ?? member_id,
    points,
    at: new Date(burn.at),
    received_at,
    payload_hash,
    counts: !forged && other === undefined,
    code: reason?.code ?? null,
    params: reason?.params ?? null,
  });
  if (reason === null && owner !== undefined)
    await writePosted(tx, burn_id, await post(tx, ground, { burn_id, receipt, owner, points, hold_id }));
  return (await burnById(tx, burn_id)) as BurnRow;
}

/** What is wrong with the till's time. */
function timeReason(allowance: Allowance, burn: Burn, received_at: Date): Reason | null {
  const at = Date.parse(burn.at);
  const { issued_at, expires_at } = allowance;
  if (at < Date.parse(issued_at) - SKEW_MS || at > received_at.getTime() + SKEW_MS)
    return {
      code: "points.offline_clock",
      params: { at: burn.at, issued_at, received_at: received_at.toISOString() },
    };
  if (at > Date.parse(expires_at)) return { code: "points.offline_expired", params: { at: burn.at, expires_at } };
  if (received_at.getTime() > Date.parse(expires_at) + LATE_DAYS * DAY_MS)
    return { code: "points.offline_late", params: { days: LATE_DAYS } };
  return null;
}

/** Takes from the till's limit and from the member's, or from neither. */
async function limitReason(
  tx: Tx,
  allowance: Allowance,
  { owner, points }: { readonly owner: number; readonly points: number },
): Promise<Reason | null> {
  const { points_max, member_max } = allowance;
  const till = await takeOffline(tx, allowance, { owner: 0, points, cap: points_max });
  if (till !== undefined) return { code: "points.offline_over_till", params: { max: points_max, ...till } };
  const member = await takeOffline(tx, allowance, { owner, points, cap: member_max });
  if (member === undefined) return null;
  await untakeOffline(tx, allowance, { owner: 0, points });
  return { code: "points.offline_over_member", params: { max: member_max, ...member } };
}

interface Posting {
  readonly burn_id: number;
  readonly receipt: string;
  readonly owner: number;
  readonly points: number;
  readonly hold_id: number | null;
}
interface Posted {
  readonly posted: number;
  readonly debt: number;
  readonly code: string | null;
  readonly params: Params | null;
}

/** Burns what the balance covers; the rest becomes a debt, or is left for a person, as the rule says. */
async function post(tx: Tx, ground: Ground, { burn_id, receipt, owner, points, hold_id }: Posting): Promise<Posted> {
  const key = `offline:${burn_id}:${points}`;
  if (hold_id !== null) {
    const command = { type: "post", hold_id, points } as const;
    const [outcome] = await commitWithin(tx, ground, [{ key, command }]);
    if (outcome !== undefined && "answer" in outcome) return { posted: points, debt: 0, code: null, params: null };
    return { posted: 0, debt: 0, code: "points.offline_hold", params: { hold_id } };
  }
  const wallet = await numbersOf(tx, owner);
  // from here on nobody spends: what is there now is what can be burned
  await lockHead(tx);
  const { active, owed } = await balanceOf(tx, wallet, todayOf(ground));
  const posted = Math.min(Math.max(0, active), points);
  const missing = points - posted;
  const { shortfall } = await offlineRules(tx);
  const reference = `redeem:${receipt}`;
  const debt = shortfall === "debt" ? missing : 0;
  const commands: Command[] = [];
  // an advance that is spent with the rest and taken back at once leaves exactly the debt; what was owed before it repays first
  const advance = `offline:${burn_id}`;
  if (debt > 0) commands.push({ type: "earn", owner, wallet, points: debt + owed, reference: advance });
  if (posted + debt > 0) commands.push({ type: "spend", wallet, points: posted + debt, reference });
  if (debt > 0) commands.push({ type: "claw_back", reference: advance, wallet, points: debt + owed });
  const outcomes = await commitWithin(
    tx,
    ground,
    commands.map((command, i) => ({ key: `${key}:${i}`, command })),
  );
  for (const outcome of outcomes) if ("refused" in outcome) throw outcome.refused;
  if (missing === debt) return { posted, debt, code: null, params: null };
  return { posted, debt, code: "points.offline_uncovered", params: { posted, missing } };
}

/** Signed by nobody, or a second time: what it says has not happened. */
const NEVER_POSTED: ReadonlySet<string> = new Set(["points.offline_forged", "points.offline_duplicate"]);

/**
 * A person settles what stands on a store's list: it is posted after all, or not.
 * @throws points.offline_burn_unknown, points.offline_settled, points.offline_cannot_post
 */
export async function settleException(
  tx: Tx,
  ground: Ground,
  burn_id: number,
  by: {
    readonly act: "post" | "drop";
    readonly reason: string;
    readonly person_id: number;
    readonly stores: readonly string[] | null;
  },
): Promise<BurnRow> {
  const { stores, ...how } = by;
  const burn = await burnById(tx, burn_id, true);
  if (burn === undefined || burn.state === "posted" || (stores !== null && !stores.includes(burn.store_code)))
    throw problem("points.offline_burn_unknown", { burn_id });
  if (burn.state === "settled") throw problem("points.offline_settled");
  const now = ground.clock.now();
  let { posted, debt } = burn;
  if (how.act === "post") {
    if (NEVER_POSTED.has(burn.code ?? "")) throw problem("points.offline_cannot_post");
    const owner = await memberOfNumber(tx, burn.owner);
    if (owner === undefined) throw problem("points.offline_member", { member_id: burn.owner });
    const rest = burn.points - burn.posted - burn.debt;
    const hold_id = burn.code === "points.offline_hold" ? null : burn.hold_id;
    const done = await post(tx, ground, { burn_id, receipt: burn.receipt, owner, points: rest, hold_id });
    if (done.code !== null) throw problem(done.code, done.params ?? {});
    posted += done.posted;
    debt += done.debt;
  }
  await settleBurn(tx, burn_id, { ...how, now, posted, debt });
  return (await burnById(tx, burn_id)) as BurnRow;
}
