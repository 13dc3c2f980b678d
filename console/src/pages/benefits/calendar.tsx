import { useState } from "react";
import { Link } from "react-router";
import { Choices } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Money } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount, formatDay, formatMoney } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import type { Calendar, CalendarDay, Cost } from "./benefits-data.ts";

type View = "picture" | "table";
const WEEK = 7;

/** Monday is 0. */
const weekdayOf = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % WEEK;

/** What a day takes, in words. */
export function costText({ points, coupons, cost_minor }: Cost, currency: string, t: Translate): string {
  const parts = [
    ...(cost_minor > 0 ? [formatMoney(cost_minor, currency, true)] : []),
    ...(points > 0 ? [t("calendar.points", { n: formatCount(points) })] : []),
    ...(coupons > 0 ? [t("calendar.coupons", { n: formatCount(coupons) })] : []),
  ];
  return parts.length === 0 ? t("calendar.free") : parts.join(" · ");
}

/** The coming 60 days as a calendar: how many members are due something, and what it will take. */
export function CalendarCard({ data, t }: { data: Calendar; t: Translate }) {
  const [view, setView] = useState<View>("picture");
  const [at, setAt] = useState(data.days.find((day) => day.members > 0)?.day ?? data.today);
  const chosen = data.days.find((day) => day.day === at);
  return (
    <Card
      title={t("calendar.title")}
      note={t("calendar.note")}
      extra={
        <Choices
          label={t("calendar.title")}
          value={view}
          onChange={setView}
          items={(["picture", "table"] as const).map((key) => ({ key, label: t(`calendar.${key}`) }))}
        />
      }
    >
      {view === "picture" ? (
        <div className="bf-calendar-box">
          <Picture data={data} at={at} onAt={setAt} t={t} />
          {chosen === undefined ? null : <OneDay day={chosen} data={data} t={t} />}
        </div>
      ) : (
        <DataTable
          label={t("calendar.title")}
          columns={dayColumns(data, t)}
          rows={data.days.filter((day) => day.members > 0)}
          rowKey={(row) => row.day}
        />
      )}
      <h3 className="bf-sub">{t("calendar.totals")}</h3>
      <DataTable
        label={t("calendar.totals")}
        columns={totalColumns(data, t)}
        rows={data.benefits}
        rowKey={(row) => row.benefit}
      />
    </Card>
  );
}

interface PictureProps {
  readonly data: Calendar;
  readonly at: string;
  readonly onAt: (day: string) => void;
  readonly t: Translate;
}

function Picture({ data, at, onAt, t }: PictureProps) {
  const most = Math.max(1, ...data.days.map((day) => day.cost_minor));
  const lead = weekdayOf(data.today);
  return (
    <div className="bf-calendar" role="group" aria-label={t("calendar.title")}>
      {Array.from({ length: WEEK }, (_, day) => (
        <span key={day} className="bf-weekday" aria-hidden="true">
          {t(`calendar.weekday_${day}`)}
        </span>
      ))}
      {Array.from({ length: lead }, (_, place) => (
        <span key={`lead ${place}`} />
      ))}
      {data.days.map((day, place) => {
        const [, month = "", date = ""] = day.day.split("-");
        const shade = day.members === 0 ? 0 : 8 + Math.round(30 * Math.sqrt(day.cost_minor / most));
        const words = costText(day, data.currency, t);
        return (
          <button
            key={day.day}
            type="button"
            className="bf-day"
            aria-pressed={day.day === at}
            style={{ background: `color-mix(in srgb, var(--ht-accent) ${shade}%, var(--ht-surface))` }}
            onClick={() => onAt(day.day)}
          >
            <span className="bf-date">
              {place === 0 || date === "01" ? `${Number(month)}/${Number(date)}` : Number(date)}
            </span>
            {day.members === 0 ? null : (
              <>
                <strong>{formatCount(day.members)}</strong>
                <small>{day.cost_minor > 0 ? formatMoney(day.cost_minor, data.currency, true) : ""}</small>
              </>
            )}
            <span className="ht-hidden">
              {t("calendar.day", { day: formatDay(day.day), n: formatCount(day.members), cost: words })}
            </span>
          </button>
        );
      })}
    </div>
  );
}

function OneDay({ day, data, t }: { day: CalendarDay; data: Calendar; t: Translate }) {
  const names = new Map(data.benefits.map((one) => [one.benefit, pick(one.name_zh, one.name_en)]));
  return (
    <div className="bf-one-day" aria-live="polite">
      <h3>{formatDay(day.day)}</h3>
      {day.members === 0 ? (
        <p className="ht-note">{t("calendar.nobody")}</p>
      ) : (
        <>
          <p>
            {t("calendar.members", { n: formatCount(day.members) })} · {costText(day, data.currency, t)}
          </p>
          <ul>
            {day.benefits.map((one) => (
              <li key={one.benefit}>
                <Link to={`/benefits/${one.benefit}`}>{names.get(one.benefit) ?? one.benefit}</Link>
                <span className="ht-figure">{t("calendar.members", { n: formatCount(one.members) })}</span>
                <small>{costText(one, data.currency, t)}</small>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function costColumns<Row extends Cost>(currency: string, t: Translate): readonly Column<Row>[] {
  return [
    { key: "members", title: t("column.members"), numeric: true, render: (row) => <Count value={row.members} /> },
    {
      key: "cost",
      title: t("column.cost"),
      numeric: true,
      render: (row) => <Money minor={row.cost_minor} currency={currency} />,
    },
    {
      key: "points",
      title: t("column.points"),
      numeric: true,
      hide: "phone",
      render: (row) => <Count value={row.points} />,
    },
    {
      key: "coupons",
      title: t("column.coupons"),
      numeric: true,
      hide: "phone",
      render: (row) => <Count value={row.coupons} />,
    },
  ];
}

const dayColumns = (data: Calendar, t: Translate): readonly Column<CalendarDay>[] => [
  { key: "day", title: t("column.day"), render: (row) => formatDay(row.day) },
  ...costColumns<CalendarDay>(data.currency, t),
];

const totalColumns = (data: Calendar, t: Translate): readonly Column<Calendar["benefits"][number]>[] => [
  {
    key: "benefit",
    title: t("column.benefit"),
    wrap: true,
    render: (row) => <Link to={`/benefits/${row.benefit}`}>{pick(row.name_zh, row.name_en)}</Link>,
  },
  ...costColumns<Calendar["benefits"][number]>(data.currency, t),
];
