import { NodeIndexOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { Link, useNavigate } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip, StatusDot, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { AutomationCard } from "./automation-card.tsx";
import { type JourneyListed, type JourneyState, useJourneys } from "./journeys-data.ts";
import "./journeys.css";
import "./texts.ts";

export const STATE_TONES: Readonly<Record<JourneyState, Tone>> = {
  draft: "neutral",
  live: "good",
  paused: "warn",
  ended: "neutral",
};

const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

function columns(t: Translate): readonly Column<JourneyListed>[] {
  return [
    {
      key: "name",
      title: t("column.name"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <span className="ht-row">
            <Link to={`/journeys/${row.journey}`}>{pick(row.zh, row.en)}</Link>
            {row.draft && row.state !== "draft" ? <Chip tone="info">{t("state.has_draft")}</Chip> : null}
          </span>
          <small>{pick(row.entry_zh, row.entry_en)}</small>
        </span>
      ),
    },
    {
      key: "state",
      title: t("column.state"),
      render: (row) => <StatusDot tone={STATE_TONES[row.state]}>{t(`state.${row.state}`)}</StatusDot>,
    },
    { key: "under_way", title: t("column.under_way"), numeric: true, render: (row) => <Count value={row.under_way} /> },
    {
      key: "entered",
      title: t("column.entered"),
      numeric: true,
      hide: "phone",
      render: (row) => <Count value={row.entered} />,
    },
    {
      key: "goal",
      title: t("column.goal"),
      numeric: true,
      hide: "phone",
      render: (row) => <Ratio value={share(row.goal, row.entered)} />,
    },
    {
      key: "held",
      title: t("column.held_out_goal"),
      numeric: true,
      hide: "tablet",
      render: (row) => <Ratio value={share(row.held_out_goal, row.held_out)} />,
    },
    {
      key: "trouble",
      title: t("column.troubled"),
      numeric: true,
      hide: "tablet",
      render: (row) => <Count value={row.troubled} />,
    },
  ];
}

/** All journeys with how they stand. */
export function JourneysPage() {
  const t = useTexts("journeys");
  const query = useJourneys();
  const may = useCan("journeys.manage");
  const go = useNavigate();
  const begin = may ? (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => void go("/journeys/from-scene")}>
      {t("new.title")}
    </Button>
  ) : undefined;
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} actions={begin} />
      <AutomationCard may={may} t={t} />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
          {({ items }) => (
            <DataTable
              label={t("title")}
              columns={columns(t)}
              rows={items}
              rowKey={(row) => row.journey}
              rowTone={(row) => (row.state === "ended" ? "quiet" : undefined)}
              empty={<EmptyState icon={<NodeIndexOutlined />} title={t("empty.title")} text={t("empty.text")} />}
            />
          )}
        </Loaded>
      </Card>
    </div>
  );
}
