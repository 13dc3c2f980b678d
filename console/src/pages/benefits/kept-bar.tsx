import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { type Kept, sumOf } from "./benefits-data.ts";

const ORDER = ["fulfilled", "granted", "due", "expired", "failed"] as const;

/** What became of what was due, as one bar whose parts are said. */
export function KeptBar({ kept, t, wide }: { kept: Kept; t: Translate; wide?: boolean }) {
  const all = sumOf(kept);
  if (all === 0) return <span className="ht-note">{t("nothing_due")}</span>;
  const parts = ORDER.filter((state) => kept[state] > 0);
  const label = parts.map((state) => `${t(`kept.${state}`)} ${formatCount(kept[state])}`).join("，");
  return (
    <span className={`bf-kept${wide ? " bf-kept-wide" : ""}`}>
      <span className="bf-bar" role="img" aria-label={label}>
        {parts.map((state) => (
          <span key={state} className={`bf-${state}`} style={{ flexGrow: kept[state] }} />
        ))}
      </span>
      <small aria-hidden="true">
        {parts.map((state) => (
          <span key={state} className="bf-key">
            <i className={`bf-${state}`} />
            {t(`kept.${state}`)} {formatCount(kept[state])}
          </span>
        ))}
      </small>
    </span>
  );
}
