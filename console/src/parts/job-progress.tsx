import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useEffect, useRef } from "react";
import { api } from "../api/client.ts";
import { useCan } from "../api/session.ts";
import { formatCount } from "../texts/format.ts";
import { pick, useTexts } from "../texts/texts.ts";
import { Chip, type Tone } from "./chips.tsx";
import { sayError } from "./toast.tsx";
import "./job-progress.css";

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface Job {
  readonly job_id: string | number;
  readonly kind: string;
  readonly state: JobState;
  readonly done: number;
  readonly total: number | null;
  readonly note: string | null;
  readonly result: Record<string, unknown> | null;
  readonly error: { code?: string; detail?: string; detail_zh?: string } | string | null;
  readonly created_at: string;
  readonly finished_at: string | null;
}

export const JOB_TONES: Readonly<Record<JobState, Tone>> = {
  queued: "neutral",
  running: "info",
  done: "good",
  failed: "bad",
  cancelled: "warn",
};

const POLL_MS = 700;

export function isOver(state: JobState): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}

/** The job's error in the reader's language. */
export function jobError(job: Job): string {
  if (job.error === null) return "";
  return typeof job.error === "string" ? job.error : pick(job.error.detail_zh, job.error.detail);
}

/** Follows a job until it is over; `onOver` is called once, also for jobs found finished. */
export function useJob(jobId: string | number | null | undefined, onOver?: (job: Job) => void) {
  const query = useQuery({
    queryKey: ["job", String(jobId)],
    queryFn: () => api.get<Job>(`/api/jobs/${jobId}`),
    enabled: jobId !== null && jobId !== undefined,
    refetchInterval: (state) => (state.state.data && isOver(state.state.data.state) ? false : POLL_MS),
  });
  const told = useRef<string>(undefined);
  useEffect(() => {
    const job = query.data;
    if (!job || !isOver(job.state) || told.current === String(job.job_id)) return;
    told.current = String(job.job_id);
    onOver?.(job);
  }, [query.data, onOver]);
  return query;
}

interface JobProgressProps {
  readonly jobId: string | number;
  readonly label: string;
  readonly onOver?: (job: Job) => void;
  readonly compact?: boolean;
}

/** Progress of one job with its note and a way to cancel; the person may leave meanwhile. */
export function JobProgress({ jobId, label, onOver, compact }: JobProgressProps) {
  const t = useTexts();
  const job = useJob(jobId, onOver).data;
  return <JobBar job={job} label={label} compact={compact ?? false} leave={t("job.leave")} />;
}

interface JobBarProps {
  readonly job: Job | undefined;
  readonly label: string;
  readonly compact?: boolean;
  readonly leave?: string;
}

export function JobBar({ job, label, compact, leave }: JobBarProps) {
  const t = useTexts();
  const client = useQueryClient();
  const mayStop = useCan("jobs.manage");
  const cancel = useMutation({
    mutationFn: () => api.post(`/api/jobs/${job?.job_id}/cancel`, {}),
    onSuccess: () => client.invalidateQueries({ queryKey: ["job", String(job?.job_id)] }),
    onError: (error) => sayError(error, t("state.offline")),
  });
  const state = job?.state ?? "queued";
  const total = job?.total ?? 0;
  const known = total > 0;
  return (
    <div className={`ht-job${compact ? " ht-job-compact" : ""}`}>
      <div className="ht-job-head">
        <span className="ht-job-label">{label}</span>
        <Chip tone={JOB_TONES[state]}>{t(`job.${state}`)}</Chip>
        <span className="ht-job-count">
          {known ? t("job.of", { done: formatCount(job?.done ?? 0), total: formatCount(total) }) : null}
        </span>
        {isOver(state) || !mayStop ? null : (
          <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t("job.cancel")}
          </Button>
        )}
      </div>
      <progress
        className={`ht-progress ht-progress-${state}`}
        aria-label={label}
        max={known ? total : 1}
        {...barValue(job, known)}
      />
      {job && state === "failed" ? <p className="ht-job-error">{jobError(job)}</p> : null}
      {job?.note && !isOver(state) ? <p className="ht-note">{job.note}</p> : null}
      {leave && !isOver(state) ? <p className="ht-note">{leave}</p> : null}
    </div>
  );
}

/** No value makes the bar indeterminate. */
function barValue(job: Job | undefined, known: boolean): { value?: number } {
  if (job?.state === "done") return { value: known ? (job.total ?? 1) : 1 };
  return known ? { value: job?.done ?? 0 } : {};
}
