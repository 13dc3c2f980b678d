import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Difference } from "../../parts/figures.tsx";
import { usePaused } from "../../parts/paused.ts";
import { ErrorState, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { type LostRule, type LostWhatIf, useLostWhatIf } from "./lost-rules-data.ts";

const TYPING_MS = 350;
const GOOD = { active: "up", silent: "none", lost: "down" } as const;

interface PanelProps {
  readonly rules: readonly LostRule[];
  readonly version: number;
  readonly t: Translate;
}

type Row = LostWhatIf["standings"][number];

/** Where today's members would stand by the rules as they are typed, beside where they stand now. */
export function LostWhatIfPanel({ rules, unread, version, t }: PanelProps & { readonly unread: number }) {
  const written = JSON.stringify(rules);
  const asked = usePaused(written, TYPING_MS);
  const query = useLostWhatIf(asked, version);
  const old = asked !== written || query.isPlaceholderData || query.isFetching;
  return (
    <section className="lr-what-if" aria-label={t("lost.what_if")}>
      <h3>{t("lost.what_if")}</h3>
      {query.error ? <ErrorState small error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data === undefined && !query.error ? <SkeletonTable rows={3} columns={4} /> : null}
      {query.data === undefined ? null : (
        <div aria-busy={old} className={old ? "lr-old" : undefined}>
          <p className="lr-sentence" aria-live="polite">
            {sentence(query.data, t)}
          </p>
          {unread === 0 ? null : <p className="ht-note">{t("lost.unread", { n: unread })}</p>}
          <Standings answer={query.data} t={t} />
          <Moves answer={query.data} t={t} />
        </div>
      )}
    </section>
  );
}

function sentence({ becomes_lost, no_longer_lost, moves }: LostWhatIf, t: Translate): string {
  if (moves.length === 0) return t("lost.nobody");
  return t("lost.changes", { more: formatCount(becomes_lost), less: formatCount(no_longer_lost) });
}

/** The same sentence where the rules are confirmed; nothing while it is not known. */
export function WhatIfSentence({ rules, version, t }: PanelProps) {
  const query = useLostWhatIf(JSON.stringify(rules), version);
  if (query.data === undefined || query.isPlaceholderData) return null;
  return <p className="lr-sentence">{sentence(query.data, t)}</p>;
}

function Standings({ answer, t }: { answer: LostWhatIf; t: Translate }) {
  const columns: readonly Column<Row>[] = [
    { key: "standing", title: t("lifecycle.stage"), render: (row) => <strong>{t(`lost.${row.standing}`)}</strong> },
    {
      key: "before",
      title: t("lost.today"),
      numeric: true,
      render: (row) => (
        <Count
          value={row.before}
          to={row.standing === "active" ? undefined : `/members?tag=lifecycle_stage:${row.standing}`}
          label={t(`lost.${row.standing}`)}
        />
      ),
    },
    { key: "after", title: t("what_if.after"), numeric: true, render: (row) => <Count value={row.after} /> },
    {
      key: "difference",
      title: t("lost.difference"),
      numeric: true,
      render: (row) => <Difference value={row.after} previous={row.before} good={GOOD[row.standing]} />,
    },
  ];
  return (
    <DataTable
      label={t("lost.what_if")}
      columns={columns}
      rows={answer.standings}
      rowKey={({ standing }) => standing}
    />
  );
}

function Moves({ answer, t }: { answer: LostWhatIf; t: Translate }) {
  if (answer.moves.length === 0) return null;
  return (
    <ul className="lr-moves">
      {answer.moves.map(({ from, to, members }) => (
        <li key={`${from}-${to}`}>
          {t(`lost.${from}`)} → {t(`lost.${to}`)} <Count value={members} unit={t("map.people")} />
        </li>
      ))}
    </ul>
  );
}
