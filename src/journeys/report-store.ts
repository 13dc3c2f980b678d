import type { Tx } from "../store/index.ts";
import type { JourneyDefinition } from "./definition.ts";
import { numbers } from "./run-store.ts";

/** How a journey stands. */
export interface JourneyFigures {
  readonly journey: string;
  readonly entered: number;
  readonly under_way: number;
  readonly finished: number;
  readonly goal: number;
  readonly held_out: number;
  readonly held_out_goal: number;
  readonly troubled: number;
}

/** Figures of some journeys over all their versions. Whoever is held out is counted apart. */
export function journeyFigures(tx: Tx, journeys: readonly string[]): Promise<JourneyFigures[]> {
  return tx.query<JourneyFigures>(
    `select r.journey, count(*) filter (where r.ended is distinct from 'hold_out')::int as entered,
       count(*) filter (where r.ended_at is null)::int as under_way,
       count(*) filter (where r.ended in ('finished', 'goal'))::int as finished,
       count(*) filter (where r.goal_at is not null and r.ended is distinct from 'hold_out')::int as goal,
       count(*) filter (where r.ended = 'hold_out')::int as held_out,
       count(*) filter (where r.goal_at is not null and r.ended = 'hold_out')::int as held_out_goal,
       (select count(distinct t.run_id)::int from journeys.trouble t join journeys.run x using (run_id)
         where x.journey = r.journey) as troubled
     from journeys.run r where r.journey = any($1) group by r.journey`,
    [journeys],
  );
}

/** Members who stand at each node of a version, and how many took each edge. */
export async function versionCounts(
  tx: Tx,
  version_id: number,
): Promise<{ readonly waiting: ReadonlyMap<number, number>; readonly passed: ReadonlyMap<number, number> }> {
  const waiting = await tx.query<{ node: number; members: number }>(
    `select node, count(*)::int as members from journeys.run where version_id = $1 and ended_at is null group by node`,
    [version_id],
  );
  const passed = await tx.query<{ edge: number; members: number }>(
    `select edge, sum(members)::bigint as members from journeys.edge_count where version_id = $1 group by edge`,
    [version_id],
  );
  return {
    waiting: new Map(waiting.map((row) => [row.node, row.members])),
    passed: new Map(passed.map((row) => [row.edge, row.members])),
  };
}

export interface RunRow {
  readonly run_id: number;
  readonly version_id: number;
  readonly journey: string;
  readonly member_id: number;
  readonly node: number;
  readonly waits: boolean;
  readonly due_at: Date;
  readonly entered_at: Date;
  readonly goal_at: Date | null;
  readonly ended_at: Date | null;
  readonly ended: string | null;
  readonly trail: readonly number[];
  readonly trail_at: readonly number[];
}

const RUN = `r.run_id, r.version_id, r.journey, r.member_id, r.node, r.waits, r.due_at, r.entered_at, r.goal_at, r.ended_at,
  r.ended, r.trail, r.trail_at`;

/** The newest runs of a journey; of those who stand at a node, or took an edge, where one is named. */
export function runsOf(
  tx: Tx,
  journey: string,
  {
    version_id,
    node,
    edge,
    before,
    limit,
  }: {
    readonly version_id?: number | undefined;
    readonly node?: number | undefined;
    readonly edge?: number | undefined;
    readonly before: number;
    readonly limit: number;
  },
): Promise<RunRow[]> {
  return tx.query<RunRow>(
    `select ${RUN} from journeys.run r where r.journey = $1 and r.run_id < $2
       and ($3::int is null or r.version_id = $3) and ($4::int is null or (r.node = $4 and r.ended_at is null))
       and ($5::int is null or $5 = any(r.trail)) order by r.run_id desc limit $6`,
    [journey, before, version_id ?? null, node ?? null, edge ?? null, limit],
  );
}

export function runsOfMembers(tx: Tx, member_ids: readonly number[], limit: number): Promise<RunRow[]> {
  return tx.query<RunRow>(
    `select ${RUN} from journeys.run r where r.member_id = any($1::bigint[]) order by r.run_id desc limit $2`,
    [numbers(member_ids), limit],
  );
}

export function troubleOfRun(
  tx: Tx,
  run_id: number,
): Promise<{ step: number; node: number; code: string; at: Date }[]> {
  return tx.query("select step, node, code, at from journeys.trouble where run_id = $1 order by step", [run_id]);
}

export function versionsOf(
  tx: Tx,
  journey: string,
): Promise<
  { version_id: number; version: number; definition: JourneyDefinition; published_at: Date | null; saved_at: Date }[]
> {
  return tx.query(
    "select version_id, version, definition, published_at, saved_at from journeys.version where journey = $1 order by version desc",
    [journey],
  );
}
