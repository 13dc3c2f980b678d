import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { failureSentence, type ImportReport, type ImportView, useStep } from "./import-data.ts";
import { Notes, Problems, ReportFigures } from "./import-report.tsx";

interface StepProps {
  readonly view: ImportView;
  readonly onRemap: () => void;
}

/** The dry run's result and the decision. */
export function CheckedStep({ view, report, onRemap }: StepProps & { report: ImportReport }) {
  const t = useTexts("imports");
  const run = useStep(view, () => api.post(`/api/imports/${view.import_id}/run`, {}));
  return (
    <>
      <Card title={t("check_title")} note={t("check_note")}>
        <ReportFigures report={report} done={false} />
        {report.accepted === 0 ? <p className="ht-tone-warn">{t("nothing_new")}</p> : null}
      </Card>
      <Problems view={view} report={report} />
      <Notes notes={report.notes} />
      <div className="ht-step-bar">
        <Button onClick={onRemap}>{t("remap")}</Button>
        <Button type="primary" loading={run.isPending} disabled={report.accepted === 0} onClick={() => run.mutate()}>
          {t("run", { n: formatCount(report.accepted) })}
        </Button>
      </div>
    </>
  );
}

/** A job of this import under way. */
export function WorkingStep({ view, label }: { view: ImportView; label: string }) {
  return <Card>{view.job_id === null ? null : <JobProgress jobId={view.job_id} label={label} />}</Card>;
}

/** What the import brought, where its errors are, and the way back. */
export function DoneStep({ view, report }: { view: ImportView; report: ImportReport }) {
  const t = useTexts("imports");
  return (
    <>
      <Card
        title={t("done_title")}
        note={t("done_note")}
        extra={
          <>
            <Link className="ht-button" to="/members">
              {t("see_members")}
            </Link>
            {report.rejected > 0 ? (
              <a
                className="ht-button"
                href={`/api/imports/${view.import_id}/errors.csv`}
                title={t("errors_hint")}
                download
              >
                {t("errors_file")}
              </a>
            ) : null}
            <UndoButton view={view} />
          </>
        }
      >
        <ReportFigures report={report} done />
        {report.rejected > 0 ? <p className="ht-note">{t("errors_hint")}</p> : null}
      </Card>
      <Problems view={view} report={report} />
      <Notes notes={report.notes} />
    </>
  );
}

/** Failed, cancelled or undone: what happened and what can be done now. */
export function EndedStep({ view, onRemap }: StepProps) {
  const t = useTexts("imports");
  const may = useCan("data.manage");
  const state = view.state === "failed" ? "failed" : view.state === "undone" ? "undone" : "cancelled";
  const run = useStep(view, () => api.post(`/api/imports/${view.import_id}/run`, {}));
  const reason = failureSentence(view);
  return (
    <Card title={t(`${state}_title`)}>
      <div className="ht-stack">
        <p>{t(`${state}_text`)}</p>
        {reason === "" ? null : <p className="ht-form-error">{reason}</p>}
        {view.report ? <ReportFigures report={view.report} done /> : null}
        {view.expired ? <p className="ht-note">{t("expired")}</p> : null}
        {may ? (
          <div className="ht-actions">
            {state === "cancelled" && !view.expired ? (
              <Button type="primary" loading={run.isPending} onClick={() => run.mutate()}>
                {t("resume")}
              </Button>
            ) : null}
            {view.columns.length > 0 && !view.expired ? <Button onClick={onRemap}>{t("remap")}</Button> : null}
            {state === "undone" ? null : <UndoButton view={view} />}
            <Link className="ht-button" to="/data/imports?new=1">
              {t("again")}
            </Link>
          </div>
        ) : null}
      </div>
    </Card>
  );
}

function UndoButton({ view }: { view: ImportView }) {
  const t = useTexts("imports");
  const [asked, setAsked] = useState(false);
  const undo = useStep(view, async () => {
    try {
      await api.post(`/api/imports/${view.import_id}/undo`, {});
    } finally {
      setAsked(false);
    }
  });
  if (!useCan("data.undo")) return null;
  return (
    <>
      <Button danger onClick={() => setAsked(true)}>
        {t("undo")}
      </Button>
      <Dialog
        open={asked}
        title={t("undo_title")}
        onClose={() => setAsked(false)}
        footer={
          <>
            <Button onClick={() => setAsked(false)}>{t("shared:act.cancel")}</Button>
            <Button type="primary" danger loading={undo.isPending} onClick={() => undo.mutate()}>
              {t("undo_act")}
            </Button>
          </>
        }
      >
        <p>{t("undo_text")}</p>
      </Dialog>
    </>
  );
}

export function DeleteButton({ view }: { view: ImportView }) {
  const t = useTexts("imports");
  const navigate = useNavigate();
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const remove = useStep(view, async () => {
    await api.delete(`/api/imports/${view.import_id}`);
    await navigate("/data/imports");
    client.removeQueries({ queryKey: ["import", String(view.import_id)] });
  });
  if (!useCan("data.manage")) return null;
  return (
    <>
      <Button onClick={() => setAsked(true)}>{t("delete")}</Button>
      <Dialog
        open={asked}
        title={t("delete_title")}
        onClose={() => setAsked(false)}
        footer={
          <>
            <Button onClick={() => setAsked(false)}>{t("shared:act.cancel")}</Button>
            <Button type="primary" danger loading={remove.isPending} onClick={() => remove.mutate()}>
              {t("delete")}
            </Button>
          </>
        }
      >
        <p>{t("delete_text")}</p>
      </Dialog>
    </>
  );
}
