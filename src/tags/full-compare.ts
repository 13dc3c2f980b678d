import { clusterEngine, type LakeEngine, lakeEngine, type EngineName } from "../lake/index.ts";
import { duckdb, spark } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { digestsOf, storedDigests } from "./full-store.ts";
import { type FullRun, repairAll } from "./full-repair.ts";
import { digestStatement } from "./lake-values.ts";

interface Compared {
  readonly engine: EngineName;
  readonly members: number;
  /** Members whose values in the lake are not what is stored. */
  readonly differing: readonly number[];
}

/**
 * Everyone in the lake, by the cluster where there is one, and only whoever differs from what is stored in PostgreSQL.
 * If that changes the stored values they were wrong: a difference. If not, the lake had not yet seen the newest records.
 * @returns undefined while the lake has no members.
 */
export async function throughLake(run: FullRun): Promise<{ engine: EngineName; members: number } | undefined> {
  const { ground, tally } = run;
  const cluster = await clusterEngine(ground);
  const filled = await (cluster ?? lakeEngine(ground)).query("select 1 as one from catalogue.members limit 1");
  if (filled.rows.length === 0) return undefined;
  await run.at.progress(0, run.total, "lake");
  const { engine, members, differing } = await (cluster === undefined ? compareHere(run) : compareFar(run, cluster));
  const wrong = await repairAll(run, differing);
  if (tally !== undefined) tally.lagging += differing.length - wrong;
  await run.at.progress(members, members);
  return { engine, members };
}

/** The stored digests go to the engine's memory, and one statement says who differs. */
async function compareHere({ ground, book, today, at }: FullRun): Promise<Compared> {
  const { sql, without } = digestStatement(ground, book, today, duckdb);
  return lakeEngine(ground).session(
    sql,
    async (session) => {
      await session.run("create temporary table stored (member_id bigint, digest uuid)");
      await ground.store.read(SYSTEM_SCOPE, (tx) =>
        session.load(
          "stored",
          "select split_part(line, chr(9), 1)::bigint, split_part(line, chr(9), 2)::uuid from lines",
          storedDigests(tx, without),
        ),
      );
      await session.run(
        `create temporary table compared as select c.member_id, s.digest is distinct from c.digest::uuid as differs
         from (${sql}) c left join stored s on s.member_id = c.member_id`,
      );
      const [counted] = await session.query("select count(*) as members from compared");
      const rows = await session.query("select member_id from compared where differs order by member_id");
      return {
        engine: "duckdb",
        members: Number(counted?.["members"] ?? 0),
        differing: rows.map((row) => Number(row["member_id"])),
      };
    },
    { signal: at.signal },
  );
}

async function compareFar({ ground, book, today, at }: FullRun, cluster: LakeEngine): Promise<Compared> {
  const { sql, without } = digestStatement(ground, book, today, spark);
  const differing: number[] = [];
  let members = 0;
  for await (const rows of cluster.stream(sql, [], { signal: at.signal })) {
    const ids = rows.map((row) => Number(row["member_id"]));
    const stored = await ground.store.read(SYSTEM_SCOPE, (tx) => digestsOf(tx, ids, without));
    differing.push(...ids.filter((id, nth) => stored.get(id) !== rows[nth]?.["digest"]));
    members += ids.length;
  }
  return { engine: cluster.name, members, differing };
}
