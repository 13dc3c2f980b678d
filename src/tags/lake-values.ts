import type { Ground } from "../ground.ts";
import {
  columnOf,
  columnsOf,
  type Dialect,
  duckdb,
  type Expression,
  type Output,
  planOutputs,
  printPlan,
  relationsOf,
} from "../query/index.ts";
import type { Tag, TagBook } from "./book.ts";

/** Everyone's values as a select for an engine of the lake. */
export interface LakeStatement {
  readonly sql: string;
  /** Tags that this engine cannot compute: PostgreSQL alone does. */
  readonly without: readonly string[];
}

/**
 * A row for every member of the lake: `member_id` and `digest`, which is of all values as one text what `tags.current.digest`
 * is of the stored ones. Left out are tags that read a relation which is not in the lake, and on a cluster those that
 * read personal columns, which do not go there.
 */
export function digestStatement(ground: Ground, book: TagBook, today: string, dialect: Dialect): LakeStatement {
  const far = dialect.name === "spark";
  const tags = [...book.tags].filter(([, tag]) => inLake(tag, ground) && !(far && readsPersonal(tag, ground)));
  const plan = planOutputs(textsOf(tags), ground.catalogue, today);
  const [open, close] = ["{", "}"].map((text) => dialect.text(text));
  const object = `concat(${open}, concat_ws(', ', ${inJsonOrder(tags)
    .map((entry) => member(entry, dialect))
    .join(", ")}), ${close})`;
  const known = new Set(tags.map(([key]) => key));
  return {
    sql: `select t.${dialect.quoted("member_id")}, md5(${object}) as digest from (${printPlan(plan, dialect, { kind: "all" })}) t`,
    without: [...book.tags.keys()].filter((key) => !known.has(key)),
  };
}

/** A row for every member of the lake with all it takes to store it: member, values as JSON and wake-up day, as COPY reads them. */
export function fillStatement(ground: Ground, book: TagBook, today: string): LakeStatement {
  const { wakes } = book.outputs(today);
  const tags = [...book.tags];
  const plan = planOutputs([...textsOf(tags), ...wakes], ground.catalogue, today);
  const fields = tags.map(([key, tag]) => {
    const value = `t.${duckdb.quoted(key)}`;
    const text = isOpenText(tag) ? `to_json(${value})::varchar` : `'"' || ${value} || '"'`;
    return `${duckdb.text(`"${key}": `)} || ${text}`;
  });
  const wake = wakes.length === 0 ? "null" : `least(${wakes.map(({ name }) => `t.${duckdb.quoted(name)}`).join(", ")})`;
  const object = `'{' || concat_ws(', ', ${fields.join(", ")}) || '}'`;
  return {
    sql: `select t.member_id, replace(${object}, '\\', '\\\\') as value, coalesce(${wake}::varchar, '\\N') as wake_day
      from (${printPlan(plan, duckdb, { kind: "all" })}) t`,
    without: tags.filter(([, tag]) => !inLake(tag, ground)).map(([key]) => key),
  };
}

const textsOf = (tags: readonly (readonly [string, Tag])[]): Output[] =>
  tags.map(([name, tag]) => ({ name, tree: tag.stored, as: "text" }));

/** jsonb keeps shorter keys first, then by their bytes. */
function inJsonOrder(tags: readonly [string, Tag][]): [string, Tag][] {
  return tags.toSorted(([a], [b]) => {
    const [x, y] = [Buffer.from(a), Buffer.from(b)];
    return x.length - y.length || Buffer.compare(x, y);
  });
}

/** A pair of key and value as jsonb writes it; nothing for a missing value. */
function member([key, tag]: readonly [string, Tag], dialect: Dialect): string {
  const value = `t.${dialect.quoted(key)}`;
  const escape = (sql: string, sign: string) => `replace(${sql}, ${dialect.text(sign)}, ${dialect.text(`\\${sign}`)})`;
  const text = isOpenText(tag) ? escape(escape(value, "\\"), '"') : value;
  return `${dialect.text(`"${key}": "`)} || ${text} || ${dialect.text('"')}`;
}

/** Whether a value may hold signs that JSON writes in another way. */
function isOpenText({ kind, stored }: Tag): boolean {
  return kind === "text" && !saysOnly(stored.root);
}

/** Whether an expression gives only texts that its definition spells out; none of those has a sign to be escaped. */
function saysOnly(node: Expression): boolean {
  if (node.node === "text") return JSON.stringify(node.value) === `"${node.value}"`;
  if (node.node === "bands") return true;
  if (node.node !== "case") return false;
  return [...node.branches.map(({ then }) => then), ...(node.otherwise === undefined ? [] : [node.otherwise])].every(
    saysOnly,
  );
}

/** Whether the lake holds everything that a tag reads. */
export function inLake(tag: Tag, ground: Ground): boolean {
  return [...relationsOf(tag.tree.root)].every((name) => ground.catalogue.get(name).lake !== false);
}

function readsPersonal(tag: Tag, ground: Ground): boolean {
  return [...columnsOf(tag.tree.root)].some((name) => {
    const [relation = "", column = ""] = name.split(".");
    const { sensitivity } = columnOf(ground.catalogue.get(relation), column) ?? {};
    return sensitivity === "L3" || sensitivity === "L4";
  });
}
