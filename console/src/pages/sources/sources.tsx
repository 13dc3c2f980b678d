import { ApiOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useCan } from "../../api/session.ts";
import { FRESHNESS_TONES, type Source, useSources } from "../../api/sources.ts";
import { Bar } from "../../parts/bar.tsx";
import { StatusDot } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatRatio } from "../../texts/format.ts";
import { addTexts, type Translate, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { KeyOnce, NewSource, type Secrets } from "./source-dialogs.tsx";
import "./sources.css";
import zh from "./zh.json";

addTexts("sources", { zh, en });

/** State and freshness of one source in one word. */
export function SourceStatus({ source }: { source: Source }) {
  const t = useTexts("sources");
  if (source.state === "paused") return <StatusDot tone="neutral">{t("paused")}</StatusDot>;
  return (
    <span title={t(`freshness_text.${source.freshness}`)}>
      <StatusDot tone={FRESHNESS_TONES[source.freshness]}>{t(`freshness.${source.freshness}`)}</StatusDot>
    </span>
  );
}

/** How many records name a member, by the identifier that most of them carry: fields like "order#phone". */
function Completeness({ source }: { source: Source }) {
  const t = useTexts("sources");
  const identified = source.completeness.filter((one) => one.field.includes("#"));
  const best = Math.max(0, ...identified.map((one) => one.filled_ratio));
  if (source.completeness.length === 0) return <span className="ht-none">—</span>;
  const text = formatRatio(best, 0);
  return (
    <span className="ht-source-fill">
      <Bar part={best} label={`${t("identified_field")} ${text}`} />
      <span className="ht-figure">{text}</span>
    </span>
  );
}

function columns(t: Translate): readonly Column<Source>[] {
  const rejects = (row: Source) => `/data/rejects?source_id=${row.source_id}`;
  return [
    {
      key: "name",
      title: t("name"),
      render: (row) => (
        <span className="ht-cell-two">
          <Link to={`/data/sources/${row.source_id}`}>{row.name}</Link>
          <small>{t(`kind.${row.kind}`, { defaultValue: row.kind })}</small>
        </span>
      ),
    },
    { key: "state", title: t("state"), render: (row) => <SourceStatus source={row} /> },
    { key: "last", title: t("last"), numeric: true, render: (row) => <RelativeTime at={row.last_received_at} /> },
    { key: "day", title: t("day"), numeric: true, hide: "phone", render: (row) => <Count value={row.received_24h} /> },
    {
      key: "duplicates",
      title: t("duplicates"),
      numeric: true,
      hide: "tablet",
      render: (row) => <Count value={row.duplicates_24h} />,
    },
    {
      key: "rejected",
      title: t("rejected"),
      numeric: true,
      hide: "tablet",
      render: (row) => <Count value={row.rejected_24h} />,
    },
    {
      key: "open",
      title: t("open"),
      numeric: true,
      render: (row) => <Count value={row.rejects_open} to={rejects(row)} />,
    },
    {
      key: "pending",
      title: t("pending"),
      numeric: true,
      hide: "phone",
      render: (row) => <Count value={row.pending} />,
    },
    { key: "fill", title: t("identified_field"), hide: "tablet", render: (row) => <Completeness source={row} /> },
  ];
}

function SourcesActions({ onNew }: { onNew: () => void }) {
  const t = useTexts("sources");
  const may = useCan("data.manage");
  return (
    <>
      <Link className="ht-button" to="/data/connect">
        <ApiOutlined /> {t("guide")}
      </Link>
      {may ? (
        <Button type="primary" icon={<PlusOutlined />} onClick={onNew}>
          {t("connect")}
        </Button>
      ) : null}
    </>
  );
}

function SourcesEmpty() {
  const t = useTexts("sources");
  return (
    <EmptyState
      icon={<ApiOutlined />}
      title={t("empty_title")}
      text={t("empty_text")}
      action={
        <Link className="ht-button ht-button-primary" to="/data/connect">
          {t("guide")}
        </Link>
      }
    />
  );
}

export function SourcesPage() {
  const t = useTexts("sources");
  const query = useSources();
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<{ id: number; secrets: Secrets } | null>(null);
  const items = query.data?.items;
  const received = items?.reduce((sum, source) => sum + source.received_24h, 0) ?? 0;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={items ? t("note", { n: items.length, records: formatCount(received) }) : undefined}
        actions={<SourcesActions onNew={() => setCreating(true)} />}
      />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={7} />}>
          {(data) => (
            <DataTable
              label={t("title")}
              columns={columns(t)}
              rows={data.items}
              rowKey={(row) => row.source_id}
              onRow={(row) => void navigate(`/data/sources/${row.source_id}`)}
              empty={<SourcesEmpty />}
            />
          )}
        </Loaded>
      </Card>
      {creating ? (
        <NewSource
          open
          onClose={() => setCreating(false)}
          onCreated={(source, secrets) => {
            setCreating(false);
            setMade({ id: source.source_id, secrets });
          }}
        />
      ) : null}
      {made === null ? null : (
        <KeyOnce
          secrets={made.secrets}
          onClose={() => {
            void navigate(`/data/sources/${made.id}`);
            setMade(null);
          }}
        />
      )}
    </div>
  );
}
