import { Link } from "react-router";
import { Card } from "../../parts/page-header.tsx";
import { formatRatio } from "../../texts/format.ts";
import { pick, type Translate, useLanguage, useTexts } from "../../texts/texts.ts";
import { type Portrait, type PortraitCell, type PortraitFact, type Sitter, withCondition } from "./portrait-data.ts";

const FAMILIES = ["consumption", "basic", "social"] as const;

/** Of each family the strongest stand in sight; a page of all would hide what it has to say. */
const SHOWN_FACTS = 6;

/** How strongly the most unusual value of a tag deviates; 0 where none does. */
function strength({ cells }: PortraitFact): number {
  return Math.max(0, ...cells.filter((cell) => cell.unusual).map((cell) => cell.weight));
}

interface FactsProps {
  readonly portrait: Portrait;
  readonly sitter: Sitter;
}

/** Every tag as pairs of bars, by family: those that deviate in sight, the others a press away. */
export function PortraitFacts({ portrait, sitter }: FactsProps) {
  const t = useTexts("segments");
  useLanguage();
  const open = portrait.facts.filter((fact) => !fact.by_definition);
  const asked = portrait.facts.filter((fact) => fact.by_definition);
  const known = new Set<string>(FAMILIES);
  const families = [...FAMILIES, ...new Set(open.map(({ family }) => family).filter((family) => !known.has(family)))];
  return (
    <>
      {families.map((family) => {
        const facts = open.filter((fact) => fact.family === family);
        if (facts.length === 0) return null;
        const telling = facts.filter((fact) => strength(fact) > 0).sort((a, b) => strength(b) - strength(a));
        const quiet = facts.filter((fact) => strength(fact) === 0);
        const title = known.has(family) ? t(`portrait.family_${family}`) : family;
        return (
          <Card
            key={family}
            title={title}
            note={t("portrait.legend", { base: pick(portrait.base.zh, portrait.base.en) })}
          >
            <Grid facts={telling.slice(0, SHOWN_FACTS)} portrait={portrait} sitter={sitter} />
            <Folded
              label={t("portrait.more", { n: telling.length - SHOWN_FACTS })}
              facts={telling.slice(SHOWN_FACTS)}
              portrait={portrait}
              sitter={sitter}
            />
            <Folded
              label={t("portrait.quiet", { n: quiet.length })}
              facts={quiet}
              portrait={portrait}
              sitter={sitter}
            />
          </Card>
        );
      })}
      {asked.length === 0 ? null : (
        <Card title={t("portrait.asked")} note={t("portrait.asked_note")}>
          <Grid facts={asked} portrait={portrait} sitter={sitter} />
        </Card>
      )}
    </>
  );
}

function Folded({ label, facts, ...rest }: FactsProps & { label: string; facts: readonly PortraitFact[] }) {
  if (facts.length === 0) return null;
  return (
    <details className="pt-folded">
      <summary>{label}</summary>
      <Grid facts={facts} {...rest} />
    </details>
  );
}

function Grid({ facts, portrait, sitter }: FactsProps & { facts: readonly PortraitFact[] }) {
  return (
    <div className="pt-grid">
      {facts.map((fact) => (
        <FactBars key={fact.key} fact={fact} portrait={portrait} sitter={sitter} />
      ))}
    </div>
  );
}

function FactBars({ fact, portrait, sitter }: FactsProps & { fact: PortraitFact }) {
  const t = useTexts("segments");
  const most = Math.max(1, ...fact.cells.map((cell) => Math.max(cell.share_bp, cell.base_share_bp ?? 0)));
  const name = pick(fact.zh, fact.en);
  return (
    <section className="pt-fact" aria-label={name}>
      <h3>
        {name}
        {fact.known_bp === null || fact.known_bp === 10_000 ? null : (
          <small>{t("portrait.known", { share: formatRatio(fact.known_bp / 10_000, 0) })}</small>
        )}
      </h3>
      <QuartileLine fact={fact} portrait={portrait} t={t} />
      <ul>
        {fact.cells.map((cell) => (
          <li key={cell.value}>
            <CellBars cell={cell} most={most} to={withCondition(sitter, cell.condition)} base={portrait.base} t={t} />
          </li>
        ))}
      </ul>
      {fact.others > 0 ? <p className="ht-note">{t("portrait.others", { n: fact.others.toLocaleString() })}</p> : null}
    </section>
  );
}

function QuartileLine({ fact, portrait, t }: { fact: PortraitFact; portrait: Portrait; t: Translate }) {
  const own = fact.quartiles;
  const base = fact.base_quartiles;
  if (own === null) return null;
  const of = (quartiles: { zh: readonly string[]; en: readonly string[] }, place: number) =>
    pick(quartiles.zh[place], quartiles.en[place]);
  return (
    <p className="pt-quartiles">
      {t("portrait.median", { value: of(own, 1), low: of(own, 0), high: of(own, 2) })}
      {base === null
        ? null
        : t("portrait.median_base", { base: pick(portrait.base.zh, portrait.base.en), value: of(base, 1) })}
    </p>
  );
}

interface CellBarsProps {
  readonly cell: PortraitCell;
  readonly most: number;
  readonly to: string;
  readonly base: Portrait["base"];
  readonly t: Translate;
}

/** The group's bar over the base's, on one scale from zero; the row opens the builder with this condition added. */
function CellBars({ cell, most, to, base, t }: CellBarsProps) {
  const label = pick(cell.zh, cell.en) || cell.value;
  const share = formatRatio(cell.share_bp / 10_000);
  const other = cell.base_share_bp === null ? "—" : formatRatio(cell.base_share_bp / 10_000);
  const times = cell.index_bp === null ? null : timesOf(cell.index_bp);
  const more = (cell.index_bp ?? 0) >= 10_000;
  const said = t("portrait.bar", { label, share, base: pick(base.zh, base.en), other });
  return (
    <Link className="pt-row" to={to} title={`${said} · ${t("portrait.add")}`}>
      <span className="pt-label">{label}</span>
      <span className="pt-bars" aria-hidden="true">
        <span className="pt-bar" style={{ width: `${(100 * cell.share_bp) / most}%` }} />
        <span className="pt-bar pt-bar-base" style={{ width: `${(100 * (cell.base_share_bp ?? 0)) / most}%` }} />
      </span>
      <span className="pt-figures">
        <b>{share}</b>
        <span>{other}</span>
      </span>
      <span className={cell.unusual ? `pt-times pt-times-${more ? "more" : "less"}` : "pt-times"}>
        {times === null ? "" : `${cell.unusual ? (more ? "▲" : "▼") : ""} ${t("portrait.times", { n: times })}`}
      </span>
    </Link>
  );
}

function timesOf(index_bp: number): string {
  return (index_bp / 10_000).toFixed(index_bp < 10_000 ? 2 : 1);
}
