import { useRef, useState } from "react";
import { Link } from "react-router";
import { Count } from "../../parts/figures.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { bandsOf, type Band, heatOf, neighbour, positionOf } from "./heat-map.ts";
import { BorderHandles } from "./border-handles.tsx";
import type { Rfm } from "./rfm-data.ts";
import type { Thresholds } from "./value-data.ts";
import "./rfm-map.css";

type Level = 1 | 2 | 3;
const LEVELS: readonly Level[] = [1, 2, 3];

/** Money in a band's words: whole yuan, because edges are for orientation. */
const yuan = (minor: number, currency: string): string => formatMoney(minor, currency).replace(/\.00$|\.\d\d$/, "");

export const moneyBand = (band: Band, currency: string, t: Translate): string =>
  band.to === null
    ? t("map.or_more", { v: yuan(band.from, currency) })
    : t("map.range", { from: yuan(band.from, currency), to: yuan(band.to, currency) });

/** Frequencies are whole days: [3, 5) is said as 3 – 4, [2, 3) as 2. */
export function dayBand(band: Band, t: Translate): string {
  if (band.to === null) return t("map.f_label", { n: t("map.or_more", { v: band.from }) });
  const last = Math.max(band.from, band.to - 1);
  return t("map.f_label", { n: last === band.from ? band.from : t("map.range", { from: band.from, to: last }) });
}

interface RfmMapProps {
  readonly rfm: Rfm;
  readonly selected: string;
  readonly linkTo: (level: Level, f: number, m: number) => string;
  /** Thresholds that are being tried: their borders can be dragged. */
  readonly draft?: Thresholds | undefined;
  readonly onDraft?: ((draft: Thresholds) => void) | undefined;
}

/** Three maps side by side, one for each recency level, on one colour scale. */
export function RfmMaps({ rfm, selected, linkTo, draft, onDraft }: RfmMapProps) {
  const most = Math.max(1, ...rfm.map.map((cell) => cell.members));
  return (
    <div className="rf-maps">
      {LEVELS.map((level) => (
        <Panel
          key={level}
          level={level}
          rfm={rfm}
          most={most}
          selected={selected}
          linkTo={linkTo}
          draft={draft}
          onDraft={onDraft}
        />
      ))}
    </div>
  );
}

function Panel({ level, rfm, most, selected, linkTo, draft, onDraft }: RfmMapProps & { level: Level; most: number }) {
  const t = useTexts("value");
  const total = rfm.map.reduce((sum, cell) => sum + (cell.level === level ? cell.members : 0), 0);
  const { r1_days: r1, r2_days: r2 } = rfm.thresholds;
  const name = t(`map.level_${level}`);
  return (
    <section className="rf-panel" aria-label={`${name} ${t(`map.days_${level}`, { r1, r2 })}`}>
      <div className="rf-head">
        <h3>
          {name} <span className="ht-note">{t(`map.days_${level}`, { r1, r2 })}</span>
        </h3>
        <span>
          <Count value={total} unit={t("map.people")} to={`?level=${level}`} label={name} />
        </span>
      </div>
      <div className="rf-plot">
        <FrequencyAxis rfm={rfm} t={t} />
        <Grid level={level} rfm={rfm} most={most} selected={selected} linkTo={linkTo} draft={draft} onDraft={onDraft} />
        <MoneyAxis rfm={rfm} t={t} />
      </div>
    </section>
  );
}

function FrequencyAxis({ rfm, t }: { rfm: Rfm; t: Translate }) {
  const bands = [...bandsOf(rfm.bands.f)].reverse();
  return (
    <div className="rf-axis-f" aria-hidden="true">
      {bands.map((band, index) => (
        <span key={index}>{dayBand(band, t)}</span>
      ))}
    </div>
  );
}

function MoneyAxis({ rfm, t }: { rfm: Rfm; t: Translate }) {
  return (
    <div className="rf-axis-m" aria-hidden="true">
      {bandsOf(rfm.bands.m_minor).map((band, index) => (
        <span key={index}>
          {band.to === null
            ? t("map.or_more", { v: yuan(band.from, rfm.currency) })
            : `– ${yuan(band.to, rfm.currency)}`}
        </span>
      ))}
    </div>
  );
}

