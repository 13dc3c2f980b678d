import { Link } from "react-router";
import { Delta, figureText } from "../../parts/figures.tsx";
import { Sparkline } from "../../parts/sparkline.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Metric, RISE_IS_BAD } from "./today-data.ts";

/** What changed since the day before: value, Δ, thirty days as a line, the reason where one is known. */
export function Metrics({ metrics }: { metrics: readonly Metric[] }) {
  return (
    <ul className="ht-metrics">
      {metrics.map((metric) => (
        <MetricTile key={metric.key} metric={metric} />
      ))}
    </ul>
  );
}

function MetricTile({ metric }: { metric: Metric }) {
  const t = useTexts("today");
  const name = t(`metric.${metric.key}`, { defaultValue: metric.key });
  const text = figureText(metric.value, metric.unit);
  return (
    <li className="ht-metric">
      <p className="ht-metric-name">{name}</p>
      <p className="ht-metric-value">
        {metric.link && metric.value !== 0 ? (
          <Link to={metric.link} aria-label={`${name} ${text}`}>
            {text}
          </Link>
        ) : (
          text
        )}
      </p>
      <p className="ht-metric-delta">
        <Delta
          value={metric.value}
          previous={metric.previous}
          unit={metric.unit}
          good={RISE_IS_BAD.has(metric.key) ? "down" : "up"}
        />
        {metric.previous === null ? null : (
          <span className="ht-note">{t("before", { value: figureText(metric.previous, metric.unit) })}</span>
        )}
      </p>
      <Sparkline series={metric.series} label={t("spark", { name, n: metric.series.length })} />
      {metric.reasons?.slice(0, 2).map((reason) => (
        <p key={reason.zh} className="ht-note">
          {reason.link ? <Link to={reason.link}>{pick(reason.zh, reason.en)}</Link> : pick(reason.zh, reason.en)}
        </p>
      ))}
    </li>
  );
}
