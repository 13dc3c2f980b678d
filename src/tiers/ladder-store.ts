import type { Tx } from "../store/index.ts";
import { type LadderDefinition, type Step, stepsOf } from "./ladder.ts";

export interface LadderVersion {
  readonly ladder: string;
  readonly version: number;
  readonly definition: LadderDefinition;
  readonly origin: "shipped" | "console";
  readonly person_id: number | null;
  readonly created_at: Date;
}

export interface LadderState {
  readonly ladder: string;
  readonly version: number;
  readonly definition: LadderDefinition;
  readonly counts_activity: boolean;
  readonly day: string | null;
  readonly full_at: Date | null;
  readonly difference: number | null;
}

const VERSION = "ladder, version, definition, origin, person_id, created_at";

/** The ladder in force; undefined before the first activation. */
export async function ladderState(tx: Tx): Promise<LadderState | undefined> {
  return tx.one<LadderState>(
    "select ladder, version, definition, counts_activity, day, full_at, difference from tiers.state",
  );
}

/** The last business day whose turn the tiers have finished; null while no ladder is in force. */
export async function turnedDay(tx: Tx): Promise<string | null> {
  const row = await tx.one<{ day: string | null }>("select coalesce(day, '-infinity')::text as day from tiers.state");
  return row?.day ?? null;
}

export async function ladderVersion(tx: Tx, ladder: string, version: number): Promise<LadderVersion | undefined> {
  return tx.one(`select ${VERSION} from tiers.ladder where ladder = $1 and version = $2`, [ladder, version]);
}

export async function newestVersion(tx: Tx, ladder: string): Promise<LadderVersion | undefined> {
  return tx.one(`select ${VERSION} from tiers.ladder where ladder = $1 order by version desc limit 1`, [ladder]);
}

/** All versions of one ladder, newest first, with the moments each was put in force. */
export async function versionsOf(
  tx: Tx,
  ladder: string,
): Promise<(LadderVersion & { readonly activated_at: Date | null })[]> {
  return tx.query(
    `select ${VERSION}, (select max(activated_at) from tiers.activation a where (a.ladder, a.version) = (l.ladder, l.version)) as activated_at
     from tiers.ladder l where ladder = $1 order by version desc`,
    [ladder],
  );
}

/** The newest version of every ladder, in the order in which they were first made. */
export async function newestLadders(tx: Tx): Promise<(LadderVersion & { readonly versions: number })[]> {
  return tx.query(
    `select distinct on (first, ladder) ${VERSION}, versions from (
       select *, min(created_at) over (partition by ladder) as first, count(*) over (partition by ladder) as versions from tiers.ladder
     ) l order by first, ladder, version desc`,
  );
}

/** Adds a version. Versions are never changed. @returns its number. */
export async function addVersion(
  tx: Tx,
  definition: LadderDefinition,
  by: { readonly origin: "shipped" | "console"; readonly person_id: number | null; readonly now: Date },
): Promise<number> {
  const row = await tx.one<{ version: number }>(
    `insert into tiers.ladder (ladder, version, definition, origin, person_id, created_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5 from tiers.ladder where ladder = $1 returning version`,
    [definition.key, JSON.stringify(definition), by.origin, by.person_id, by.now],
  );
  return row?.version ?? 0;
}

/** Puts a version in force: state and steps. Standings are the caller's to move. */
export async function writeState(
  tx: Tx,
  { ladder, version, definition }: Pick<LadderVersion, "ladder" | "version" | "definition">,
  person_id: number | null,
  now: Date,
): Promise<void> {
  await tx.query("insert into tiers.activation (ladder, version, person_id, activated_at) values ($1, $2, $3, $4)", [
    ladder,
    version,
    person_id,
    now,
  ]);
  await tx.query(
    `insert into tiers.state (ladder, version, definition, counts_activity) values ($1, $2, $3, $4)
     on conflict (singleton) do update set ladder = excluded.ladder, version = excluded.version,
       definition = excluded.definition, counts_activity = excluded.counts_activity, difference = null`,
    [ladder, version, JSON.stringify(definition), definition.measure.kind === "points"],
  );
  await tx.query("delete from tiers.step");
  const steps: readonly Step[] = stepsOf(definition);
  await tx.query(
    "insert into tiers.step (rank, tier, entry_amount, renewal_amount) select * from unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[])",
    [
      steps.map((s) => s.rank),
      steps.map((s) => s.tier),
      steps.map((s) => s.entry_amount),
      steps.map((s) => s.renewal_amount),
    ],
  );
}
