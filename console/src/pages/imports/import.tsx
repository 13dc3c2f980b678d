import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useParams } from "react-router";
import { useKinds } from "../../api/vocabulary.ts";
import { Chip } from "../../parts/chips.tsx";
import { isOver, useJob } from "../../parts/job-progress.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatBytes, formatCount } from "../../texts/format.ts";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { type ImportView, refresh, useImport } from "./import-data.ts";
import { CheckedStep, DeleteButton, DoneStep, EndedStep, WorkingStep } from "./import-steps.tsx";
import { STATE_TONES } from "./imports.tsx";
import "./imports.css";
import { MappingStep } from "./mapping-step.tsx";
import zh from "./zh.json";

addTexts("imports", { zh, en });

const STEPS = ["upload", "map", "check", "run", "report"] as const;
type Step = (typeof STEPS)[number];

function stepOf(view: ImportView): Step {
  if (view.state === "uploaded" || view.state === "mapped") return "map";
  if (view.state === "checked") return "check";
  return view.state === "running" ? "run" : "report";
}

function StepLine({ step }: { step: Step }) {
  const t = useTexts("imports");
  const at = STEPS.indexOf(step);
  return (
    <ol className="ht-step-line">
      {STEPS.map((one, index) => (
        <li
          key={one}
          aria-current={one === step ? "step" : undefined}
          className={index < at ? "ht-step-past" : index === at ? "ht-step-now" : ""}
        >
          <i aria-hidden="true">{index < at ? "✓" : index + 1}</i>
          {t(`steps.${one}`)}
        </li>
      ))}
    </ol>
  );
}

function facts(view: ImportView, t: ReturnType<typeof useTexts>): string {
  const file = t("facts", {
    format: view.format.toUpperCase(),
    encoding: view.encoding ?? "",
    gzip: view.gzip ? t("gz") : "",
    bytes: formatBytes(view.bytes),
  }).replace(" ·  · ", " · ");
  const rows = view.rows === null ? t("unknown_rows") : t("n_rows", { n: formatCount(view.rows) });
  return [file, rows, t("n_columns", { n: formatCount(view.columns.length) })].join(" · ");
}

function Body({ view }: { view: ImportView }) {
  const t = useTexts("imports");
  const kinds = useKinds();
  const [remapping, setRemapping] = useState(false);
  const client = useQueryClient();
  const over = useCallback(() => void refresh(client, view.import_id), [client, view.import_id]);
  const job = useJob(view.job_id, over).data;
  const working = job !== undefined && !isOver(job.state);
  const remap = () => setRemapping(true);
  const report = view.state === "done" ? view.report : (view.check_report ?? view.report);
  if (working || view.state === "running") {
    const key = view.state === "running" ? "running" : view.state === "done" ? "undoing" : "checking";
    return <WorkingStep view={view} label={t(key, { file: view.file_name })} />;
  }
  if (remapping || view.state === "uploaded" || view.state === "mapped") {
    if (!kinds) return <SkeletonTable columns={4} rows={10} />;
    const reading = [view.sheet, view.encoding, view.delimiter, view.columns.length].join();
    return <MappingStep key={reading} view={view} kinds={kinds} onChecking={() => setRemapping(false)} />;
  }
  if (view.state === "checked" && report) return <CheckedStep view={view} report={report} onRemap={remap} />;
  if (view.state === "done" && report) return <DoneStep view={view} report={report} />;
  return <EndedStep view={view} onRemap={remap} />;
}

/** One import from file to result; the server keeps the state, so it can be left at any step. */
export function ImportPage() {
  const t = useTexts("imports");
  const { importId } = useParams();
  const query = useImport(importId);
  const back = { to: "/data/imports", label: t("back") };
  return (
    <div className="ht-page">
      {query.data ? (
        <PageHeader
          title={query.data.file_name}
          tags={<Chip tone={STATE_TONES[query.data.state]}>{t(`states.${query.data.state}`)}</Chip>}
          note={facts(query.data, t)}
          back={back}
          actions={query.data.state === "done" ? undefined : <DeleteButton view={query.data} />}
        />
      ) : (
        <PageHeader title={t("title")} back={back} />
      )}
      <Loaded query={query} skeleton={<SkeletonTable columns={4} rows={10} />}>
        {(view) => (
          <>
            <StepLine step={stepOf(view)} />
            <Body key={view.state} view={view} />
          </>
        )}
      </Loaded>
    </div>
  );
}
