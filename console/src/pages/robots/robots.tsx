import { PlusOutlined, RobotOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useCan } from "../../api/session.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Instant, RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { RobotForm } from "./robot-form.tsx";
import { RobotState, RunStateDot } from "./robot-state.tsx";
import { type Robot, useRobots } from "./robots-data.ts";
import "./robots.css";
import "./texts.ts";

function columns(t: Translate): readonly Column<Robot>[] {
  return [
    {
      key: "name",
      title: t("column.name"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <Link to={`/robots/${row.robot_id}`}>{row.name}</Link>
          <small>{pick(row.flow_zh, row.flow_en)}</small>
        </span>
      ),
    },
    { key: "state", title: t("column.state"), render: (row) => <RobotState robot={row} /> },
    {
      key: "last",
      title: t("column.last"),
      wrap: true,
      render: (row) =>
        row.last_run === null ? (
          <span className="ht-none">{t("never")}</span>
        ) : (
          <span className="ht-cell-two">
            <RunStateDot state={row.last_run.state} failed={row.last_run.items_failed} />
            <small>
              <RelativeTime at={row.last_run.ended_at ?? row.last_run.asked_at} />
            </small>
          </span>
        ),
    },
    {
      key: "next",
      title: t("column.next"),
      hide: "phone",
      render: (row) =>
        row.next_at === null ? <span className="ht-none">{t("on_demand")}</span> : <Instant at={row.next_at} />,
    },
    {
      key: "failed",
      title: t("column.failed"),
      numeric: true,
      hide: "phone",
      render: (row) => (
        <Count value={row.failed_items} to={`/robots/${row.robot_id}#items`} label={t("column.failed")} />
      ),
    },
    {
      key: "owner",
      title: t("column.owner"),
      hide: "tablet",
      render: (row) => (row.owner === null ? <span className="ht-none">{t("nobody")}</span> : row.owner),
    },
  ];
}

/** All robots: how they stand, what came of their last run, when they start next. */
export function RobotsPage() {
  const t = useTexts("robots");
  const query = useRobots();
  const may = useCan("robots.manage");
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {t("new")}
    </Button>
  );
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} actions={may ? add : undefined} />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
          {({ items }) => (
            <DataTable
              label={t("title")}
              columns={columns(t)}
              rows={items}
              rowKey={(row) => row.robot_id}
              onRow={(row) => void navigate(`/robots/${row.robot_id}`)}
              rowTone={(row) => (row.state === "stopped" ? "warn" : undefined)}
              empty={<EmptyState icon={<RobotOutlined />} title={t("empty.title")} text={t("empty.text")} />}
            />
          )}
        </Loaded>
      </Card>
      {making ? (
        <RobotForm
          robot={null}
          onClose={() => setMaking(false)}
          onSaved={({ robot_id }) => void navigate(`/robots/${robot_id}`)}
        />
      ) : null}
    </div>
  );
}
