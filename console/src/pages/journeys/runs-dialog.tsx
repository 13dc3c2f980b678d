import { Link } from "react-router";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Instant } from "../../parts/figures.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { type Place, type RunRow, useRuns } from "./journeys-data.ts";

function columns(t: Translate): readonly Column<RunRow>[] {
  return [
    {
      key: "member",
      title: t("column.member"),
      render: (row) => <Link to={`/members/${row.member_id}`}>{t("member", { id: row.member_id })}</Link>,
    },
    { key: "entered", title: t("column.entered_at"), render: (row) => <Instant at={row.entered_at} /> },
    {
      key: "then",
      title: t("column.then"),
      render: (row) => (row.ended === null ? <Instant at={row.due_at} /> : <span>{t(`ended.${row.ended}`)}</span>),
    },
  ];
}

/** The members behind a number of a journey. */
export function RunsDialog({ journey, place, onClose }: { journey: string; place: Place; onClose: () => void }) {
  const t = useTexts("journeys");
  const query = useRuns(journey, place);
  return (
    <Dialog open title={t(place.way === undefined ? "runs.here" : "runs.passed")} onClose={onClose} place="side">
      <Loaded query={query} skeleton={<SkeletonTable columns={3} />}>
        {({ items }) => (
          <DataTable
            label={t("runs.label")}
            columns={columns(t)}
            rows={items}
            rowKey={(row) => row.run_id}
            empty={<EmptyState small title={t("runs.empty")} />}
          />
        )}
      </Loaded>
    </Dialog>
  );
}
