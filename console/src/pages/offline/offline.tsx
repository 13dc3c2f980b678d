import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip, Choices } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Act, type Exception, type State, useExceptions, useSettle } from "./offline-data.ts";
import { RulesCard } from "./rules-card.tsx";
import "./texts.ts";

/** Points that tills burned while they were offline, where something is wrong; and how much they may. */
export function OfflinePage() {
  const t = useTexts("offline");
  const [state, setState] = useState<State>("open");
  const [chosen, setChosen] = useState<{ readonly row: Exception; readonly act: Act } | null>(null);
  const query = useExceptions(state);
  const may = useCan("points.adjust");
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      <RulesCard t={t} />
      <Choices
        label={t("state.label")}
        value={state}
        onChange={setState}
        items={(["open", "settled"] as const).map((key) => ({ key, label: t(`state.${key}`) }))}
      />
      <Card flush title={t("list.title")} note={t("list.note")}>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {({ pages }) => (
            <DataTable
              label={t("list.title")}
              columns={columnsOf(state, t, may ? (row, act) => setChosen({ row, act }) : undefined)}
              rows={pages.flatMap((page) => page.items)}
              rowKey={(row) => row.burn_id}
              empty={<EmptyState small title={t(`list.empty_${state}`)} text={t("list.empty_text")} />}
              more={
                query.hasNextPage
                  ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                  : undefined
              }
            />
          )}
        </Loaded>
      </Card>
      {chosen === null ? null : <SettleDialog {...chosen} onClose={() => setChosen(null)} t={t} />}
    </div>
  );
}

function columnsOf(
  state: State,
  t: Translate,
  onAct: ((row: Exception, act: Act) => void) | undefined,
): readonly Column<Exception>[] {
  return [
    { key: "at", title: t("list.at"), hide: "phone", render: (row) => <Instant at={row.at} /> },
    {
      key: "receipt",
      title: t("list.receipt"),
      wrap: true,
      render: (row) => (
        <>
          {row.receipt}
          <br />
          <span className="ht-note">{t("list.where", { store: row.store_code, till: row.till })}</span>
        </>
      ),
    },
    {
      key: "member",
      title: t("list.member"),
      hide: "phone",
      render: (row) => <Link to={`/members/${row.member_id}`}>{t("list.number", { n: row.member_id })}</Link>,
    },
    { key: "points", title: t("list.points"), numeric: true, render: (row) => formatCount(row.points) },
    {
      key: "why",
      title: t("list.why"),
      wrap: true,
      render: (row) => (
        <div className="ht-stack">
          {row.reason === null ? null : <span>{pick(row.reason.zh, row.reason.en)}</span>}
          {state === "settled" ? <Settled row={row} t={t} /> : <Acts row={row} onAct={onAct} t={t} />}
        </div>
      ),
    },
  ];
}

function Settled({ row, t }: { row: Exception; t: Translate }) {
  return (
    <span>
      <Chip tone={row.settled_act === "post" ? "good" : "neutral"}>{t(`act.${row.settled_act ?? "drop"}ed`)}</Chip>{" "}
      {t("list.by", { name: row.settled_by ?? "", reason: row.settled_reason ?? "" })}
    </span>
  );
}

interface ActsProps {
  readonly row: Exception;
  readonly onAct: ((row: Exception, act: Act) => void) | undefined;
  readonly t: Translate;
}

function Acts({ row, onAct, t }: ActsProps) {
  if (onAct === undefined) return null;
  return (
    <span className="ht-row">
      {row.may_post ? (
        <Button size="small" onClick={() => onAct(row, "post")}>
          {t("act.post")}
        </Button>
      ) : null}
      <Button size="small" onClick={() => onAct(row, "drop")}>
        {t("act.drop")}
      </Button>
    </span>
  );
}

interface SettleProps {
  readonly row: Exception;
  readonly act: Act;
  readonly onClose: () => void;
  readonly t: Translate;
}

function SettleDialog({ row, act, onClose, t }: SettleProps) {
  const settle = useSettle(row.burn_id, onClose);
  return (
    <ReasonDialog
      title={t(`settle.${act}`, { receipt: row.receipt })}
      text={t(`settle.${act}_text`, act === "post" ? { n: formatCount(row.points - row.posted - row.debt) } : {})}
      hint={t("settle.hint")}
      act={t(`act.${act}`)}
      busy={settle.isPending}
      error={settle.error ?? undefined}
      onClose={onClose}
      onAct={(reason) => settle.mutate({ act, reason })}
    />
  );
}
