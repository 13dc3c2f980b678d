import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";

export interface ItemRow {
  readonly flow: string;
  readonly item_key: string;
  readonly robot_id: number;
  readonly run_id: number;
  readonly state: "claimed" | "entered" | "done" | "failed";
  readonly reference: string | null;
  readonly reason_zh: string | null;
  readonly reason_en: string | null;
  readonly attempts: number;
  readonly claimed_at: Date;
  readonly ended_at: Date | null;
}
const COLUMNS = `flow, item_key, robot_id, run_id, state, reference, reason_zh, reason_en, attempts, claimed_at, ended_at`;

export interface Claim {
  readonly flow: string;
  readonly item_key: string;
  readonly robot_id: number;
  readonly run_id: number;
  readonly now: Date;
}

/** What a claim found: `fresh`: nobody has ever tried; `mine`: it was tried and nobody knows how it ended. */
export type Claimed =
  | { readonly kind: "fresh" }
  | { readonly kind: "mine"; readonly row: ItemRow }
  /** It is done, it was refused, or another run is at it. */
  | { readonly kind: "not_mine"; readonly row: ItemRow };

/** Claims an item before anything is entered. The row is the lock: of two runs at once one gets it. */
export async function claimItem(tx: Tx, claim: Claim): Promise<Claimed> {
  const { flow, item_key, robot_id, run_id, now } = claim;
  const made = await tx.one(
    `insert into robots.item (flow, item_key, robot_id, run_id, state, claimed_at) values ($1, $2, $3, $4, 'claimed', $5)
     on conflict (flow, item_key) do nothing returning 1`,
    [flow, item_key, robot_id, run_id, now],
  );
  if (made !== undefined) return { kind: "fresh" };
  const row = await tx.one<ItemRow>(
    `update robots.item i set robot_id = $3, run_id = $4, attempts = attempts + 1
     where flow = $1 and item_key = $2 and state in ('claimed', 'entered') and (run_id = $4 or not exists (
       select from robots.run r where r.run_id = i.run_id and r.state in ('queued', 'running')))
     returning ${COLUMNS}`,
    [flow, item_key, robot_id, run_id],
  );
  if (row !== undefined) return { kind: "mine", row };
  const there = await tx.one<ItemRow>(`select ${COLUMNS} from robots.item where flow = $1 and item_key = $2`, [
    flow,
    item_key,
  ]);
  if (there === undefined) throw problem("robots.item_unknown", { item: item_key });
  return { kind: "not_mine", row: there };
}

type One = Pick<ItemRow, "flow" | "item_key">;

/** It is entered anew now: whoever finds it claimed counts from here. */
export async function noteTried(tx: Tx, { flow, item_key }: One, now: Date): Promise<void> {
  await tx.query("update robots.item set claimed_at = $3 where flow = $1 and item_key = $2 and state = 'claimed'", [
    flow,
    item_key,
    now,
  ]);
}

/** The back office has it, under this number. */
export async function noteEntered(tx: Tx, { flow, item_key }: One, reference: string): Promise<void> {
  await tx.query(
    "update robots.item set state = 'entered', reference = $3 where flow = $1 and item_key = $2 and state = 'claimed'",
    [flow, item_key, reference],
  );
}

export async function noteDone(tx: Tx, { flow, item_key }: One, now: Date): Promise<void> {
  await tx.query(
    "update robots.item set state = 'done', ended_at = $3 where flow = $1 and item_key = $2 and state = 'entered'",
    [flow, item_key, now],
  );
}

export async function noteFailed(
  tx: Tx,
  { flow, item_key }: One,
  { zh, en, now }: { readonly zh: string; readonly en: string; readonly now: Date },
): Promise<void> {
  await tx.query(
    `update robots.item set state = 'failed', reason_zh = $3, reason_en = $4, ended_at = $5
     where flow = $1 and item_key = $2 and state in ('claimed', 'entered')`,
    [flow, item_key, zh.slice(0, 400), en.slice(0, 400), now],
  );
}

/** What failed is tried again by the next run, which looks it up first. @param item_keys null: all @returns how many */
export async function reopenItems(tx: Tx, robot_id: number, item_keys: readonly string[] | null): Promise<number> {
  return tx.execute(
    `update robots.item set state = case when reference is null then 'claimed' else 'entered' end, reason_zh = null, reason_en = null, ended_at = null
     where robot_id = $1 and state = 'failed' and ($2::text[] is null or item_key = any($2))`,
    [robot_id, item_keys],
  );
}

/** Items of a robot that were not done, or of one run; the newest first. */
export function listItems(
  tx: Tx,
  question: {
    readonly robot_id: number;
    readonly run_id: number | null;
    readonly state: string | null;
    readonly limit: number;
  },
): Promise<ItemRow[]> {
  return tx.query(
    `select ${COLUMNS} from robots.item where robot_id = $1 and ($2::bigint is null or run_id = $2)
       and ($3::text is null or state = $3) order by claimed_at desc, item_key limit $4`,
    [question.robot_id, question.run_id, question.state, question.limit],
  );
}

export async function countFailed(tx: Tx): Promise<ReadonlyMap<number, number>> {
  const rows = await tx.query<{ robot_id: number; count: number }>(
    "select robot_id, count(*)::int as count from robots.item where state = 'failed' group by robot_id",
  );
  return new Map(rows.map((row) => [row.robot_id, row.count]));
}
