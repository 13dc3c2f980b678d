import Button from "antd/es/button";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { download } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { type SetAddress, useAddress } from "../../parts/address.ts";
import { Chip, Choices, StatusDot, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import { currentLanguage, pick, type Translate, useTexts } from "../../texts/texts.ts";
import {
  type Order,
  ORDER_STATES,
  type OrderFilter,
  type OrderState,
  useOrders,
  useRewardAct,
  useRewards,
} from "./rewards-data.ts";
import "./rewards.css";
import "./texts.ts";

const HandOverDialog = lazy(async () => ({ default: (await import("./order-dialogs.tsx")).HandOverDialog }));
const CancelDialog = lazy(async () => ({ default: (await import("./order-dialogs.tsx")).CancelDialog }));

const TONES: Readonly<Record<OrderState, Tone>> = {
  held: "info",
  confirmed: "warn",
  fulfilled: "good",
  cancelled: "neutral",
  returned: "neutral",
};

type Act = { readonly kind: "hand" | "cancel"; readonly order: Order };

function Whose({ row, t }: { row: Order; t: Translate }) {
  if (row.member_id === null) return <span className="ht-note">{t("erased")}</span>;
  return (
    <span className="ht-cell-two">
      <Link to={`/members/${row.member_id}`}>{row.name_masked ?? `#${row.member_id}`}</Link>
      <small>{[row.phone_masked, row.home_store].filter((word) => word !== null).join(" · ")}</small>
    </span>
  );
}

function Standing({ row, t }: { row: Order; t: Translate }) {
  const where = row.store_code ?? row.shipment;
  const why = row.reason === "timed_out" ? t("timed_out") : row.reason;
  return (
    <span className="ht-cell-two">
      <StatusDot tone={TONES[row.state]}>{t(`order.${row.state}`)}</StatusDot>
      {where === null ? null : <small>{where}</small>}
      {why === null ? null : <small>{why}</small>}
    </span>
  );
}

function columns(t: Translate, redeem: boolean, onAct: (act: Act) => void): readonly Column<Order>[] {
  return [
    {
      key: "order",
      title: t("column.reward"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <span className="ht-row">
            <Link to={`/rewards/${row.reward}`}>{pick(row.name_zh, row.name_en)}</Link>
            {row.is_first ? <Chip tone="accent">{t("first")}</Chip> : null}
          </span>
          <small>
            {t("order_no", { n: row.order_id })} · <Instant at={row.made_at} />
          </small>
        </span>
      ),
    },
    { key: "member", title: t("column.member"), wrap: true, render: (row) => <Whose row={row} t={t} /> },
    {
      key: "paid",
      title: t("column.paid"),
      numeric: true,
      hide: "phone",
      render: (row) => (
        <>
          {formatCount(row.points)} {t("points")}
          {row.cash_minor === 0 ? "" : ` + ${formatMoney(row.cash_minor, row.currency)}`}
        </>
      ),
    },
    { key: "state", title: t("column.state"), render: (row) => <Standing row={row} t={t} /> },
    {
      key: "act",
      title: t("column.act"),
      render: (row) =>
        redeem ? (
          <span className="ht-row">
            {row.state === "confirmed" ? (
              <Button size="small" type="primary" onClick={() => onAct({ kind: "hand", order: row })}>
                {t("act.hand_over")}
              </Button>
            ) : null}
            {row.state === "confirmed" || row.state === "held" || row.state === "fulfilled" ? (
              <Button size="small" onClick={() => onAct({ kind: "cancel", order: row })}>
                {t(row.state === "fulfilled" ? "act.take_back" : "act.cancel")}
              </Button>
            ) : null}
          </span>
        ) : null,
    },
  ];
}

/** Orders of rewards: what waits is served in its order, handed over, taken back. */
export function RewardOrdersPage() {
  const t = useTexts("rewards");
  const { of, set } = useAddress();
  const redeem = useCan("benefits.redeem");
  const [act, setAct] = useState<Act>();
  const filter: OrderFilter = { state: of("state"), reward: of("reward"), from: of("from"), to: of("to") };
  const query = useOrders(filter);
  const close = () => setAct(undefined);
  return (
    <div className="ht-page">
      <PageHeader
        title={t("orders.title")}
        note={t("orders.note")}
        back={{ to: "/rewards", label: t("title") }}
        actions={<Export filter={filter} t={t} />}
      />
      <Card flush>
        <Filters filter={filter} set={set} counts={query.data?.pages[0]?.counts} t={t} />
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {({ pages }) => (
            <DataTable
              label={t("orders.title")}
              columns={columns(t, redeem, setAct)}
              rows={pages.flatMap((page) => page.items)}
              rowKey={(row) => row.order_id}
              empty={<EmptyState small title={t("orders.empty")} text={t("orders.empty_text")} />}
              more={
                query.hasNextPage
                  ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                  : undefined
              }
            />
          )}
        </Loaded>
      </Card>
      <Suspense>
        {act?.kind === "hand" ? <HandOverDialog order={act.order} onClose={close} /> : null}
        {act?.kind === "cancel" ? <CancelDialog order={act.order} onClose={close} /> : null}
      </Suspense>
    </div>
  );
}

interface FiltersProps {
  readonly filter: OrderFilter;
  readonly set: SetAddress;
  readonly counts: Readonly<Record<OrderState, number>> | undefined;
  readonly t: Translate;
}

function Filters({ filter, set, counts, t }: FiltersProps) {
  const rewards = useRewards().data?.items ?? [];
  const all = counts === undefined ? undefined : Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <div className="rw-filter">
      <Choices
        label={t("column.state")}
        value={filter.state as OrderState | ""}
        onChange={(state) => set({ state })}
        items={[
          { key: "" as const, label: t("orders.all"), count: all },
          ...ORDER_STATES.map((state) => ({ key: state, label: t(`order.${state}`), count: counts?.[state] })),
        ]}
      />
      <select
        className="ht-select"
        aria-label={t("column.reward")}
        value={filter.reward}
        onChange={(event) => set({ reward: event.target.value })}
      >
        <option value="">{t("orders.any")}</option>
        {rewards.map((one) => (
          <option key={one.reward} value={one.reward}>
            {pick(one.name_zh, one.name_en)}
          </option>
        ))}
      </select>
      {(["from", "to"] as const).map((name) => (
        <label key={name} className="rw-day-field">
          {t(`orders.${name}`)}
          <input type="date" value={filter[name]} onChange={(event) => set({ [name]: event.target.value })} />
        </label>
      ))}
    </div>
  );
}

function Export({ filter, t }: { filter: OrderFilter; t: Translate }) {
  const grant = useCan("benefits.grant");
  const [open, setOpen] = useState(false);
  const set = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
  const take = useRewardAct(
    (reason: string) => download("/api/rewards/orders/export", { ...set, reason, language: currentLanguage() }),
    { done: t("done.exported"), onDone: () => setOpen(false) },
  );
  if (!grant) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("act.export")}</Button>
      {open ? (
        <ReasonDialog
          title={t("act.export")}
          text={t("sure.export")}
          act={t("act.export")}
          busy={take.isPending}
          onClose={() => setOpen(false)}
          onAct={(reason) => take.mutate(reason)}
        />
      ) : null}
    </>
  );
}
