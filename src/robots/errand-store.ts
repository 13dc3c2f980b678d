import type { Tx } from "../store/index.ts";
import type { Inputs } from "./robot-store.ts";

export interface NewErrand {
  readonly robot_id: number;
  /** The same again is the same errand. */
  readonly key: string;
  readonly member_id: number;
  readonly inputs: Inputs;
}

export interface ErrandRow {
  readonly errand_id: number;
  readonly member_id: number;
  readonly inputs: Inputs;
}

export async function insertErrands(tx: Tx, errands: readonly NewErrand[], now: Date): Promise<void> {
  await tx.query(
    `insert into robots.errand (robot_id, key, member_id, inputs, asked_at)
     select e.robot_id, e.key, e.member_id, e.inputs, $5
     from unnest($1::bigint[], $2::text[], $3::bigint[], $4::jsonb[]) as e (robot_id, key, member_id, inputs)
     on conflict (key) do nothing`,
    [
      errands.map((one) => one.robot_id),
      errands.map((one) => one.key),
      errands.map((one) => one.member_id),
      errands.map((one) => JSON.stringify(one.inputs)),
      now,
    ],
  );
}

/** Waiting, and not refused by the back office: that is tried again when a person asks. */
const OPEN = `e.done_at is null and not exists (select from robots.item i join robots.robot b on b.robot_id = e.robot_id and b.flow = i.flow
  where i.item_key = 'errand ' || e.errand_id and i.state = 'failed')`;

export function openErrands(tx: Tx, robot_id: number, limit: number): Promise<ErrandRow[]> {
  return tx.query(
    `select e.errand_id, e.member_id, e.inputs from robots.errand e where e.robot_id = $1 and ${OPEN}
     order by e.errand_id limit $2`,
    [robot_id, limit],
  );
}

export async function noteErrandDone(
  tx: Tx,
  robot_id: number,
  { errand_id, reference, now }: { readonly errand_id: number; readonly reference: string; readonly now: Date },
): Promise<void> {
  await tx.query(
    "update robots.errand set done_at = $3, reference = $4 where robot_id = $1 and errand_id = $2 and done_at is null",
    [robot_id, errand_id, now, reference],
  );
}

/** Robots that are on, have errands and no run; one whose last run failed rests until `rested`. */
export async function robotsWithErrands(tx: Tx, rested: Date): Promise<{ robot_id: number; newest: number }[]> {
  return tx.query(
    `select r.robot_id, max(e.errand_id) as newest from robots.robot r join robots.errand e using (robot_id)
     where r.state = 'on' and ${OPEN}
       and not exists (select from robots.run u where u.robot_id = r.robot_id and u.state in ('queued', 'running'))
       and not exists (select from robots.run u where u.robot_id = r.robot_id and u.state <> 'done' and u.ended_at > $1)
     group by r.robot_id`,
    [rested],
  );
}

/** Of these robots, those that are there, with their flow and inputs. */
export function knownRobots(
  tx: Tx,
  robot_ids: readonly number[],
): Promise<{ readonly robot_id: number; readonly flow: string; readonly name: string }[]> {
  return tx.query("select robot_id, flow, name from robots.robot where robot_id = any($1::bigint[])", [robot_ids]);
}
