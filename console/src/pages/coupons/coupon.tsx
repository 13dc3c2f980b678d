import Button from "antd/es/button";
import { lazy, Suspense, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, DayText, Fact, Instant, Money, Ratio } from "../../parts/figures.tsx";
import { DraftCard, type HoldingDays } from "../../parts/draft-card.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { BudgetBar, rateOf, StateChips } from "./coupons.tsx";
import { type Batch, type CouponData, useCoupon, useCouponAct, type Version } from "./coupons-data.ts";
import "./coupons.css";
import "./texts.ts";

const BatchDialog = lazy(async () => ({ default: (await import("./batch-dialog.tsx")).BatchDialog }));

export const BATCH_TONES = { open: "good", paused: "warn", undone: "neutral" } as const;

/** One coupon: what it says, how it is used, its versions and batches. */
export function CouponPage() {
  const t = useTexts("coupons");
  const { coupon = "" } = useParams();
  const query = useCoupon(coupon);
  const { data } = query;
  return (
    <div className="ht-page">
      <PageHeader
        title={data === undefined ? coupon : pick(data.coupon.definition.zh, data.coupon.definition.en)}
        note={data === undefined ? undefined : pick(data.coupon.zh, data.coupon.en)}
        back={{ to: "/coupons", label: t("title") }}
        tags={data === undefined ? undefined : <StateChips row={data.coupon} t={t} />}
        actions={data === undefined ? undefined : <Acts data={data} t={t} />}
      />
      <Loaded query={query} skeleton={<SkeletonTable />}>
        {(found) => (
          <>
            <Draft data={found} t={t} />
            <Use data={found} t={t} />
            <Batches data={found} t={t} />
            <Versions data={found} t={t} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Acts({ data, t }: { data: CouponData; t: Translate }) {
  const manage = useCan("benefits.manage");
  const go = useNavigate();
  const [open, setOpen] = useState<"batch" | "state" | null>(null);
  const { key, state, version } = data.coupon;
  const next = state === "live" ? "withdrawn" : "live";
  const change = useCouponAct((reason: string) => api.put(`/api/coupons/${key}/state`, { state: next, reason }), {
    done: t(`done.${next}`),
    onDone: () => setOpen(null),
  });
  if (!manage) return null;
  return (
    <>
      <Button onClick={() => setOpen("state")}>{t(`act.${next}`)}</Button>
      <Link to={`/coupons/${key}/edit`}>
        <Button tabIndex={-1}>{t("act.edit")}</Button>
      </Link>
      <Button type="primary" disabled={version === null || state !== "live"} onClick={() => setOpen("batch")}>
        {t("act.batch")}
      </Button>
      {open === "state" ? (
        <ReasonDialog
          title={t(`act.${next}`)}
          text={t(`sure.${next}`)}
          act={t(`act.${next}`)}
          danger={next === "withdrawn"}
          busy={change.isPending}
          onClose={() => setOpen(null)}
          onAct={(reason) => change.mutate(reason)}
        />
      ) : null}
      {open === "batch" ? (
        <Suspense>
          <BatchDialog
            coupon={data.coupon}
            onClose={() => setOpen(null)}
            onMade={(id) => void go(`/coupons/batches/${id}`)}
          />
        </Suspense>
      ) : null}
    </>
  );
}

function Draft({ data, t }: { data: CouponData; t: Translate }) {
  const manage = useCan("benefits.manage");
  const draft = data.versions.find((one) => one.published_at === null);
  if (draft === undefined) return null;
  return (
    <DraftCard
      title={t("draft.title", { n: draft.version })}
      note={pick(draft.zh, draft.en)}
      problems={data.problems}
      mayPublish={manage}
      usePublish={(onDone) =>
        useCouponAct((days: HoldingDays) => api.post(`/api/coupons/${data.coupon.key}/publish`, days), {
          done: t("done.published"),
          onDone,
        })
      }
      t={t}
    />
  );
}

function Use({ data, t }: { data: CouponData; t: Translate }) {
  const { coupon } = data;
  const { currency } = coupon.definition;
  return (
    <Card title={t("use.title")}>
      <dl className="cp-facts">
        <Fact label={t("column.issued")}>
          <Count value={coupon.issued} />
        </Fact>
        <Fact label={t("column.redeemed")}>
          <Count value={coupon.redeemed} />
        </Fact>
        <Fact label={t("column.rate")}>
          <Ratio value={rateOf(coupon)} />
        </Fact>
        <Fact label={t("state.held")}>
          <Count value={coupon.held} />
        </Fact>
        <Fact label={t("state.expired")}>
          <Count value={coupon.expired} />
        </Fact>
        <Fact label={t("column.cost")}>
          <Money minor={coupon.spent_minor} currency={currency} />
        </Fact>
        <Fact label={t("column.bearer")}>
          {t(`bearer.${coupon.definition.bearer.kind}`, { n: coupon.definition.bearer.franchise_percent })}
        </Fact>
        <Fact label={t("column.budget")}>
          <BudgetBar spent={coupon.spent_of_budget_minor} budget={coupon.budget_minor} currency={currency} />
        </Fact>
      </dl>
    </Card>
  );
}

function batchColumns(t: Translate): readonly Column<Batch>[] {
  return [
    {
      key: "name",
      title: t("column.batch"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <span className="ht-row">
            <Link to={`/coupons/batches/${row.batch_id}`}>{row.name}</Link>
            {row.state === "open" ? null : <Chip tone={BATCH_TONES[row.state]}>{t(`batch_state.${row.state}`)}</Chip>}
          </span>
          <small>{t(`kind.${row.kind}`)}</small>
        </span>
      ),
    },
    {
      key: "days",
      title: t("column.days"),
      hide: "tablet",
      render: (row) => <Days first={row.first_day} last={row.last_day} t={t} />,
    },
    { key: "made", title: t("column.issued"), numeric: true, render: (row) => <Count value={row.made} /> },
    { key: "redeemed", title: t("column.redeemed"), numeric: true, render: (row) => <Count value={row.redeemed} /> },
    {
      key: "cost",
      title: t("column.cost"),
      numeric: true,
      hide: "phone",
      render: (row) => <Money minor={row.spent_minor} currency={row.currency} />,
    },
    {
      key: "budget",
      title: t("column.budget"),
      hide: "phone",
      width: "200px",
      render: (row) => <BudgetBar spent={row.spent_minor} budget={row.budget_minor} currency={row.currency} />,
    },
  ];
}

export function Days({ first, last, t }: { first: string | null; last: string | null; t: Translate }) {
  return (
    <>
      <DayText day={first} /> – {last === null ? t("no_end") : <DayText day={last} />}
    </>
  );
}

function Batches({ data, t }: { data: CouponData; t: Translate }) {
  return (
    <Card flush title={t("batches.title")} note={t("batches.note")}>
      <DataTable
        label={t("batches.title")}
        columns={batchColumns(t)}
        rows={data.batches}
        rowKey={(row) => row.batch_id}
        empty={<EmptyState small title={t("batches.empty")} text={t("batches.empty_text")} />}
      />
    </Card>
  );
}

function Versions({ data, t }: { data: CouponData; t: Translate }) {
  const columns: readonly Column<Version>[] = [
    { key: "version", title: t("column.version"), render: (row) => t("version", { n: row.version }) },
    { key: "says", title: t("column.says"), wrap: true, render: (row) => pick(row.zh, row.en) },
    {
      key: "days",
      title: t("column.days"),
      hide: "phone",
      render: (row) =>
        row.first_day === null ? t("state.unpublished") : <Days first={row.first_day} last={row.last_day} t={t} />,
    },
    { key: "at", title: t("column.published"), hide: "phone", render: (row) => <Instant at={row.published_at} /> },
  ];
  return (
    <Card flush title={t("versions.title")} note={t("versions.note")}>
      <DataTable label={t("versions.title")} columns={columns} rows={data.versions} rowKey={(row) => row.version} />
    </Card>
  );
}
