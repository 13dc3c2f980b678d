import { Link } from "react-router";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import type { Logged, MessageState } from "./messages-data.ts";

const STATE_TONES: Readonly<Record<MessageState, Tone>> = {
  waiting: "info",
  sending: "info",
  asking: "warn",
  prepared: "info",
  accepted: "good",
  refused: "bad",
  held: "neutral",
  unknown: "warn",
};
/** In one sentence: what happened, or why it did not. */
export function Fate({ row }: { row: Logged }) {
  const t = useTexts("messages");
  return (
    <span className="ht-cell-two">
      <StatusDot tone={STATE_TONES[row.state]}>{t(`state.${row.state}`)}</StatusDot>
      {row.reason === null ? null : <small className="ms-why">{pick(row.reason_zh, row.reason_en)}</small>}
      {row.delivery === null ? null : <small className="ms-why">{t(`delivery.${row.delivery}`)}</small>}
    </span>
  );
}

export function SourceWord({ row }: { row: Pick<Logged, "source"> }) {
  const t = useTexts("messages");
  const word = t(`source.${row.source}`, { defaultValue: row.source });
  return row.source === "journeys" ? <Link to="/journeys">{word}</Link> : <span>{word}</span>;
}
