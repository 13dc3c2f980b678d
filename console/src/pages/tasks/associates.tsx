import { PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import type { SetAddress } from "../../parts/address.ts";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { AssociateDialog } from "./associate-dialog.tsx";
import { HandOverDialog } from "./hand-over-dialog.tsx";
import { KeptMembers } from "./kept-members.tsx";
import { StoreSelect } from "./store-select.tsx";
import { type Associate, type HandOver, nameOf, useAssociates, useHandOvers, useTaskAct } from "./tasks-data.ts";

interface Props {
  readonly params: URLSearchParams;
  readonly set: SetAddress;
  readonly t: Translate;
}

/** Who looks after how many, what they have open; one chosen with members and hand-overs. */
export function AssociatesTab({ params, set, t }: Props) {
  const query = useAssociates();
  const [editing, setEditing] = useState<Associate | "new">();
  const [handing, setHanding] = useState<Associate>();
  const store = params.get("store") ?? "";
  return (
    <>
      <Chosen
        associate={query.data?.items.find((one) => String(one.associate_id) === params.get("associate"))}
        all={query.data?.items ?? []}
        t={t}
      />
      <Card
        flush
        title={t("associates.title")}
        note={t("associates.note")}
        extra={
          <>
            <StoreSelect
              associates={query.data?.items ?? []}
              value={store}
              onChange={(code) => set({ store: code })}
              t={t}
            />
            <Button icon={<PlusOutlined />} onClick={() => setEditing("new")}>
              {t("associates.add")}
            </Button>
          </>
        }
      >
        <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
          {({ items }) => (
            <DataTable
              label={t("associates.title")}
              columns={columns(t, setEditing, setHanding)}
              rows={items.filter((one) => store === "" || one.store_code === store)}
              rowKey={(row) => row.associate_id}
              rowTone={(row) => (row.left_at === null ? undefined : "quiet")}
              empty={<EmptyState small title={t("associates.empty")} text={t("associates.empty_text")} />}
            />
          )}
        </Loaded>
      </Card>
      {editing === undefined ? null : (
        <AssociateDialog associate={editing === "new" ? null : editing} onClose={() => setEditing(undefined)} t={t} />
      )}
      {handing === undefined ? null : (
        <HandOverDialog
          associate={handing}
          others={(query.data?.items ?? []).filter((one) => one.left_at === null && one !== handing)}
          onClose={() => setHanding(undefined)}
          onDone={() => set({ associate: String(handing.associate_id) })}
          t={t}
        />
      )}
    </>
  );
}

function columns(
  t: Translate,
  onEdit: (row: Associate) => void,
  onHand: (row: Associate) => void,
): readonly Column<Associate>[] {
  return [
    {
      key: "associate",
      title: t("column.associate"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <Link to={`/tasks?tab=associates&associate=${row.associate_id}`}>{nameOf(row)}</Link>
          <small>
            {row.left_at === null ? (row.store ?? row.store_code ?? t("associates.no_store")) : t("associates.left")}
          </small>
        </span>
      ),
    },
    {
      key: "person",
      title: t("column.person"),
      hide: "phone",
      render: (row) => row.person ?? <span className="ht-note">{t("associates.no_account")}</span>,
    },
    { key: "members", title: t("column.members"), numeric: true, render: (row) => formatCount(row.members) },
    {
      key: "open",
      title: t("column.open"),
      numeric: true,
      render: (row) =>
        row.open_tasks === 0 ? (
          "0"
        ) : (
          <Link to={`/tasks?tab=all&associate=${row.associate_id}`}>{formatCount(row.open_tasks)}</Link>
        ),
    },
    {
      key: "late",
      title: t("column.late"),
      numeric: true,
      hide: "phone",
      render: (row) => (row.overdue === 0 ? "0" : <Chip tone="bad">{formatCount(row.overdue)}</Chip>),
    },
    {
      key: "act",
      title: t("column.act"),
      render: (row) => (
        <span className="tk-row-acts">
          <Button size="small" onClick={() => onEdit(row)}>
            {t("act.edit")}
          </Button>
          {row.members + row.open_tasks > 0 || row.left_at === null ? (
            <Button size="small" onClick={() => onHand(row)}>
              {t("act.hand_over")}
            </Button>
          ) : null}
        </span>
      ),
    },
  ];
}

function Chosen({ associate, all, t }: { associate: Associate | undefined; all: readonly Associate[]; t: Translate }) {
  if (associate === undefined) return null;
  return (
    <>
      <HandOvers associate={associate} all={all} t={t} />
      <KeptMembers
        associate_id={associate.associate_id}
        title={t("associates.members", { name: nameOf(associate), n: associate.members })}
        t={t}
      />
    </>
  );
}

function HandOvers({ associate, all, t }: { associate: Associate; all: readonly Associate[]; t: Translate }) {
  const query = useHandOvers(associate.associate_id);
  const undo = useTaskAct((id: number) => api.post(`/api/associates/hand-overs/${id}/undo`, {}), "undone");
  const named = (id: number) => {
    const one = all.find(({ associate_id }) => associate_id === id);
    return one === undefined ? `#${id}` : nameOf(one);
  };
  if ((query.data?.items.length ?? 0) === 0) return null;
  const words = (row: HandOver) =>
    t("hand.words", {
      from: named(row.from_associate),
      to: row.to_associates.map(named).join("、"),
      members: row.members,
      tasks: row.tasks,
    });
  return (
    <Card title={t("hand.list", { name: nameOf(associate) })}>
      <ul className="tk-list">
        {query.data?.items.map((row) => (
          <li key={row.hand_over_id} className="tk-task">
            <div className="tk-what">
              <p className="tk-text">{words(row)}</p>
              <p className="tk-facts">
                <Instant at={row.made_at} />
                <span>{row.reason}</span>
                {row.made_by === null ? null : <span className="ht-note">{row.made_by}</span>}
                {row.leaves ? <Chip>{t("associates.left")}</Chip> : null}
                {row.undone_at === null ? null : <Chip tone="info">{t("hand.undone")}</Chip>}
              </p>
            </div>
            {row.undone_at === null ? (
              <div className="tk-acts">
                <Button loading={undo.isPending} onClick={() => undo.mutate(row.hand_over_id)}>
                  {t("act.undo")}
                </Button>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  );
}
