import { Chip, type Tone } from "../../parts/chips.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { State } from "./privacy-data.ts";

const TONES: Readonly<Record<State, Tone>> = {
  received: "warn",
  verified: "info",
  running: "info",
  done: "good",
  refused: "neutral",
  cancelled: "neutral",
};

export function StateChip({ state }: { state: State }) {
  const t = useTexts("privacy");
  return <Chip tone={TONES[state]}>{t(`state.${state}`)}</Chip>;
}
