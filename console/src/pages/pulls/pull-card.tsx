import { useMutation } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { StatusDot } from "../../parts/chips.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Count, Fact, Instant, RelativeTime } from "../../parts/figures.tsx";
import { JobBar, useJob } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { sayError } from "../../parts/toast.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { nextRun, type Pull, PULL_TONES, pullError, stateOf, useRefreshPulls } from "./pull-data.ts";

interface PullCardProps {
  readonly pull: Pull;
  readonly onEdit: () => void;
}

/** One pull: where it stands, what its last run brought, and what can be done with it. */
export function PullCard({ pull, onEdit }: PullCardProps) {
  const t = useTexts("pulls");
  const refresh = useRefreshPulls();
  const may = useCan("data.manage");
  const job = useJob(pull.job_id, refresh).data;
  const state = stateOf(pull, job);
  const error = pullError(pull);
  const [asked, setAsked] = useState(false);
  const run = useMutation({
    mutationFn: () => api.post(`/api/pulls/${pull.pull_id}/run`, {}),
    onSuccess: refresh,
    onError: (reason) => sayError(reason, t("shared:state.offline")),
  });
  const dialect = t(`dialects.${pull.dialect}`);
  const actions = (
    <>
      <Button disabled={state === "running"} loading={run.isPending} onClick={() => run.mutate()}>
        {t("run")}
      </Button>
      <Button disabled={state === "running"} onClick={onEdit}>
        {t("shared:act.edit")}
      </Button>
      <Button onClick={() => setAsked(true)}>{t("shared:act.delete")}</Button>
    </>
  );
  return (
    <Card
      title={pull.name}
      note={`${dialect} · ${pull.host}:${pull.port}/${pull.database} · ${pull.table}`}
      extra={may ? actions : undefined}
      className="ht-pull"
    >
      <div className="ht-stack">
        <Facts pull={pull} state={<StatusDot tone={PULL_TONES[state]}>{t(`states.${state}`)}</StatusDot>} />
        {state === "failed" ? <p className="ht-form-error">{error}</p> : null}
        {state === "behind" ? <p className="ht-note">{t("behind_text")}</p> : null}
        {state === "running" ? (
          <JobBar job={job} label={t("running", { name: pull.name })} leave={t("shared:job.leave")} />
        ) : null}
      </div>
      <Removal pull={pull} open={asked} onClose={() => setAsked(false)} />
    </Card>
  );
}

function Facts({ pull, state }: { pull: Pull; state: React.ReactNode }) {
  const t = useTexts("pulls");
  const next = nextRun(pull);
  const cursor = pull.cursor ?? t(pull.started ? "cursor_hidden" : "cursor_start");
  const { last_result: result } = pull;
  return (
    <dl className="ht-facts ht-pull-facts">
      <Fact label={t("state")}>{state}</Fact>
      <Fact label={t("cursor", { column: pull.cursor_column })}>
        <span className="ht-figure">{cursor}</span>
      </Fact>
      <Fact label={t("last")}>
        <RelativeTime at={pull.last_run_at} />
      </Fact>
      <Fact label={t("brought")}>
        <Count value={result?.accepted} unit={t("shared:unit.records")} to={`/data/sources/${pull.source_id}`} />
        {result === null ? null : <span className="ht-unit"> {t("of_rows", { rows: formatCount(result.rows) })}</span>}
      </Fact>
      <Fact label={t("rejected")}>
        <Count value={result?.rejected} to={`/data/rejects?source_id=${pull.source_id}`} />
      </Fact>
      {result && result.uncursored > 0 ? (
        <Fact label={t("uncursored")}>
          <Count value={result.uncursored} unit={t("shared:unit.rows")} />
        </Fact>
      ) : null}
      <Fact label={t("next")}>
        {next ? <Instant at={next.toISOString()} seconds /> : t("soon")}
        <span className="ht-unit"> {t("every", { n: formatCount(pull.every_seconds) })}</span>
      </Fact>
    </dl>
  );
}

function Removal({ pull, open, onClose }: { pull: Pull; open: boolean; onClose: () => void }) {
  const t = useTexts("pulls");
  const refresh = useRefreshPulls();
  const remove = useMutation({
    mutationFn: () => api.delete(`/api/pulls/${pull.pull_id}`),
    onSuccess: () => {
      onClose();
      refresh();
    },
    onError: (reason) => sayError(reason, t("shared:state.offline")),
  });
  return (
    <Dialog
      open={open}
      title={t("delete_title", { name: pull.name })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button type="primary" danger loading={remove.isPending} onClick={() => remove.mutate()}>
            {t("delete_act")}
          </Button>
        </>
      }
    >
      <p>{t("delete_text")}</p>
    </Dialog>
  );
}
