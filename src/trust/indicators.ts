import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Indicator, Tx } from "../store/index.ts";

const registered = new WeakMap<Ground, readonly Indicator[]>();

/** Tells what is watched, in domain order; the composition does it once. */
export function registerIndicators(ground: Ground, indicators: readonly Indicator[]): void {
  registered.set(ground, indicators);
}

export function indicatorsOf(ground: Ground): readonly Indicator[] {
  return registered.get(ground) ?? [];
}

/** @throws trust.indicator_unknown */
export function indicatorNamed(ground: Ground, name: string): Indicator {
  const found = indicatorsOf(ground).find((one) => one.name === name);
  if (found === undefined) throw problem("trust.indicator_unknown", { indicator: name });
  return found;
}

/** The limits in force. */
export interface Limits {
  readonly warn: number;
  readonly alarm: number;
  readonly enabled: boolean;
}

export interface MovedLimits extends Limits {
  readonly indicator: string;
  readonly reason: string;
  readonly person_id: number;
  readonly changed_at: Date;
}

export async function movedLimits(tx: Tx): Promise<ReadonlyMap<string, MovedLimits>> {
  const rows = await tx.query<MovedLimits>(
    "select indicator, warn, alarm, enabled, reason, person_id, changed_at from trust.indicator_limit",
  );
  return new Map(rows.map((row) => [row.indicator, row]));
}

export function limitsOf(indicator: Indicator, moved: ReadonlyMap<string, Limits>): Limits {
  return moved.get(indicator.name) ?? { warn: indicator.warn, alarm: indicator.alarm, enabled: true };
}

/** @throws trust.limits_crossed where the alarm would come before the warning. */
export async function moveLimits(
  tx: Tx,
  indicator: Indicator,
  limits: Limits & { readonly reason: string; readonly person_id: number; readonly now: Date },
): Promise<void> {
  const { warn, alarm } = limits;
  if (indicator.direction === "above" ? alarm < warn : alarm > warn)
    throw problem("trust.limits_crossed", { warn, alarm });
  await tx.query(
    `insert into trust.indicator_limit (indicator, warn, alarm, enabled, reason, person_id, changed_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (indicator) do update set warn = excluded.warn, alarm = excluded.alarm, enabled = excluded.enabled,
       reason = excluded.reason, person_id = excluded.person_id, changed_at = excluded.changed_at`,
    [indicator.name, warn, alarm, limits.enabled, limits.reason, limits.person_id, limits.now],
  );
}
