import { type Tone, StatusDot } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { IncidentDetail } from "../trust-risks/trust-data.ts";

const TONES: Readonly<Record<IncidentDetail["deliveries"][number]["state"], Tone>> = {
  waiting: "warn",
  sending: "info",
  sent: "good",
  failed: "bad",
};

/** Who was told, on which channel, and what came of it. */
export function Deliveries({ incident }: { incident: IncidentDetail }) {
  const t = useTexts("trust-incident");
  const stepText = (step: string) => t(`step.${step.split("-")[0] ?? step}`, { n: step.split("-")[1] ?? "" });
  return (
    <Card title={t("told")} flush>
      <DataTable
        label={t("told")}
        rows={incident.deliveries}
        rowKey={(row) => row.delivery_id}
        empty={<p className="ti-none">{t("told_nobody")}</p>}
        columns={[
          { key: "channel", title: t("channel"), wrap: true, render: (row) => row.name },
          { key: "step", title: t("step_title"), render: (row) => stepText(row.step) },
          {
            key: "state",
            title: t("outcome"),
            render: (row) => (
              <span title={row.result ?? ""}>
                <StatusDot tone={TONES[row.state]}>{t(`delivery.${row.state}`)}</StatusDot>{" "}
                {row.sent_at === null ? null : <Instant at={row.sent_at} />}
              </span>
            ),
          },
        ]}
      />
    </Card>
  );
}
