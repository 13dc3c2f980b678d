import { GiftOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { Bar } from "../../parts/bar.tsx";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Money, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatMoney, formatRatio } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type CouponRow, useCoupons } from "./coupons-data.ts";
import "./coupons.css";
import "./texts.ts";

/** How much of a budget is left, as a bar with its figure; tighter budgets change their tone. */
export function BudgetBar({ spent, budget, currency }: { spent: number; budget: number | null; currency: string }) {
  const t = useTexts("coupons");
  if (budget === null) return <span className="ht-note">{t("no_budget")}</span>;
  const part = spent / budget;
  const left = t("budget_left", { left: formatMoney(budget - spent, currency), share: formatRatio(1 - part, 0) });
  return (
    <span className="cp-budget">
      <Bar part={part} label={left} tone={part >= 0.95 ? "bad" : part >= 0.8 ? "warn" : "accent"} />
      <small>{left}</small>
    </span>
  );
}

export function StateChips({ row, t }: { row: CouponRow; t: Translate }) {
  return (
    <>
      {row.state === "withdrawn" ? <Chip tone="warn">{t("state.withdrawn")}</Chip> : null}
      {row.version === null ? <Chip>{t("state.unpublished")}</Chip> : null}
      {row.draft !== null && row.version !== null ? <Chip tone="info">{t("state.draft")}</Chip> : null}
    </>
  );
}

/** Of codes that were issued; a shared code is issued by using it. */
export const rateOf = ({ codes_issued, codes_redeemed }: CouponRow) =>
  codes_issued === 0 ? null : codes_redeemed / codes_issued;

function columns(t: Translate): readonly Column<CouponRow>[] {
  return [
    {
      key: "name",
      title: t("column.name"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <span className="ht-row">
            <Link to={`/coupons/${row.key}`}>{pick(row.definition.zh, row.definition.en)}</Link>
            <StateChips row={row} t={t} />
          </span>
          <small>{pick(row.zh, row.en)}</small>
        </span>
      ),
    },
    { key: "issued", title: t("column.issued"), numeric: true, render: (row) => <Count value={row.issued} /> },
    { key: "redeemed", title: t("column.redeemed"), numeric: true, render: (row) => <Count value={row.redeemed} /> },
    {
      key: "rate",
      title: t("column.rate"),
      numeric: true,
      hide: "phone",
      render: (row) => <Ratio value={rateOf(row)} />,
    },
    {
      key: "cost",
      title: t("column.cost"),
      numeric: true,
      hide: "phone",
      render: (row) => <Money minor={row.spent_minor} currency={row.definition.currency} />,
    },
    {
      key: "budget",
      title: t("column.budget"),
      hide: "tablet",
      width: "220px",
      render: (row) => (
        <BudgetBar spent={row.spent_of_budget_minor} budget={row.budget_minor} currency={row.definition.currency} />
      ),
    },
  ];
}

/** All coupons with how they are used. */
export function CouponsPage() {
  const t = useTexts("coupons");
  const manage = useCan("benefits.manage");
  const query = useCoupons();
  const add = (
    <Link to="/coupons/new">
      <Button type="primary" tabIndex={-1}>
        {t("act.new")}
      </Button>
    </Link>
  );
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} actions={manage ? add : undefined} />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
          {({ items }) => (
            <DataTable
              label={t("title")}
              columns={columns(t)}
              rows={items}
              rowKey={(row) => row.key}
              rowTone={(row) => (row.state === "withdrawn" ? "quiet" : undefined)}
              empty={
                <EmptyState
                  icon={<GiftOutlined />}
                  title={t("empty.title")}
                  text={t("empty.text")}
                  action={manage ? add : undefined}
                />
              }
            />
          )}
        </Loaded>
      </Card>
    </div>
  );
}
