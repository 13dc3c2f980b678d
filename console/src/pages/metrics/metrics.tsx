import { Link, useSearchParams } from "react-router";
import { Delta } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Sparkline } from "../../parts/sparkline.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatDay, formatInstant } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { asFigure, filled, metricText } from "./metric-figures.ts";
import { type Metric, type Metrics, useMetrics } from "./metrics-data.ts";
import "./metrics.css";
import "./texts.ts";

const FAMILIES = ["members", "trade", "loyalty", "conversion"] as const;

/** All metrics on a day: value, what it is compared with, the last 90 days. */
export function MetricsPage() {
  const t = useTexts("metrics");
  const [params] = useSearchParams();
  const query = useMetrics(params.get("day"));
  const data = query.data;
  const ready = data !== undefined && data.state !== "none";
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={
          ready
            ? t("note", { day: formatDay(data.day), at: formatInstant(data.computed_at, { day: true }) })
            : undefined
        }
        actions={
          <Link className="ht-button" to="/metrics/stores">
            {t("stores_link")}
          </Link>
        }
      />
      <Loaded query={query} skeleton={<SkeletonBlock height={720} />}>
        {(metrics) =>
          metrics.state === "none" || metrics.items.length === 0 ? (
            <EmptyState title={t("none_title")} text={t("none_text")} />
          ) : (
            <Body metrics={metrics} t={t} />
          )
        }
      </Loaded>
    </div>
  );
}

function Body({ metrics, t }: { metrics: Metrics; t: Translate }) {
  return (
    <>
      {FAMILIES.map((family) => (
        <Card key={family} title={t(`family.${family}`)}>
          <ul className="mt-cards">
            {metrics.items
              .filter((item) => item.definition.family === family)
              .map((item) => (
                <MetricCard key={item.definition.key} metric={item} currency={metrics.currency} t={t} />
              ))}
          </ul>
        </Card>
      ))}
    </>
  );
}

function MetricCard({ metric, currency, t }: { metric: Metric; currency: string; t: Translate }) {
  const { definition } = metric;
  const name = pick(definition.zh, definition.en);
  const value = metricText(metric.value, definition.unit, currency);
  return (
    <li className="mt-card">
      <h3 className="mt-name">
        <Link to={`/metrics/${definition.key}`}>{name}</Link>
      </h3>
      <p className="mt-value">
        {metric.link !== null && metric.value !== 0 ? (
          <Link to={metric.link} aria-label={`${name} ${value}`}>
            {value}
          </Link>
        ) : (
          value
        )}
      </p>
      <Comparisons metric={metric} t={t} />
      <Sparkline series={filled(metric.series)} label={t("spark", { name, n: metric.series.length })} />
      <p className="ht-note mt-sentence">{pick(definition.sentence_zh, definition.sentence_en)}</p>
    </li>
  );
}

/** Against the day before, the week before, and the comparable day of last year. */
export function Comparisons({ metric, t }: { metric: Metric; t: Translate }) {
  const { definition, value, last_year } = metric;
  if (value === null) return null;
  const now = asFigure(value, definition.unit);
  const against = [
    ["yesterday", metric.yesterday],
    ["last_week", metric.last_week],
    ["last_year", last_year.value],
  ] as const;
  return (
    <p className="mt-deltas">
      {against.map(([key, before]) =>
        before === null ? null : (
          <Delta
            key={key}
            value={now.value}
            previous={asFigure(before, definition.unit).value}
            unit={now.unit}
            good={definition.good}
            against={t(`against.${key}`)}
          />
        ),
      )}
    </p>
  );
}
