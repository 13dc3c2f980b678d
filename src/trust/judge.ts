import type { Indicator } from "../store/index.ts";
import type { Limits } from "./indicators.ts";

export type Level = "warn" | "alarm";

/** Within a tenth of the warning limit a figure is not yet calm: one that trembles around its limit is one episode. */
const CALM_PART = 10;
/** For how long a figure must be calm before its incident closes. */
export const CALM_MINUTES = 15;
/** By when somebody must have taken an incident on (requirement 9.6). */
export const RESPONSE_MINUTES = 120;
/** After how long without an acknowledgement the next one on the roster is called. */
export const ESCALATE_MINUTES = 60;
export const ESCALATIONS_MAX = 6;
export const MINUTE_MS = 60_000;

/** How far a value is past the limits; undefined within them. */
export function levelOf(value: number, limits: Limits, direction: Indicator["direction"]): Level | undefined {
  const past = (limit: number) => (direction === "above" ? value >= limit : value <= limit);
  if (past(limits.alarm)) return "alarm";
  return past(limits.warn) ? "warn" : undefined;
}

/** Whether a value is well within its limits. */
export function isCalm(value: number, limits: Limits, direction: Indicator["direction"]): boolean {
  const margin = Math.floor(Math.abs(limits.warn) / CALM_PART);
  return direction === "above" ? value < limits.warn - margin : value > limits.warn + margin;
}

export function isWorse(value: number, than: number, direction: Indicator["direction"]): boolean {
  return direction === "above" ? value > than : value < than;
}

/** What of an incident the next reading is judged by. */
export interface Episode {
  readonly level: Level;
  readonly state: "open" | "acknowledged" | "closed";
  readonly still_beyond: boolean;
  readonly calm_since: Date | null;
}

export type Verdict =
  | { readonly act: "nothing" }
  | { readonly act: "open"; readonly level: Level }
  /** Still there; `level` when it became worse. */
  | { readonly act: "go_on"; readonly raised: boolean }
  | { readonly act: "calm" }
  | { readonly act: "close" }
  /** A person had closed it while the figure was past its limit; now it is calm. */
  | { readonly act: "forget" };

/**
 * What one reading means for the episode of its indicator and part.
 * @param value undefined: the part is gone from the figures, which is calm
 * @param episode the newest one that is open, or was closed by a person and not calm since
 */
export function judge(
  value: number | undefined,
  limits: Limits,
  direction: Indicator["direction"],
  episode: Episode | undefined,
  now: Date,
): Verdict {
  const level = value === undefined ? undefined : levelOf(value, limits, direction);
  if (episode === undefined) return level === undefined ? { act: "nothing" } : { act: "open", level };
  const worse = level === "alarm" && episode.level === "warn";
  if (episode.state === "closed") {
    if (worse) return { act: "open", level };
    return value === undefined || isCalm(value, limits, direction) ? { act: "forget" } : { act: "nothing" };
  }
  if (value !== undefined && !isCalm(value, limits, direction)) return { act: "go_on", raised: worse };
  if (episode.calm_since === null) return { act: "calm" };
  const calm_ms = now.getTime() - episode.calm_since.getTime();
  return calm_ms >= CALM_MINUTES * MINUTE_MS ? { act: "close" } : { act: "nothing" };
}
