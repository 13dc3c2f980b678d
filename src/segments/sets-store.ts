import type { Ground } from "../ground.ts";
import { lakeEngine, type RowsKept, rowsKept, rowsTable } from "../lake/index.ts";
import {
  type Catalogue,
  columnOf,
  columnsRead,
  type Dialect,
  duckdb,
  evaluate,
  onlySource,
  type Output,
  planOutputs,
  postgresql,
  printPlan,
} from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import { keepWhatIsRead } from "./kept-columns.ts";
import { bytesFor, MemberSet } from "./member-set.ts";

/** Everybody whom the lake knows. */
export async function lakeMembers(ground: Ground, signal: AbortSignal): Promise<MemberSet> {
  const engine = lakeEngine(ground);
  const found = await engine.query("select max(member_id) as last from filed.members", [], { signal });
  const bits = Number(found.rows[0]?.["last"] ?? 0) + 1;
  const width = bytesFor(bits) * 8;
  const sql = `select bitstring_agg(member_id, 0, ${width - 1})::blob as everybody from filed.members where member_id < ${width}`;
  const { rows } = await engine.query(sql, [], { signal });
  return new MemberSet(bits, bytesOf(rows[0]?.["everybody"]));
}

/** What is asked of the lake for sets of members. */
export interface LakeAsking {
  readonly ground: Ground;
  readonly catalogue: Catalogue;
  readonly batch_id: number;
  readonly today: string;
  readonly everybody: MemberSet;
  readonly signal: AbortSignal;
}

/**
 * One set for each output. An output that reads one history is a statement over the rows of that history alone, outputs
 * over the same profile are one over the profile: a join with everybody took as long as all the rest. Who has no row is
 * in by what the condition says of nothing.
 */
export async function lakeSets(asking: LakeAsking, outputs: readonly Output[]): Promise<MemberSet[]> {
  keepWhatIsRead(asking.ground, asking.batch_id, outputs, asking.everybody.size);
  const found = new Map<Output, MemberSet>();
  const read = async (some: readonly Output[], population: "all" | "present") => {
    for (const [index, set] of (await statementSets(asking, some, population)).entries()) {
      const output = some[index];
      if (output !== undefined) found.set(output, set);
    }
  };
  const groups = Map.groupBy(outputs, (output) => {
    const only = onlySource(planOutputs([output], asking.catalogue, asking.today));
    if (only === undefined) return "several";
    return only.profile?.name ?? output;
  });
  await Promise.all([...groups].map(([source, some]) => read(some, source === "several" ? "all" : "present")));
  return outputs.map((output) => found.get(output) ?? new MemberSet(0));
}

async function statementSets(
  asking: LakeAsking,
  outputs: readonly Output[],
  population: "all" | "present",
): Promise<MemberSet[]> {
  const { ground, catalogue, batch_id, today, everybody, signal } = asking;
  const bits = everybody.bytes.length * 8;
  const kept = rowsKept(ground, batch_id);
  const dialect = dialectFor(catalogue, kept.columns, outputs);
  const printed = printPlan(planOutputs(outputs, catalogue, today), dialect, { kind: population });
  const bitmap = (name: string, filter = "") =>
    `(bitstring_agg(q.member_id, 0, ${bits - 1})${filter})::blob as "${name}"`;
  const columns = outputs.map(({ name }) => bitmap(name, ` filter (where q."${name}")`));
  // what is said of a member of whom nothing is known
  const absent = outputs.map(
    ({ tree }) => population === "present" && evaluate(tree, {}, catalogue, -1, today) === true,
  );
  if (absent.includes(true)) columns.push(bitmap("present"));
  const sql = `select ${columns.join(", ")} from (${printed}) q where q.member_id < ${bits}`;
  const { rows } = await lakeEngine(ground).query(sql, [], { signal });
  // the rows in memory moved on to another batch meanwhile: now the files are read
  if (kept.columns.size > 0 && rowsKept(ground, batch_id).change !== kept.change)
    return statementSets(asking, outputs, population);
  const setOf = (name: string) => new MemberSet(bits, bytesOf(rows[0]?.[name]));
  const others = absent.includes(true) ? everybody.without(setOf("present")) : undefined;
  return outputs.map(({ name }, index) => {
    const set = setOf(name);
    return absent[index] === true && others !== undefined ? set.or(others) : set;
  });
}

/**
 * Where each relation is read: rows that are kept in memory, if they have all columns; else the files, without the personal
 * columns unless one is asked for, for these must be loaded first.
 */
function dialectFor(catalogue: Catalogue, kept: RowsKept["columns"], outputs: readonly Output[]): Dialect {
  const columns = outputs.flatMap(({ tree }) => [...columnsRead(tree.root, catalogue)].map((name) => name.split(".")));
  const of = (relation: string) => columns.flatMap(([from, column]) => (from === relation ? [column ?? ""] : []));
  const relation = (name: string): string => {
    if (name === "member_tags") return duckdb.relation(name);
    if (of(name).every((column) => kept.get(name)?.has(column))) return kept.has(name) ? rowsTable(name) : filed(name);
    return of(name).some((column) => isPersonal(catalogue, name, column)) ? duckdb.relation(name) : filed(name);
  };
  return { ...duckdb, relation };
}

const filed = (name: string): string => `filed.${duckdb.quoted(name)}`;

function isPersonal(catalogue: Catalogue, relation: string, column: string): boolean {
  const { sensitivity } = columnOf(catalogue.get(relation), column) ?? {};
  return sensitivity === "L3" || sensitivity === "L4";
}

/** One set for each output, out of the record store. */
export async function recordSets(
  tx: Tx,
  catalogue: Catalogue,
  outputs: readonly Output[],
  today: string,
  bits: number,
): Promise<MemberSet[]> {
  const sets: MemberSet[] = [];
  for (const output of outputs) {
    const plan = planOutputs([output], catalogue, today);
    const rows = await tx.query<{ member_id: number }>(
      `select member_id from (${printPlan(plan, postgresql, { kind: "all" })}) q where q."${output.name}"`,
    );
    sets.push(
      MemberSet.of(
        bits,
        rows.map((row) => row.member_id),
      ),
    );
  }
  return sets;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

export async function greatestMember(tx: Tx): Promise<number> {
  return (await tx.one<{ last: number | null }>("select max(member_id) as last from catalogue.members"))?.last ?? 0;
}
