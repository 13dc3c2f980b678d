import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { durationText } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { formatInstant } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { RunStateDot, StepState } from "./robot-state.tsx";
import { outputName, outputsOf } from "./run-outputs.ts";
import { isOver, type Run, type Step, usePictures, useRun, useStop } from "./robots-data.ts";

const PICTURES_AT_ONCE = 12;

/** A run as a film strip: each step with its picture, the last one first to be seen. */
export function RunFilm({ run_id }: { run_id: number }) {
  const query = useRun(run_id);
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={260} />}>
      {({ run, steps }) => <Film run={run} steps={steps} />}
    </Loaded>
  );
}

function Film({ run, steps }: { run: Run; steps: readonly Step[] }) {
  const t = useTexts("robots");
  const shared = useTexts();
  const may = useCan("robots.run");
  const stop = useStop(run.run_id, () => say(t("stopping")));
  const [page, setPage] = useState<number | null>(null);
  const [open, setOpen] = useState<number | null>(null);
  const pages = Math.max(1, Math.ceil(steps.length / PICTURES_AT_ONCE));
  const at = Math.min(page ?? pages - 1, pages - 1);
  // counted from the end: what a run ended with stands with what led to it
  const end = steps.length - (pages - 1 - at) * PICTURES_AT_ONCE;
  const shown = steps.slice(Math.max(0, end - PICTURES_AT_ONCE), end);
  const over = isOver(run.state);
  const pictures = usePictures(run.run_id, shown[0]?.step ?? 0, over && shown.length > 0);
  const byStep = new Map(pictures.data?.items.map(({ step, jpeg }) => [step, `data:image/jpeg;base64,${jpeg}`]));
  const opened = steps.find(({ step }) => step === open);
  const halt =
    may && !over ? (
      <Button danger loading={stop.isPending} onClick={() => stop.mutate(undefined)}>
        {t("stop")}
      </Button>
    ) : undefined;
  return (
    <Card
      title={t("film_of", { n: run.run_id })}
      note={<RunStateDot state={run.state} failed={run.items_failed} />}
      extra={halt}
    >
      {run.failure_zh === null ? null : <p className="rb-failure">{pick(run.failure_zh, run.failure_en ?? "")}</p>}
      <Outcome run={run} />
      {steps.length === 0 ? <p className="ht-note">{t(over ? "no_steps" : "not_begun")}</p> : null}
      <ol className="rb-film" aria-label={t("film")}>
        {shown.map((step) => (
          <li key={step.step} className={`rb-frame rb-frame-${step.outcome}`}>
            <Picture step={step} source={byStep.get(step.step)} over={over} onOpen={() => setOpen(step.step)} />
            <p className="rb-words">
              {step.step}. {pick(step.zh, step.en)}
            </p>
            <p className="rb-meta">
              <StepState outcome={step.outcome} /> <span>{durationText(Math.max(1, step.ms / 1000), shared)}</span>
            </p>
          </li>
        ))}
      </ol>
      {pages > 1 ? (
        <nav className="rb-pages" aria-label={t("film")}>
          <Button size="small" disabled={at === 0} onClick={() => setPage(at - 1)}>
            {t("earlier")}
          </Button>
          <span>{t("page_of", { n: at + 1, of: pages })}</span>
          <Button size="small" disabled={at === pages - 1} onClick={() => setPage(at + 1)}>
            {t("later")}
          </Button>
        </nav>
      ) : null}
      {opened === undefined ? null : (
        <StepDialog step={opened} source={byStep.get(opened.step)} onClose={() => setOpen(null)} />
      )}
    </Card>
  );
}

function Outcome({ run }: { run: Run }) {
  const t = useTexts("robots");
  const parts = outputsOf(run);
  if (parts.length === 0 && run.items_done + run.items_failed === 0) return null;
  return (
    <p className="rb-outcome">
      {parts.length > 0
        ? parts.map(([name, value]) => (
            <span key={name}>
              {outputName(name, t)} <b className="ht-figure">{value}</b>
            </span>
          ))
        : t("so_far", { done: run.items_done, failed: run.items_failed })}
      {run.import_id === null ? null : <Link to={`/data/imports/${run.import_id}`}>{t("to_import")}</Link>}
    </p>
  );
}

interface PictureProps {
  readonly step: Step;
  readonly source: string | undefined;
  readonly over: boolean;
  readonly onOpen: () => void;
}

function Picture({ step, source, over, onOpen }: PictureProps) {
  const t = useTexts("robots");
  const label = t("picture_of", { step: pick(step.zh, step.en) });
  if (source === undefined)
    return (
      <button type="button" className="rb-picture rb-none" onClick={onOpen} aria-label={label}>
        {t(!over ? "picture_later" : step.has_picture ? "picture_loading" : "picture_none")}
      </button>
    );
  return (
    <button type="button" className="rb-picture" onClick={onOpen} aria-label={label}>
      <img src={source} alt="" />
    </button>
  );
}

function StepDialog({ step, source, onClose }: { step: Step; source: string | undefined; onClose: () => void }) {
  const t = useTexts("robots");
  return (
    <Dialog open wide title={pick(step.zh, step.en)} onClose={onClose}>
      <div className="ht-stack">
        <p className="rb-meta">
          <StepState outcome={step.outcome} /> <span>{formatInstant(step.started_at, { seconds: true })}</span>
          {step.place === null ? null : <span className="ht-code rb-wrap">{step.place}</span>}
          {step.attempt > 1 ? <span>{t("attempt", { n: step.attempt })}</span> : null}
        </p>
        {step.note_zh === null ? null : <p className="rb-failure">{pick(step.note_zh, step.note_en ?? "")}</p>}
        {source === undefined ? (
          <p className="ht-note">{t("picture_none")}</p>
        ) : (
          <img className="rb-large" src={source} alt={t("picture_of", { step: pick(step.zh, step.en) })} />
        )}
        <p className="ht-note">{t("covered")}</p>
      </div>
    </Dialog>
  );
}
