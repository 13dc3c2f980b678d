import { Link, useParams, useSearchParams } from "react-router";
import { withQuery } from "../../api/client.ts";
import { Choices, Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Delta, Fact } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatDay, formatInstant } from "../../texts/format.ts";
import { currentLanguage, pick, type Translate, useTexts } from "../../texts/texts.ts";
import { LinePicture } from "./line-picture.tsx";
import { asFigure, metricText } from "./metric-figures.ts";
import { Comparisons } from "./metrics.tsx";
import { type Detail, type Part, type PartRow, useMetric } from "./metrics-data.ts";
import { MonthsCard } from "./months-card.tsx";
import "./metrics.css";
import "./texts.ts";

const RANGES = ["30", "90", "365"] as const;
const PARTS: readonly Part[] = ["store", "region", "channel"];

const before = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);

/** One metric: its line, its parts, its months with restatement, its definition in words. */
export function MetricPage() {
  const t = useTexts("metrics");
  const { metric = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const [from, to, part] = ["from", "to", "part"].map((name) => params.get(name));
  const query = useMetric(metric, { from: from ?? null, to: to ?? null, part: part ?? null });
  const { data } = query;
  const set = (changes: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) next.set(name, value);
    setParams(next, { replace: true });
  };
  return (
    <div className="ht-page">
      <PageHeader
        title={data === undefined ? metric : pick(data.definition.zh, data.definition.en)}
        back={{ to: "/metrics", label: t("back") }}
        note={data === undefined ? undefined : pick(data.definition.sentence_zh, data.definition.sentence_en)}
        actions={
          <>
            {data?.link ? (
              <Link className="ht-button" to={data.link}>
                {t("members_behind")}
              </Link>
            ) : null}
            <a
              className="ht-button"
              href={withQuery(`/api/metrics/${metric}/metric.xlsx`, { from, to, part, language: currentLanguage() })}
              download
            >
              {t("excel")}
            </a>
          </>
        }
      />
      <Loaded query={query} skeleton={<SkeletonBlock height={640} />}>
        {(detail) =>
          detail.state === "none" ? (
            <EmptyState title={t("none_title")} text={t("none_text")} />
          ) : (
            <Body detail={detail} set={set} t={t} />
          )
        }
      </Loaded>
    </div>
  );
}

type Set = (changes: Readonly<Record<string, string>>) => void;

function Body({ detail, set, t }: { detail: Detail; set: Set; t: Translate }) {
  const days = detail.line.length;
  const range = RANGES.find((one) => Number(one) === days);
  const missing = detail.line.filter(({ value }) => value === null).length;
  return (
    <>
      <div className="ht-grid ht-grid-stretch">
        <Card
          className="ht-span-9"
          title={t("line")}
          note={missing > 0 ? t("missing", { n: missing }) : undefined}
          extra={
            <Choices
              label={t("range.label")}
              value={range ?? "90"}
              items={RANGES.map((key) => ({ key, label: t(`range.${key}`) }))}
              onChange={(key) => set({ from: before(detail.day, Number(key) - 1) })}
            />
          }
        >
          <LinePicture detail={detail} t={t} />
        </Card>
        <Card className="ht-span-3" title={formatDay(detail.day)}>
          <Now detail={detail} t={t} />
        </Card>
      </div>
      <div className="ht-grid ht-grid-stretch">
        <Card
          flush
          className="ht-span-7"
          title={t("parts")}
          note={t("parts_note", { day: formatDay(detail.day) })}
          extra={
            <Choices
              label={t("parts")}
              value={detail.part}
              items={PARTS.map((key) => ({ key, label: t(`part.${key}`) }))}
              onChange={(key) => set({ part: key })}
            />
          }
        >
          <Parts detail={detail} t={t} />
        </Card>
        <Card className="ht-span-5" title={t("definition")}>
          <DefinitionFacts detail={detail} t={t} />
        </Card>
      </div>
      <MonthsCard detail={detail} t={t} />
    </>
  );
}

function Now({ detail, t }: { detail: Detail; t: Translate }) {
  const { item, definition, currency } = detail;
  if (item === null) return <p className="ht-note">{t("parts_empty")}</p>;
  return (
    <>
      <p className="mt-value mt-value-large">{metricText(item.value, definition.unit, currency)}</p>
      <Comparisons metric={item} t={t} />
      <p className="ht-note mt-aside">
        {t("last_year_day", { day: formatDay(item.last_year.day), by: t(`by.${item.last_year.by}`) })}
      </p>
    </>
  );
}

function DefinitionFacts({ detail, t }: { detail: Detail; t: Translate }) {
  const { definition, versions, item } = detail;
  const version = versions.find((one) => one.version === item?.version) ?? versions[0];
  return (
    <dl className="mt-facts">
      <Fact label={t("formula")}>{pick(definition.formula_zh, definition.formula_en)}</Fact>
      <Fact label={t("population")}>{pick(definition.population_zh, definition.population_en)}</Fact>
      <Fact label={t("window")}>{pick(definition.window_zh, definition.window_en)}</Fact>
      <Fact label={t("stores_by")}>{t(`stores_of.${definition.stores}`)}</Fact>
      <Fact label={t("owner_label")}>{t(`owner.${definition.owner}`)}</Fact>
      {version === undefined ? null : (
        <Fact label={t("version")}>
          {t("version_of", { n: version.version, day: formatInstant(version.created_at, { day: true }) })}
        </Fact>
      )}
      <Fact label={t("example")}>
        {definition.example.zh} <Chip>{metricText(definition.example.value, definition.unit, "CNY")}</Chip>
      </Fact>
    </dl>
  );
}

function partName(row: PartRow, part: Part, t: Translate): string {
  if (part === "channel") {
    return row.code === "" ? t("channel_none") : t(`channel.${row.code}`, { defaultValue: row.code });
  }
  if (row.code === "") return part === "store" ? t("part_none") : t("region_none");
  return row.name ?? row.code;
}

function Parts({ detail, t }: { detail: Detail; t: Translate }) {
  const { definition, currency, part } = detail;
  const text = (value: number | null) => metricText(value, definition.unit, currency);
  const against = (row: PartRow, previous: number | null) => {
    if (row.value === null || previous === null) return "—";
    const now = asFigure(row.value, definition.unit);
    return (
      <Delta
        value={now.value}
        previous={asFigure(previous, definition.unit).value}
        unit={now.unit}
        good={definition.good}
      />
    );
  };
  const columns: readonly Column<PartRow>[] = [
    { key: "name", title: t(`part.${part}`), render: (row) => partName(row, part, t) },
    ...(part === "store"
      ? [
          {
            key: "region",
            title: t("part.region"),
            hide: "phone" as const,
            render: (row: PartRow) => row.region_name ?? "—",
          },
        ]
      : []),
    {
      key: "value",
      title: t("value"),
      numeric: true,
      render: (row) => <span className="ht-figure">{text(row.value)}</span>,
    },
    { key: "week", title: t("last_week"), numeric: true, render: (row) => against(row, row.last_week) },
    { key: "year", title: t("last_year"), numeric: true, hide: "phone", render: (row) => against(row, row.last_year) },
  ];
  return (
    <DataTable
      label={t("parts")}
      columns={columns}
      rows={detail.parts}
      rowKey={(row) => row.code}
      empty={<EmptyState small title={t("parts_empty")} />}
    />
  );
}
