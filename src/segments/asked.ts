import { createHash } from "node:crypto";
import type { Ground } from "../ground.ts";
import { addDays, type BusinessDay } from "../platform/index.ts";
import { planOutputs, postgresql, printPlan, readAfter, relationsOf } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import { type Condition, readCondition, sentenceOf, storedCatalogue } from "./condition.ts";
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

/** A statement that was made before for the same question, or makes it. */
function statementOf(ground: Ground, question: readonly unknown[], make: () => string): string {
  const known = statements.get(ground) ?? new Map<string, string>();
  statements.set(ground, known);
  const key = createHash("sha256").update(JSON.stringify(question)).digest("hex");
  let sql = known.get(key);
  if (sql === undefined) {
    sql = make();
    if (known.size >= STATEMENTS_MAX) known.clear();
    known.set(key, sql);
  }
  return sql;
}

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
  const sql = statementOf(ground, [today, condition.plain], () => {
    const plan = planOutputs([{ name: "meets", tree: condition.stored }], storedCatalogue(ground), today);
    const rows = printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" });
    return `select p.member_id from (${rows}) p where p."meets"`;
  });
  const rows = await tx.planned<{ member_id: number }>(sql, [member_ids]);
  return new Set(rows.map((row) => row.member_id));
}

const read = new WeakMap<Tx, WeakMap<object, Promise<Condition>>>();

/** A condition that one transaction asks again and again is read once in it (a dry run of 90 days asks 500 times). */
function readOnce(tx: Tx, ground: Ground, input: unknown): Promise<Condition> {
  if (typeof input !== "object" || input === null) return readCondition(tx, ground, input);
  const known = read.get(tx) ?? new WeakMap<object, Promise<Condition>>();
  read.set(tx, known);
  const condition = known.get(input) ?? readCondition(tx, ground, input);
  known.set(input, condition);
  return condition;
}

/** A member, and the instant as of which something is asked. */
export interface Then {
  readonly member_id: number;
  readonly at: Date;
}

/**
 * Which of some members met a condition at instants of one business day: over the records up to each one's own instant, with
 * tags by their definitions over the same records. What has no time of its own (profiles, layers) is asked of now:
 * `readOfNow` says which.
 * @param thens each member once
 * @throws segments.bad_condition when what it refers to is gone
 */
export async function membersMeetingThen(
  tx: Tx,
  ground: Ground,
  input: unknown,
  { today, thens }: { readonly today: BusinessDay; readonly thens: readonly Then[] },
): Promise<ReadonlySet<number>> {
  if (thens.length === 0) return new Set();
  const condition = await readOnce(tx, ground, input);
  const sql = statementOf(ground, ["then", today, condition.plain], () => {
    const plan = planOutputs([{ name: "meets", tree: condition.defined }], ground.catalogue, today);
    const dialect = {
      ...postgresql,
      relation: (name: string) => asOfThen(ground, name, { today, after: readAfter(plan, name) }),
    };
    const rows = printPlan(plan, dialect, { kind: "given", array: "$1::bigint[]" });
    // a condition over profiles alone names no instant, and the statement is always given them
    return `select p.member_id from (${rows}) p where p."meets" and $2::jsonb is not null and $3::timestamptz is not null`;
  });
  const last = thens.reduce((found, { at }) => (at > found ? at : found), new Date(0));
  const rows = await tx.planned<{ member_id: number }>(sql, [
    thens.map(({ member_id }) => member_id),
    JSON.stringify(Object.fromEntries(thens.map(({ member_id, at }) => [member_id, at.getTime()]))),
    last,
  ]);
  return new Set(rows.map((row) => row.member_id));
}

/** A relation as it stood: for the members asked for up to their own instants, for whom they reached up to the last of them. */
function asOfThen(
  ground: Ground,
  name: string,
  { today, after }: { readonly today: BusinessDay; readonly after: BusinessDay | undefined },
): string {
  const { instant, day, per_member } = ground.catalogue.get(name);
  const relation = postgresql.relation(name);
  if (per_member !== "many" || !isOfThen(ground, name)) {
    // every statement names both parameters, whatever it reads
    return `(select r0.* from ${relation} r0 where $2::jsonb is not null and $3::timestamptz is not null)`;
  }
  if (instant === undefined)
    return `(select r0.* from ${relation} r0 where r0.${postgresql.quoted(day ?? "")} <= date '${today}')`;
  // an object, not a join: the planner, which knows nothing of the arrays, joined each row with each of them
  // the index is by the instant: without a bound on it the days of the window are found by reading all that a member ever
  // did. A business day begins less than two days before or after the same day in UTC, whatever the zone and the till's close.
  const since =
    after === undefined ? "" : ` and r0.${postgresql.quoted(instant)} >= timestamptz '${addDays(after, -2)} 00:00:00Z'`;
  // and nobody's instant is after the last: without it all that came later is read too (14 rows for 1 at the middle of 90 days)
  return `(select r0.* from ${relation} r0 where r0.${postgresql.quoted(instant)} <= $3::timestamptz and r0.${postgresql.quoted(instant)} <= coalesce(
    timestamptz 'epoch' + ($2::jsonb ->> r0.member_id::text)::bigint * interval '1 millisecond', $3::timestamptz)${since})`;
}

/** Whether a relation's rows say since when they are so. Consents are kept as they stand. */
function isOfThen(ground: Ground, name: string): boolean {
  const { per_member, day } = ground.catalogue.get(name);
  return per_member === "many" && day !== undefined;
}

/** What a condition reads that is known only as it stands now. */
export async function readOfNow(
  tx: Tx,
  ground: Ground,
  input: unknown,
): Promise<readonly { readonly zh: string; readonly en: string }[]> {
  const { defined } = await readCondition(tx, ground, input);
  return [...relationsOf(defined.root)]
    .filter((name) => !isOfThen(ground, name))
    .map((name) => ground.catalogue.get(name))
    .map(({ zh, en }) => ({ zh, en }));
}

/** The name of a segment; undefined: it is gone. */
export async function segmentName(tx: Tx, segment_id: number): Promise<string | undefined> {
  return (await segmentConditions(tx)).get(segment_id)?.name;
}
