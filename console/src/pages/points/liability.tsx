import { useSearchParams } from "react-router";
import { Chip, Choices } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatMoney, formatRatio } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { BarRows } from "./bar-rows.tsx";
import { BudgetsCard } from "./budgets-card.tsx";
import { DayField } from "./fields.tsx";
import { addsUp, type Statement, type StatementQuery, sumOf, useStatement, workbookAddress } from "./liability-data.ts";
import { type Overview, type RuleName, ruleNames, usePointsOverview, worthOf } from "./points-data.ts";
import "./points.css";
import "./texts.ts";

/** What the brand owes in points and in money, when it expires, and movements that add up. */
export function LiabilityPage() {
  const t = useTexts("points");
  const query = usePointsOverview();
  return (
    <div className="ht-page">
      <PageHeader title={t("liability.title")} note={t("liability.note")} />
      <Loaded query={query} skeleton={<SkeletonBlock height={220} />}>
        {(data) => (
          <>
            <Owed data={data} t={t} />
            <div className="ht-grid">
              <div className="ht-span-7">
                <Expiring data={data} t={t} />
              </div>
              <div className="ht-span-5">
                <BudgetsCard budgets={data.budgets} t={t} />
              </div>
            </div>
            <StatementCard rules={data.rules} t={t} />
          </>
        )}
      </Loaded>
    </div>
  );
}

interface PartProps {
  readonly data: Overview;
  readonly t: Translate;
}

const PERMILLE = 1_000;

function Owed({ data, t }: PartProps) {
  const { liability, worth } = data;
  const all = liability.active + liability.pending + liability.held;
  const full = worth === null ? null : worthOf(all, worth);
  const expected =
    full === null || liability.redeemed_permille === null
      ? null
      : Math.round((full * liability.redeemed_permille) / PERMILLE);
  const money = (minor: number | null) => (minor === null || worth === null ? "—" : formatMoney(minor, worth.currency));
  return (
    <Card>
      <dl className="po-owed">
        <div>
          <dt>{t("liability.points")}</dt>
          <dd>
            <strong>{formatCount(all)}</strong> <span className="ht-unit">{t("unit.points")}</span>
          </dd>
          <dd className="ht-note">
            {t("liability.parts", {
              active: formatCount(liability.active),
              pending: formatCount(liability.pending),
              held: formatCount(liability.held),
            })}
          </dd>
        </div>
        <div>
          <dt>{t("liability.full")}</dt>
          <dd>
            <strong>{money(full)}</strong>
          </dd>
          <dd className="ht-note">
            {worth === null
              ? t("liability.no_worth")
              : t("liability.worth", {
                  points: formatCount(worth.points),
                  money: formatMoney(worth.minor, worth.currency),
                })}
          </dd>
        </div>
        <div>
          <dt>{t("liability.expected")}</dt>
          <dd>
            <strong>{money(expected)}</strong>
          </dd>
          <dd className="ht-note">
            {liability.redeemed_permille === null
              ? t("liability.no_rate")
              : t("liability.rate", { share: formatRatio(liability.redeemed_permille / PERMILLE) })}
          </dd>
        </div>
        <div>
          <dt>{t("liability.owners")}</dt>
          <dd>
            <strong>{formatCount(liability.owners)}</strong>
          </dd>
          <dd className="ht-note">
            {liability.owed > 0 ? t("liability.owed", { n: formatCount(liability.owed) }) : t("liability.no_debts")}
          </dd>
        </div>
      </dl>
    </Card>
  );
}

function Expiring({ data, t }: PartProps) {
  const { worth, liability } = data;
  return (
    <Card title={t("expiring.title")} note={t("expiring.note")}>
      {liability.expiring.length === 0 ? (
        <p className="ht-note">{t("expiring.none")}</p>
      ) : (
        <BarRows
          label={t("expiring.title")}
          series={[{ name: t("unit.points"), tone: "accent" }]}
          rows={liability.expiring.map(({ month, points }) => ({
            key: month ?? "endless",
            name: month ?? t("ledger.endless"),
            values: [points],
          }))}
          {...(worth === null
            ? {}
            : { beside: (points: number) => formatMoney(worthOf(points, worth), worth.currency, true) })}
        />
      )}
    </Card>
  );
}

function useStatementQuery() {
  const [params, setParams] = useSearchParams();
  const query: StatementQuery = {
    from_day: params.get("from") ?? undefined,
    to_day: params.get("to") ?? undefined,
    by: params.get("by") === "day" ? "day" : "month",
  };
  const set = (name: string, value: string | undefined) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (value === undefined) next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  return { query, set };
}

