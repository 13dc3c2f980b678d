import Button from "antd/es/button";
import { lazy, Suspense, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { api, download } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip, Choices, StatusDot, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { DayText, Fact, Instant, Money } from "../../parts/figures.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { BATCH_TONES, Days } from "./coupon.tsx";
import { BudgetBar } from "./coupons.tsx";
import {
  type Batch,
  type BatchData,
  type CodeRow,
  type Issuance,
  useBatch,
  useCodes,
  useCouponAct,
} from "./coupons-data.ts";
import { UndoDialog } from "./undo-dialog.tsx";
import "./coupons.css";
import "./texts.ts";

const IssueDialog = lazy(async () => ({ default: (await import("./issue-dialog.tsx")).IssueDialog }));
const STATES = ["issued", "held", "redeemed", "expired", "void"] as const;
const TONES: Readonly<Record<CodeRow["state"], Tone>> = {
  issued: "info",
  held: "warn",
  redeemed: "good",
  expired: "neutral",
  void: "neutral",
};

/** One batch: where its coupons are, what they cost, how they were issued, and a way to take an issuance back. */
export function BatchPage() {
  const t = useTexts("coupons");
  const { batchId = "" } = useParams();
  const query = useBatch(batchId);
  const { data } = query;
  return (
    <div className="ht-page">
      <PageHeader
        title={data?.batch.name ?? t("column.batch")}
        note={data === undefined ? undefined : pick(data.coupon.zh, data.coupon.en)}
        back={
          data === undefined
            ? { to: "/coupons", label: t("title") }
            : { to: `/coupons/${data.coupon.key}`, label: pick(data.coupon.definition.zh, data.coupon.definition.en) }
        }
        tags={
          data === undefined ? undefined : (
            <Chip tone={BATCH_TONES[data.batch.state]}>{t(`batch_state.${data.batch.state}`)}</Chip>
          )
        }
        actions={data === undefined ? undefined : <Acts batch={data.batch} t={t} />}
      />
      <Loaded query={query} skeleton={<SkeletonTable />}>
        {(found) => (
          <>
            <Where batch={found.batch} t={t} />
            <Issuances data={found} t={t} />
            <Codes batch={found.batch} t={t} />
          </>
        )}
      </Loaded>
    </div>
  );
}

type Open = "issue" | "state" | "export" | null;

function Acts({ batch, t }: { batch: Batch; t: Translate }) {
  const manage = useCan("benefits.manage");
  const grant = useCan("benefits.grant");
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const next = batch.state === "open" ? "paused" : "open";
  const change = useCouponAct(
    (reason: string) => api.put(`/api/coupons/batches/${batch.batch_id}/state`, { state: next, reason }),
    { done: t(`done.${next}`), onDone: close },
  );
  const take = useCouponAct(
    (reason: string) => download(`/api/coupons/batches/${batch.batch_id}/code-export`, { reason }),
    { done: t("done.exported"), onDone: close },
  );
  const unique = batch.kind === "unique";
  return (
    <>
      {manage && batch.state !== "undone" ? <Button onClick={() => setOpen("state")}>{t(`act.${next}`)}</Button> : null}
      {grant && unique ? <Button onClick={() => setOpen("export")}>{t("act.export")}</Button> : null}
      {grant && unique ? (
        <Button
          type="primary"
          disabled={batch.state !== "open" || batch.made >= batch.number}
          onClick={() => setOpen("issue")}
        >
          {t("act.issue")}
        </Button>
      ) : null}
      {open === "state" ? (
        <ReasonDialog
          title={t(`act.${next}`)}
          text={t(`sure.${next}`)}
          act={t(`act.${next}`)}
          danger={next === "paused"}
          busy={change.isPending}
          onClose={close}
          onAct={(reason) => change.mutate(reason)}
        />
      ) : null}
      {open === "export" ? (
        <ReasonDialog
          title={t("act.export")}
          text={t("sure.export")}
          act={t("act.export")}
          busy={take.isPending}
          onClose={close}
          onAct={(reason) => take.mutate(reason)}
        />
      ) : null}
      {open === "issue" ? (
        <Suspense>
          <IssueDialog batch={batch} onClose={close} />
        </Suspense>
      ) : null}
    </>
  );
}

/** Where the coupons of the batch are: one bar whose parts are named. */
function Where({ batch, t }: { batch: Batch; t: Translate }) {
  const unused = batch.made - batch.held - batch.redeemed - batch.expired - batch.voided;
  const parts = [
    ["redeemed", batch.redeemed],
    ["held", batch.held],
    ["issued", unused],
    ["expired", batch.expired],
    ["void", batch.voided],
    ["left", batch.number - batch.made],
  ] as const;
  const label = parts.map(([name, count]) => `${t(`where.${name}`)} ${formatCount(count)}`).join("，");
  return (
    <Card title={t("where.title")} note={t("where.note", { n: formatCount(batch.number) })}>
      <div className="cp-where" role="img" aria-label={label}>
        {parts.map(([name, count]) =>
          count === 0 ? null : <span key={name} className={`cp-where-${name}`} style={{ flexGrow: count }} />,
        )}
      </div>
      <ul className="cp-legend">
        {parts.map(([name, count]) => (
          <li key={name}>
            <span className={`cp-dot cp-where-${name}`} aria-hidden="true" />
            {t(`where.${name}`)} <strong className="ht-figure">{formatCount(count)}</strong>
          </li>
        ))}
      </ul>
      <dl className="cp-facts">
        <Fact label={t("column.cost")}>
          <Money minor={batch.spent_minor} currency={batch.currency} />
        </Fact>
        <Fact label={t("column.budget")}>
          <BudgetBar spent={batch.spent_minor} budget={batch.budget_minor} currency={batch.currency} />
        </Fact>
        <Fact label={t("column.days")}>
          <Days first={batch.first_day} last={batch.last_day} t={t} />
        </Fact>
        <Fact label={t("column.kind")}>{t(`kind.${batch.kind}`)}</Fact>
        <Fact label={t("column.caps")}>{capsText(batch, t)}</Fact>
      </dl>
    </Card>
  );
}

function capsText(batch: Batch, t: Translate): string {
  const caps = [
    ...(batch.member_max === null ? [] : [t("cap.member", { n: batch.member_max })]),
    ...(batch.member_period === null
      ? []
      : [t("cap.member_period", { n: batch.member_period_max, period: t(`period.${batch.member_period}`) })]),
    ...(batch.period === null ? [] : [t("cap.period", { n: batch.period_max, period: t(`period.${batch.period}`) })]),
    ...(batch.days === null ? [] : [t("cap.days", { n: batch.days })]),
  ];
  return caps.length === 0 ? t("cap.none") : caps.join("，");
}

const ISSUANCE_TONES: Readonly<Record<Issuance["state"], Tone>> = {
  running: "info",
  done: "good",
  cancelled: "warn",
  undoing: "info",
  undone: "neutral",
};

function issuanceColumns(t: Translate, grant: boolean, onSee: (row: Issuance) => void): readonly Column<Issuance>[] {
  return [
    {
      key: "whom",
      title: t("column.whom"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <span>
            {row.segment_id === null ? (
              t(`audience.${row.kind}`)
            ) : (
              <Link to={`/segments/${row.segment_id}`}>{t("issuance.segment", { id: row.segment_id })}</Link>
            )}
          </span>
          <small>
            {row.undo_reason === null
              ? row.reason
              : `${row.reason} · ${t("issuance.undone", { reason: row.undo_reason })}`}
          </small>
        </span>
      ),
    },
    { key: "made", title: t("column.issued"), numeric: true, render: (row) => formatCount(row.made) },
    {
      key: "skipped",
      title: t("column.skipped"),
      numeric: true,
      hide: "phone",
      render: (row) => formatCount(row.skipped),
    },
    {
      key: "state",
      title: t("column.state"),
      render: (row) => <StatusDot tone={ISSUANCE_TONES[row.state]}>{t(`issuance_state.${row.state}`)}</StatusDot>,
    },
    { key: "at", title: t("column.at"), hide: "phone", render: (row) => <Instant at={row.made_at} /> },
    {
      key: "act",
      title: <span className="ht-hidden">{t("act.undo")}</span>,
      render: (row) =>
        grant && (row.state === "done" || row.state === "cancelled") ? (
          <Button size="small" onClick={() => onSee(row)}>
            {t("act.undo")}
          </Button>
        ) : (
          <Button size="small" type="link" onClick={() => onSee(row)}>
            {t("act.see")}
          </Button>
        ),
    },
  ];
}

function Issuances({ data, t }: { data: BatchData; t: Translate }) {
  const grant = useCan("benefits.grant");
  const [undoing, setUndoing] = useState<Issuance | null>(null);
  const running = data.issuances.filter(
    (one) => one.job_id !== null && (one.state === "running" || one.state === "undoing"),
  );
  const columns = issuanceColumns(t, grant, setUndoing);
  return (
    <Card flush title={t("issuances.title")} note={t("issuances.note")}>
      {running.map((one) => (
        <div key={one.issuance_id} className="cp-job">
          <JobProgress jobId={one.job_id ?? ""} label={t(`issuance_state.${one.state}`)} />
        </div>
      ))}
      <DataTable
        label={t("issuances.title")}
        columns={columns}
        rows={data.issuances}
        rowKey={(row) => row.issuance_id}
        empty={<EmptyState small title={t("issuances.empty")} text={t(`issuances.empty_${data.batch.kind}`)} />}
      />
      {undoing === null ? null : (
        <UndoDialog issuance={undoing} currency={data.batch.currency} onClose={() => setUndoing(null)} />
      )}
    </Card>
  );
}

function Codes({ batch, t }: { batch: Batch; t: Translate }) {
  const [params, setParams] = useSearchParams();
  const state = params.get("state") ?? "";
  const [cursors, setCursors] = useState<readonly (number | undefined)[]>([undefined]);
  const query = useCodes(batch.batch_id, state, cursors.at(-1));
  const columns: readonly Column<CodeRow>[] = [
    {
      key: "code",
      title: t("column.code"),
      render: (row) => <span className="ht-code">{row.code_masked ?? t("shared_use")}</span>,
    },
    {
      key: "owner",
      title: t("column.owner"),
      render: (row) =>
        row.owner === null ? (
          <span className="ht-none">{t("nobody")}</span>
        ) : (
          <Link to={`/members/${row.owner}`}>#{row.owner}</Link>
        ),
    },
    {
      key: "state",
      title: t("column.state"),
      render: (row) => <StatusDot tone={TONES[row.state]}>{t(`state.${row.state}`)}</StatusDot>,
    },
    { key: "last", title: t("column.last_day"), hide: "phone", render: (row) => <DayText day={row.last_day} /> },
  ];
  const choose = (key: string) => {
    setCursors([undefined]);
    setParams(key === "" ? {} : { state: key }, { replace: true });
  };
  return (
    <Card flush title={t("codes.title")} note={t("codes.note")}>
      <div className="cp-filter">
        <Choices
          label={t("column.state")}
          value={state}
          onChange={choose}
          items={["", ...STATES].map((key) => ({ key, label: key === "" ? t("codes.all") : t(`state.${key}`) }))}
        />
      </div>
      <Loaded query={query} skeleton={<SkeletonTable columns={4} />}>
        {(data) => (
          <>
            <DataTable
              label={t("codes.title")}
              columns={columns}
              rows={data.items}
              rowKey={(row) => row.issued_id}
              empty={<EmptyState small title={t("codes.empty")} />}
            />
            <div className="cp-pages">
              {cursors.length > 1 ? (
                <Button size="small" onClick={() => setCursors(cursors.slice(0, -1))}>
                  {t("codes.before")}
                </Button>
              ) : null}
              {data.next_cursor === null ? null : (
                <Button size="small" onClick={() => setCursors([...cursors, data.next_cursor ?? undefined])}>
                  {t("codes.next")}
                </Button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </Card>
  );
}
