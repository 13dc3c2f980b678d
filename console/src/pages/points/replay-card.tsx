import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useCallback, useState } from "react";
import { useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { Choices } from "../../parts/chips.tsx";
import { FormError } from "../../parts/form.tsx";
import { isOver, JobProgress, type JobState } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { DayField } from "./fields.tsx";
import { dayAfter } from "./points-data.ts";
import type { Programme } from "./programme.ts";
import { type Replay, ReplayReport } from "./replay-report.tsx";

type Span = "month" | "days_90" | "own";

/** First and last day of the month before. */
function lastMonth(today: string): readonly [string, string] {
  const last = dayAfter(`${today.slice(0, 7)}-01`, -1);
  return [`${last.slice(0, 7)}-01`, last];
}

interface Answer {
  readonly job_id: string;
  readonly state: JobState;
  readonly result: Replay | null;
}

interface ReplayProps {
  readonly draft: Programme;
  readonly sound: boolean;
  readonly today: string;
  readonly hasCurrent: boolean;
  readonly t: Translate;
}

/** What the draft would have given for real orders; the run stands in the address and is found again. */
export function ReplayCard({ draft, sound, today, hasCurrent, t }: ReplayProps) {
  const words = useTexts();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const [span, setSpan] = useState<Span>("month");
  const [own, setOwn] = useState<readonly [string, string]>([dayAfter(today, -30), today]);
  const job_id = params.get("replay");
  const [from_day, to_day] =
    span === "month" ? lastMonth(today) : span === "days_90" ? ([dayAfter(today, -89), today] as const) : own;
  const start = useMutation({
    mutationFn: () => api.post<{ job_id: string }>("/api/points/simulations", { definition: draft, from_day, to_day }),
    onSuccess: (started) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          next.set("replay", started.job_id);
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
  });
  const answer = useQuery({
    queryKey: ["points", "replay", job_id],
    queryFn: ({ signal }) => api.get<Answer>(`/api/points/simulations/${job_id}`, {}, signal),
    enabled: job_id !== null,
    staleTime: 60_000,
  });
  const over = useCallback(
    () => void client.invalidateQueries({ queryKey: ["points", "replay", job_id] }),
    [client, job_id],
  );
  const { data } = answer;
  const error = start.error ?? answer.error;
  return (
    <Card title={t("replay.title")} note={hasCurrent ? t("replay.beside") : t("replay.alone")}>
      <div className="po-replay">
        <Days span={span} own={own} today={today} onSpan={setSpan} onOwn={setOwn} t={t} />
        <Button type="primary" ghost disabled={!sound} loading={start.isPending} onClick={() => start.mutate()}>
          {t("replay.start")}
        </Button>
        {sound ? null : <p className="ht-note">{t("replay.unsound")}</p>}
        <FormError text={error ? errorSentence(error, words("state.offline")) : null} />
        {job_id === null ? <p className="ht-note">{t("replay.empty")}</p> : null}
        {job_id !== null && (data === undefined || !isOver(data.state) || data.state !== "done") && !answer.error ? (
          <JobProgress key={job_id} jobId={job_id} label={t("replay.running")} onOver={over} />
        ) : null}
        {data?.state === "done" && data.result !== null ? (
          <ReplayReport replay={data.result} draft={draft} t={t} />
        ) : null}
      </div>
    </Card>
  );
}

interface DaysProps {
  readonly span: Span;
  readonly own: readonly [string, string];
  readonly today: string;
  readonly onSpan: (span: Span) => void;
  readonly onOwn: (own: readonly [string, string]) => void;
  readonly t: Translate;
}

function Days({ span, own, today, onSpan, onOwn, t }: DaysProps) {
  const [from, to] = own;
  return (
    <>
      <Choices
        label={t("replay.span")}
        value={span}
        onChange={onSpan}
        items={(["month", "days_90", "own"] as const).map((key) => ({ key, label: t(`replay.${key}`) }))}
      />
      {span === "own" ? (
        <div className="po-form">
          <DayField label={t("replay.from")} value={from} max={today} onChange={(day) => onOwn([day ?? from, to])} />
          <DayField label={t("replay.to")} value={to} max={today} onChange={(day) => onOwn([from, day ?? to])} />
        </div>
      ) : null}
    </>
  );
}
