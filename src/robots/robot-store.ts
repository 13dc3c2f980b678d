import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";

export const ROBOTS_MAX = 50;
const KEY = "robots.secrets";
const contextOf = (robot_id: number, name: string) => `robots.secret ${robot_id} ${name}`;

export type Inputs = Readonly<Record<string, string>>;

export interface RobotRow {
  readonly robot_id: number;
  readonly flow: string;
  readonly name: string;
  readonly owner_id: number | null;
  readonly inputs: Inputs;
  readonly daily_at: string | null;
  readonly patience_seconds: number;
  readonly state: "on" | "paused" | "stopped";
  readonly stopped_why: string | null;
  readonly last_day: string | null;
  readonly made_at: Date;
}

const COLUMNS =
  "robot_id, flow, name, owner_id, inputs, daily_at, patience_seconds, state, stopped_why, last_day, made_at";

export function listRobots(tx: Tx): Promise<RobotRow[]> {
  return tx.query(`select ${COLUMNS} from robots.robot order by robot_id`);
}

/** @throws robots.unknown */
export async function robotById(tx: Tx, robot_id: number, lock = false): Promise<RobotRow> {
  const row = await tx.one<RobotRow>(
    `select ${COLUMNS} from robots.robot where robot_id = $1 ${lock ? "for update" : ""}`,
    [robot_id],
  );
  if (row === undefined) throw problem("robots.unknown", { robot_id });
  return row;
}

export interface NewRobot {
  readonly flow: string;
  readonly name: string;
  readonly owner_id: number | null;
  readonly inputs: Inputs;
  readonly daily_at: string | null;
  readonly patience_seconds?: number | undefined;
  /** One that already had today's turn starts by itself tomorrow. */
  readonly last_day: string | null;
}

/** Takes the first free place. @throws robots.full */
export async function insertRobot(tx: Tx, robot: NewRobot, now: Date): Promise<number> {
  const row = await tx.one<{ robot_id: number }>(
    `insert into robots.robot (place, flow, name, owner_id, inputs, daily_at, patience_seconds, last_day, state, stopped_why, made_by, made_at)
     select place.n, $1, $2, $3, $4, $5, coalesce($6, 20), $7, case when $3::bigint is null then 'stopped' else 'on' end,
       case when $3::bigint is null then 'robots.no_owner' end, $3, $8
     from (select n from generate_series(1, ${ROBOTS_MAX}) n where not exists (select from robots.robot where place = n) order by n limit 1) place
     returning robot_id`,
    [
      robot.flow,
      robot.name,
      robot.owner_id,
      robot.inputs,
      robot.daily_at,
      robot.patience_seconds ?? null,
      robot.last_day,
      now,
    ],
  );
  if (row === undefined) throw problem("robots.full", { limit: ROBOTS_MAX });
  return row.robot_id;
}

export interface RobotChange {
  readonly name?: string | undefined;
  readonly inputs?: Inputs | undefined;
  /** null: on demand only. */
  readonly daily_at?: string | null | undefined;
  readonly patience_seconds?: number | undefined;
  readonly on?: boolean | undefined;
  readonly last_day?: string | undefined;
}

export async function updateRobot(tx: Tx, robot_id: number, change: RobotChange): Promise<void> {
  await tx.query(
    `update robots.robot set name = coalesce($2, name), inputs = coalesce($3, inputs),
       daily_at = case when $4 then $5 else daily_at end, patience_seconds = coalesce($6, patience_seconds),
       last_day = coalesce($8, last_day),
       state = case when $7::boolean is null then state when $7 then 'on' else 'paused' end,
       stopped_why = case when $7::boolean is null then stopped_why end
     where robot_id = $1`,
    [
      robot_id,
      change.name ?? null,
      change.inputs ?? null,
      change.daily_at !== undefined,
      change.daily_at ?? null,
      change.patience_seconds ?? null,
      change.on ?? null,
      change.last_day ?? null,
    ],
  );
}

export async function giveRobot(tx: Tx, robot_id: number, owner_id: number): Promise<void> {
  await tx.query("update robots.robot set owner_id = $2, state = 'on', stopped_why = null where robot_id = $1", [
    robot_id,
    owner_id,
  ]);
}

/** It does nothing any more until somebody sees to it. @param why the code of the sentence */
export async function stopRobot(tx: Tx, robot_id: number, why: string): Promise<void> {
  await tx.query("update robots.robot set state = 'stopped', stopped_why = $2 where robot_id = $1", [robot_id, why]);
}

export async function deleteRobot(tx: Tx, robot_id: number): Promise<void> {
  await tx.query("delete from robots.robot where robot_id = $1", [robot_id]);
}

/** Robots whose time of day has come and that have not started on this business day, locked; others take others. */
export function dueRobots(tx: Tx, day: string, time: string): Promise<RobotRow[]> {
  return tx.query(
    `select ${COLUMNS} from robots.robot where state = 'on' and daily_at <= $2 and (last_day is null or last_day < $1::date)
     order by robot_id for update skip locked`,
    [day, time],
  );
}

export async function keepSecret(
  tx: Tx,
  ground: Ground,
  secret: { readonly robot_id: number; readonly name: string; readonly value: string; readonly set_by: number | null },
): Promise<void> {
  const key = await ground.vault.namedKey(KEY);
  const sealed = key.encrypt(Buffer.from(secret.value), contextOf(secret.robot_id, secret.name));
  await tx.query(
    `insert into robots.secret (robot_id, name, sealed, set_by, set_at) values ($1, $2, $3, $4, $5)
     on conflict (robot_id, name) do update set sealed = excluded.sealed, set_by = excluded.set_by, set_at = excluded.set_at`,
    [secret.robot_id, secret.name, sealed, secret.set_by, ground.wall.now()],
  );
}

export async function forgetSecrets(tx: Tx, robot_id: number): Promise<void> {
  await tx.query("delete from robots.secret where robot_id = $1", [robot_id]);
}

/** Which secrets are set and since when; never what they are. */
export function secretsSet(
  tx: Tx,
  robot_ids: readonly number[],
): Promise<{ readonly robot_id: number; readonly name: string; readonly set_at: Date }[]> {
  return tx.query("select robot_id, name, set_at from robots.secret where robot_id = any($1::bigint[])", [robot_ids]);
}

/** Opens a robot's secrets: for its run alone. */
export async function openSecrets(tx: Tx, ground: Ground, robot_id: number): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ name: string; sealed: Buffer }>(
    "select name, sealed from robots.secret where robot_id = $1",
    [robot_id],
  );
  const key = await ground.vault.namedKey(KEY);
  return new Map(
    rows.map(({ name, sealed }) => [name, key.decrypt(sealed, contextOf(robot_id, name)).toString("utf8")]),
  );
}
