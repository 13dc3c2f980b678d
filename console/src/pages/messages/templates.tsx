import { PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { Choices } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { CHANNELS, type Channel, nameOf, type Template, useTemplates } from "./messages-data.ts";
import { SeedsDialog } from "./seeds-dialog.tsx";
import { SignsDialog } from "./signs-dialog.tsx";
import { ChannelChips, inUse, VersionStatus } from "./template-words.tsx";
import "./messages.css";
import "./texts.ts";

/** What stands beside the version in use: a newer one under way. */
function Newer({ row }: { row: Template }) {
  const t = useTexts("messages");
  const [newest] = row.versions;
  const used = inUse(row.versions);
  if (newest === undefined || newest === used) return null;
  return <small>{t("list.newer", { n: newest.version, state: t(`version_state.${newest.state}`) })}</small>;
}

const columns = (t: Translate): readonly Column<Template>[] => [
  {
    key: "name",
    title: t("list.template"),
    render: (row) => (
      <span className="ht-cell-two">
        <Link to={`/templates/${row.template}`}>{nameOf(row)}</Link>
        <small className="ht-code">{row.template}</small>
      </span>
    ),
  },
  {
    key: "kind",
    title: t("list.kind"),
    hide: "phone",
    render: (row) => <ChannelChips channel={row.channel} category={row.category} />,
  },
  {
    key: "text",
    title: t("list.text"),
    wrap: true,
    hide: "tablet",
    render: (row) => {
      const content = inUse(row.versions)?.content;
      return <span className="ms-clip">{content?.title ?? content?.text}</span>;
    },
  },
  {
    key: "state",
    title: t("list.state"),
    render: (row) => {
      const used = inUse(row.versions);
      return used === undefined ? null : (
        <span className="ht-cell-two">
          <span>
            <VersionStatus state={used.state} /> <span className="ht-note">{t("version_n", { n: used.version })}</span>
          </span>
          <Newer row={row} />
        </span>
      );
    },
  },
  {
    key: "when",
    title: t("list.changed"),
    numeric: true,
    hide: "phone",
    render: (row) => <RelativeTime at={row.versions[0]?.state_at} />,
  },
];

/** Templates: what may be said on which channel, and where each stands in its approval. */
export function TemplatesPage() {
  const t = useTexts("messages");
  const query = useTemplates();
  const navigate = useNavigate();
  const may = useCan("channels.manage");
  const [params, setParams] = useSearchParams();
  const [open, setOpen] = useState<"signs" | "seeds">();
  const channel = (params.get("channel") ?? "") as Channel | "";
  const all = query.data?.items ?? [];
  return (
    <div className="ht-page">
      <PageHeader
        title={t("templates.title")}
        note={t("templates.note")}
        actions={
          <>
            <Button onClick={() => setOpen("seeds")}>{t("seeds.title")}</Button>
            <Button onClick={() => setOpen("signs")}>{t("signs.title")}</Button>
            {may ? (
              <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate("/templates/new")}>
                {t("templates.new")}
              </Button>
            ) : null}
          </>
        }
      />
      <Card flush>
        <div className="ms-filters">
          <Choices
            label={t("list.kind")}
            value={channel}
            onChange={(next) => setParams(next === "" ? {} : { channel: next }, { replace: true })}
            items={[
              { key: "" as const, label: t("all"), count: all.length },
              ...CHANNELS.map((key) => ({
                key,
                label: t(`channel.${key}`),
                count: all.filter((one) => one.channel === key).length,
              })),
            ]}
          />
        </div>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {({ items }) => (
            <DataTable
              label={t("templates.title")}
              columns={columns(t)}
              rows={items.filter((one) => channel === "" || one.channel === channel)}
              rowKey={(row) => row.template}
              onRow={(row) => void navigate(`/templates/${row.template}`)}
              empty={<EmptyState title={t("templates.empty")} text={t("templates.empty_text")} />}
            />
          )}
        </Loaded>
      </Card>
      {open === "signs" ? <SignsDialog onClose={() => setOpen(undefined)} /> : null}
      {open === "seeds" ? <SeedsDialog onClose={() => setOpen(undefined)} /> : null}
    </div>
  );
}
