import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ApiProblem } from "../../api/client.ts";
import { Count, Money } from "../../parts/figures.tsx";
import { isOver, useJob } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { usePaused } from "../../parts/paused.ts";
import { errorSentence, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatRatio } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Ladder, type Move, type Overview, useTiers, type WhatIf } from "./tier-data.ts";
import "../../parts/data-table.css";

const TYPING_MS = 500;

export interface WhatIfState {
  readonly result: WhatIf | undefined;
  readonly working: boolean;
  readonly error: unknown;
}

/** What a ladder would do to today's members, asked again when typing rests; of many members as a job. */
export function useWhatIf(definition: Ladder, protect: boolean): WhatIfState {
  const wanted = JSON.stringify({ definition, protect });
  const asked = usePaused(wanted, TYPING_MS);
  const query = useQuery({
    queryKey: ["tiers", "what-if", asked],
    queryFn: ({ signal }) => api.post<WhatIf | { job_id: string }>("/api/tiers/what-if", JSON.parse(asked), signal),
    placeholderData: (before) => before,
    retry: false,
    staleTime: 60_000,
  });
  const job_id = query.data !== undefined && "job_id" in query.data ? query.data.job_id : null;
  const job = useJob(job_id).data;
  const late = useQuery({
    queryKey: ["tiers", "what-if", "job", job_id],
    enabled: job_id !== null && job !== undefined && isOver(job.state),
    queryFn: ({ signal }) => api.get<WhatIf>(`/api/tiers/what-if/${job_id}`, {}, signal),
  });
  const direct = query.data !== undefined && "moves" in query.data ? query.data : undefined;
  const found = direct ?? (late.data !== undefined && "moves" in late.data ? late.data : undefined);
  return {
    result: query.error ? undefined : found,
    working: query.isFetching || asked !== wanted || (job_id !== null && found === undefined),
    error: query.error,
  };
}

interface WhatIfProps {
  readonly state: WhatIfState;
  readonly definition: Ladder;
  readonly protect: boolean;
  readonly onProtect: (value: boolean) => void;
  readonly t: Translate;
}

/** From the present tier to the new one: how many go up, down, stay; with examples and what each tier would hold. */
export function WhatIfCard({ state, definition, protect, onProtect, t }: WhatIfProps) {
  const words = useTexts();
  const tiers = useTiers(undefined).data;
  const present = tiers?.state === "ready" ? tiers : undefined;
  const { result, working, error } = state;
  return (
    <Card
      title={t("whatif.title")}
      note={
        working
          ? t("whatif.working")
          : result === undefined
            ? undefined
            : t("whatif.note", { n: formatCount(result.members) })
      }
    >
      <label className="tr-protect">
        <input type="checkbox" checked={protect} onChange={(event) => onProtect(event.target.checked)} />{" "}
        {t("whatif.protect")}
      </label>
      <p className="ht-note">{protect ? t("whatif.protect_on") : t("whatif.protect_off")}</p>
      {error ? (
        <p role="alert" className="ht-form-error">
          {problemText(error, words("state.offline"))}
        </p>
      ) : null}
      {result === undefined && !error ? <SkeletonTable rows={4} columns={4} /> : null}
      {result === undefined ? null : (
        <div className={working ? "tr-stale" : undefined} aria-busy={working}>
          <dl className="tr-sums">
            <Sum label={`▲ ${t("whatif.up")}`} value={result.up} all={result.members} />
            <Sum label={`▼ ${t("whatif.down")}`} value={result.down} all={result.members} />
            <Sum label={`＝ ${t("whatif.same")}`} value={result.same} all={result.members} />
          </dl>
          <Matrix result={result} definition={definition} present={present} t={t} />
          <Moves result={result} definition={definition} present={present} t={t} />
        </div>
      )}
    </Card>
  );
}

function problemText(error: unknown, offline: string): string {
  return error instanceof ApiProblem ? errorSentence(error, offline) : offline;
}

function Sum({ label, value, all }: { label: string; value: number; all: number }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <strong>{formatCount(value)}</strong>{" "}
        <span className="ht-note">{formatRatio(all === 0 ? 0 : value / all)}</span>
      </dd>
    </div>
  );
}

interface MatrixProps {
  readonly result: WhatIf;
  readonly definition: Ladder;
  readonly present: Overview | undefined;
  readonly t: Translate;
}

const presentName = (present: Overview | undefined, rank: number): string => {
  const tier = present?.tiers[rank];
  return tier === undefined ? `#${rank}` : pick(tier.zh, tier.en);
};
const nextName = (definition: Ladder, rank: number): string => {
  const tier = definition.tiers[rank];
  return tier === undefined ? `#${rank}` : pick(tier.zh, tier.en);
};
const SIGNS = { "-1": "▼", "0": "", "1": "▲" } as const;

/** Rows are the present tiers, columns the new ones; the last row says what each new tier would hold. */
function Matrix({ result, definition, present, t }: MatrixProps) {
  const from = [...new Set(result.moves.map((move) => move.from_rank))].toSorted((a, b) => b - a);
  const at = (a: number, b: number): Move | undefined =>
    result.moves.find((move) => move.from_rank === a && move.to_rank === b);
  return (
    <section className="ht-table-scroll tr-scroll" tabIndex={0} aria-label={t("whatif.matrix")}>
      <table className="ht-table tr-matrix">
        <thead>
          <tr>
            <th scope="col">{t("whatif.from_to")}</th>
            {result.tiers.map((tier) => (
              <th key={tier.rank} scope="col" className="ht-num">
                {nextName(definition, tier.rank)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from.map((rank) => (
            <tr key={rank}>
              <th scope="row">{presentName(present, rank)}</th>
              {result.tiers.map((tier) => {
                const move = at(rank, tier.rank);
                return (
                  <td key={tier.rank} className={`ht-num tr-move-${move?.direction ?? "none"}`}>
                    {move === undefined ? (
                      <span className="ht-none">·</span>
                    ) : (
                      `${SIGNS[`${move.direction}`]} ${formatCount(move.members)}`
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
          <tr>
            <th scope="row">{t("whatif.then")}</th>
            {result.tiers.map((tier) => (
              <td key={tier.rank} className="ht-num">
                <strong>{formatCount(tier.members)}</strong>
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">{t("table.spend")}</th>
            {result.tiers.map((tier) => (
              <td key={tier.rank} className="ht-num">
                <Money minor={tier.spend_minor} currency={definition.currency} />
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}

/** Examples of those who would move, the largest groups first. */
function Moves({ result, definition, present, t }: MatrixProps) {
  const moved = result.moves.filter((move) => move.direction !== 0).toSorted((a, b) => b.members - a.members);
  if (moved.length === 0) return <p className="ht-note">{t("whatif.nobody")}</p>;
  return (
    <ul className="tr-moves">
      {moved.map((move) => (
        <li key={`${move.from_rank}-${move.to_rank}`}>
          <p>
            {SIGNS[`${move.direction}`]} {presentName(present, move.from_rank)} → {nextName(definition, move.to_rank)}{" "}
            <Count value={move.members} unit={t("people")} />
          </p>
          <p className="ht-note">
            {t("whatif.examples")}{" "}
            {move.examples.map((example) => (
              <Link key={example.member_id} to={`/members/${example.member_id}`}>
                {example.name_masked ?? t("list.no_name", { n: example.member_id })}
              </Link>
            ))}
          </p>
        </li>
      ))}
    </ul>
  );
}
