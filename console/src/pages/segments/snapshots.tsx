import { CameraOutlined, DeleteOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useId, useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay, currentDay } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { ConditionMembers } from "./condition-members.tsx";
import type { Segment } from "./segment-data.ts";
import { NOW, SnapshotComparison } from "./snapshot-comparison.tsx";
import { type Snapshot, useSnapshotChange, useSnapshots } from "./snapshot-data.ts";
import { useAddress } from "./use-address.ts";
import "./snapshots.css";

/** Who was in the segment at some moments, kept by name: taken, compared, opened, deleted. */
export function SegmentSnapshots({ segment }: { segment: Segment }) {
  const t = useTexts("segments");
  const query = useSnapshots();
  const may = useCan("segments.manage");
  return (
    <Loaded query={query} skeleton={<SkeletonTable rows={4} columns={4} />}>
      {({ items }) => {
        const own = items.filter((one) => one.segment_id === segment.segment_id);
        return (
          <>
            <Card title={t("snaps.title")} note={t("snaps.note")} flush extra={may ? <Take segment={segment} /> : null}>
              {own.length === 0 ? (
                <EmptyState small title={t("snaps.empty_title")} text={t("snaps.empty_text")} />
              ) : (
                <SnapshotTable snapshots={own} may={may} t={t} />
              )}
            </Card>
            <OpenedSnapshot snapshots={items} t={t} />
            {items.length === 0 ? null : <SnapshotComparison segment={segment} snapshots={items} own={own} />}
          </>
        );
      }}
    </Loaded>
  );
}

function Take({ segment }: { segment: Segment }) {
  const t = useTexts("segments");
  const id = useId();
  const suggested = `${segment.name} ${formatDay(currentDay()).split(" ")[0]}`;
  const [name, setName] = useState(suggested);
  const take = useSnapshotChange(
    (wanted: string) => api.post("/api/segments/snapshots", { name: wanted, segment_id: segment.segment_id }),
    (wanted) => t("snaps.taken", { name: wanted }),
  );
  return (
    <form
      className="sn-take"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "" && !take.isPending) take.mutate(name.trim());
      }}
    >
      <label className="ht-hidden" htmlFor={id}>
        {t("snaps.name")}
      </label>
      <input
        id={id}
        className="ht-input"
        value={name}
        maxLength={60}
        placeholder={t("snaps.name")}
        onChange={(event) => setName(event.target.value)}
      />
      <Button
        type="primary"
        htmlType="submit"
        icon={<CameraOutlined aria-hidden="true" />}
        loading={take.isPending}
        disabled={name.trim() === ""}
      >
        {t("snaps.take")}
      </Button>
    </form>
  );
}

function SnapshotTable({ snapshots, may, t }: { snapshots: readonly Snapshot[]; may: boolean; t: Translate }) {
  const [params, setAddress] = useAddress();
  const [asked, setAsked] = useState<Snapshot | null>(null);
  const columns: readonly Column<Snapshot>[] = [
    { key: "name", title: t("list.name"), wrap: true, render: (one) => <b>{one.name}</b> },
    {
      key: "members",
      title: t("list.count"),
      numeric: true,
      render: (one) => (
        <button
          type="button"
          className="ht-link-button"
          aria-pressed={params.get("snapshot") === String(one.snapshot_id)}
          aria-label={t("snaps.open", { n: formatCount(one.members), name: one.name })}
          onClick={() => setAddress({ snapshot: String(one.snapshot_id) })}
        >
          {formatCount(one.members)}
        </button>
      ),
    },
    { key: "at", title: t("snaps.at"), numeric: true, hide: "phone", render: (one) => <Instant at={one.as_of} /> },
    { key: "by", title: t("snaps.by"), hide: "phone", render: (one) => one.created_by_name ?? "—" },
    {
      key: "acts",
      title: "",
      render: (one) => (
        <span className="sn-acts">
          <button
            type="button"
            className="ht-link-button"
            onClick={() => setAddress({ a: String(one.snapshot_id), b: NOW, who: null })}
          >
            {t("snaps.with_now")}
          </button>
          {may ? (
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined aria-hidden="true" />}
              aria-label={t("snaps.delete", { name: one.name })}
              onClick={() => setAsked(one)}
            />
          ) : null}
        </span>
      ),
    },
  ];
  return (
    <>
      <DataTable label={t("snaps.title")} rows={snapshots} rowKey={(one) => one.snapshot_id} columns={columns} />
      <DeleteSnapshot snapshot={asked} onClose={() => setAsked(null)} t={t} />
    </>
  );
}

interface DeleteSnapshotProps {
  readonly snapshot: Snapshot | null;
  readonly onClose: () => void;
  readonly t: Translate;
}

function DeleteSnapshot({ snapshot, onClose, t }: DeleteSnapshotProps) {
  const shared = useTexts();
  const [params, setAddress] = useAddress();
  const remove = useSnapshotChange(
    async (one: Snapshot) => {
      await api.delete(`/api/segments/snapshots/${one.snapshot_id}`);
      const gone = String(one.snapshot_id);
      setAddress(
        Object.fromEntries(["a", "b", "snapshot"].filter((key) => params.get(key) === gone).map((key) => [key, null])),
      );
      onClose();
    },
    (one) => t("list.deleted", { name: one.name }),
  );
  return (
    <Dialog
      open={snapshot !== null}
      title={t("snaps.delete", { name: snapshot?.name ?? "" })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{shared("act.cancel")}</Button>
          <Button
            type="primary"
            danger
            loading={remove.isPending}
            onClick={() => {
              if (snapshot !== null) remove.mutate(snapshot);
            }}
          >
            {shared("act.delete")}
          </Button>
        </>
      }
    >
      <p>{t("snaps.delete_text")}</p>
    </Dialog>
  );
}

/** The frozen list, opened by the number. */
function OpenedSnapshot({ snapshots, t }: { snapshots: readonly Snapshot[]; t: Translate }) {
  const [params, setAddress] = useAddress();
  const opened = snapshots.find((one) => String(one.snapshot_id) === params.get("snapshot"));
  if (opened === undefined) return null;
  return (
    <ConditionMembers
      key={opened.snapshot_id}
      title={t("snaps.members_of", { name: opened.name })}
      count={opened.members}
      condition={opened.expression}
      onClose={() => setAddress({ snapshot: null })}
    />
  );
}
