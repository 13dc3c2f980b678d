import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { Item, Robot, RunState, Step } from "./robots-data.ts";

const ROBOT_TONES: Readonly<Record<Robot["state"], Tone>> = { on: "good", paused: "neutral", stopped: "bad" };
const RUN_TONES: Readonly<Record<RunState, Tone>> = {
  queued: "neutral",
  running: "info",
  done: "good",
  failed: "bad",
  stopped: "warn",
};
const ITEM_TONES: Readonly<Record<Item["state"], Tone>> = {
  claimed: "warn",
  entered: "info",
  done: "good",
  failed: "bad",
};
const STEP_TONES: Readonly<Record<Step["outcome"], Tone>> = { done: "good", again: "warn", failed: "bad" };

export function RobotState({ robot }: { robot: Robot }) {
  const t = useTexts("robots");
  return <StatusDot tone={ROBOT_TONES[robot.state]}>{t(`state.${robot.state}`)}</StatusDot>;
}

/** How a run stands; one that is done with failed items says so. */
export function RunStateDot({ state, failed = 0 }: { state: RunState; failed?: number }) {
  const t = useTexts("robots");
  const partly = state === "done" && failed > 0;
  return (
    <StatusDot tone={partly ? "warn" : RUN_TONES[state]}>
      {partly ? t("run.partly", { n: failed }) : t(`run.${state}`)}
    </StatusDot>
  );
}

export function ItemState({ state }: { state: Item["state"] }) {
  const t = useTexts("robots");
  return <StatusDot tone={ITEM_TONES[state]}>{t(`item.${state}`)}</StatusDot>;
}

export function StepState({ outcome }: { outcome: Step["outcome"] }) {
  const t = useTexts("robots");
  return <StatusDot tone={STEP_TONES[outcome]}>{t(`step.${outcome}`)}</StatusDot>;
}
