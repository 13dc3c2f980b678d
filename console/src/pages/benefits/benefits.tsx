import { SafetyCertificateOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, DayText, Fact, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { formatDay } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type BenefitState, type Head, type Kept, sumOf, useBenefits, useCalendar, useRate } from "./benefits-data.ts";
import { CalendarCard } from "./calendar.tsx";
import { KeptBar } from "./kept-bar.tsx";
import "./benefits.css";
import "./texts.ts";

const TONES: Readonly<Record<BenefitState, Tone>> = {
  in_force: "good",
  scheduled: "info",
  withdrawn: "warn",
  ended: "neutral",
  draft: "neutral",
};

export function StateChip({ head, t }: { head: Head; t: Translate }) {
  return (
    <>
      <Chip tone={TONES[head.state]}>{t(`state.${head.state}`)}</Chip>
      {head.draft !== null && head.state !== "draft" ? <Chip tone="info">{t("state.has_draft")}</Chip> : null}
    </>
  );
}

/** From which day to which a version holds, in words. */
export function Days({ first, last, t }: { first: string | null; last: string | null; t: Translate }) {
  if (first === null) return <span className="ht-note">{t("not_published")}</span>;
  return (
    <>
      <DayText day={first} /> – {last === null ? t("no_end") : <DayText day={last} />}
    </>
  );
}

type Row = Head & { readonly kept: Kept };

function columns(t: Translate, from: string): readonly Column<Row>[] {
  return [
    {
      key: "name",
      title: t("column.benefit"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <span className="ht-row">
            <Link to={`/benefits/${row.benefit}`}>{pick(row.name_zh, row.name_en)}</Link>
            <StateChip head={row} t={t} />
          </span>
          <small>{pick(row.sentence_zh, row.sentence_en)}</small>
        </span>
      ),
    },
    {
      key: "days",
      title: t("column.days"),
      hide: "tablet",
      render: (row) => <Days first={row.first_day} last={row.last_day} t={t} />,
    },
    {
      key: "due",
      title: t("column.due"),
      numeric: true,
      render: (row) => (
        <Count value={sumOf(row.kept)} to={`/benefits/fulfilment?benefit=${row.benefit}&from=${from}`} />
      ),
    },
    {
      key: "kept",
      title: t("column.kept"),
      hide: "phone",
      width: "240px",
      render: (row) => <KeptBar kept={row.kept} t={t} />,
    },
  ];
}

/** What the brand promises in sentences, whether it is kept, and what the coming days will bring and cost. */
export function BenefitsPage() {
  const t = useTexts("benefits");
  const manage = useCan("benefits.manage");
  const query = useBenefits();
  const calendar = useCalendar();
  const add = (
    <Link to="/benefits/new">
      <Button type="primary" tabIndex={-1}>
        {t("act.new")}
      </Button>
    </Link>
  );
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={t("note")}
        actions={
          <>
            <Link to="/benefits/fulfilment">
              <Button tabIndex={-1}>{t("act.fulfilment")}</Button>
            </Link>
            {manage ? add : null}
          </>
        }
      />
      <RateCard t={t} />
      <Card flush title={t("list.title")} note={t("list.note")}>
        <Loaded query={query} skeleton={<SkeletonTable columns={4} />}>
          {({ items, from_day }) => (
            <DataTable
              label={t("list.title")}
              columns={columns(t, from_day)}
              rows={items}
              rowKey={(row) => row.benefit}
              rowTone={(row) => (row.state === "withdrawn" || row.state === "ended" ? "quiet" : undefined)}
              empty={
                <EmptyState
                  icon={<SafetyCertificateOutlined />}
                  title={t("empty.title")}
                  text={t("empty.text")}
                  action={manage ? add : undefined}
                />
              }
            />
          )}
        </Loaded>
      </Card>
      <Loaded query={calendar} skeleton={<SkeletonBlock height={420} />}>
        {(data) => <CalendarCard data={data} t={t} />}
      </Loaded>
    </div>
  );
}

function RateCard({ t }: { t: Translate }) {
  const query = useRate();
  return (
    <Card title={t("rate.title")} note={t("rate.note")}>
      <Loaded query={query} skeleton={<SkeletonBlock height={88} />}>
        {({ all, unkept, from_day, items }) => {
          const due = sumOf(all);
          const settled = all.fulfilled + all.expired + all.failed;
          const reasons = items.flatMap((item) => item.reasons);
          const words = [...new Set(reasons.map((one) => pick(one.reason_zh, one.reason_en)))].map((word) => ({
            word,
            count: reasons
              .filter((one) => pick(one.reason_zh, one.reason_en) === word)
              .reduce((sum, one) => sum + one.count, 0),
          }));
          return (
            <div className="bf-rate">
              <dl className="bf-facts">
                <Fact label={t("rate.accounted")}>
                  <strong className={unkept === 0 ? "bf-good" : "bf-bad"}>
                    <Ratio value={due === 0 ? null : Math.max(0, 1 - unkept / due)} digits={unkept === 0 ? 0 : 2} />
                  </strong>
                </Fact>
                <Fact label={t("rate.due", { day: formatDay(from_day) })}>
                  <Count value={due} to={`/benefits/fulfilment?from=${from_day}`} />
                </Fact>
                <Fact label={t("rate.taken")}>
                  <Ratio value={settled === 0 ? null : all.fulfilled / settled} />
                </Fact>
                <Fact label={t("rate.unkept")}>
                  <Count value={unkept} to="/benefits/fulfilment?state=due" />
                </Fact>
              </dl>
              <KeptBar kept={all} t={t} wide />
              {words.length === 0 ? null : (
                <p className="ht-note">
                  {t("rate.reasons")}
                  {words.map(({ word, count }) => `${word} ${count}`).join("，")}
                </p>
              )}
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}
