import { ExperimentOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type ReactNode, useState } from "react";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { Count, DayText, Fact, Money, Ratio } from "../../parts/figures.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import type { CanvasView } from "./canvas-parts.tsx";
import { type DryPlace, type DryRun, useDryRun } from "./dry-run-data.ts";
import { DryRunDialog } from "./dry-run-dialog.tsx";
import { DryMembersDialog } from "./dry-run-members.tsx";
import { KEY } from "./journeys-data.ts";
import { ENTRY } from "./model/layout.ts";
import "./dry-run.css";

/** A journey's dry run on a page: what is shown of it, and the parts that stand somewhere on the page. */
export interface Dry {
  /** Undefined: there is none. */
  readonly result: DryRun | undefined;
  readonly onPlace: (place: DryPlace) => void;
  readonly button: ReactNode;
  readonly panel: ReactNode;
}

/** @param ready false while the draft is not yet kept as it is drawn */
export function useDry(journey: string, entry: string | undefined, ready: boolean, t: Translate): Dry {
  const client = useQueryClient();
  const may = useCan("journeys.manage");
  const [one, setOne] = useState<number>();
  const state = useDryRun(journey, one).data;
  const [asking, setAsking] = useState(false);
  const [begun, setBegun] = useState<string>();
  const [place, setPlace] = useState<DryPlace>();
  const job = begun ?? state?.running ?? undefined;
  const result = state?.result ?? undefined;
  const over = (found: { readonly state: string; readonly result: Record<string, unknown> | null }) => {
    if (found.state === "done") {
      setOne(Number(found.result?.["dry_run_id"]));
      setBegun(undefined);
    }
    void client.invalidateQueries({ queryKey: [...KEY, "dry-run", journey] });
  };
  const button = may ? (
    <Button icon={<ExperimentOutlined />} disabled={!ready} onClick={() => setAsking(true)}>
      {t("dry.title")}
    </Button>
  ) : null;
  const panel = (
    <>
      {job === undefined && result === undefined ? null : (
        <Card title={t("dry.title")} note={result === undefined ? t("dry.about") : <About result={result} t={t} />}>
          {job === undefined ? null : <JobProgress key={job} jobId={job} label={t("dry.running")} onOver={over} />}
          {result === undefined ? null : <Totals result={result} onPlace={setPlace} t={t} />}
        </Card>
      )}
      {asking ? (
        <DryRunDialog journey={journey} entry={entry ?? ""} onBegun={setBegun} onClose={() => setAsking(false)} t={t} />
      ) : null}
      {place === undefined || result === undefined ? null : (
        <DryMembersDialog
          journey={journey}
          dry_run_id={result.dry_run_id}
          place={place}
          onClose={() => setPlace(undefined)}
          t={t}
        />
      )}
    </>
  );
  return { result, onPlace: setPlace, button, panel };
}

/** The numbers of a dry run on the canvas: who would stand where, how many would have gone which way. */
export function dryCounts({ result, onPlace }: Dry, t: Translate): Partial<CanvasView> {
  if (result === undefined) return {};
  const { days } = result;
  return {
    waiting: (key) => result.waiting[key] ?? 0,
    passed: (from, way) => (from === ENTRY ? result.entered : result.passed[from]?.[way]),
    onWaiting: (node) => onPlace({ node }),
    onPassed: (from, way) => onPlace(from === ENTRY ? {} : { node: from, way }),
    countsTitle: {
      waiting: (n) => t("dry.stands", { days, n: formatCount(n) }),
      passed: (n) => t("dry.walks", { days, n: formatCount(n) }),
    },
  };
}

/** What the numbers on the canvas say. */
export function DryLegend({ dry, t }: { readonly dry: Dry; readonly t: Translate }) {
  if (dry.result === undefined) return null;
  return <p className="jd-legend">{t("dry.legend", { n: dry.result.days })}</p>;
}

function About({ result, t }: { readonly result: DryRun; readonly t: Translate }) {
  return (
    <span className="jd-about">
      <DayText day={result.from} /> – <DayText day={result.until} /> {t("dry.nothing_sent")}
      {result.member_id === null ? null : <Chip>{t("member", { id: result.member_id })}</Chip>}
      {result.stale ? <Chip tone="warn">{t("dry.stale")}</Chip> : null}
    </span>
  );
}

const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

interface TotalsProps {
  readonly result: DryRun;
  readonly onPlace: (place: DryPlace) => void;
  readonly t: Translate;
}

/** What would have come of it: who, how many messages, points, yuan; and what could not be asked of the past. */
function Totals({ result, onPlace, t }: TotalsProps) {
  const opening = (value: number, place: DryPlace) =>
    value === 0 ? (
      <Count value={0} />
    ) : (
      <button type="button" className="jd-number" onClick={() => onPlace(place)}>
        {formatCount(value)}
      </button>
    );
  return (
    <>
      <dl className="jo-facts">
        <Fact label={t("dry.entered")}>{opening(result.entered, {})}</Fact>
        <Fact label={t("column.held_out")}>
          <Count value={result.held_out} unit={t("people")} />
        </Fact>
        <Fact label={t("dry.sent")}>{opening(result.sent, { state: "sent" })}</Fact>
        <Fact label={t("dry.held")}>{opening(result.held, { state: "held" })}</Fact>
        <Fact label={t("dry.cost")}>
          <Money minor={result.cost_minor} />
        </Fact>
        <Fact label={t("dry.points")}>{opening(result.points, { state: "given" })}</Fact>
        <Fact label={t("dry.points_worth")}>
          <Money minor={result.points_minor} />
        </Fact>
        <Fact label={t("column.goal")}>
          <Ratio value={share(result.goal, result.entered)} />
        </Fact>
        <Fact label={t("column.held_out_goal")}>
          <Ratio value={share(result.held_out_goal, result.held_out)} />
        </Fact>
      </dl>
      {result.reasons.length + result.refusals.length === 0 ? null : (
        <>
          <h4>{t("dry.why_held")}</h4>
          <ul className="jd-reasons">
            {result.reasons.map(({ reason, zh, en, messages }) => (
              <li key={reason}>
                {pick(zh, en)} {opening(messages, { state: "held", reason })}
              </li>
            ))}
            {result.refusals.map(({ code, zh, en, times }) => (
              <li key={code}>
                {pick(zh, en)} {opening(times, { state: "refused", reason: code })}
              </li>
            ))}
          </ul>
        </>
      )}
      <details className="jd-notes">
        <summary>{t("dry.notes", { n: result.notes.length })}</summary>
        <ul>
          {result.notes.map(({ code, zh, en }) => (
            <li key={`${code} ${zh}`}>{pick(zh, en)}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

/** What the newest dry run of this very draft says, before it is published; or that there is none. */
export function DryBefore({ journey, t }: { readonly journey: string; readonly t: Translate }) {
  const { data } = useDryRun(journey);
  if (data === undefined) return null;
  const { result } = data;
  if (result === null) return <p className="jd-before">{t("dry.none")}</p>;
  const { days, entered, sent, held, cost_minor, points, stale } = result;
  const counts = { days, entered: formatCount(entered), sent: formatCount(sent), held: formatCount(held) };
  return (
    <p className="jd-before">
      {t("dry.before", { ...counts, points: formatCount(points) })} <Money minor={cost_minor} />
      {stale ? <strong> {t("dry.stale_before")}</strong> : null}
    </p>
  );
}
