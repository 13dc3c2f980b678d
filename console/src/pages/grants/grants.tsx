import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { lazy, Suspense, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Fact, Instant } from "../../parts/figures.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import type { Bulk } from "./grants-data.ts";
import { ExceptionsCard } from "./exceptions-card.tsx";
import { GRANTS, useGrant, useGrants } from "./grants-data.ts";
import { UndoDialog } from "./undo-dialog.tsx";
import "./texts.ts";

const GrantDialog = lazy(async () => ({ default: (await import("./grant-dialog.tsx")).GrantDialog }));

const TONES: Readonly<Record<Bulk["state"], Tone>> = {
  draft: "warn",
  running: "info",
  done: "good",
  cancelled: "warn",
  undoing: "info",
  undone: "neutral",
};

/** Points given to many at once: give, follow, and take a wrong one back. */
export function GrantsPage() {
  const t = useTexts("grants");
  const may = useCan("points.adjust");
  const [params, setParams] = useSearchParams();
  const shown = params.get("grant") ?? "";
  const giving = params.get("give");
  const query = useGrants();
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={t("note")}
        actions={
          may ? (
            <Button type="primary" onClick={() => setParams({ give: "" })}>
              {t("give.open")}
            </Button>
          ) : undefined
        }
      />
      {shown === "" ? null : <GrantCard key={shown} bulkId={shown} t={t} />}
      <Card flush title={t("list.title")}>
        <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
          {({ items }) => (
            <DataTable
              label={t("list.title")}
              columns={columns(t)}
              rows={items}
              rowKey={(row) => row.bulk_id}
              empty={<EmptyState small title={t("list.empty")} text={t("list.empty_text")} />}
            />
          )}
        </Loaded>
      </Card>
      {may && giving !== null ? (
        <Suspense>
          <GrantDialog
            segmentId={giving}
            onClose={() => setParams({}, { replace: true })}
            onMade={({ bulk_id }) => setParams({ grant: String(bulk_id) }, { replace: true })}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

function columns(t: Translate): readonly Column<Bulk>[] {
  return [
    {
      key: "name",
      title: t("list.name"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <Link to={`/points/grants?grant=${row.bulk_id}`}>{row.name}</Link>
          <small>{row.reason}</small>
        </span>
      ),
    },
    {
      key: "state",
      title: t("list.state"),
      render: (row) => <StatusDot tone={TONES[row.state]}>{t(`state.${row.state}`)}</StatusDot>,
    },
    { key: "members", title: t("list.members"), numeric: true, render: (row) => formatCount(row.members) },
    { key: "points", title: t("list.points"), numeric: true, render: (row) => formatCount(row.points) },
    { key: "budget", title: t("list.budget"), hide: "phone", render: (row) => row.budget ?? t("list.no_budget") },
    { key: "at", title: t("list.at"), hide: "phone", render: (row) => <Instant at={row.made_at} /> },
  ];
}

/** One grant: how far it has come, who did not get it, and a way back. */
function GrantCard({ bulkId, t }: { bulkId: string; t: Translate }) {
  const query = useGrant(bulkId);
  const may = useCan("points.adjust");
  const [undoing, setUndoing] = useState(false);
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={160} />}>
      {({ bulk, exceptions }) => (
        <>
          <Card
            title={bulk.name}
            note={bulk.reason}
            extra={
              may && (bulk.state === "done" || bulk.state === "cancelled") ? (
                <Button danger onClick={() => setUndoing(true)}>
                  {t("undo.act")}
                </Button>
              ) : undefined
            }
          >
            <Progress bulk={bulk} t={t} />
          </Card>
          <ExceptionsCard exceptions={exceptions} />
          {undoing ? (
            <UndoDialog
              path={`/api/points/grants/${bulk.bulk_id}/undo`}
              name={bulk.name}
              keys={[GRANTS]}
              onClose={() => setUndoing(false)}
            />
          ) : null}
        </>
      )}
    </Loaded>
  );
}

function Progress({ bulk, t }: { bulk: Bulk; t: Translate }) {
  const client = useQueryClient();
  const reload = () => void client.invalidateQueries({ queryKey: GRANTS });
  const n = formatCount(bulk.members);
  return (
    <div className="ht-stack">
      {bulk.job_id !== null && (bulk.state === "running" || bulk.state === "undoing") ? (
        <JobProgress key={bulk.state} jobId={bulk.job_id} label={t(`state.${bulk.state}`)} onOver={reload} />
      ) : null}
      <dl className="ht-facts">
        <Fact label={t("list.state")}>
          <StatusDot tone={TONES[bulk.state]}>{t(`state.${bulk.state}`)}</StatusDot>
        </Fact>
        <Fact label={t("one.whom")}>
          {bulk.segment_id === null ? (
            t("one.members", { n })
          ) : (
            <Link to={`/segments/${bulk.segment_id}`}>{t("one.segment", { n })}</Link>
          )}
        </Fact>
        <Fact label={t("list.points")}>{formatCount(bulk.points)}</Fact>
        <Fact label={t("one.given")}>{formatCount(bulk.given)}</Fact>
        <Fact label={t("one.waiting")}>{formatCount(bulk.waiting)}</Fact>
        <Fact label={t("one.refused")}>{formatCount(bulk.refused)}</Fact>
        {bulk.undo === null ? null : (
          <>
            <Fact label={t("one.taken")}>{formatCount(bulk.taken)}</Fact>
            <Fact label={t(bulk.undo === "debt" ? "one.spent_debt" : "one.spent")}>{formatCount(bulk.spent)}</Fact>
          </>
        )}
      </dl>
    </div>
  );
}
