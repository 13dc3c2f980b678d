import Button from "antd/es/button";
import { lazy, Suspense, useState } from "react";
import { useCan } from "../../api/session.ts";
import { Bar } from "../../parts/bar.tsx";
import { Chip } from "../../parts/chips.tsx";
import { DayText } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatDay } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { amountText } from "./tier-data.ts";
import { type Change, type MemberTier, useMemberTier } from "./member-tier-data.ts";
import "./member-tier.css";
import "./texts.ts";

const GrantDialog = lazy(async () => ({ default: (await import("./grant-dialog.tsx")).GrantDialog }));
const CHANGES_SHOWN = 5;

const nameOf = (data: MemberTier, key: string): string => {
  const tier = data.tiers.find((one) => one.key === key);
  return tier === undefined ? key : pick(tier.zh, tier.en);
};
const amountOf = (data: MemberTier, amount: number, t: Translate): string =>
  amountText({ measure: { kind: data.measure }, currency: data.currency }, amount, t);

function entryOf(data: MemberTier, rank: number): number {
  const from = data.tiers[rank]?.from;
  return from?.above === undefined ? (from?.at_least ?? 0) : from.above + 1;
}

/** The tier with progress to the next one and since when; with its changes, and a way to grant. */
export function MemberTierCard({ memberId }: { memberId: string }) {
  const t = useTexts("tiers");
  const { data } = useMemberTier(memberId);
  const grant = useCan("tiers.grant");
  const [granting, setGranting] = useState(false);
  if (data?.state !== "ready") return null;
  const { standing } = data;
  return (
    <Card
      title={t("member.title")}
      extra={grant ? <Button onClick={() => setGranting(true)}>{t("member.grant")}</Button> : undefined}
    >
      <p className="mt-now">
        <strong>{nameOf(data, standing.tier)}</strong>
        {standing.is_manual ? <Chip tone="info">{t("member.manual")}</Chip> : null}
      </p>
      <Progress data={data} t={t} />
      <p className="ht-note">
        {standing.since_day === null ? null : t("member.since", { day: formatDay(standing.since_day) })}
        {standing.valid_until === null ? null : ` · ${t("member.until", { day: formatDay(standing.valid_until) })}`}
      </p>
      {standing.to_keep_minor === null || standing.is_manual ? null : (
        <p className="ht-note">
          {standing.to_keep_minor > 0
            ? t("member.to_keep", {
                amount: amountOf(data, standing.to_keep_minor, t),
                day: formatDay(standing.valid_until ?? data.today),
                n: data.grace_days,
              })
            : t("member.kept")}
        </p>
      )}
      <History data={data} t={t} />
      {granting ? (
        <Suspense>
          <GrantDialog memberId={memberId} data={data} onClose={() => setGranting(false)} />
        </Suspense>
      ) : null}
    </Card>
  );
}

function Progress({ data, t }: { data: MemberTier; t: Translate }) {
  const { standing } = data;
  if (standing.next_tier === null || standing.to_next_minor === null)
    return <p className="ht-note">{t("member.highest", { amount: amountOf(data, standing.qualifying_minor, t) })}</p>;
  const entry = entryOf(data, standing.tier_rank + 1);
  const text = t("member.to_next", {
    name: nameOf(data, standing.next_tier),
    amount: amountOf(data, standing.to_next_minor, t),
  });
  return (
    <>
      <Bar part={entry === 0 ? 1 : standing.qualifying_minor / entry} label={text} />
      <p className="mt-progress">
        <span>{text}</span>
        <span className="ht-note">
          {amountOf(data, standing.qualifying_minor, t)} / {amountOf(data, entry, t)}
        </span>
      </p>
    </>
  );
}

function History({ data, t }: { data: MemberTier; t: Translate }) {
  const [all, setAll] = useState(false);
  const shown = all ? data.history : data.history.slice(0, CHANGES_SHOWN);
  if (shown.length === 0) return null;
  return (
    <>
      <h3 className="mt-history-title">{t("member.history")}</h3>
      <ol className="mt-history">
        {shown.map((change) => (
          <li key={change.history_id}>
            <span aria-hidden="true">{change.direction > 0 ? "▲" : change.direction < 0 ? "▼" : "＝"}</span>
            <span>
              {change.from_tier === null
                ? nameOf(data, change.to_tier)
                : `${nameOf(data, change.from_tier)} → ${nameOf(data, change.to_tier)}`}
              <small>
                <DayText day={change.day} /> · {reasonOf(data, change, t)}
              </small>
            </span>
          </li>
        ))}
      </ol>
      {data.history.length > CHANGES_SHOWN && !all ? (
        <Button type="link" onClick={() => setAll(true)}>
          {t("member.all", { n: data.history.length })}
        </Button>
      ) : null}
    </>
  );
}

function reasonOf(data: MemberTier, change: Change, t: Translate): string {
  const amount = change.reason === "fell" ? change.evidence.closed : change.evidence.qualifying;
  const said = t(`reason.${change.reason}`);
  if (amount === undefined || !["earned", "fell", "placed"].includes(change.reason)) return said;
  const measure = change.evidence.measure ?? data.measure;
  return t("member.by_amount", {
    reason: said,
    amount: amountText({ measure: { kind: measure }, currency: data.currency }, amount, t),
  });
}

/** The tier in the header of the member page: its name and what is missing to the next one. */
export function MemberTierChip({ memberId }: { memberId: string }) {
  const t = useTexts("tiers");
  const { data } = useMemberTier(memberId);
  if (data?.state !== "ready") return null;
  const { standing } = data;
  const next =
    standing.next_tier === null || standing.to_next_minor === null
      ? t("member.top")
      : t("member.to_next", {
          name: nameOf(data, standing.next_tier),
          amount: amountOf(data, standing.to_next_minor, t),
        });
  return (
    <span className="mt-chip">
      <Chip tone="warn" title={pick(data.ladder.zh, data.ladder.en)}>
        {nameOf(data, standing.tier)}
      </Chip>
      <span className="ht-note">{next}</span>
    </span>
  );
}