/** The cells are links; one of them takes the focus by Tab, the arrow keys move it. */
function Grid({ level, rfm, most, selected, linkTo, draft, onDraft }: RfmMapProps & { level: Level; most: number }) {
  const t = useTexts("value");
  const grid = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const fBands = bandsOf(rfm.bands.f);
  const mBands = bandsOf(rfm.bands.m_minor);
  const size = mBands.length;
  const cells = [...fBands].reverse().flatMap((f) => mBands.map((m) => ({ f, m })));
  const move = (event: React.KeyboardEvent) => {
    const next = neighbour(current, event.key, size, fBands.length);
    if (next === current) return;
    event.preventDefault();
    setCurrent(next);
    grid.current?.querySelectorAll<HTMLElement>("a, .rf-none")[next]?.focus();
  };
  return (
    <div
      ref={grid}
      className="rf-grid"
      role="group"
      aria-label={t("map.keys")}
      style={{ gridTemplateColumns: `repeat(${size}, minmax(0, 1fr))` }}
      onKeyDown={move}
    >
      {cells.map(({ f, m }, index) => {
        const members =
          rfm.map.find((cell) => cell.level === level && cell.f_band === f.number && cell.m_band === m.number)
            ?.members ?? 0;
        const label = t("map.cell", {
          level: t(`map.level_${level}`),
          f: dayBand(f, t),
          m: moneyBand(m, rfm.currency, t),
          n: formatCount(members),
        });
        const address = linkTo(level, f.number, m.number);
        return (
          <Link
            key={`${f.number}${m.number}`}
            to={address}
            preventScrollReset
            className={`rf-cell${members === 0 ? " rf-zero" : ""}${selected === `${level}.${f.number}.${m.number}` ? " rf-chosen" : ""}`}
            style={{ "--rf-heat": heatOf(members, most) } as React.CSSProperties}
            tabIndex={index === current ? 0 : -1}
            aria-label={label}
            title={label}
            onFocus={() => setCurrent(index)}
          >
            <span className="rf-figure">{members === 0 ? "·" : formatCount(members)}</span>
          </Link>
        );
      })}
      <Borders rfm={draft === undefined ? rfm : { ...rfm, thresholds: { ...rfm.thresholds, ...draft } }} t={t} />
      {draft === undefined || onDraft === undefined ? null : (
        <BorderHandles thresholds={draft} bands={rfm.bands} currency={rfm.currency} onChange={onDraft} />
      )}
    </div>
  );
}

/** M_hi from bottom to top; F_hi only to its right, because it parts A from B and C has no such border. */
function Borders({ rfm, t }: { rfm: Rfm; t: Translate }) {
  const x = positionOf(rfm.thresholds.m_hi_minor, rfm.bands.m_minor) * 100;
  const y = (1 - positionOf(rfm.thresholds.f_hi, rfm.bands.f)) * 100;
  return (
    <>
      <svg className="rf-borders" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <path d={`M${x} 0V100M${x} ${y}H100`} vectorEffect="non-scaling-stroke" />
      </svg>
      <span
        className="rf-m-hi"
        style={{ insetInlineEnd: `${100 - x}%` }}
        title={t("map.m_hi", { v: formatMoney(rfm.thresholds.m_hi_minor, rfm.currency) })}
      >
        {formatMoney(rfm.thresholds.m_hi_minor, rfm.currency)}
      </span>
      <span className="rf-f-hi" style={{ top: `${y}%` }} title={t("map.f_hi", { n: rfm.thresholds.f_hi })}>
        {t("map.f_label", { n: rfm.thresholds.f_hi })}
      </span>
      <span className="rf-class" style={{ insetInlineEnd: 3, top: 2 }} aria-hidden="true">
        A
      </span>
      <span className="rf-class" style={{ insetInlineEnd: 3, bottom: 2 }} aria-hidden="true">
        B
      </span>
      <span className="rf-class" style={{ insetInlineStart: 3, bottom: 2 }} aria-hidden="true">
        C
      </span>
    </>
  );
}
