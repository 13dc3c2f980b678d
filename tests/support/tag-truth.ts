import type { Ground } from "../../src/ground.ts";
import { businessDay } from "../../src/platform/index.ts";
import { evaluate, formatDecimal, scaleOf } from "../../src/query/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { valueOn } from "../../src/tags/book.ts";
import { bookOf } from "../../src/tags/registry.ts";
import { catalogueData } from "./catalogue-data.ts";

type Values = Record<string, string>;

/** What the naive evaluator says about every member, in the form in which values are shown. */
export async function tagTruth(ground: Ground): Promise<Map<number, Values>> {
  const data = await catalogueData(ground);
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const found = new Map<number, Values>();
  for (const row of data["members"] ?? []) {
    const member = Number(row["member_id"]);
    // some tags look at the people a member invited
    const reached = new Set<unknown>([member]);
    for (const event of data["events"] ?? [])
      if (event["member_id"] === member) reached.add(event["counterpart_member_id"]);
    const own = Object.fromEntries(
      Object.entries(data).map(([name, rows]) => [name, rows.filter((one) => reached.has(one["member_id"]))]),
    );
    const values: Values = {};
    for (const [key, tag] of bookOf(ground).tags) {
      const value = evaluate(tag.tree, own, ground.catalogue, member, today);
      if (value === null) continue;
      values[key] = typeof value === "bigint" ? formatDecimal(value, scaleOf(tag.tree.type)) : String(value);
    }
    found.set(member, values);
  }
  return found;
}

/** What is kept of every member, in the same form. */
export async function keptTags(ground: Ground): Promise<Map<number, Values>> {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const book = bookOf(ground);
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ member_id: number; value: Values }>("select member_id, value from tags.current order by 1"),
  );
  return new Map(
    rows.map(({ member_id, value }) => [
      member_id,
      Object.fromEntries(
        Object.entries(value).map(([key, text]) => [key, valueOn(book.get(key)?.kind ?? "text", text, today)]),
      ),
    ]),
  );
}
