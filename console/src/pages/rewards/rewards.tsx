import { ShoppingOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Reward, type RewardState, useRewards } from "./rewards-data.ts";
import "./rewards.css";
import "./texts.ts";

const TONES: Readonly<Record<RewardState, Tone>> = {
  in_force: "good",
  scheduled: "info",
  withdrawn: "warn",
  ended: "neutral",
  draft: "neutral",
};

export function StateChip({ reward, t }: { reward: Reward; t: Translate }) {
  return (
    <>
      <Chip tone={TONES[reward.state]}>{t(`state.${reward.state}`)}</Chip>
      {reward.has_draft && reward.state !== "draft" ? <Chip tone="info">{t("state.has_draft")}</Chip> : null}
    </>
  );
}

export function Price({ reward, t }: { reward: Reward; t: Translate }) {
  const { points, cash_minor, currency } = reward.definition;
  return (
    <span className="rw-price">
      <strong>{formatCount(points)}</strong> {t("points")}
      {cash_minor === 0 ? null : <small> + {formatMoney(cash_minor, currency)}</small>}
    </span>
  );
}

/** Where the units of a stock are: given, held for orders, left. */
export function StockBar({ reward, t }: { reward: Reward; t: Translate }) {
  const { stock, given, held, left } = reward;
  if (stock === 0) return <span className="ht-note">{t("stock.none")}</span>;
  const parts = [
    ["given", given],
    ["held", held],
    ["left", left],
  ] as const;
  const label = parts.map(([name, count]) => `${t(`stock.${name}`)} ${formatCount(count)}`).join("，");
  const short = left === 0 ? "bad" : left / stock <= 0.1 ? "warn" : "";
  return (
    <span className="rw-stock">
      <span className="rw-bar" role="img" aria-label={label}>
        {parts.map(([name, count]) =>
          count === 0 ? null : <span key={name} className={`rw-${name}`} style={{ flexGrow: count }} />,
        )}
      </span>
      <small className={short === "" ? undefined : `rw-short-${short}`}>
        {left === 0 ? t("stock.gone") : t("stock.of", { left: formatCount(left), stock: formatCount(stock) })}
        {held > 0 ? ` · ${t("stock.held")} ${formatCount(held)}` : ""}
      </small>
    </span>
  );
}

function columns(t: Translate): readonly Column<Reward>[] {
  return [
    {
      key: "name",
      title: t("column.reward"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <span className="ht-row">
            <Link to={`/rewards/${row.reward}`}>{pick(row.name_zh, row.name_en)}</Link>
            <StateChip reward={row} t={t} />
          </span>
          <small>{pick(row.zh, row.en)}</small>
        </span>
      ),
    },
    { key: "price", title: t("column.price"), numeric: true, render: (row) => <Price reward={row} t={t} /> },
    { key: "stock", title: t("column.stock"), width: "220px", render: (row) => <StockBar reward={row} t={t} /> },
    {
      key: "sold",
      title: t("column.sold"),
      numeric: true,
      hide: "phone",
      render: (row) => <Count value={row.orders} to={`/rewards/orders?reward=${row.reward}`} />,
    },
    {
      key: "waiting",
      title: t("column.waiting"),
      numeric: true,
      hide: "phone",
      render: (row) => <Count value={row.waiting} to={`/rewards/orders?state=confirmed&reward=${row.reward}`} />,
    },
    {
      key: "points",
      title: t("column.burned"),
      numeric: true,
      hide: "tablet",
      render: (row) => <Count value={row.points} />,
    },
  ];
}

/** What points buy: price, stock, how much of it went. */
export function RewardsPage() {
  const t = useTexts("rewards");
  const manage = useCan("benefits.manage");
  const query = useRewards();
  const add = (
    <Link to="/rewards/new">
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
            <Link to="/rewards/orders?state=confirmed">
              <Button tabIndex={-1}>{t("act.orders")}</Button>
            </Link>
            {manage ? add : null}
          </>
        }
      />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
          {({ items }) => (
            <DataTable
              label={t("title")}
              columns={columns(t)}
              rows={items}
              rowKey={(row) => row.reward}
              rowTone={(row) => (row.state === "withdrawn" || row.state === "ended" ? "quiet" : undefined)}
              empty={
                <EmptyState
                  icon={<ShoppingOutlined />}
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
