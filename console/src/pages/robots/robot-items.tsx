import Button from "antd/es/button";
import { useCan } from "../../api/session.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { say } from "../../parts/toast.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { ItemState } from "./robot-state.tsx";
import { useItems, useRetry } from "./robots-data.ts";

/** What is entered once each: what failed first, with why and a retry. */
export function RobotItems({ robot_id, onRun }: { robot_id: number; onRun: (run_id: number) => void }) {
  const t = useTexts("robots");
  const may = useCan("robots.run");
  const query = useItems(robot_id);
  const retry = useRetry(robot_id, (run_id) => {
    say(t("retried"));
    onRun(run_id);
  });
  const items = query.data?.items ?? [];
  if (items.length === 0) return null;
  const failed = items.filter(({ state }) => state === "failed");
  const rows = [...failed, ...items.filter(({ state }) => state !== "failed")];
  const again =
    may && failed.length > 0 ? (
      <Button loading={retry.isPending} onClick={() => retry.mutate(undefined)}>
        {t("retry_all", { n: failed.length })}
      </Button>
    ) : undefined;
  return (
    <Card flush id="items" title={t("items")} note={t("items_note")} extra={again}>
      <DataTable
        label={t("items")}
        rows={rows}
        rowKey={(row) => row.item}
        rowTone={(row) => (row.state === "failed" ? "bad" : undefined)}
        columns={[
          { key: "item", title: t("column.item"), render: (row) => <span className="ht-code">{row.item}</span> },
          { key: "state", title: t("column.state"), render: (row) => <ItemState state={row.state} /> },
          {
            key: "what",
            title: t("column.what"),
            wrap: true,
            render: (row) =>
              row.reason_zh === null ? (row.reference ?? "—") : pick(row.reason_zh, row.reason_en ?? ""),
          },
          {
            key: "when",
            title: t("column.when"),
            hide: "phone",
            render: (row) => <RelativeTime at={row.claimed_at} real />,
          },
          {
            key: "act",
            title: <span className="ht-hidden">{t("retry")}</span>,
            numeric: true,
            render: (row) =>
              may && row.state === "failed" ? (
                <Button
                  size="small"
                  aria-label={t("retry_of", { item: row.item })}
                  onClick={() => retry.mutate([row.item])}
                >
                  {t("retry")}
                </Button>
              ) : null,
          },
        ]}
      />
    </Card>
  );
}
