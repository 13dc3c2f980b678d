import { Bar } from "../../parts/bar.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount, formatRatio } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import type { Outcome } from "./messages-data.ts";

interface ReasonBarsProps {
  readonly outcomes: readonly Outcome[];
  readonly reason: string;
  readonly onReason: (reason: string) => void;
}

/** How many messages each reason kept from going out, or keeps waiting; each bar shows these messages alone. */
export function ReasonBars({ outcomes, reason, onReason }: ReasonBarsProps) {
  const t = useTexts("messages");
  const totals = new Map<string, { words: string; why: string; messages: number; waits: boolean }>();
  for (const one of outcomes) {
    if (one.reason === null) continue;
    const before = totals.get(one.reason);
    totals.set(one.reason, {
      words: pick(one.reason_zh, one.reason_en),
      why: pick(one.why_zh, one.why_en),
      messages: (before?.messages ?? 0) + one.messages,
      waits: (before?.waits ?? true) && one.state === "waiting",
    });
  }
  const all = outcomes.reduce((sum, { messages }) => sum + messages, 0);
  const rows = [...totals].sort(([, a], [, b]) => b.messages - a.messages);
  const most = Math.max(1, ...rows.map(([, { messages }]) => messages));
  if (rows.length === 0) return null;
  return (
    <Card title={t("reasons.title")} note={t("reasons.note")}>
      <ul className="ms-reasons">
        {rows.map(([key, { words, why, messages, waits }]) => (
          <li key={key}>
            <button
              type="button"
              className="ms-reason"
              aria-pressed={reason === key}
              title={why}
              onClick={() => onReason(reason === key ? "" : key)}
            >
              <span>
                {words}
                {waits ? <small> {t("reasons.waits")}</small> : null}
              </span>
              <Bar
                part={messages / most}
                label={`${words} ${formatCount(messages)}`}
                tone={waits ? "accent" : "warn"}
              />
              <b className="ht-figure">{formatCount(messages)}</b>
              <small className="ht-figure">{formatRatio(messages / Math.max(1, all))}</small>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
