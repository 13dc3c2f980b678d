import { build as q, scaleOf, type ColumnType, type Expression, type Relation } from "../query/index.ts";
import type { Tag, TagBook } from "./book.ts";

const RELATION = "member_tags";

/**
 * The stored tags of a member as one profile, for conditions over records in PostgreSQL. It is made from the definitions
 * and so is no part of the fixed catalogue.
 */
export function memberTagsRelation(book: TagBook): Relation {
  return {
    name: RELATION,
    zh: "标签",
    en: "Tags",
    grain_zh: "一行是一位会员的全部标签。",
    grain_en: "One row holds all tags of one member.",
    per_member: "one",
    key: ["member_id"],
    lake: false,
    columns: [
      { name: "member_id", type: "integer", zh: "会员编号", en: "Member id" },
      ...[...book.tags].map(([name, tag]) => ({
        name,
        type: columnType(tag),
        zh: tag.definition.zh,
        en: tag.definition.en,
        json_of: "value",
      })),
    ],
  };
}

/** A tag as it is stored; of a tag that counts the days since a date, the days to today. */
export function storedTag(book: TagBook, key: string): Expression | undefined {
  const tag = book.get(key);
  if (tag === undefined) return undefined;
  const stored = q.profile(RELATION, key);
  return tag.kind === "since" ? q.daysSince(stored) : stored;
}

function columnType({ stored }: Tag): ColumnType {
  return stored.type.kind === "decimal" ? `decimal(24,${scaleOf(stored.type)})` : stored.type.kind;
}
