import { currentMembers } from "../run-store.ts";
import type { Tx } from "../../store/index.ts";
import { tierChoices } from "../../tiers/index.ts";
import type { ValueChoice } from "./source.ts";

type Relation = "points_account" | "member_tier";
interface MemberValue extends ValueChoice {
  readonly relation: Relation;
  readonly column: string;
  /** A code of a tier, told by its name. */
  readonly tier?: true;
}

/** What a message may tell of its member, beside the name that every template may read. */
export const MEMBER_VALUES: readonly MemberValue[] = [
  {
    value: "points",
    zh: "可用积分",
    en: "Points to spend",
    type: "number",
    relation: "points_account",
    column: "active_points",
  },
  {
    value: "points_expiring",
    zh: "最近要到期的积分（那天起 30 天内）",
    en: "Points that expire next (30 days from that day)",
    type: "number",
    relation: "points_account",
    column: "expiring_points",
  },
  {
    value: "points_expiry_day",
    zh: "积分最近到期日",
    en: "Next day on which points expire",
    type: "day",
    relation: "points_account",
    column: "next_expiry_day",
  },
  { value: "tier", zh: "等级", en: "Tier", type: "text", relation: "member_tier", column: "tier", tier: true },
  {
    value: "tier_until",
    zh: "等级有效期至",
    en: "Tier valid until",
    type: "day",
    relation: "member_tier",
    column: "valid_until",
  },
  {
    value: "to_keep",
    zh: "保级还差",
    en: "Missing to keep the tier",
    type: "money",
    relation: "member_tier",
    column: "to_keep_minor",
  },
  {
    value: "next_tier",
    zh: "下一等级",
    en: "Next tier",
    type: "text",
    relation: "member_tier",
    column: "next_tier",
    tier: true,
  },
  {
    value: "to_next",
    zh: "距下一等级",
    en: "Missing to the next tier",
    type: "money",
    relation: "member_tier",
    column: "to_next_minor",
  },
];

const MEMBERS_A_READ = 10_000;

/** Values of members as they stand, by member and value; a number that a join took in has those of its member. */
export async function memberValues(
  tx: Tx,
  wanted: ReadonlySet<string>,
  member_ids: readonly number[],
): Promise<ReadonlyMap<number, Readonly<Record<string, unknown>>>> {
  const asked = MEMBER_VALUES.filter(({ value }) => wanted.has(value));
  const found = new Map<number, Record<string, unknown>>();
  if (asked.length === 0) return found;
  const names = new Map((await tierChoices(tx)).map(({ tier, zh }) => [tier, zh]));
  const ids = [...new Set(member_ids)];
  for (let at = 0; at < ids.length; at += MEMBERS_A_READ) {
    const now = await currentMembers(tx, ids.slice(at, at + MEMBERS_A_READ));
    for (const [relation, columns] of Map.groupBy(asked, (one) => one.relation)) {
      const rows = await valuesIn(tx, relation, columns, [...new Set(now.values())]);
      const byMember = new Map(rows.map((row) => [row["member_id"] as number, row]));
      for (const [id, member_id] of now) {
        const row = byMember.get(member_id);
        const values = found.get(id) ?? {};
        for (const { value, column, tier } of columns)
          values[value] = tier === true ? (names.get(String(row?.[column])) ?? null) : (row?.[column] ?? null);
        found.set(id, values);
      }
    }
  }
  return found;
}

function valuesIn(
  tx: Tx,
  relation: Relation,
  columns: readonly MemberValue[],
  member_ids: readonly number[],
): Promise<Record<string, unknown>[]> {
  const list = columns.map(({ column }) => `r.${column}`).join(", ");
  return tx.query(`select r.member_id, ${list} from catalogue.${relation} r where r.member_id = any($1::bigint[])`, [
    member_ids,
  ]);
}
