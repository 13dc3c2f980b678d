import { Fragment, type ReactNode, useEffect } from "react";
import { Link } from "react-router";
import { Chip, type Tone } from "../../parts/chips.tsx";
import { DayText, Money, RelativeTime } from "../../parts/figures.tsx";
import { formatCount, formatMoney, currentDay } from "../../texts/format.ts";
import { currentLanguage, pick, type Translate, useTexts } from "../../texts/texts.ts";
import { MemberTierChip } from "../tiers/member-tier.tsx";
import type { Member, MemberTag, ReachItem } from "./member-data.ts";
import { ageParts } from "./age.ts";
import { channelName } from "./timeline-sentence.ts";
import { worldNow } from "../../texts/world-time.ts";

interface MemberHeaderProps {
  readonly member: Member;
  readonly tags: readonly MemberTag[] | undefined;
}

/** Who this is, at one glance: name, standing, home, how the member can be reached, and what was spent. */
export function MemberHeader({ member, tags }: MemberHeaderProps) {
  const t = useTexts("members");
  const name = member.name_masked ?? t("list.no_name");
  useEffect(() => {
    document.title = name;
  }, [name]);
  const sources = new Set(member.identities.map((identity) => identity.source).filter(Boolean)).size;
  return (
    <header className="ht-card mh">
      <span className="mh-face" aria-hidden="true">
        {name.replaceAll("*", "").slice(0, 1) || "·"}
      </span>
      <div className="mh-who">
        <div className="mh-name">
          <h1>{name}</h1>
          {member.flags.map((flag) => (
            <Chip key={flag} tone="warn">
              {t(`flag.${flag}`)}
            </Chip>
          ))}
          <MemberTierChip memberId={String(member.member_id)} />
          <HeadlineTags tags={tags} />
        </div>
        <p className="mh-facts">
          <Facts parts={factsOf(member, sources, t)} />
        </p>
        <Reach items={member.reachable} t={t} />
      </div>
      <Totals member={member} t={t} />
    </header>
  );
}

/** Facts with dots between them; those that are not known are left out. */
function Facts({ parts }: { parts: readonly ReactNode[] }) {
  return parts.map((part, index) => (
    // The order of the facts is fixed for a member.
    <Fragment key={index}>
      {index > 0 ? " " : null}
      <span>
        {part}
        {index < parts.length - 1 ? <span aria-hidden="true"> ·</span> : null}
      </span>
    </Fragment>
  ));
}

function factsOf(member: Member, sources: number, t: Translate): readonly ReactNode[] {
  const parts: ReactNode[] = [member.phone_masked ?? t("list.no_phone")];
  if (member.home_store) parts.push(t("one.store", { name: member.home_store }));
  if (member.associate) parts.push(t("one.associate", { name: member.associate }));
  if (member.joined_at) parts.push(t("one.joined", { age: ageText(member.joined_at, t) }));
  if (member.join_channel) parts.push(t("one.channel", { name: channelName(member.join_channel, currentLanguage()) }));
  parts.push(sources > 1 ? t("one.sources", { n: sources }) : t("one.source_one"));
  parts.push(t("one.member_no", { n: member.member_id }));
  return parts;
}

function ageText(joinedAt: string, t: Translate): string {
  const age = ageParts(joinedAt.slice(0, 10), currentDay());
  if (age.years > 0)
    return age.months > 0 ? t("age.years", { y: age.years, m: age.months }) : t("age.years_only", { y: age.years });
  return age.months > 0 ? t("age.months", { m: age.months }) : t("age.days", { d: age.days });
}

const HEADLINE_TAGS: readonly string[] = ["lifecycle_stage", "churn_risk"];
const RISK_TONES: Readonly<Record<string, Tone>> = { low: "good", middle: "warn", high: "bad", lost: "neutral" };

