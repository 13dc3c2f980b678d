import { lakeEngine, newestBatch } from "../lake/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { tellWritten } from "./followers.ts";
import { Overtaken, type FullRun, holdComputing, repairAll } from "./full-repair.ts";
import { computedSince, fillPage, memberLines, roundsKnownSince } from "./full-store.ts";
import { fillStatement } from "./lake-values.ts";
import { bookHash } from "./registry.ts";
import { tagState } from "./tags-store.ts";

const PAGE_MEMBERS = 20_000;
/** Until the lake hears of a record it may take so long: what was computed from the records since then is newer. */
const LAKE_BEHIND_MS = 15 * 60_000;
/** Rounds are noted for so long, so that a lake that was not written since is of no use here. */
export const ROUNDS_KEPT_MS = 2 * 24 * 3_600_000;
const LAKE_AGE_MS_MAX = ROUNDS_KEPT_MS / 2;

/**
 * Everyone's first values by the present definitions, out of the lake: page by page into the record store, while the
 * worker goes on between them. Whom the worker computed meanwhile, and whom the lake does not know yet, PostgreSQL computes.
 * @returns how many members; undefined when the lake cannot say.
 */
export async function fillFromLake(run: FullRun): Promise<number | undefined> {
  const { ground, book, today, at } = run;
  const { sql, without } = fillStatement(ground, book, today);
  if (without.length > 0) return undefined;
  const since = await knownSince(run);
  if (since === undefined) return undefined;
  await at.progress(0, run.total, "lake");
  let done = 0;
  let lines: string[] = [];
  for await (const rows of lakeEngine(ground).stream(sql, [], { signal: at.signal })) {
    for (const row of rows) lines.push(`${row["member_id"]}\t${row["value"]}\t${row["wake_day"]}`);
    if (lines.length < PAGE_MEMBERS) continue;
    done += await writePage(run, lines, since);
    lines = [];
    await at.progress(done, run.total);
  }
  if (lines.length > 0) done += await writePage(run, lines, since);
  const missed = await missing(run);
  const computed = await ground.store.read(SYSTEM_SCOPE, (tx) => computedSince(tx, since));
  await repairAll(run, [...new Set([...missed, ...computed])]);
  return done + missed.length;
}

/** From when on the rounds count as newer than the lake; undefined where it is not known which there were. */
async function knownSince({ ground }: FullRun): Promise<Date | undefined> {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const batch = await newestBatch(tx);
    if (batch === undefined) return undefined;
    const since = new Date(batch.snapshot_at.getTime() - LAKE_BEHIND_MS);
    const old = ground.clock.now().getTime() - batch.snapshot_at.getTime() > LAKE_AGE_MS_MAX;
    return old || !(await roundsKnownSince(tx, since)) ? undefined : since;
  });
}

async function writePage(run: FullRun, lines: readonly string[], since: Date): Promise<number> {
  const { ground, book, today, hash, at } = run;
  at.signal.throwIfAborted();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await holdComputing(tx);
    if (((await tagState(tx)).day ?? today) > today || bookHash(book) !== hash) throw new Overtaken();
    const changed = await fillPage(tx, lines, since, ground.clock.now());
    await tellWritten(tx, ground, { member_ids: changed, later: true });
  });
  return lines.length;
}

/** Members whom the lake does not know. */
async function missing({ ground, at }: FullRun): Promise<number[]> {
  return lakeEngine(ground).session(
    "catalogue.members",
    async (session) => {
      await session.run("create temporary table present (member_id bigint)");
      await ground.store.read(SYSTEM_SCOPE, (tx) =>
        session.load("present", "select line::bigint from lines", memberLines(tx)),
      );
      const rows = await session.query(
        "select member_id from present anti join (select member_id from catalogue.members) m using (member_id) order by member_id",
      );
      return rows.map((row) => Number(row["member_id"]));
    },
    { signal: at.signal },
  );
}
