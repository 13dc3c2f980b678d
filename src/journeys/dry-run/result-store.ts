import type { Tx } from "../../store/index.ts";
import type { JourneyDefinition, Node } from "../definition.ts";
import { numbers } from "../run-store.ts";
import type { Path } from "./path.ts";
import type { DryRunInput, Played } from "./run.ts";
import type { Effect, Settled, Summary } from "./summary.ts";

/** Dry runs of a journey that are kept; older ones make room. */
const KEPT_MAX = 5;
const ROWS_A_WRITE = 10_000;

export interface DryRunRow {
  readonly dry_run_id: number;
  readonly journey: string;
  readonly job_id: string;
  readonly version: number;
  readonly definition: JourneyDefinition;
  readonly from_at: Date;
  readonly until_at: Date;
  readonly days: number;
  readonly member_id: number | null;
  readonly segment_id: number | null;
  readonly made_at: Date;
  readonly elapsed_ms: number;
  readonly summary: Summary;
}

type Head = Omit<DryRunInput, "until"> & {
  readonly job_id: string;
  readonly from: Date;
  readonly until: Date;
  readonly made_at: Date;
  readonly elapsed_ms: number;
};

/** Keeps a result, once for its job. @returns its number */
export async function keepDryRun(tx: Tx, head: Head, { paths, settled, summary }: Played): Promise<number> {
  const row = await tx.one<{ dry_run_id: number }>(
    `insert into journeys.dry_run (journey, job_id, version, definition, from_at, until_at, days, member_id, segment_id, asked_by,
       made_at, elapsed_ms, summary)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (job_id) do nothing returning dry_run_id`,
    [
      head.journey,
      head.job_id,
      head.version,
      head.definition,
      head.from,
      head.until,
      head.days,
      head.member_id,
      head.segment_id,
      head.person_id,
      head.made_at,
      head.elapsed_ms,
      JSON.stringify(summary),
    ],
  );
  if (row === undefined) return keptFor(tx, head.job_id);
  await inSlices(paths, (slice) => insertPaths(tx, row.dry_run_id, slice));
  await inSlices(effectRows(settled), (slice) => insertEffects(tx, row.dry_run_id, slice));
  await tx.execute(
    `delete from journeys.dry_run where journey = $1 and (member_id is null) = $2 and dry_run_id not in (
       select dry_run_id from journeys.dry_run where journey = $1 and (member_id is null) = $2 order by dry_run_id desc limit ${KEPT_MAX})`,
    [head.journey, head.member_id === null],
  );
  return row.dry_run_id;
}

/** While the database writes a slice, the next one is made ready. */
async function inSlices<Row>(rows: readonly Row[], write: (slice: readonly Row[]) => Promise<void>): Promise<void> {
  let before = Promise.resolve();
  for (let at = 0; at < rows.length; at += ROWS_A_WRITE) {
    const next = write(rows.slice(at, at + ROWS_A_WRITE));
    next.catch(() => undefined);
    await before;
    before = next;
  }
  await before;
}

/** What a job that was taken up again had kept before. */
async function keptFor(tx: Tx, job_id: string): Promise<number> {
  const row = await tx.one<{ dry_run_id: number }>("select dry_run_id from journeys.dry_run where job_id = $1", [
    job_id,
  ]);
  return row?.dry_run_id ?? 0;
}

async function insertPaths(tx: Tx, dry_run_id: number, paths: readonly Path[]): Promise<void> {
  const list = (values: readonly number[]) => `{${values.join(",")}}`;
  await tx.query(
    `insert into journeys.dry_path (dry_run_id, path, member_id, node, due_at, entered_at, goal_at, ended, ended_at, trail, trail_at)
     select $1, path, member_id, node, due_at, entered_at, goal_at, ended, ended_at, trail::int[], trail_at::int[]
     from unnest($2::int[], $3::bigint[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::text[],
       $9::timestamptz[], $10::text[], $11::text[])
       u (path, member_id, node, due_at, entered_at, goal_at, ended, ended_at, trail, trail_at)`,
    [
      dry_run_id,
      numbers(paths.map((one) => one.path)),
      numbers(paths.map((one) => one.member_id)),
      numbers(paths.map((one) => one.node)),
      paths.map((one) => one.due_at.toISOString()),
      paths.map((one) => one.entered_at.toISOString()),
      paths.map((one) => one.goal_at?.toISOString() ?? null),
      paths.map((one) => one.ended),
      paths.map((one) => one.ended_at?.toISOString() ?? null),
      paths.map((one) => list(one.trail)),
      paths.map((one) => list(one.trail_at)),
    ],
  );
}

export interface EffectRow {
  readonly path: number;
  readonly step: number;
  readonly node: number;
  /** Of its node. */
  readonly kind: Node["kind"];
  readonly asked_at: Date;
  readonly state: "sent" | "held" | "waiting" | "given" | "refused";
  readonly reason: string | null;
  readonly at: Date;
  readonly cost_minor: number;
  readonly points: number;
}

