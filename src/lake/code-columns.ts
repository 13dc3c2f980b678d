import type { LakeSession } from "./engine.ts";
import { CodedColumn, type CodedForm } from "./coded-column.ts";

export interface ColumnToCode {
  readonly name: string;
  readonly form: CodedForm;
}

/** Columns that are read together: the ids of the members are read once for so many. */
export const COLUMNS_AT_ONCE = 8;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Reads columns of a table into codes. The engine numbers the values and puts the numbers in their place; what comes out
 * are numbers alone, which is an order of magnitude quicker than texts.
 * @param source a table or view of the engine with one row a member and a column `member_id`.
 */
export async function codeColumns(
  session: LakeSession,
  source: string,
  columns: readonly ColumnToCode[],
): Promise<Map<string, CodedColumn>> {
  const ids = await greatest(session, source);
  const coded = new Map<string, CodedColumn>();
  for (let from = 0; from < columns.length; from += COLUMNS_AT_ONCE) {
    const some = columns.slice(from, from + COLUMNS_AT_ONCE);
    for (const [name, column] of await codeSome(session, source, some, ids + 1)) coded.set(name, column);
  }
  return coded;
}

async function greatest(session: LakeSession, source: string): Promise<number> {
  const [row] = await session.query(`select max(member_id) as last from ${source}`);
  return Number(row?.["last"] ?? 0);
}

async function codeSome(
  session: LakeSession,
  source: string,
  columns: readonly ColumnToCode[],
  ids: number,
): Promise<Map<string, CodedColumn>> {
  const found = columns.map(({ form }) => new CodedColumn(form, ids));
  for (const [place, { name, form }] of columns.entries()) {
    const value = quoted(name);
    await session.run(
      `create or replace temporary table values_${place} as
       select v, row_number() over (order by v)::uinteger as code from (select distinct ${value} as v from ${source} where ${value} is not null)`,
    );
    const column = found[place] as CodedColumn;
    const sql = `select ${readable(form)} as v from values_${place} order by code`;
    const values = form.kind === "text" ? session.columns(sql) : session.numbers(sql);
    for await (const [portion = []] of values) for (const one of portion) column.append(one as string | number, true);
  }
  const codes = columns.map((_, place) => `coalesce(v${place}.code, 0)::uinteger`);
  const joins = columns.map(
    ({ name }, place) => `left join values_${place} v${place} on v${place}.v = t.${quoted(name)}`,
  );
  const rows = `select t.member_id::uinteger, ${codes.join(", ")} from ${source} t ${joins.join(" ")}`;
  for await (const [members = [], ...each] of session.numbers(rows)) {
    for (const [place, codes] of each.entries()) found[place]?.setCodes(members, codes);
  }
  for (const place of columns.keys()) await session.run(`drop table values_${place}`);
  return new Map(columns.map(({ name }, place) => [name, found[place] as CodedColumn]));
}

function readable(form: CodedForm): string {
  if (form.kind === "text") return "v::varchar";
  return form.kind === "day" ? "(v - date '1970-01-01')::double" : "v::double";
}
