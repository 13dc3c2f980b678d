import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";

const KEY = "robots.pictures";
const contextOf = (run_id: number, step: number) => `robots.picture ${run_id} ${step}`;

export interface StepRow {
  readonly step: number;
  readonly attempt: number;
  readonly zh: string;
  readonly en: string;
  readonly outcome: "done" | "again" | "failed";
  readonly note_zh: string | null;
  readonly note_en: string | null;
  readonly place: string | null;
  readonly started_at: Date;
  readonly ms: number;
  readonly has_picture: boolean;
}

export interface NewStep extends Omit<StepRow, "step" | "has_picture"> {
  readonly run_id: number;
  readonly picture: Buffer | null;
}

/** Steps that a run keeps: the newest ones, so that what it ended with is always there. */
export const STEPS_KEPT_MAX = 500;

export async function insertStep(tx: Tx, ground: Ground, one: NewStep): Promise<void> {
  const row = await tx.one<{ step: number }>(
    "select coalesce(max(step), 0) + 1 as step from robots.step where run_id = $1",
    [one.run_id],
  );
  const step = row?.step ?? 1;
  const key = await ground.vault.namedKey(KEY);
  const picture = one.picture === null ? null : key.encrypt(one.picture, contextOf(one.run_id, step));
  await tx.query(
    `insert into robots.step (run_id, step, attempt, zh, en, outcome, note_zh, note_en, place, started_at, ms, picture)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      one.run_id,
      step,
      one.attempt,
      one.zh,
      one.en,
      one.outcome,
      one.note_zh,
      one.note_en,
      one.place,
      one.started_at,
      one.ms,
      picture,
    ],
  );
  await tx.query("delete from robots.step where run_id = $1 and step <= $2", [one.run_id, step - STEPS_KEPT_MAX]);
}

const STEP = `step, attempt, zh, en, outcome, note_zh, note_en, place, started_at, ms, picture is not null as has_picture`;

/** Steps of a run from one on, oldest first. */
export function stepsOf(tx: Tx, run_id: number): Promise<StepRow[]> {
  return tx.query(`select ${STEP} from robots.step where run_id = $1 order by step`, [run_id]);
}

/** Pictures of some steps, opened: a route that gives them leaves an audit row. */
export async function openPictures(
  tx: Tx,
  ground: Ground,
  run_id: number,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<{ readonly step: number; readonly picture: Buffer }[]> {
  const rows = await tx.query<{ step: number; picture: Buffer }>(
    "select step, picture from robots.step where run_id = $1 and step >= $2 and picture is not null order by step limit $3",
    [run_id, from, limit],
  );
  const key = await ground.vault.namedKey(KEY);
  return rows.map(({ step, picture }) => ({ step, picture: key.decrypt(picture, contextOf(run_id, step)) }));
}