function grantRow(
  { path, step, place, at, refused }: Effect & { readonly refused: string | undefined },
  kind: EffectRow["kind"],
  points: number,
): EffectRow {
  const state = refused === undefined ? "given" : "refused";
  return { path, step, node: place, kind, asked_at: at, state, reason: refused ?? null, at, cost_minor: 0, points };
}

function effectRows({ messages, points, acts }: Settled): EffectRow[] {
  return [
    ...messages.map(({ path, step, place, at, fate }): EffectRow => {
      const { state, reason, cost_minor } = fate;
      return {
        path,
        step,
        node: place,
        kind: "message",
        asked_at: at,
        state,
        reason,
        at: fate.at,
        cost_minor,
        points: 0,
      };
    }),
    ...points.map((one) => grantRow(one, "points", one.points)),
    ...acts.map((one) => grantRow(one, one.ask.node.kind, 0)),
  ];
}

async function insertEffects(tx: Tx, dry_run_id: number, rows: readonly EffectRow[]): Promise<void> {
  await tx.query(
    `insert into journeys.dry_effect (dry_run_id, path, step, node, kind, asked_at, state, reason, at, cost_minor, points)
     select $1, u.* from unnest($2::int[], $3::int[], $4::smallint[], $5::text[], $6::timestamptz[], $7::text[], $8::text[],
       $9::timestamptz[], $10::bigint[], $11::bigint[]) u`,
    [
      dry_run_id,
      numbers(rows.map((one) => one.path)),
      numbers(rows.map((one) => one.step)),
      numbers(rows.map((one) => one.node)),
      rows.map((one) => one.kind),
      rows.map((one) => one.asked_at.toISOString()),
      rows.map((one) => one.state),
      rows.map((one) => one.reason),
      rows.map((one) => one.at.toISOString()),
      numbers(rows.map((one) => one.cost_minor)),
      numbers(rows.map((one) => one.points)),
    ],
  );
}

const ROW =
  "dry_run_id, journey, job_id, version, definition, from_at, until_at, days, member_id, segment_id, made_at, elapsed_ms, summary";

/** One dry run of a journey, or the newest over everybody. */
export function dryRunOf(tx: Tx, journey: string, dry_run_id: number | undefined): Promise<DryRunRow | undefined> {
  return tx.one<DryRunRow>(
    `select ${ROW} from journeys.dry_run where journey = $1 and case when $2::int is null then member_id is null else dry_run_id = $2 end
     order by dry_run_id desc limit 1`,
    [journey, dry_run_id ?? null],
  );
}

export interface PathRow extends Omit<Path, "entry_key" | "lane" | "heard" | "waits" | "step"> {
  readonly member_id: number;
}

export interface Wanted {
  readonly node?: number | undefined;
  readonly edge?: number | undefined;
  /** Of members with a message or points that ended so, at the node where one is named. */
  readonly state?: string | undefined;
  readonly reason?: string | undefined;
  readonly after: number;
  readonly limit: number;
}

const PATH = "p.path, p.member_id, p.node, p.due_at, p.entered_at, p.goal_at, p.ended, p.ended_at, p.trail, p.trail_at";

/** The paths behind a number, in the order in which they were entered. */
export function pathsOf(
  tx: Tx,
  dry_run_id: number,
  { node, edge, state, reason, after, limit }: Wanted,
): Promise<PathRow[]> {
  const asked = state !== undefined || reason !== undefined;
  return tx.query<PathRow>(
    `select ${PATH} from journeys.dry_path p where dry_run_id = $1 and path > $2
       and ($3::int is null or $3 = any(p.trail))
       and ($4::int is null or $5 or (p.node = $4 and p.ended is null))
       and (not $5 or exists (select from journeys.dry_effect e where e.dry_run_id = $1 and e.path = p.path
         and ($4::int is null or e.node = $4) and ($6::text is null or e.state = $6) and ($7::text is null or e.reason = $7)))
     order by path limit $8`,
    [dry_run_id, after, edge ?? null, node ?? null, asked, state ?? null, reason ?? null, limit],
  );
}

export function pathOf(tx: Tx, dry_run_id: number, path: number): Promise<PathRow | undefined> {
  return tx.one<PathRow>(`select ${PATH} from journeys.dry_path p where dry_run_id = $1 and path = $2`, [
    dry_run_id,
    path,
  ]);
}

export function effectsOf(tx: Tx, dry_run_id: number, path: number): Promise<EffectRow[]> {
  return tx.query<EffectRow>(
    `select path, step, node, kind, asked_at, state, reason, at, cost_minor, points from journeys.dry_effect
     where dry_run_id = $1 and path = $2 order by step`,
    [dry_run_id, path],
  );
}
