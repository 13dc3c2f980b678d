import { StopOutlined } from "@ant-design/icons";
import { useSearchParams } from "react-router";
import { Choices } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Count, RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import { Conflicts } from "./conflicts.tsx";
import en from "./en.json";
import { useConflicts, useQuarantined } from "./identities-data.ts";
import "./identities.css";
import { Joins } from "./joins.tsx";
import zh from "./zh.json";

addTexts("identities", { zh, en });

const TABS = ["joins", "conflicts", "quarantined"] as const;

function Quarantined() {
  const t = useTexts("identities");
  const query = useQuarantined();
  return (
    <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
      {(data) => (
        <DataTable
          label={t("tabs.quarantined")}
          rows={data.items}
          rowKey={(row) => `${row.kind}-${row.masked}-${row.since}`}
          empty={
            <EmptyState icon={<StopOutlined />} title={t("quarantined_empty")} text={t("quarantined_empty_text")} />
          }
          columns={[
            { key: "kind", title: t("kind"), render: (row) => t(`identity.${row.kind}`, { defaultValue: row.kind }) },
            { key: "value", title: t("value"), render: (row) => <span className="ht-figure">{row.masked}</span> },
            {
              key: "holders",
              title: t("holders"),
              numeric: true,
              render: (row) => <Count value={row.holders} unit={t("shared:unit.people")} />,
            },
            {
              key: "why",
              title: t("why"),
              wrap: true,
              render: (row) => t(`why_text.${row.reason}`, { defaultValue: row.reason }),
            },
            { key: "since", title: t("since_when"), numeric: true, render: (row) => <RelativeTime at={row.since} /> },
          ]}
        />
      )}
    </Loaded>
  );
}

export function IdentitiesPage() {
  const t = useTexts("identities");
  const [params, setParams] = useSearchParams();
  const tab = TABS.find((one) => one === params.get("tab")) ?? "joins";
  const first = useConflicts().data?.pages[0];
  const conflicts = first?.open ?? first?.items.length;
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      <Choices
        label={t("tabs_label")}
        value={tab}
        items={TABS.map((key) => ({
          key,
          label: t(`tabs.${key}`),
          count: key === "conflicts" && conflicts ? conflicts : undefined,
        }))}
        onChange={(next) => setParams(next === "joins" ? {} : { tab: next }, { replace: true })}
      />
      <Card flush>{tab === "joins" ? <Joins /> : tab === "conflicts" ? <Conflicts /> : <Quarantined />}</Card>
    </div>
  );
}
