import { type ReactNode, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { formatCount, formatDay, formatInstant, formatMoney, formatRatio } from "../texts/format.ts";
import { type Translate, useTexts } from "../texts/texts.ts";
import "./figures.css";
import { worldNow } from "../texts/world-time.ts";

export type FigureUnit = "people" | "fen" | "ratio" | "count";

/** A number in its unit as text: 1,234 · ¥1,234.50 · 61.8%. */
export function figureText(value: number, unit: FigureUnit, currency = "CNY"): string {
  if (unit === "fen") return formatMoney(value, currency, true);
  if (unit === "ratio") return formatRatio(value);
  return formatCount(value);
}

export function Money({ minor, currency = "CNY" }: { minor: number | null | undefined; currency?: string }) {
  if (minor === null || minor === undefined) return <span className="ht-none">—</span>;
  return <span className="ht-figure">{formatMoney(minor, currency)}</span>;
}

interface CountProps {
  readonly value: number | null | undefined;
  readonly unit?: string;
  /** Where the members or rows behind the number are. */
  readonly to?: string | undefined;
  readonly label?: string;
}

/** A count; with `to` it is the link to what stands behind it. */
export function Count({ value, unit, to, label }: CountProps) {
  if (value === null || value === undefined) return <span className="ht-none">—</span>;
  const text = (
    <>
      <span className="ht-figure">{formatCount(value)}</span>
      {unit ? <span className="ht-unit"> {unit}</span> : null}
    </>
  );
  if (to === undefined || value === 0) return text;
  return (
    <Link className="ht-count-link" to={to}>
      {text}
      {label ? <span className="ht-hidden"> {label}</span> : null}
    </Link>
  );
}

export function Ratio({ value, digits = 1 }: { value: number | null | undefined; digits?: number }) {
  if (value === null || value === undefined) return <span className="ht-none">—</span>;
  return <span className="ht-figure">{formatRatio(value, digits)}</span>;
}

interface DeltaProps {
  readonly value: number;
  readonly previous: number | null | undefined;
  readonly unit: FigureUnit;
  /** Which direction is good; "none" keeps it grey. */
  readonly good?: "up" | "down" | "none";
  /** What it is compared with, said after the amount. */
  readonly against?: string;
}

/** The size of a change in words: percentage points for ratios, per cent otherwise. */
function changeText(value: number, previous: number, unit: FigureUnit, t: Translate): string {
  const change = Math.abs(value - previous);
  if (unit === "ratio") return t("delta.points", { n: formatCount(change * 100, 1) });
  if (previous === 0) return figureText(change, unit);
  return formatRatio(change / Math.abs(previous));
}

/** Δ with direction, colour and words; the words carry the meaning without the colour. */
export function Delta({ value, previous, unit, good = "up", against }: DeltaProps) {
  const t = useTexts();
  if (previous === null || previous === undefined) return null;
  const change = value - previous;
  const direction = change === 0 ? "same" : change > 0 ? "up" : "down";
  const tone = direction === "same" || good === "none" ? "flat" : direction === good ? "good" : "bad";
  const amount = changeText(value, previous, unit, t);
  return (
    <span className={`ht-delta ht-tone-${tone}`}>
      <span aria-hidden="true">{direction === "up" ? "▲" : direction === "down" ? "▼" : "▬"}</span>
      {against ? <span className="ht-delta-against">{against}</span> : null}
      {direction === "same" ? t("delta.same") : `${t(`delta.${direction}`)} ${amount}`}
    </span>
  );
}

interface DifferenceProps {
  readonly value: number;
  readonly previous: number;
  readonly good?: "up" | "down" | "none";
}

/** By how many a count would differ: ▲ 12, ▼ 3, or a dash; the direction is said in words to those who do not see it. */
export function Difference({ value, previous, good = "none" }: DifferenceProps) {
  const t = useTexts();
  const change = value - previous;
  if (change === 0) return <span className="ht-none">{t("delta.same")}</span>;
  const direction = change > 0 ? "up" : "down";
  const tone = good === "none" ? "flat" : direction === good ? "good" : "bad";
  return (
    <span className={`ht-delta ht-tone-${tone}`}>
      <span aria-hidden="true">{direction === "up" ? "▲" : "▼"}</span>
      <span className="ht-hidden">{t(`delta.${direction}`)} </span>
      {formatCount(Math.abs(change))}
    </span>
  );
}

const listeners = new Set<() => void>();
const TICK_MS = 10_000;
let tick = worldNow();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribeTick(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    // looked at every second, because a world may live faster than its reader
    if (Math.abs(worldNow() - tick) < TICK_MS) return;
    tick = worldNow();
    for (const notify of listeners) notify();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The world's now, renewed every ten of its seconds while anybody looks. */
export function useNow(): number {
  return useSyncExternalStore(subscribeTick, () => tick);
}

/** 3700 seconds → "1 小时" (largest unit only). */
export function durationText(seconds: number, t: Translate): string {
  if (seconds < 60) return t("time.in_seconds", { n: Math.round(seconds) });
  if (seconds < 3600) return t("time.in_minutes", { n: Math.round(seconds / 60) });
  if (seconds < 172_800) return t("time.in_hours", { n: Math.round(seconds / 3600) });
  return t("time.in_days", { n: formatCount(Math.round(seconds / 86_400)) });
}

function agoText(seconds: number, t: Translate): string {
  if (seconds < 5) return t("time.now");
  if (seconds < 60) return t("time.seconds", { n: Math.floor(seconds) });
  if (seconds < 3600) return t("time.minutes", { n: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t("time.hours", { n: Math.floor(seconds / 3600) });
  return t("time.days", { n: formatCount(Math.floor(seconds / 86_400)) });
}

/**
 * "5 分钟前", with the exact time on hover; older than 30 days shows the date itself. `real`: an instant of sessions and
 * the like, which are told by real time also where the business lives ahead of it.
 */
export function RelativeTime({ at, real }: { at: string | null | undefined; real?: boolean }) {
  const t = useTexts();
  const ticked = useNow();
  const now = real ? Date.now() : Math.max(ticked, worldNow() - TICK_MS);
  if (!at) return <span className="ht-none">{t("time.never")}</span>;
  const seconds = Math.max(0, (now - new Date(at).getTime()) / 1000);
  const text = seconds > 30 * 86_400 ? formatDay(at) : agoText(seconds, t);
  return (
    <time dateTime={at} title={formatInstant(at, { seconds: true, day: true })} className="ht-time">
      {text}
    </time>
  );
}

export function Instant({ at, seconds }: { at: string | null | undefined; seconds?: boolean }) {
  if (!at) return <span className="ht-none">—</span>;
  return (
    <time dateTime={at} className="ht-time" title={formatInstant(at, { seconds: true, day: true })}>
      {formatInstant(at, { seconds: seconds ?? false })}
    </time>
  );
}

export function DayText({ day }: { day: string | null | undefined }) {
  if (!day) return <span className="ht-none">—</span>;
  return <time dateTime={day}>{formatDay(day)}</time>;
}

/** A labelled pair in a list of facts. */
export function Fact({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <div className="ht-fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
