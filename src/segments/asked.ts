import { createHash } from "node:crypto";
import type { Ground } from "../ground.ts";
import { planOutputs, postgresql, printPlan } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import { readCondition, sentenceOf, storedCatalogue } from "./condition.ts";
import { todayOf } from "./count.ts";
import { segmentConditions } from "./segment-store.ts";

/** A condition of a later domain, in words. @throws segments.bad_condition with every problem and its path */
export async function conditionSentence(
  tx: Tx,
  ground: Ground,
  input: unknown,
): Promise<{ readonly zh: string; readonly en: string }> {
  const { root, names } = await readCondition(tx, ground, input);
  return sentenceOf(ground, root, names);
}

const statements = new WeakMap<Ground, Map<string, string>>();
/** Statements kept for conditions that are asked again and again, of one day. */
const STATEMENTS_MAX = 200;

/**
 * Which of some members meet a condition now, over records and stored tags.
 * @throws segments.bad_condition when what it refers to is gone
 */
export async function membersMeeting(
  tx: Tx,
  ground: Ground,
  input: unknown,
  member_ids: readonly number[],
): Promise<ReadonlySet<number>> {
  if (member_ids.length === 0) return new Set();
  const condition = await readCondition(tx, ground, input);
  const today = todayOf(ground);
  const known = statements.get(ground) ?? new Map<string, string>();
  statements.set(ground, known);
  const key = createHash("sha256")
    .update(JSON.stringify([today, condition.plain]))
    .digest("hex");
  let sql = known.get(key);
  if (sql === undefined) {
    const plan = planOutputs([{ name: "meets", tree: condition.stored }], storedCatalogue(ground), today);
    const rows = printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" });
    sql = `select p.member_id from (${rows}) p where p."meets"`;
    if (known.size >= STATEMENTS_MAX) known.clear();
    known.set(key, sql);
  }
  const rows = await tx.planned<{ member_id: number }>(sql, [member_ids]);
  return new Set(rows.map((row) => row.member_id));
}

/** The name of a segment; undefined: it is gone. */
export async function segmentName(tx: Tx, segment_id: number): Promise<string | undefined> {
  return (await segmentConditions(tx)).get(segment_id)?.name;
}
