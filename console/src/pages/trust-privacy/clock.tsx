import { Chip } from "../../parts/chips.tsx";
import { formatDay } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import type { RightsRequest } from "./privacy-data.ts";

const SOON_DAYS = 3;

/** How long there is left to answer; in words, with the day. */
export function Clock({ request }: { request: Pick<RightsRequest, "due_day" | "days_left" | "closed_at"> }) {
  const t = useTexts("privacy");
  const { due_day, days_left } = request;
  if (days_left === null) return <span className="ht-note">{formatDay(due_day)}</span>;
  const tone = days_left < 0 ? "bad" : days_left <= SOON_DAYS ? "warn" : "neutral";
  const words =
    days_left < 0
      ? t("clock.overdue", { n: -days_left })
      : days_left === 0
        ? t("clock.today")
        : t("clock.left", { n: days_left });
  return (
    <span className="ht-cell-two tp-clock">
      <Chip tone={tone}>{words}</Chip>
      <small>{t("clock.due", { day: formatDay(due_day) })}</small>
    </span>
  );
}
