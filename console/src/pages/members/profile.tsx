import { Link } from "react-router";
import { Chip, type Tone } from "../../parts/chips.tsx";
import { DayText } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatDay, formatInstant } from "../../texts/format.ts";
import { currentLanguage, pick, type Translate, useTexts } from "../../texts/texts.ts";
import { Joins } from "./joins.tsx";
import type { ConsentItem, FactItem, IdentityItem, Member } from "./member-data.ts";
import { channelName } from "./timeline-sentence.ts";
import "./profile.css";

/** Who the member is and how we know: identities, joins, facts with their sources, consent with its evidence. */
export function Profile({ member, memberId }: { member: Member; memberId: string }) {
  const t = useTexts("members");
  const sources = new Set(member.identities.map((identity) => identity.source).filter(Boolean)).size;
  return (
    <>
      <Card title={t("identity.title")} note={t("identity.note", { n: sources })}>
        {member.identities.length === 0 ? <p className="ht-note">{t("identity.none")}</p> : null}
        <ul className="pf-list">
          {member.identities.map((identity) => (
            <Identity key={`${identity.kind}${identity.masked}${identity.source}`} identity={identity} t={t} />
          ))}
        </ul>
        {member.conflicts.length > 0 ? (
          <p className="pf-conflicts">
            <Chip tone="bad">{t("conflict.title")}</Chip> {t("conflict.text", { n: member.conflicts.length })}{" "}
            <Link to="/data/identities?tab=conflicts">{t("conflict.open")}</Link>
          </p>
        ) : null}
      </Card>
      <Joins joins={member.joins} memberId={memberId} />
      <Card title={t("fact.title")} note={t("fact.filled", { n: member.facts.length })}>
        {member.facts.length === 0 ? <p className="ht-note">{t("fact.none")}</p> : null}
        <dl className="pf-facts">
          {member.facts.map((fact) => (
            <FactRow key={fact.field} fact={fact} t={t} />
          ))}
        </dl>
      </Card>
      <Card title={t("consent.title")}>
        {member.consents.length === 0 ? <p className="ht-note">{t("consent.none")}</p> : null}
        <ul className="pf-list">
          {member.consents.map((consent) => (
            <Consent key={`${consent.purpose}${consent.medium}`} consent={consent} t={t} />
          ))}
        </ul>
      </Card>
    </>
  );
}

const STRENGTH_TONES: Readonly<Record<string, Tone>> = { strong: "good", medium: "info", weak: "neutral" };

function Identity({ identity, t }: { identity: IdentityItem; t: Translate }) {
  const out = identity.state !== "active";
  return (
    <li className={out ? "pf-out" : undefined}>
      <div className="pf-line">
        <span className="pf-kind">{t(`as.${identity.kind}`)}</span>
        <span className="pf-value">{identity.masked}</span>
        {out ? (
          <Chip tone="warn" title={identity.state === "quarantined" ? t("identity.quarantined_why") : ""}>
            {t(`identity.${identity.state}`)}
          </Chip>
        ) : (
          <Chip tone={STRENGTH_TONES[identity.strength] ?? "neutral"} title={t("identity.strength")}>
            {t(`identity.${identity.strength}`)}
          </Chip>
        )}
      </div>
      <p className="ht-note">
        {identity.source ? `${identity.source} · ` : ""}
        {t("identity.first_seen", { day: formatDay(identity.first_seen_at) })}
        {identity.state === "quarantined" ? ` · ${t("identity.quarantined_why")}` : ""}
      </p>
    </li>
  );
}

type Said = Pick<FactItem, "value_masked" | "words">;

function factValue(field: string, { value_masked: value, words }: Said, t: Translate): string {
  if (words) return pick(words.zh, words.en);
  if (field === "join_channel" && typeof value === "string") return channelName(value, currentLanguage());
  if (field === "joined_at" && typeof value === "string") return formatInstant(value, { day: true });
  if (value === true || value === "true") return t("fact.yes");
  if (value === false || value === "false") return t("fact.no");
  return value === null || value === "" ? t("fact.empty") : String(value);
}

function FactRow({ fact, t }: { fact: FactItem; t: Translate }) {
  const others = fact.others ?? [];
  return (
    <div>
      <dt>{pick(fact.zh, fact.en)}</dt>
      <dd>
        <span>{factValue(fact.field, fact, t)}</span>
        <small className="ht-note">
          {fact.source}
          {fact.observed_at ? (
            <>
              {fact.source ? " · " : ""}
              <DayText day={fact.observed_at.slice(0, 10)} />
            </>
          ) : null}
        </small>
        {others.length === 0 ? null : (
          <details className="pf-more">
            <summary>{t("fact.conflict", { n: others.length + 1 })}</summary>
            <ul>
              {others.map((other) => (
                <li key={`${other.source}${String(other.value_masked)}`}>
                  {t("fact.other", { source: other.source ?? "—", value: factValue(fact.field, other, t) })}
                  {other.observed_at ? <small className="ht-note"> {formatDay(other.observed_at)}</small> : null}
                </li>
              ))}
            </ul>
          </details>
        )}
      </dd>
    </div>
  );
}

const CONSENT_TONES: Readonly<Record<ConsentItem["state"], Tone>> = {
  granted: "good",
  withdrawn: "bad",
  unproven: "warn",
};

function Consent({ consent, t }: { consent: ConsentItem; t: Translate }) {
  const evidence = [
    consent.at ? formatDay(consent.at) : null,
    consent.via ? t("consent.via", { v: channelName(consent.via, currentLanguage()) }) : null,
    consent.text_version ? t("consent.version", { v: consent.text_version }) : null,
    consent.source,
  ].filter(Boolean);
  return (
    <li>
      <div className="pf-line">
        <span className="pf-kind">{t(`shared:purpose.${consent.purpose}`, { defaultValue: consent.purpose })}</span>
        <span className="pf-value">{known(t, "medium", consent.medium)}</span>
        <Chip tone={CONSENT_TONES[consent.state]}>{t(`consent.${consent.state}`)}</Chip>
      </div>
      <p className="ht-note">{consent.state === "unproven" ? t("consent.unproven_why") : evidence.join(" · ")}</p>
    </li>
  );
}

/** A code in words; one that nobody named stays as it came. */
function known(t: Translate, group: string, code: string): string {
  const text = t(`${group}.${code}`);
  return text === `${group}.${code}` ? code : text;
}
