import { Link, useNavigate } from "react-router";
import { type SetAddress, useAddress } from "../../parts/address.ts";
import { Choices } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { Clock } from "./clock.tsx";
import { type Kind, KINDS, type List, LISTS, type Queue, type RightsRequest, useQueue } from "./privacy-data.ts";
import { ProcessorsView } from "./processors.tsx";
import { RegistersView } from "./registers.tsx";
import { RetainedView } from "./retained.tsx";
import { RetentionView } from "./retention.tsx";
import { StateChip } from "./state-chip.tsx";
import "./privacy.css";
import "./texts.ts";

function useQueueAddress(): { tab: Tab; list: List; kind: Kind | ""; set: SetAddress } {
  const { params, set } = useAddress();
  const list = params.get("state") as List | null;
  const kind = params.get("kind") as Kind | null;
  const tab = params.get("tab") as Tab | null;
  return {
    tab: tab !== null && TABS.includes(tab) ? tab : "queue",
    list: list !== null && LISTS.includes(list) ? list : "open",
    kind: kind !== null && KINDS.includes(kind) ? kind : "",
    set,
  };
}

const TABS = ["queue", "registers", "processors", "retained", "retention"] as const;
type Tab = (typeof TABS)[number];

/** Requests of members about their own data, the most urgent first; the registers and the retention beside them. */
export function PrivacyPage() {
  const t = useTexts("privacy");
  const { tab, set } = useQueueAddress();
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      <Choices
        label={t("tab.label")}
        value={tab}
        items={TABS.map((key) => ({ key, label: t(`tab.${key}`) }))}
        onChange={(key) => set({ tab: key === "queue" ? "" : key })}
      />
      {tab === "queue" ? <QueueView /> : null}
      {tab === "registers" ? <RegistersView /> : null}
      {tab === "processors" ? <ProcessorsView /> : null}
      {tab === "retained" ? <RetainedView /> : null}
      {tab === "retention" ? <RetentionView /> : null}
    </div>
  );
}

function QueueView() {
  const t = useTexts("privacy");
  const { list, kind, set } = useQueueAddress();
  const query = useQueue(list, kind);
  const counts = query.data?.counts;
  const countOf: Readonly<Record<List, number | undefined>> = {
    open: counts?.open,
    overdue: counts?.overdue,
    closed: counts?.closed,
    all: undefined,
  };
  return (
    <Card flush>
      <div className="tp-bar">
        <Choices
          label={t("list.label")}
          value={list}
          items={LISTS.map((key) => ({ key, label: t(`list.${key}`), count: countOf[key] }))}
          onChange={(key) => set({ state: key === "open" ? "" : key })}
        />
        <select
          className="ht-select"
          aria-label={t("kind_label")}
          value={kind}
          onChange={(event) => set({ kind: event.target.value })}
        >
          <option value="">{t("kind_all")}</option>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`kind.${one}`)}
            </option>
          ))}
        </select>
      </div>
      <Loaded query={query} skeleton={<SkeletonTable columns={6} rows={8} />}>
        {(data) => <QueueTable data={data} list={list} />}
      </Loaded>
    </Card>
  );
}

function QueueTable({ data, list }: { data: Queue; list: List }) {
  const t = useTexts("privacy");
  const navigate = useNavigate();
  const to = (row: RightsRequest) => `/trust/privacy/requests/${row.request_id}`;
  return (
    <DataTable
      label={t("title")}
      rows={data.items}
      rowKey={(row) => row.request_id}
      onRow={(row) => void navigate(to(row))}
      rowTone={(row) => (row.days_left !== null && row.days_left < 0 ? "bad" : undefined)}
      empty={<EmptyState title={t(`empty.${list}`)} text={t("empty.text")} />}
      columns={[
        {
          key: "kind",
          title: t("column.kind"),
          render: (row) => (
            <span className="ht-cell-two">
              <Link to={to(row)}>{t(`kind.${row.kind}`)}</Link>
              <small>№ {row.request_id}</small>
            </span>
          ),
        },
        {
          key: "member",
          title: t("column.member"),
          render: (row) => (
            <span className="ht-cell-two">
              {row.name_masked ?? t("gone")}
              <small>{row.phone_masked ?? row.member_id}</small>
            </span>
          ),
        },
        { key: "state", title: t("column.state"), render: (row) => <StateChip state={row.state} /> },
        { key: "due", title: t("column.due"), render: (row) => <Clock request={row} /> },
        { key: "via", title: t("column.via"), hide: "tablet", render: (row) => t(`via.${row.via}`) },
        {
          key: "received",
          title: t("column.received"),
          hide: "phone",
          render: (row) => <Instant at={row.received_at} />,
        },
      ]}
    />
  );
}
