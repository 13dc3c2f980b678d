import { Link } from "react-router";
import { Delta } from "../../parts/figures.tsx";
import { Sparkline } from "../../parts/sparkline.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { asFigure, filled, metricText } from "../metrics/metric-figures.ts";
import type { Metric } from "./today-data.ts";

/** What changed since the week before: value, Δ, four weeks as a line, the reason where one is known. */
export function Metrics({ metrics, currency }: { metrics: readonly Metric[]; currency: string }) {
  return (
    <ul className="ht-metrics">
      {metrics.map((metric) => (
        <MetricTile key={metric.key} metric={metric} currency={currency} />
      ))}
    </ul>
  );
}

/** The store behind most of the change: "湖滨店 −¥21,000"; the sign stays with its amount. */
function Reason({ metric: { because, unit }, currency }: { metric: Metric; currency: string }) {
  if (!because) return null;
  const { part, change } = because.params;
  return (
    <p className="ht-note">
      {part}{" "}
      <span className="ht-metric-change">
        {change < 0 ? "−" : "+"}
        {metricText(Math.abs(change), unit, currency)}
      </span>
    </p>
  );
}

function MetricTile({ metric, currency }: { metric: Metric; currency: string }) {
  const t = useTexts("today");
  const name = pick(metric.zh, metric.en);
  const text = metricText(metric.value, metric.unit, currency);
  const figure = metric.value === null ? undefined : asFigure(metric.value, metric.unit);
  return (
    <li className="ht-metric">
      <p className="ht-metric-name">
        <Link to={`/metrics/${metric.key}`}>{name}</Link>
      </p>
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
        {figure === undefined || metric.previous === null ? null : (
          <>
            <Delta
              value={figure.value}
              previous={asFigure(metric.previous, metric.unit).value}
              unit={figure.unit}
              good={metric.good}
            />
            <span className="ht-note">
              {t("before", { value: metricText(metric.previous, metric.unit, currency) })}
            </span>
          </>
        )}
      </p>
      <Sparkline series={filled(metric.series)} label={t("spark", { name, n: metric.series.length })} />
      <Reason metric={metric} currency={currency} />
    </li>
  );
}
