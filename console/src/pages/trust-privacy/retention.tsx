import Button from "antd/es/button";
import { useState } from "react";
import { useCan } from "../../api/session.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Instant } from "../../parts/figures.tsx";
import { TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, listText } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Retention, usePublishing, useRetention } from "./registers-data.ts";

const DAYS_MIN = 30;

/** How long each class of fields is kept, and what each night took away. */
export function RetentionView() {
  const t = useTexts("privacy");
  const query = useRetention();
  const may = useCan("privacy.publish");
  const run = usePublishing();
  return (
    <Loaded query={query} skeleton={<SkeletonTable columns={5} rows={8} />}>
      {(data) => (
        <>
          <Card flush title={t("retention.classes")} note={t("retention.classes_note")}>
            <Classes data={data} />
          </Card>
          <Card
            flush
            title={t("retention.runs")}
            note={t("retention.runs_note")}
            extra={
              may ? (
                <Button
                  loading={run.isPending}
                  onClick={() => run.mutate({ path: "retention/run", body: { dry_run: true } })}
                >
                  {t("retention.dry")}
                </Button>
              ) : undefined
            }
          >
            <Runs data={data} />
          </Card>
        </>
      )}
    </Loaded>
  );
}

function Classes({ data }: { data: Retention }) {
  const t = useTexts("privacy");
  const may = useCan("privacy.publish");
  const [changing, setChanging] = useState<Retention["classes"][number] | undefined>();
  return (
    <>
      <DataTable
        label={t("retention.classes")}
        rows={data.classes}
        rowKey={(row) => row.key}
        columns={[
          {
            key: "class",
            title: t("retention.class"),
            render: (row) => (
              <span className="ht-cell-two">
                {pick(row.zh, row.en)}
                <small>{pick(row.purpose_zh, row.purpose_en)}</small>
              </span>
            ),
          },
          { key: "level", title: t("retention.level"), hide: "phone", render: (row) => row.level },
          { key: "basis", title: t("register.basis"), hide: "tablet", render: (row) => t(`basis.${row.legal_basis}`) },
          {
            key: "days",
            title: t("register.kept"),
            render: (row) => (
              <span className="tp-acts">
                {row.days === null ? t("retention.with_member") : t("register.days", { n: formatCount(row.days) })}
                {row.runs_by_itself && may ? (
                  <Button size="small" onClick={() => setChanging(row)}>
                    {t("retention.change")}
                  </Button>
                ) : null}
              </span>
            ),
          },
        ]}
      />
      {changing === undefined ? null : <ChangeDialog row={changing} onClose={() => setChanging(undefined)} />}
    </>
  );
}

function ChangeDialog({ row, onClose }: { row: Retention["classes"][number]; onClose: () => void }) {
  const t = useTexts("privacy");
  const words = useTexts();
  const act = usePublishing();
  const [days, setDays] = useState(String(row.days ?? ""));
  const [reason, setReason] = useState("");
  const number = Number(days);
  const ready = Number.isInteger(number) && number >= DAYS_MIN && reason.trim().length >= 2;
  const body = { field_class: row.key, days: number, reason: reason.trim() };
  return (
    <Dialog
      open
      title={t("retention.change_title", { name: pick(row.zh, row.en) })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{words("act.cancel")}</Button>
          <Button
            type="primary"
            disabled={!ready}
            loading={act.isPending}
            onClick={() => act.mutate({ path: "retention", body, put: true }, { onSuccess: onClose })}
          >
            {t("retention.change")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <TextField
          label={t("retention.days")}
          hint={t("retention.days_hint")}
          type="number"
          value={days}
          onChange={setDays}
        />
        <TextField label={words("act.reason")} value={reason} onChange={setReason} />
      </div>
    </Dialog>
  );
}

function Runs({ data }: { data: Retention }) {
  const t = useTexts("privacy");
  const nameOf = (key: string) => {
    const found = data.classes.find((one) => one.key === key);
    return found === undefined ? t(`retention.${key}`, { defaultValue: key }) : pick(found.zh, found.en);
  };
  return (
    <DataTable
      label={t("retention.runs")}
      rows={data.runs}
      rowKey={(row) => row.run_id}
      empty={<EmptyState small title={t("retention.no_runs")} text={t("retention.no_runs_text")} />}
      columns={[
        { key: "at", title: t("retention.at"), render: (row) => <Instant at={row.started_at} /> },
        {
          key: "kind",
          title: t("retention.kind"),
          render: (row) => t(row.is_dry ? "retention.dry" : "retention.real"),
        },
        {
          key: "report",
          title: t("outcome"),
          wrap: true,
          render: (row) =>
            row.report === null
              ? t("state.running")
              : listText(row.report.map(({ field_class, count }) => `${nameOf(field_class)} ${formatCount(count)}`)),
        },
      ]}
    />
  );
}