/** Opening, what moved, closing; by month or by day; by rule; as a workbook. */
function StatementCard({ rules, t }: { rules: readonly RuleName[]; t: Translate }) {
  const { query, set } = useStatementQuery();
  const answer = useStatement(query);
  const { data } = answer;
  return (
    <Card
      id="statement"
      title={t("statement.title")}
      note={
        data === undefined ? undefined : addsUp(data) ? (
          <Chip tone="good">✓ {t("statement.adds_up")}</Chip>
        ) : (
          <Chip tone="bad">{t("statement.wrong")}</Chip>
        )
      }
      extra={
        <a className="ht-button" href={workbookAddress(query)} download>
          {t("statement.excel")}
        </a>
      }
      flush
    >
      <div className="po-statement-head">
        <Choices
          label={t("statement.by")}
          value={query.by}
          onChange={(by) => set("by", by === "month" ? undefined : by)}
          items={[
            { key: "month", label: t("statement.month") },
            { key: "day", label: t("statement.day") },
          ]}
        />
        <DayField
          label={t("statement.from")}
          value={query.from_day ?? data?.from_day}
          onChange={(day) => set("from", day)}
        />
        <DayField label={t("statement.to")} value={query.to_day ?? data?.to_day} onChange={(day) => set("to", day)} />
      </div>
      <Loaded query={answer} skeleton={<SkeletonTable rows={8} columns={7} />} small>
        {(statement) => (
          <>
            <Flows statement={statement} t={t} />
            <ByRule statement={statement} rules={rules} t={t} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

interface FlowRow {
  readonly period: string;
  readonly issued?: number;
  readonly burned?: number;
  readonly given_back?: number;
  readonly expired?: number;
  readonly taken_back?: number;
  readonly closing: number;
  readonly sum?: true;
}

const signed = (value: number | undefined, sign: "+" | "−") =>
  value === undefined ? "" : value === 0 ? <span className="ht-none">0</span> : `${sign}${formatCount(value)}`;

function Flows({ statement, t }: { statement: Statement; t: Translate }) {
  const { opening, rows, closing } = statement;
  const listed: readonly FlowRow[] = [
    { period: t("statement.opening"), closing: opening, sum: true },
    ...rows,
    { period: t("statement.closing"), ...sumOf(rows), closing, sum: true },
  ];
  const columns: readonly Column<FlowRow>[] = [
    {
      key: "period",
      title: t("statement.period"),
      render: (row) => (row.sum ? <strong>{row.period}</strong> : row.period),
    },
    { key: "issued", title: t("flow.issued"), numeric: true, render: (row) => signed(row.issued, "+") },
    { key: "burned", title: t("flow.burned"), numeric: true, render: (row) => signed(row.burned, "−") },
    { key: "given_back", title: t("flow.given_back"), numeric: true, render: (row) => signed(row.given_back, "+") },
    { key: "expired", title: t("flow.expired"), numeric: true, render: (row) => signed(row.expired, "−") },
    { key: "taken_back", title: t("flow.taken_back"), numeric: true, render: (row) => signed(row.taken_back, "−") },
    {
      key: "closing",
      title: t("flow.closing"),
      numeric: true,
      render: (row) => (row.sum ? <strong>{formatCount(row.closing)}</strong> : formatCount(row.closing)),
    },
  ];
  return <DataTable label={t("statement.title")} columns={columns} rows={listed} rowKey={(row) => row.period} />;
}

type RuleRow = Statement["rules"][number];

function ByRule({ statement, rules, t }: { statement: Statement; rules: readonly RuleName[]; t: Translate }) {
  const nameOf = ruleNames(rules);
  if (statement.rules.length === 0)
    return <EmptyState small title={t("statement.none")} text={t("statement.none_text")} />;
  const columns: readonly Column<RuleRow>[] = [
    {
      key: "rule",
      title: t("rule"),
      wrap: true,
      render: (row) => t(`cause.${row.rule}`, { defaultValue: nameOf(row.rule) }),
    },
    { key: "causes", title: t("refused.causes"), numeric: true, render: (row) => formatCount(row.causes) },
    { key: "issued", title: t("flow.issued"), numeric: true, render: (row) => signed(row.issued, "+") },
    { key: "taken_back", title: t("flow.taken_back"), numeric: true, render: (row) => signed(row.taken_back, "−") },
  ];
  return (
    <>
      <h3 className="po-inset">{t("statement.by_rule")}</h3>
      <DataTable label={t("statement.by_rule")} columns={columns} rows={statement.rules} rowKey={(row) => row.rule} />
    </>
  );
}
