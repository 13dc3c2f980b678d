import { useId } from "react";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatCount, formatRatio } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { ConditionMembers } from "./condition-members.tsx";
import { type Group, type OverlapAnswer, useOverlap } from "./overlap-data.ts";
import type { Segment } from "./segment-data.ts";
import type { Snapshot } from "./snapshot-data.ts";
import { useAddress } from "./use-address.ts";

/** The segment as it is, in place of a snapshot. */
export const NOW = "now";

const WHO = { left: [0], stayed: [0, 1], entered: [1] } as const;
type Who = keyof typeof WHO;
const KINDS = Object.keys(WHO) as readonly Who[];

interface ComparisonProps {
  readonly segment: Segment;
  readonly snapshots: readonly Snapshot[];
  readonly own: readonly Snapshot[];
}

/** Two snapshots, or one and now: who stayed, who came, who left, and the members of each. */
export function SnapshotComparison({ segment, snapshots, own }: ComparisonProps) {
  const t = useTexts("segments");
  const [params, setAddress] = useAddress();
  const known = (key: string | null) => key === NOW || snapshots.some((one) => String(one.snapshot_id) === key);
  const pick = (key: string, otherwise: string) =>
    known(params.get(key)) ? (params.get(key) ?? otherwise) : otherwise;
  const before = pick("a", String(own[0]?.snapshot_id ?? snapshots[0]?.snapshot_id ?? NOW));
  const after = pick("b", NOW);
  const nameOf = (key: string) =>
    key === NOW ? t("snaps.now") : (snapshots.find((one) => String(one.snapshot_id) === key)?.name ?? key);
  const groupOf = (key: string): Group => {
    const snapshot = snapshots.find((one) => String(one.snapshot_id) === key);
    if (snapshot === undefined) return { segment_id: segment.segment_id };
    return { name: snapshot.name, condition: snapshot.expression };
  };
  const same = before === after;
  const query = useOverlap(same ? [] : [groupOf(before), groupOf(after)]);
  const choose = (key: "a" | "b") => (value: string) => setAddress({ [key]: value, who: null });
  return (
    <Card title={t("snaps.compare")} note={t("snaps.compare_note")}>
      <div className="sn-pair">
        <Choice label={t("snaps.before")} value={before} onChange={choose("a")} snapshots={snapshots} t={t} />
        <span aria-hidden="true">→</span>
        <Choice label={t("snaps.after")} value={after} onChange={choose("b")} snapshots={snapshots} t={t} />
      </div>
      {same ? (
        <p className="ht-note">{t("snaps.same")}</p>
      ) : (
        <Loaded query={query} skeleton={<SkeletonBlock height={96} />}>
          {(answer) => <Difference answer={answer} before={nameOf(before)} after={nameOf(after)} t={t} />}
        </Loaded>
      )}
    </Card>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly snapshots: readonly Snapshot[];
  readonly t: Translate;
}

function Choice({ label, value, onChange, snapshots, t }: ChoiceProps) {
  const id = useId();
  return (
    <label className="sn-choice" htmlFor={id}>
      <span>{label}</span>
      <select id={id} className="ht-select" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value={NOW}>{t("snaps.now")}</option>
        {snapshots.map((one) => (
          <option key={one.snapshot_id} value={one.snapshot_id}>
            {one.name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface DifferenceProps {
  readonly answer: OverlapAnswer;
  readonly before: string;
  readonly after: string;
  readonly t: Translate;
}

function Difference({ answer, before, after, t }: DifferenceProps) {
  const [params, setAddress] = useAddress();
  const regionOf = (who: Who) => answer.regions.find((region) => region.in.join() === WHO[who].join());
  const count = (who: Who) => regionOf(who)?.count ?? 0;
  const all = KINDS.reduce((sum, who) => sum + count(who), 0);
  const chosen = KINDS.find((who) => who === params.get("who"));
  const region = chosen === undefined ? undefined : regionOf(chosen);
  if (all === 0) return <p className="ht-note">{t("overlap.all_empty")}</p>;
  return (
    <>
      <div className="sn-bar" aria-hidden="true">
        {KINDS.map((who) =>
          count(who) === 0 ? null : <i key={who} className={`sn-${who}`} style={{ flexGrow: count(who) }} />,
        )}
      </div>
      <div className="sn-kinds">
        {KINDS.map((who) => (
          <button
            key={who}
            type="button"
            className="sn-kind"
            disabled={count(who) === 0}
            aria-pressed={who === chosen}
            onClick={() => setAddress({ who: who === chosen ? null : who })}
          >
            <span>
              <i className={`sn-${who}`} aria-hidden="true" /> {t(`snaps.${who}`)}
            </span>
            <b>{formatCount(count(who))}</b>
            <small>{formatRatio(count(who) / all, 1)}</small>
          </button>
        ))}
      </div>
      <p className="ht-note">
        {t("snaps.sizes", {
          before,
          after,
          a: formatCount(answer.sets[0]?.count ?? 0),
          b: formatCount(answer.sets[1]?.count ?? 0),
        })}
      </p>
      {chosen === undefined || region === undefined ? null : (
        <div className="sn-members">
          <ConditionMembers
            key={`${chosen} ${before} ${after}`}
            title={t(`snaps.${chosen}_of`, { before, after })}
            count={region.count}
            condition={region.condition}
            onClose={() => setAddress({ who: null })}
          />
        </div>
      )}
    </>
  );
}
