import Button from "antd/es/button";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Choices } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, DayText, Fact, Instant, Money } from "../../parts/figures.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { DraftCard, type HoldingDays } from "../../parts/draft-card.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { Price, StateChip, StockBar } from "./rewards.tsx";
import { type Move, type Reward, type RewardData, useReward, useRewardAct, type Version } from "./rewards-data.ts";
import "./rewards.css";
import "./texts.ts";

const UNITS = /^[1-9]\d{0,5}$/;

/** One reward: what it costs, where its units are and how they came and went, its draft and versions. */
export function RewardPage() {
  const t = useTexts("rewards");
  const { reward = "" } = useParams();
  const query = useReward(reward);
  const { data } = query;
  return (
    <div className="ht-page">
      <PageHeader
        title={data === undefined ? reward : pick(data.reward.name_zh, data.reward.name_en)}
        note={data === undefined ? undefined : pick(data.reward.zh, data.reward.en)}
        back={{ to: "/rewards", label: t("title") }}
        tags={data === undefined ? undefined : <StateChip reward={data.reward} t={t} />}
        actions={data === undefined ? undefined : <Acts reward={data.reward} t={t} />}
      />
      <Loaded query={query} skeleton={<SkeletonTable />}>
        {(found) => (
          <>
            <Draft data={found} t={t} />
            <Use reward={found.reward} t={t} />
            <Moves moves={found.moves} t={t} />
            <Versions versions={found.versions} t={t} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Acts({ reward, t }: { reward: Reward; t: Translate }) {
  const manage = useCan("benefits.manage");
  const [open, setOpen] = useState<"stock" | "state" | null>(null);
  const close = () => setOpen(null);
  const next = reward.state === "withdrawn" ? "live" : "withdrawn";
  const change = useRewardAct(
    (reason: string) => api.put(`/api/rewards/${reward.reward}/state`, { state: next, reason }),
    { done: t(`done.${next}`), onDone: close },
  );
  if (!manage) return null;
  return (
    <>
      {reward.version === null ? null : <Button onClick={() => setOpen("state")}>{t(`act.${next}`)}</Button>}
      <Link to={`/rewards/${reward.reward}/edit`}>
        <Button tabIndex={-1}>{t("act.edit")}</Button>
      </Link>
      <Button type="primary" onClick={() => setOpen("stock")}>
        {t("act.stock")}
      </Button>
      {open === "state" ? (
        <ReasonDialog
          title={t(`act.${next}`)}
          text={t(`sure.${next}`)}
          act={t(`act.${next}`)}
          danger={next === "withdrawn"}
          busy={change.isPending}
          error={change.error}
          onClose={close}
          onAct={(reason) => change.mutate(reason)}
        />
      ) : null}
      {open === "stock" ? <StockDialog reward={reward} onClose={close} /> : null}
    </>
  );
}

function StockDialog({ reward, onClose }: { reward: Reward; onClose: () => void }) {
  const t = useTexts("rewards");
  const [key] = useState(() => crypto.randomUUID());
  const [way, setWay] = useState<"add" | "take">("add");
  const [units, setUnits] = useState("");
  const [reason, setReason] = useState("");
  const act = useRewardAct(
    () =>
      api.once(`/api/rewards/${reward.reward}/stock`, key, {
        units: Number(units) * (way === "add" ? 1 : -1),
        reason: reason.trim(),
      }),
    { done: t("done.stock"), onDone: onClose },
  );
  return (
    <FormDialog
      title={t("act.stock")}
      act={t(`stock.${way}`)}
      danger={way === "take"}
      ready={UNITS.test(units) && reason.trim().length >= 2}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate(undefined)}
    >
      <p>{t("stock.of", { left: formatCount(reward.left), stock: formatCount(reward.stock) })}</p>
      <Choices
        label={t("act.stock")}
        value={way}
        onChange={setWay}
        items={(["add", "take"] as const).map((one) => ({ key: one, label: t(`stock.${one}`) }))}
      />
      <TextField label={t("stock.units")} type="number" value={units} onChange={setUnits} />
      <TextField label={t("shared:act.reason")} hint={t("stock.reason_hint")} value={reason} onChange={setReason} />
    </FormDialog>
  );
}

function Draft({ data, t }: { data: RewardData; t: Translate }) {
  const manage = useCan("benefits.manage");
  const { draft } = data;
  if (draft === null) return null;
  return (
    <DraftCard
      title={t("draft.title")}
      note={pick(draft.zh, draft.en)}
      problems={draft.problems}
      mayPublish={manage}
      usePublish={(onDone) =>
        useRewardAct((days: HoldingDays) => api.post(`/api/rewards/${data.reward.reward}/publish`, days), {
          done: t("done.published"),
          onDone,
        })
      }
      t={t}
    />
  );
}

function Use({ reward, t }: { reward: Reward; t: Translate }) {
  return (
    <Card title={t("use.title")}>
      <dl className="rw-facts">
        <Fact label={t("column.price")}>
          <Price reward={reward} t={t} />
        </Fact>
        <Fact label={t("column.stock")}>
          <StockBar reward={reward} t={t} />
        </Fact>
        <Fact label={t("column.sold")}>
          <Count value={reward.orders} to={`/rewards/orders?reward=${reward.reward}`} />
        </Fact>
        <Fact label={t("column.waiting")}>
          <Count value={reward.waiting} to={`/rewards/orders?state=confirmed&reward=${reward.reward}`} />
        </Fact>
        <Fact label={t("column.burned")}>
          <Count value={reward.points} />
        </Fact>
        <Fact label={t("column.cash")}>
          <Money minor={reward.cash_minor} currency={reward.definition.currency} />
        </Fact>
        <Fact label={t("column.days")}>
          {reward.first_day === null ? (
            t("not_published")
          ) : (
            <>
              <DayText day={reward.first_day} /> –{" "}
              {reward.last_day === null ? t("no_end") : <DayText day={reward.last_day} />}
            </>
          )}
        </Fact>
      </dl>
    </Card>
  );
}

function Moves({ moves, t }: { moves: readonly Move[]; t: Translate }) {
  const columns: readonly Column<Move>[] = [
    { key: "at", title: t("column.at"), render: (row) => <Instant at={row.moved_at} /> },
    { key: "kind", title: t("column.kind"), render: (row) => t(`move.${row.kind}`) },
    {
      key: "units",
      title: t("column.units"),
      numeric: true,
      render: (row) => (
        <span className="ht-figure">
          {row.units > 0 ? "+" : "−"}
          {formatCount(Math.abs(row.units))}
        </span>
      ),
    },
    { key: "after", title: t("column.after"), numeric: true, render: (row) => <Count value={row.stock_after} /> },
    { key: "reason", title: t("column.reason"), wrap: true, hide: "phone", render: (row) => row.reason },
  ];
  return (
    <Card flush title={t("moves.title")} note={t("moves.note")}>
      <DataTable
        label={t("moves.title")}
        columns={columns}
        rows={moves}
        rowKey={(row) => row.move_id}
        empty={<EmptyState small title={t("moves.empty")} text={t("moves.empty_text")} />}
      />
    </Card>
  );
}

function Versions({ versions, t }: { versions: readonly Version[]; t: Translate }) {
  const columns: readonly Column<Version>[] = [
    { key: "version", title: t("column.version"), render: (row) => t("version", { n: row.version }) },
    { key: "says", title: t("column.says"), wrap: true, render: (row) => pick(row.zh, row.en) },
    { key: "first", title: t("field.first_day"), render: (row) => <DayText day={row.first_day} /> },
    {
      key: "last",
      title: t("field.last_day"),
      hide: "phone",
      render: (row) => (row.last_day === null ? t("no_end") : <DayText day={row.last_day} />),
    },
  ];
  return (
    <Card flush title={t("versions.title")} note={t("versions.note")}>
      <DataTable
        label={t("versions.title")}
        columns={columns}
        rows={versions}
        rowKey={(row) => row.version}
        empty={<EmptyState small title={t("versions.empty")} text={t("versions.empty_text")} />}
      />
    </Card>
  );
}
