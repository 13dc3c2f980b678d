import type { AnyWindow } from "./day-range.ts";
import { evaluate, evaluateRow } from "./evaluate.ts";
import type { Catalogue } from "./relation.ts";
import { type CheckedMemberTotal, type CheckedRowTotal, type CheckedTotal, partColumns, totalRange } from "./totals.ts";
import type { DataRow, DataSet } from "./value.ts";

/** Totals by part: "all", "store:S1", "channel:mall"; a code that is not known is empty. Parts without rows are absent. */
export type TotalsByPart = ReadonlyMap<string, bigint>;

/** The meaning of a total, as plainly as `evaluate`; slow on purpose. */
export function evaluateTotal(
  total: CheckedTotal,
  data: DataSet,
  catalogue: Catalogue,
  today: string,
  period: AnyWindow,
): TotalsByPart {
  const found = new Map<string, { sum: bigint; members: Set<unknown> }>([["all", { sum: 0n, members: new Set() }]]);
  const profiles = new Map((data["members"] ?? []).map((row) => [row["member_id"], row]));
  const at = partColumns(catalogue.get("members"));
  const count = (keys: readonly string[], amount: bigint, member: unknown) => {
    for (const key of keys) {
      const part = found.get(key) ?? { sum: 0n, members: new Set() };
      found.set(key, { sum: part.sum + amount, members: member === null ? part.members : part.members.add(member) });
    }
  };
  const keysOf = (row: DataRow | undefined, columns: typeof at) => [
    "all",
    `store:${columns.store === undefined ? "" : (row?.[columns.store] ?? "")}`,
    `channel:${columns.channel === undefined ? "" : (row?.[columns.channel] ?? "")}`,
  ];
  if ("tree" in total)
    overMembers(total, data, catalogue, today, (row, amount) => count(keysOf(row, at), amount, null));
  else {
    const { relation } = total;
    for (const [row, amount] of rowsOf(total, data, catalogue, today, period)) {
      const place = total.total.by === "row" ? row : profiles.get(row["member_id"] ?? null);
      count(keysOf(place, total.total.by === "row" ? partColumns(relation) : at), amount, row["member_id"] ?? null);
    }
  }
  const distinct = !("tree" in total) && total.total.function === "count_members";
  return new Map([...found].map(([key, part]) => [key, distinct ? BigInt(part.members.size) : part.sum]));
}

function overMembers(
  { tree }: CheckedMemberTotal,
  data: DataSet,
  catalogue: Catalogue,
  today: string,
  count: (row: DataRow, amount: bigint) => void,
): void {
  for (const row of data["members"] ?? []) {
    const value = evaluate(tree, data, catalogue, Number(row["member_id"]), today);
    if (typeof value === "bigint") count(row, value);
  }
}

function* rowsOf(
  checked: CheckedRowTotal,
  data: DataSet,
  catalogue: Catalogue,
  today: string,
  period: AnyWindow,
): Generator<[DataRow, bigint]> {
  const { total, relation } = checked;
  const range = totalRange(checked, period, today);
  for (const row of data[relation.name] ?? []) {
    const day = row[range.column];
    if (typeof day !== "string" || (range.after !== undefined && day <= range.after)) continue;
    if (range.until !== undefined && day > range.until) continue;
    const value = (node: Parameters<typeof evaluateRow>[0]) => evaluateRow(node, relation, row, catalogue, today);
    if (total.where !== undefined && value(total.where) !== true) continue;
    const amount = total.function === "sum" && total.value !== undefined ? value(total.value) : 1n;
    if (typeof amount === "bigint") yield [row, amount];
  }
}
