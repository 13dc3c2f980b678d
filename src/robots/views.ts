import { Type } from "typebox";
import { sentence } from "../platform/index.ts";
import type { ItemRow } from "./item-store.ts";
import { type RunRow, RUN_STATES } from "./run-store.ts";

export const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const Text = Type.String();
export const Count = Type.Integer();
export const tags = ["robots"];
export const closed = { additionalProperties: false } as const;
export const RobotParams = Type.Object({ robot_id: Id });
export const RunParams = Type.Object({ run_id: Id });
export const iso = (at: Date | null) => at?.toISOString() ?? null;

export const read = { access: { permission: "robots.read", level: "L2" } } as const;
export const operate = { access: { permission: "robots.run", level: "L2" } } as const;
export const manage = { access: { permission: "robots.manage", level: "L2" } } as const;

export const Run = Type.Object({
  run_id: Count,
  robot_id: Count,
  run_key: Text,
  state: Type.Union(RUN_STATES.map((state) => Type.Literal(state))),
  by_itself: Type.Boolean({ description: "By its time of day, and not because a person asked" }),
  attempts: Count,
  failure_code: Nullable(Text),
  failure_zh: Nullable(Text),
  failure_en: Nullable(Text),
  outputs: Nullable(Type.Record(Text, Type.Unknown())),
  import_id: Nullable(Count),
  items_done: Count,
  items_before: Count,
  items_failed: Count,
  job_id: Nullable(Text),
  asked_at: Text,
  started_at: Nullable(Text),
  ended_at: Nullable(Text),
});

const textOf = (value: unknown) => (typeof value === "string" ? value : null);

export const runView = (run: RunRow) => ({
  run_id: run.run_id,
  robot_id: run.robot_id,
  run_key: run.run_key,
  state: run.state,
  by_itself: run.run_key.startsWith("daily "),
  attempts: run.attempts,
  failure_code: textOf(run.failure?.["code"]),
  failure_zh: textOf(run.failure?.["detail_zh"]),
  failure_en: textOf(run.failure?.["detail"]),
  outputs: run.outputs as Record<string, unknown> | null,
  import_id: run.import_id,
  items_done: run.items_done,
  items_before: run.items_before,
  items_failed: run.items_failed,
  job_id: run.job_id,
  asked_at: run.asked_at.toISOString(),
  started_at: iso(run.started_at),
  ended_at: iso(run.ended_at),
});

export const ItemAnswer = Type.Object({
  item: Text,
  run_id: Count,
  state: Text,
  reference: Nullable(Text),
  reason_zh: Nullable(Text),
  reason_en: Nullable(Text),
  attempts: Count,
  claimed_at: Text,
  ended_at: Nullable(Text),
});

export const itemView = (item: ItemRow) => ({
  item: item.item_key,
  run_id: item.run_id,
  state: item.state,
  reference: item.reference,
  reason_zh: item.reason_zh,
  reason_en: item.reason_en,
  attempts: item.attempts,
  claimed_at: item.claimed_at.toISOString(),
  ended_at: iso(item.ended_at),
});

/** Why a robot was stopped, in both languages. */
export const stoppedWords = (code: string | null) => ({
  stopped_zh: code === null ? null : sentence(code, {}, "zh"),
  stopped_en: code === null ? null : sentence(code, {}, "en"),
});
