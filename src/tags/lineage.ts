import type { Ground } from "../ground.ts";
import { EVENT_KINDS, IDENTITY_RECORD_KINDS, sourceFreshness, sourceKinds } from "../ingest/index.ts";
import { columnOf } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import type { Tag, TagBook } from "./book.ts";
import { tagsNamed } from "./abstention.ts";
import { type TagUse, usesOf } from "./custom-usage.ts";

interface Named {
  readonly zh: string;
  readonly en: string;
}
export interface LineageSource {
  readonly source_id: number;
  readonly name: string;
  readonly freshness: string;
  readonly last_received_at: string | null;
}
export interface LineageRelation extends Named {
  readonly relation: string;
  readonly columns: readonly (Named & { readonly column: string })[];
  /** Made here out of other relations (levels, RFM, values), so that no source fills it. */
  readonly computed: boolean;
  readonly sources: readonly LineageSource[];
}
export interface Lineage {
  readonly relations: readonly LineageRelation[];
  readonly tags: readonly (Named & { readonly key: string })[];
  readonly readers: readonly TagUse[];
}

const events = EVENT_KINDS.map(({ kind }) => kind);
const people = ["member", ...IDENTITY_RECORD_KINDS.map(({ kind }) => kind)];
/** The kinds of record that fill a relation. */
const KINDS_OF: Readonly<Record<string, readonly string[]>> = {
  members: people,
  parties: people,
  consents: ["member", "consent"],
  events,
  login_sessions: ["login"],
  orders: ["order"],
  order_lines: ["order", "item"],
  purchase_days: ["order", "return"],
  order_categories: ["order", "return", "item"],
  returns: ["return"],
  products: ["product", "item"],
  stores: ["store"],
};

/** What a tag reads directly, what fills that and how lately, and who reads the tag. */
export async function lineageOf(tx: Tx, ground: Ground, book: TagBook, tag: Tag): Promise<Lineage> {
  const { definition } = tag;
  const filled = await sourceKinds(tx);
  const now = ground.clock.now();
  const relations = [...directColumns(definition.expression)].flatMap(([name, columns]): LineageRelation[] => {
    const relation = ground.catalogue.find(name);
    if (relation === undefined) return [];
    const kinds = KINDS_OF[name];
    const sources = new Map<number, LineageSource>();
    for (const source of filled) {
      if (kinds?.includes(source.kind) !== true) continue;
      const before = sources.get(source.source_id)?.last_received_at ?? "";
      const last = source.last_received_at?.toISOString() ?? "";
      const { source_id, expected_every_seconds } = source;
      const newest = before > last ? before : last;
      sources.set(source_id, {
        source_id,
        name: source.name,
        freshness: sourceFreshness(newest === "" ? null : new Date(newest), expected_every_seconds, now),
        last_received_at: newest === "" ? null : newest,
      });
    }
    return [
      {
        relation: name,
        zh: relation.zh,
        en: relation.en,
        columns: [...columns].flatMap((column) => {
          const found = columnOf(relation, column);
          return found === undefined ? [] : [{ column, zh: found.zh, en: found.en }];
        }),
        computed: kinds === undefined,
        sources: [...sources.values()],
      },
    ];
  });
  return {
    relations,
    tags: [...tagsNamed(definition.expression)].map((key) => {
      const other = (book.get(key) ?? book.off.get(key))?.definition;
      return { key, zh: other?.zh ?? key, en: other?.en ?? key };
    }),
    readers: [...readingTags(book, definition.key), ...(await usesOf(tx, ground, definition.key))],
  };
}

function readingTags(book: TagBook, key: string): TagUse[] {
  return [...book.tags.values()]
    .filter(({ definition }) => definition.key !== key)
    .filter(({ definition }) => tagsNamed([definition.expression, definition.reason.parts]).has(key))
    .map(({ definition: { key: id, zh, en } }) => ({ kind: "tag", id, zh, en }));
}

/** Columns that an expression names itself, by relation: what stands behind other tags is theirs. */
export function directColumns(expression: unknown): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (relation: string, column: string | undefined) => {
    const columns = found.get(relation) ?? new Set<string>();
    found.set(relation, columns);
    if (column !== undefined) columns.add(column);
  };
  const visit = (value: unknown, around: string): void => {
    if (Array.isArray(value)) return value.forEach((part: unknown) => visit(part, around));
    if (typeof value !== "object" || value === null) return;
    const fields = value as Readonly<Record<string, unknown>>;
    if (fields["node"] === "tag") return;
    const relation = typeof fields["relation"] === "string" ? fields["relation"] : around;
    if (relation !== around) add(relation, undefined);
    // a column of the row at hand, of a profile, or the way to other members; `on` names the day of a window
    if (relation !== "" && typeof fields["column"] === "string") add(relation, fields["column"]);
    if (relation !== "" && typeof fields["on"] === "string") add(relation, fields["on"]);
    for (const part of Object.values(fields)) visit(part, relation);
  };
  visit(expression, "");
  return found;
}
