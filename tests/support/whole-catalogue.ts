import { loadDomains } from "../../src/domains.ts";
import { Catalogue, type Column, type ColumnType, type Relation } from "../../src/query/index.ts";

/**
 * All relations that the domains register, without a database. Relations that a definition may read and that no domain
 * of this installation registers stand in with their agreed columns, so that every definition can be tried.
 */
export async function wholeCatalogue(): Promise<Catalogue> {
  const relations: Relation[] = [];
  for (const domain of await loadDomains(process.env["TEST_DOMAINS"]?.split(",")))
    relations.push(...(domain.relations ?? []));
  const names = new Set(relations.map((relation) => relation.name));
  return new Catalogue([...relations, ...AGREED.filter((relation) => !names.has(relation.name))]);
}

const column = ([name, type]: readonly [string, ColumnType]): Column => ({ name, type, zh: "列", en: name });
const perMember = (name: string, columns: readonly (readonly [string, ColumnType])[]): Relation => ({
  name,
  zh: name,
  en: name,
  grain_zh: "每行是一位会员",
  grain_en: "One row is one member",
  per_member: "one",
  key: ["member_id"],
  lake: { partition: null },
  columns: [["member_id", "integer"] as const, ...columns].map(column),
});

const AGREED: readonly Relation[] = [
  perMember("clv", [
    ["business_day", "date"],
    ["clv_minor", "integer"],
    ["band", "text"],
    ["order_value_minor", "integer"],
    ["years", "integer"],
  ]),
  perMember("member_tier", [
    ["ladder", "text"],
    ["tier", "text"],
    ["tier_rank", "integer"],
    ["since_day", "date"],
    ["qualifying_minor", "integer"],
  ]),
];
