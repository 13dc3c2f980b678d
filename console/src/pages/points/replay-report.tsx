import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Difference, Fact } from "../../parts/figures.tsx";
import { formatCount, formatDay, formatMoney, formatRatio } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { BarRows } from "./bar-rows.tsx";
import { ruleNames, usePointsOverview, worthOf } from "./points-data.ts";
import type { Programme } from "./programme.ts";

interface Totals {
  readonly points: number;
  readonly members: number;
  readonly orders: number;
  readonly rules: readonly { readonly rule: string; readonly points: number; readonly causes: number }[];
  readonly months: readonly { readonly month: string; readonly points: number }[];
}

/** What a programme would have given, beside the one in force. */
export interface Replay {
  readonly from_day: string;
  readonly to_day: string;
  readonly members: number;
  readonly draft: Totals;
  readonly against: Totals | null;
  readonly more: number;
  readonly less: number;
  readonly same: number;
  readonly examples: readonly { readonly member_id: number; readonly draft: number; readonly against: number }[];
}

interface ReportProps {
  readonly replay: Replay;
  readonly draft: Programme;
  readonly t: Translate;
}

const EXAMPLES_SHOWN = 6;

/** One true sentence, then members, months, rules and the largest differences. */
export function ReplayReport({ replay, draft, t }: ReportProps) {
  const { draft: wanted, against } = replay;
  const { points, minor } = draft.worth;
  const money = (count: number) =>
    points === undefined || minor === undefined
      ? ""
      : formatMoney(worthOf(count, { points, minor }), draft.currency, true);
  const more = wanted.points - (against?.points ?? 0);
  const share = against === null || against.points === 0 ? null : more / against.points;
  return (
    <div className="po-report">
      <p className="po-headline">
        {t("report.gives", {
          from: formatDay(replay.from_day),
          to: formatDay(replay.to_day),
          points: formatCount(wanted.points),
          money: money(wanted.points),
        })}
        {against === null
          ? t("report.no_other")
          : t(more === 0 ? "report.same" : more > 0 ? "report.more" : "report.less", {
              other: formatCount(against.points),
              change: formatCount(Math.abs(more)),
              money: money(Math.abs(more)),
              share: share === null ? "—" : formatRatio(Math.abs(share)),
            })}
      </p>
      <p className="ht-note">{t("report.nothing_given")}</p>
      <dl className="ht-facts">
        <Fact label={`▲ ${t("report.members_more")}`}>{t("report.people", { n: formatCount(replay.more) })}</Fact>
        <Fact label={`▼ ${t("report.members_less")}`}>{t("report.people", { n: formatCount(replay.less) })}</Fact>
        <Fact label={`＝ ${t("report.members_same")}`}>{t("report.people", { n: formatCount(replay.same) })}</Fact>
        <Fact label={t("report.orders")}>{formatCount(wanted.orders)}</Fact>
      </dl>
      <Months replay={replay} money={money} t={t} />
      <Rules replay={replay} draft={draft} t={t} />
      <Examples replay={replay} t={t} />
    </div>
  );
}

function Months({ replay, money, t }: { replay: Replay; money: (points: number) => string; t: Translate }) {
  const { draft, against } = replay;
  const months = [...new Set([...draft.months, ...(against?.months ?? [])].map(({ month }) => month))].toSorted();
  if (months.length === 0) return <p className="ht-note">{t("report.no_orders")}</p>;
  const of = (totals: Totals, month: string) => totals.months.find((one) => one.month === month)?.points ?? 0;
  return (
    <>
      <h3>{t("report.by_month")}</h3>
      <BarRows
        label={t("report.by_month")}
        series={[
          { name: t("report.draft"), tone: "accent" },
          ...(against === null ? [] : [{ name: t("report.now"), tone: "quiet" as const }]),
        ]}
        rows={months.map((month) => ({
          key: month,
          name: month,
          values: [of(draft, month), ...(against === null ? [] : [of(against, month)])],
        }))}
        beside={money}
      />
    </>
  );
}

interface RuleRow {
  readonly rule: string;
  readonly now: number;
  readonly then: number;
}

function Rules({ replay, draft, t }: ReportProps) {
  const { data } = usePointsOverview();
  // rules of the draft are called as the draft calls them
  const nameOf = ruleNames([...(data?.rules ?? []), ...draft.rules.map(({ key, zh, en }) => ({ rule: key, zh, en }))]);
  const keys = [...new Set([...replay.draft.rules, ...(replay.against?.rules ?? [])].map(({ rule }) => rule))];
  const of = (totals: Totals | null, rule: string) => totals?.rules.find((one) => one.rule === rule)?.points ?? 0;
  const rows = keys.map((rule): RuleRow => ({ rule, now: of(replay.against, rule), then: of(replay.draft, rule) }));
  const columns: readonly Column<RuleRow>[] = [
    { key: "rule", title: t("rule"), wrap: true, render: (row) => nameOf(row.rule) },
    { key: "now", title: t("report.now"), numeric: true, hide: "phone", render: (row) => formatCount(row.now) },
    { key: "then", title: t("report.draft"), numeric: true, render: (row) => formatCount(row.then) },
    {
      key: "change",
      title: t("report.change"),
      numeric: true,
      render: (row) => <Difference value={row.then} previous={row.now} />,
    },
  ];
  return (
    <>
      <h3>{t("report.by_rule")}</h3>
      <div className="po-edge">
        <DataTable label={t("report.by_rule")} columns={columns} rows={rows} rowKey={(row) => row.rule} />
      </div>
    </>
  );
}

type Example = Replay["examples"][number];

/** The members for whom most would change, either way. */
function Examples({ replay, t }: { replay: Replay; t: Translate }) {
  const [all, setAll] = useState(false);
  if (replay.examples.length === 0) return <p className="ht-note">{t("report.nobody")}</p>;
  const sorted = replay.examples.toSorted(
    (a, b) => Math.abs(b.draft - b.against) - Math.abs(a.draft - a.against) || a.member_id - b.member_id,
  );
  const columns: readonly Column<Example>[] = [
    {
      key: "member",
      title: t("report.member"),
      render: (row) => <Link to={`/members/${row.member_id}`}>{t("member_no", { n: row.member_id })}</Link>,
    },
    { key: "now", title: t("report.now"), numeric: true, render: (row) => formatCount(row.against) },
    { key: "then", title: t("report.draft"), numeric: true, render: (row) => formatCount(row.draft) },
    {
      key: "change",
      title: t("report.change"),
      numeric: true,
      render: (row) => <Difference value={row.draft} previous={row.against} />,
    },
  ];
  return (
    <>
      <h3>{t("report.largest")}</h3>
      <div className="po-edge">
        <DataTable
          label={t("report.largest")}
          columns={columns}
          rows={all ? sorted : sorted.slice(0, EXAMPLES_SHOWN)}
          rowKey={(row) => row.member_id}
        />
      </div>
      {all || sorted.length <= EXAMPLES_SHOWN ? null : (
        <Button type="link" onClick={() => setAll(true)}>
          {t("report.all", { n: sorted.length })}
        </Button>
      )}
    </>
  );
}
