import { Link } from "react-router";
import { Delta, figureText } from "../../parts/figures.tsx";
import { Sparkline } from "../../parts/sparkline.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { type Metric, RISE_IS_BAD } from "./today-data.ts";

/** What changed since the day before: value, Δ, thirty days as a line, the reason where one is known. */
export function Metrics({ metrics, currency }: { metrics: readonly Metric[]; currency: string }) {
  return (
    <ul className="ht-metrics">
      {metrics.map((metric) => (
        <MetricTile key={metric.key} metric={metric} currency={currency} />
      ))}
    </ul>
  );
}

/** The part behind most of the change: "湖滨店 −¥21,000". */
function reasonText(metric: Metric, currency: string, t: Translate): string {
  const { because } = metric;
  if (!because) return "";
  const { part, change } = because.params;
  const size = metric.unit === "fen" ? formatMoney(Math.abs(change), currency, true) : formatCount(Math.abs(change));
  const name = because.code === "join_channel" ? t(`channel.${part}`, { defaultValue: part }) : part;
  return `${name} ${change < 0 ? "−" : "+"}${size}`;
}

function MetricTile({ metric, currency }: { metric: Metric; currency: string }) {
  const t = useTexts("today");
  const reason = reasonText(metric, currency, t);
  const name = t(`metric.${metric.key}`, { defaultValue: metric.key });
  const text = figureText(metric.value, metric.unit, currency);
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
          <span className="ht-note">{t("before", { value: figureText(metric.previous, metric.unit, currency) })}</span>
        )}
      </p>
      <Sparkline series={metric.series} label={t("spark", { name, n: metric.series.length })} />
      {reason === "" ? null : <p className="ht-note">{reason}</p>}
    </li>
  );
}
