import type { Ground } from "../ground.ts";
import { lakeEngine } from "../lake/index.ts";
import { duckdb, type Catalogue, type Output, planOutputs, postgresql, printPlan } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import { bytesFor, MemberSet } from "./member-set.ts";

/** Everybody whom the lake knows. */
export async function lakeMembers(ground: Ground, signal: AbortSignal): Promise<MemberSet> {
  const engine = lakeEngine(ground);
  const found = await engine.query("select max(member_id) as last from catalogue.members", [], { signal });
  const bits = Number(found.rows[0]?.["last"] ?? 0) + 1;
  const width = bytesFor(bits) * 8;
  const sql = `select bitstring_agg(member_id, 0, ${width - 1})::blob as everybody from catalogue.members where member_id < ${width}`;
  const { rows } = await engine.query(sql, [], { signal });
  return new MemberSet(bits, bytesOf(rows[0]?.["everybody"]));
}

/** One set for each output, all in one statement over the lake. */
export async function lakeSets(
  ground: Ground,
  catalogue: Catalogue,
  outputs: readonly Output[],
  today: string,
  bits: number,
  signal: AbortSignal,
): Promise<MemberSet[]> {
  const plan = planOutputs(outputs, catalogue, today);
  const columns = outputs.map(
    ({ name }) => `(bitstring_agg(q.member_id, 0, ${bits - 1}) filter (where q."${name}"))::blob as "${name}"`,
  );
  const sql = `select ${columns.join(", ")} from (${printPlan(plan, duckdb, { kind: "all" })}) q where q.member_id < ${bits}`;
  const { rows } = await lakeEngine(ground).query(sql, [], { signal });
  return outputs.map(({ name }) => new MemberSet(bits, bytesOf(rows[0]?.[name])));
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