/** The word alone would not say what is low or high. */
function HeadlineChip({ tag }: { tag: MemberTag }) {
  const isRisk = tag.key === "churn_risk";
  return (
    <Chip tone={isRisk ? (RISK_TONES[String(tag.value)] ?? "neutral") : "info"} title={pick(tag.zh, tag.en)}>
      {isRisk ? `${pick(tag.zh, tag.en)} ${shownAs(tag)}` : shownAs(tag)}
    </Chip>
  );
}

const shownAs = (tag: MemberTag): string => pick(tag.display_zh, tag.display_en) || String(tag.value);

/** The few tags by which an operator knows a member at once; each leads to the members who share it. */
function HeadlineTags({ tags }: { tags: readonly MemberTag[] | undefined }) {
  const known = (tags ?? []).filter((tag) => tag.value !== null && tag.value !== undefined);
  const rfmClass = known.find((tag) => tag.key === "rfm_class");
  const level = known.find((tag) => tag.key === "rfm_level");
  const cell = rfmClass === undefined || level === undefined ? null : `${String(rfmClass.value)}${String(level.value)}`;
  return (
    <>
      {cell === null || rfmClass === undefined ? null : (
        <Link to={`/rfm?cell=${cell}`} className="mh-tag">
          <Chip tone="accent" title="RFM">
            {cell} {shownAs(rfmClass).replace(/^[ABC]\s*/, "")}
          </Chip>
        </Link>
      )}
      {known
        .filter((tag) => HEADLINE_TAGS.includes(tag.key))
        .map((tag) => (
          <Link
            key={tag.key}
            to={`/members?tag=${encodeURIComponent(`${tag.key}:${String(tag.value)}`)}`}
            className="mh-tag"
          >
            <HeadlineChip tag={tag} />
          </Link>
        ))}
    </>
  );
}

function Reach({ items, t }: { items: readonly ReachItem[]; t: Translate }) {
  if (items.length === 0) return null;
  return (
    <ul className="mh-reach" aria-label={t("one.reach")}>
      {items.map((item) => (
        <li key={item.medium} className={item.ok ? "mh-ok" : "mh-not"}>
          <span className="mh-mark" aria-hidden="true">
            {item.ok ? "✓" : "✕"}
          </span>
          {t(`medium.${item.medium}`)}
          <span className={item.ok ? "ht-hidden" : "mh-why"}>
            {item.ok ? t("reach.ok") : reachReason(item.reason, t)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The reason in words where it is one of ours, as it came where the server already says a sentence. */
function reachReason(reason: string | null, t: Translate): string {
  if (reason === null || reason === "") return t("reach.not");
  return /^[a-z_]+$/.test(reason) ? t(`reach.${reason}`) : reason;
}

/** Within 30 days the time is said relative, so the day stands below it. */
const isRecent = (at: string): boolean => worldNow() - new Date(at).getTime() < 30 * 86_400_000;

function Totals({ member, t }: { member: Member; t: Translate }) {
  const { orders, net_fen: net, last_order_at: last } = member.totals;
  return (
    <dl className="mh-totals">
      <div>
        <dt>{t("one.net")}</dt>
        <dd className="mh-big">
          <Money minor={net} />
        </dd>
      </div>
      <div>
        <dt>{t("one.orders")}</dt>
        <dd>
          <span className="mh-big">{formatCount(orders)}</span>
          {orders > 0 ? (
            <small>
              {t("one.average")} {formatMoney(Math.round(net / orders))}
            </small>
          ) : null}
        </dd>
      </div>
      <div>
        <dt>{t("one.last_order")}</dt>
        <dd>
          {last === null ? (
            <span className="ht-none">{t("one.never")}</span>
          ) : (
            <span className="mh-big">
              <RelativeTime at={last} />
            </span>
          )}
          {last === null || !isRecent(last) ? null : (
            <small>
              <DayText day={last.slice(0, 10)} />
            </small>
          )}
        </dd>
      </div>
    </dl>
  );
}
