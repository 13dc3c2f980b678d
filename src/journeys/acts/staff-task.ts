import { addDays, type BusinessDay, businessDay, startOfDay } from "../../platform/index.ts";
import type { OutboxEvent, OutboxHandler } from "../../store/index.ts";
import { type EndedTask, giveTasks, rehearseTasks } from "../../tasks/index.ts";
import type { Node } from "../definition.ts";
import { hearTasks } from "../run-store.ts";
import type { Doer } from "./act.ts";

type TaskNode = Extract<Node, { kind: "staff_task" }>;

const dueDay = ({ due_days }: TaskNode, at: Date, timezone: string): BusinessDay =>
  addDays(businessDay(at, timezone), due_days);

/** When whoever waits for the task waits no longer: at the end of its day. */
export const taskEnd = (node: TaskNode, at: Date, timezone: string): Date =>
  startOfDay(addDays(dueDay(node, at, timezone), 1), timezone);

export const staffTask: Doer<TaskNode> = {
  act: (tx, ground, asks) =>
    giveTasks(
      tx,
      ground,
      asks.map(({ key, member_id, node, at }) => {
        return { key, member_id, text: node.text, due_day: dueDay(node, at, ground.config.timezone) };
      }),
      { source: "journeys", by: null },
    ),
  rehearse: (tx, _ground, asks) => rehearseTasks(tx, asks),
};

const KEY = /^journey \d+\.(\d+)\.\d+\.(\d+)$/;

/** A task that was done or dropped leads on whoever waits for it. */
const ended: OutboxHandler = async (tx, ground, events: readonly OutboxEvent<EndedTask>[]) => {
  const ends = events.flatMap(({ payload }) => {
    const [, run_id, step] = KEY.exec(payload.key) ?? [];
    if (payload.source !== "journeys" || run_id === undefined || step === undefined) return [];
    return [{ run_id: Number(run_id), step: Number(step), done: payload.state === "done" }];
  });
  await hearTasks(tx, ends, ground.clock.now());
};

export const taskEvents: Readonly<Record<string, OutboxHandler>> = { "tasks.ended": ended };
