import { useEffect, useState } from "react";
import { useTexts } from "../../texts/texts.ts";
import { Chip } from "../../parts/chips.tsx";

const TICK_MS = 15_000;
const MINUTE_MS = 60_000;

/** Real time, renewed a few times a minute. */
function useRealNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** How long is left until an instant, or by how much it is over: a clock for people. */
export function DueClock({ due_at, label }: { due_at: string; label: string }) {
  const t = useTexts("trust-risks");
  const left_ms = new Date(due_at).getTime() - useRealNow();
  const minutes = Math.ceil(Math.abs(left_ms) / MINUTE_MS);
  const text =
    minutes >= 120
      ? t("clock.hours", { n: Math.floor(minutes / 60), m: minutes % 60 })
      : t("clock.minutes", { n: minutes });
  const tone = left_ms < 0 ? "bad" : left_ms < 30 * MINUTE_MS ? "warn" : "neutral";
  return (
    <Chip tone={tone}>
      {label} {left_ms < 0 ? t("clock.over", { text }) : t("clock.left", { text })}
    </Chip>
  );
}
