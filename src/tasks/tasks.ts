import type { Ground } from "../ground.ts";
import { businessDay, problem } from "../platform/index.ts";
import { emit, type Tx } from "../store/index.ts";
import "./errors.ts";
import {
  insertTasks,
  type Made,
  type NewTask,
  servedMembers,
  setEnded,
  taskById,
  type TaskRow,
  tasksByKey,
} from "./task-store.ts";

export type { NewTask } from "./task-store.ts";

/** How a task ended; payload of the outbox event `tasks.ended`. */
export interface EndedTask {
  readonly task_id: number;
  readonly key: string;
  readonly source: TaskRow["source"];
  readonly member_id: number | null;
  readonly state: "done" | "dropped";
}

/** Tasks that one statement writes. */
export const TASKS_MAX = 10_000;

/**
 * Gives staff something to do for members, in the caller's transaction, each once for its key: the member's associate, else
 * any clerk of the member's store.
 * @returns for each one, in their order, why nobody can do it; undefined: somebody can
 */
export async function giveTasks(
  tx: Tx,
  ground: Ground,
  tasks: readonly NewTask[],
  { source, by }: Pick<Made, "source" | "by">,
): Promise<(string | undefined)[]> {
  for (let at = 0; at < tasks.length; at += TASKS_MAX)
    await insertTasks(tx, tasks.slice(at, at + TASKS_MAX), { source, by, at: ground.clock.now() });
  return rehearseTasks(tx, tasks);
}

/** What `giveTasks` would answer, without giving any. */
export async function rehearseTasks(
  tx: Tx,
  tasks: readonly Pick<NewTask, "member_id">[],
): Promise<(string | undefined)[]> {
  const served = await servedMembers(tx, [...new Set(tasks.map((one) => one.member_id))]);
  return tasks.map((one) => (served.has(one.member_id) ? undefined : "tasks.nobody"));
}

/** A task given by a person. @throws tasks.due_in_past, tasks.nobody, tasks.key_reused */
export async function giveTask(tx: Tx, ground: Ground, task: NewTask, by: number | null): Promise<TaskRow> {
  const known = (await tasksByKey(tx, [task.key]))[0];
  if (known === undefined) {
    const today = businessDay(ground.clock.now(), ground.config.timezone);
    if (task.due_day < today) throw problem("tasks.due_in_past", { due_day: task.due_day });
    const [refused] = await giveTasks(tx, ground, [task], { source: "person", by });
    if (refused !== undefined) throw problem("tasks.nobody", { member_id: task.member_id });
  }
  const row = known ?? (await tasksByKey(tx, [task.key]))[0];
  if (row === undefined) throw problem("tasks.nobody", { member_id: task.member_id });
  // of two at once with one key the later sees what the earlier wrote
  if (row.member_id !== task.member_id || row.text !== task.text || row.due_day !== task.due_day)
    throw problem("tasks.key_reused", { key: task.key });
  return row;
}

/** Whoever ends a task: their account, and whether they may end those of other associates. */
export interface Ender {
  readonly person_id: number | null;
  readonly manages: boolean;
}

/**
 * A task is done, or dropped with a reason; whoever waits for it is told. Of several at once one ends it.
 * @throws tasks.task_unknown, tasks.of_other, tasks.task_over
 */
export async function endTask(
  tx: Tx,
  ground: Ground,
  task_id: number,
  end: { readonly state: "done" | "dropped"; readonly result: string | null },
  { person_id, manages }: Ender,
): Promise<TaskRow> {
  const row = await taskById(tx, task_id);
  if (row === undefined) throw problem("tasks.task_unknown", { task_id });
  if (row.person_id !== null && row.person_id !== person_id && !manages) throw problem("tasks.of_other", { task_id });
  if (!(await setEnded(tx, task_id, { ...end, by: person_id, at: ground.clock.now() }))) {
    const now = await taskById(tx, task_id);
    throw problem("tasks.task_over", { task_id, state: now?.state ?? row.state });
  }
  const { key, source, member_id } = row;
  await emit(tx, "tasks.ended", [{ task_id, key, source, member_id, state: end.state } satisfies EndedTask]);
  return { ...row, ...end };
}
