import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { Chip, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Instant, Money } from "../../parts/figures.tsx";
import { EmptyState, Loaded, SkeletonTable, SkeletonText } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { type DryMember, type DryPlace, useDryMembers, useDryPath } from "./dry-run-data.ts";

/** Messages and points have words of their own; of every other node it was done, or not. */
const effectWord = ({ kind, state }: { readonly kind: string; readonly state: string }) =>
  `${kind === "message" || kind === "points" ? kind : "act"}_${state}`;

interface Props {
  readonly journey: string;
  readonly dry_run_id: number;
  readonly place: DryPlace;
  readonly onClose: () => void;
  readonly t: Translate;
}

const TONES: Readonly<Record<string, Tone>> = {
  sent: "good",
  given: "good",
  held: "warn",
  refused: "bad",
  waiting: "neutral",
};

/** The members behind a number of a dry run, and one member's way with its times. */
export function DryMembersDialog({ journey, dry_run_id, place, onClose, t }: Props) {
  const [path, setPath] = useState<number>();
  return (
    <Dialog open title={t("dry.members")} onClose={onClose} place="side">
      {path === undefined ? (
        <Members journey={journey} dry_run_id={dry_run_id} place={place} onPath={setPath} t={t} />
      ) : (
        <Way journey={journey} dry_run_id={dry_run_id} path={path} onBack={() => setPath(undefined)} t={t} />
      )}
    </Dialog>
  );
}

function Members({
  journey,
  dry_run_id,
  place,
  onPath,
  t,
}: Omit<Props, "onClose"> & { readonly onPath: (path: number) => void }) {
  const columns: readonly Column<DryMember>[] = [
    {
      key: "member",
      title: t("column.member"),
      render: (row) => <Link to={`/members/${row.member_id}`}>{t("member", { id: row.member_id })}</Link>,
    },
    { key: "entered", title: t("column.entered_at"), render: (row) => <Instant at={row.entered_at} /> },
    {
      key: "way",
      title: t("dry.way"),
      render: (row) => (
        <Button size="small" onClick={() => onPath(row.path)}>
          {row.ended === null ? t("dry.under_way") : t(`ended.${row.ended}`)}
        </Button>
      ),
    },
  ];
  return (
    <Loaded query={useDryMembers(journey, dry_run_id, place)} skeleton={<SkeletonTable columns={3} />}>
      {({ items, after }) => (
        <>
          <DataTable
            label={t("runs.label")}
            columns={columns}
            rows={items}
            rowKey={(row) => row.path}
            empty={<EmptyState small title={t("runs.empty")} />}
          />
          {after === null ? null : <p className="ht-note">{t("dry.first", { n: formatCount(items.length) })}</p>}
        </>
      )}
    </Loaded>
  );
}

interface WayProps {
  readonly journey: string;
  readonly dry_run_id: number;
  readonly path: number;
  readonly onBack: () => void;
  readonly t: Translate;
}

function Way({ journey, dry_run_id, path, onBack, t }: WayProps) {
  return (
    <div className="ht-stack">
      <div>
        <Button onClick={onBack}>{t("dry.back")}</Button>
      </div>
      <Loaded query={useDryPath(journey, dry_run_id, path)} skeleton={<SkeletonText lines={6} />}>
        {(way) => (
          <>
            <h3>
              <Link to={`/members/${way.member_id}`}>{t("member", { id: way.member_id })}</Link>
            </h3>
            <ol className="jd-way" aria-label={t("dry.way")}>
              <Moment at={way.entered_at} text={t("kind.entry")} />
              {way.steps.map((step, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
                <li key={at}>
                  <Instant at={step.at} />
                  <p>
                    {pick(step.zh, step.en)}
                    {step.way_zh === "" ? null : <b> {pick(step.way_zh, step.way_en)}</b>}
                  </p>
                  {step.effect === null ? null : (
                    <p className="jd-effect">
                      <Chip tone={TONES[step.effect.state] ?? "neutral"}>
                        {t(`dry.effect.${effectWord(step.effect)}`)}
                      </Chip>
                      {step.effect.reason_zh === null ? null : pick(step.effect.reason_zh, step.effect.reason_en ?? "")}
                      {step.effect.at === step.at ? null : <Instant at={step.effect.at} />}
                      {step.effect.cost_minor > 0 ? <Money minor={step.effect.cost_minor} /> : null}
                    </p>
                  )}
                </li>
              ))}
              {way.goal_at === null ? null : <Moment at={way.goal_at} text={t("column.goal")} />}
              <Moment
                at={way.ended_at ?? way.due_at}
                text={way.ended === null ? t("dry.goes_on") : t(`ended.${way.ended}`)}
              />
            </ol>
          </>
        )}
      </Loaded>
    </div>
  );
}

const Moment = ({ at, text }: { readonly at: string; readonly text: string }) => (
  <li>
    <Instant at={at} />
    <p>{text}</p>
  </li>
);
