import { SafetyOutlined } from "@ant-design/icons";
import { Link, useSearchParams } from "react-router";
import { Chip, Choices, StatusDot } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { DueClock } from "./clock.tsx";
import { type IncidentTab, type IncidentView, useIncidents, valueText } from "./trust-data.ts";

const TABS: readonly IncidentTab[] = ["open", "closed", "drills"];

function Where({ incident }: { incident: IncidentView }) {
  const t = useTexts("trust-risks");
  if (incident.state === "closed")
    return (
      <span>
        {incident.closed_by_name === null ? t("closed_itself") : t("closed_by", { name: incident.closed_by_name })}
      </span>
    );
  if (incident.acknowledged_by_name !== null)
    return <StatusDot tone="info">{t("taken_by", { name: incident.acknowledged_by_name })}</StatusDot>;
  return <DueClock due_at={incident.due_at} label={t("answer")} />;
}

function Incidents({ items, tab }: { items: readonly IncidentView[]; tab: IncidentTab }) {
  const t = useTexts("trust-risks");
  return (
    <DataTable
      label={t(`tab.${tab}`)}
      rows={items}
      rowKey={(row) => row.incident_id}
      rowTone={(row) => (row.state === "open" && row.level === "alarm" ? "bad" : undefined)}
      empty={<EmptyState small icon={<SafetyOutlined />} title={t(`none.${tab}`)} text={t(`none_text.${tab}`)} />}
      columns={[
        {
          key: "what",
          title: t("incident"),
          wrap: true,
          render: (row) => (
            <span className="ht-cell-two">
              <Link to={`/trust/incidents/${row.incident_id}`}>
                {pick(row.zh, row.en)}
                {row.label === "" ? "" : ` · ${row.label}`}
              </Link>
              <small>IN{row.incident_id}</small>
            </span>
          ),
        },
        {
          key: "level",
          title: t("level_title"),
          render: (row) => (
            <Chip tone={row.level === "alarm" ? "bad" : "warn"}>
              {row.synthetic ? t("drill") : t(`level.${row.level}`)}
            </Chip>
          ),
        },
        { key: "worst", title: t("worst"), numeric: true, render: (row) => valueText(row.worst_value, row.unit, t) },
        { key: "since", title: t("since"), hide: "phone", render: (row) => <Instant at={row.opened_at} /> },
        { key: "state", title: t("state"), render: (row) => <Where incident={row} /> },
      ]}
    />
  );
}

/** What is open now, what was, and the drills. */
export function IncidentsCard() {
  const t = useTexts("trust-risks");
  const [params, setParams] = useSearchParams();
  const tab = TABS.find((one) => one === params.get("incidents")) ?? "open";
  const query = useIncidents(tab);
  const choose = (next: IncidentTab) =>
    setParams(
      (before) => {
        const changed = new URLSearchParams(before);
        changed.set("incidents", next);
        return changed;
      },
      { replace: true },
    );
  return (
    <Card
      title={t("incidents")}
      flush
      extra={
        <Choices
          label={t("incidents")}
          value={tab}
          items={TABS.map((key) => ({ key, label: t(`tab.${key}`) }))}
          onChange={choose}
        />
      }
    >
      <Loaded query={query} small skeleton={<SkeletonTable columns={5} rows={3} />}>
        {({ items }) => <Incidents items={items} tab={tab} />}
      </Loaded>
    </Card>
  );
}
