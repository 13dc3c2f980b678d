import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count } from "../../parts/figures.tsx";
import { TextField } from "../../parts/form.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { ErrorState } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { type Thresholds, useWhatIf, type WhatIf } from "./value-data.ts";

const CELLS = ["A1", "A2", "A3", "B1", "B2", "B3", "C1", "C2", "C3"];

interface WhatIfCardProps {
  readonly draft: Thresholds;
  readonly onDraft: (draft: Thresholds) => void;
  readonly onClose: () => void;
}

/** Other thresholds tried on today's members; nothing changes until they are saved as a version. */
export function WhatIfCard({ draft, onDraft, onClose }: WhatIfCardProps) {
  const t = useTexts("value");
  const client = useQueryClient();
  const query = useWhatIf(draft);
  const [job, setJob] = useState<string>();
  const wrong = draft.r1_days >= draft.r2_days;
  const save = useMutation({
    mutationFn: () => api.post<{ job_id: string }>("/api/rfm/versions", draft),
    onSuccess: (answer) => setJob(answer.job_id),
  });
  return (
    <Card title={t("what_if.title")} note={t("what_if.note")}>
      <Fields draft={draft} onDraft={onDraft} wrong={wrong} t={t} />
      {query.error ? <ErrorState small error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data?.state === "ready" && !wrong ? <Result answer={query.data} t={t} /> : null}
      {save.error ? <ErrorState small error={save.error} retry={() => save.mutate()} /> : null}
      {job === undefined ? (
        <div className="ht-actions">
          <Button type="primary" disabled={wrong} loading={save.isPending} onClick={() => save.mutate()}>
            {t("what_if.save")}
          </Button>
          <Button onClick={onClose}>{t("what_if.cancel")}</Button>
        </div>
      ) : (
        <JobProgress
          jobId={job}
          label={t("what_if.computing")}
          onOver={() => {
            void client.invalidateQueries({ queryKey: ["rfm"] });
            onClose();
          }}
        />
      )}
    </Card>
  );
}

function Fields({ draft, onDraft, wrong, t }: Omit<WhatIfCardProps, "onClose"> & { wrong: boolean; t: Translate }) {
  const [percent, setPercent] = useState("15");
  const number =
    (name: keyof Thresholds, least: number, factor = 1) =>
    (text: string) => {
      const value = Math.round(Number(text) * factor);
      if (Number.isSafeInteger(value) && value >= least) onDraft({ ...draft, [name]: value });
    };
  const byShare = useMutation({
    mutationFn: () => {
      const { r1_days, r2_days } = draft;
      return api.post<WhatIf>("/api/rfm/what-if", { r1_days, r2_days, high_percent: Number(percent) });
    },
    onSuccess: (answer) => {
      if (answer.thresholds !== undefined) onDraft(answer.thresholds);
    },
  });
  const share = Number(percent);
  return (
    <>
      <div className="vl-edit">
        <TextField
          label={t("what_if.m_hi")}
          type="number"
          value={String(draft.m_hi_minor / 100)}
          onChange={number("m_hi_minor", 1, 100)}
        />
        <TextField label={t("what_if.f_hi")} type="number" value={String(draft.f_hi)} onChange={number("f_hi", 1)} />
        <TextField
          label={t("what_if.r1")}
          type="number"
          value={String(draft.r1_days)}
          onChange={number("r1_days", 0)}
          error={wrong ? t("what_if.r_wrong") : null}
        />
        <TextField
          label={t("what_if.r2")}
          type="number"
          value={String(draft.r2_days)}
          onChange={number("r2_days", 1)}
        />
        <TextField
          label={t("what_if.percent")}
          type="number"
          value={percent}
          onChange={setPercent}
          hint={
            <Button
              size="small"
              loading={byShare.isPending}
              disabled={!Number.isInteger(share) || share < 1 || share > 99}
              onClick={() => byShare.mutate()}
            >
              {t("what_if.by_percent")}
            </Button>
          }
        />
      </div>
    </>
  );
}

interface CellRow {
  readonly cell: string;
  readonly before: number;
  readonly after: number;
  readonly came: number;
  readonly left: number;
}

function Result({ answer, t }: { answer: WhatIf; t: Translate }) {
  const moves = answer.moves ?? [];
  const sum = (test: (from: string, to: string) => boolean) =>
    moves.reduce((total, move) => total + (test(move.from_cell, move.to_cell) ? move.members : 0), 0);
  const rows = CELLS.map(
    (cell): CellRow => ({
      cell,
      before: sum((from) => from === cell),
      after: sum((_from, to) => to === cell),
      came: sum((from, to) => to === cell && from !== cell),
      left: sum((from, to) => from === cell && to !== cell),
    }),
  );
  const columns: readonly Column<CellRow>[] = [
    { key: "cell", title: t("table.cell"), render: (row) => <strong>{row.cell}</strong> },
    {
      key: "before",
      title: t("what_if.before"),
      numeric: true,
      render: (row) => <Count value={row.before} to={`?cell=${row.cell}`} label={row.cell} />,
    },
    { key: "after", title: t("what_if.after"), numeric: true, render: (row) => <Count value={row.after} /> },
    { key: "came", title: t("what_if.came"), numeric: true, render: (row) => <Count value={row.came} /> },
    { key: "left", title: t("what_if.left"), numeric: true, render: (row) => <Count value={row.left} /> },
  ];
  return (
    <>
      <p aria-live="polite">
        <strong>
          {t("what_if.changed", {
            cells: formatCount(answer.changed_cell ?? 0),
            classes: formatCount(answer.changed_class ?? 0),
          })}
        </strong>
      </p>
      <DataTable label={t("what_if.title")} columns={columns} rows={rows} rowKey={(row) => row.cell} />
    </>
  );
}
