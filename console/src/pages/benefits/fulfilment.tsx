import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { type SetAddress, useAddress } from "../../parts/address.ts";
import { Choices, StatusDot, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { DayText } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import {
  type Entitlement,
  type Listed,
  STATES,
  type State,
  sumOf,
  useBenefits,
  useFulfilment,
} from "./benefits-data.ts";
import { HandOutDialog } from "./hand-out-dialog.tsx";
import "./benefits.css";
import "./texts.ts";

export const TONES: Readonly<Record<State, Tone>> = {
  due: "info",
  granted: "warn",
  fulfilled: "good",
  expired: "neutral",
  failed: "bad",
};

/** Where one stands: its state in words, and why where it came to nothing. */
export function Standing({ row, t }: { row: Entitlement; t: Translate }) {
  return (
    <span className="ht-cell-two">
      <StatusDot tone={TONES[row.state]}>{t(`kept.${row.state}`)}</StatusDot>
      {row.reason_zh === null ? null : <small>{pick(row.reason_zh, row.reason_en ?? "")}</small>}
      {row.store_code === null ? null : <small>{row.store_code}</small>}
    </span>
  );
}

export function Whose({
  row,
  t,
}: {
  row: Pick<Listed, "member_id" | "name_masked" | "phone_masked" | "home_store">;
  t: Translate;
}) {
  if (row.member_id === null) return <span className="ht-note">{t("erased")}</span>;
  return (
    <span className="ht-cell-two">
      <Link to={`/members/${row.member_id}`}>{row.name_masked ?? `#${row.member_id}`}</Link>
      <small>{[row.phone_masked, row.home_store].filter((word) => word !== null).join(" · ")}</small>
    </span>
  );
}

function columns(t: Translate, hand: boolean, onHand: (row: Listed) => void): readonly Column<Listed>[] {
  return [
    { key: "member", title: t("column.member"), wrap: true, render: (row) => <Whose row={row} t={t} /> },
    {
      key: "benefit",
      title: t("column.benefit"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <Link to={`/benefits/${row.benefit}`}>{pick(row.name_zh, row.name_en)}</Link>
          <small>{t(`give.${row.kind}`)}</small>
        </span>
      ),
    },
    { key: "due", title: t("column.due_day"), hide: "phone", render: (row) => <DayText day={row.due_day} /> },
    { key: "last", title: t("column.last_day"), hide: "phone", render: (row) => <DayText day={row.last_day} /> },
    { key: "state", title: t("column.state"), render: (row) => <Standing row={row} t={t} /> },
    {
      key: "act",
      title: t("column.act"),
      render: (row) =>
        hand && row.by_hand && row.state === "granted" ? (
          <Button size="small" onClick={() => onHand(row)}>
            {t("act.hand_out")}
          </Button>
        ) : null,
    },
  ];
}

/** What members were due: what waits to be handed out, what was kept, and why the rest was not. */
export function FulfilmentPage() {
  const t = useTexts("benefits");
  const { of, set } = useAddress();
  const hand = useCan("benefits.redeem");
  const [handing, setHanding] = useState<Listed>();
  const names = useBenefits().data?.items ?? [];
  const filter = { state: of("state"), benefit: of("benefit"), from: of("from"), to: of("to") };
  const query = useFulfilment(filter);
  return (
    <div className="ht-page">
      <PageHeader
        title={t("fulfilment.title")}
        note={t("fulfilment.note")}
        back={{ to: "/benefits", label: t("title") }}
      />
      <Card flush>
        <Filters filter={filter} counts={query.data?.pages[0]?.counts} names={names} set={set} t={t} />
        <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
          {({ pages }) => (
            <DataTable
              label={t("fulfilment.title")}
              columns={columns(t, hand, setHanding)}
              rows={pages.flatMap((page) => page.items)}
              rowKey={(row) => row.entitlement_id}
              empty={<EmptyState small title={t("fulfilment.empty")} text={t("fulfilment.empty_text")} />}
              more={
                query.hasNextPage
                  ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                  : undefined
              }
            />
          )}
        </Loaded>
      </Card>
      {handing === undefined ? null : <HandOutDialog row={handing} onClose={() => setHanding(undefined)} />}
    </div>
  );
}

interface FiltersProps {
  readonly filter: { readonly state: string; readonly benefit: string; readonly from: string; readonly to: string };
  readonly counts: Readonly<Record<State, number>> | undefined;
  readonly names: readonly { readonly benefit: string; readonly name_zh: string; readonly name_en: string }[];
  readonly set: SetAddress;
  readonly t: Translate;
}

/** By state, benefit and days; the address keeps what was chosen. */
function Filters({ filter, counts, names, set, t }: FiltersProps) {
  return (
    <div className="bf-filter">
      <Choices
        label={t("column.state")}
        value={filter.state as State | ""}
        onChange={(state) => set({ state })}
        items={[
          { key: "" as const, label: t("fulfilment.all"), count: counts === undefined ? undefined : sumOf(counts) },
          ...STATES.map((state) => ({ key: state, label: t(`kept.${state}`), count: counts?.[state] })),
        ]}
      />
      <select
        className="ht-select"
        aria-label={t("column.benefit")}
        value={filter.benefit}
        onChange={(event) => set({ benefit: event.target.value })}
      >
        <option value="">{t("fulfilment.any_benefit")}</option>
        {names.map((one) => (
          <option key={one.benefit} value={one.benefit}>
            {pick(one.name_zh, one.name_en)}
          </option>
        ))}
      </select>
      {(["from", "to"] as const).map((name) => (
        <label key={name} className="bf-day-field">
          {t(`fulfilment.${name}`)}
          <input
            type="date"
            className="cp-inline"
            value={filter[name]}
            onChange={(event) => set({ [name]: event.target.value })}
          />
        </label>
      ))}
    </div>
  );
}
