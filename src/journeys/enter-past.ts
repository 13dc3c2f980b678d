import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { enterMembers, entrantOf } from "./enter.ts";
import { enteredVersions } from "./journey-store.ts";
import { recordsBetween } from "./dry-run/history-store.ts";
import { beginMomentsAt } from "./schedule/moment-store.ts";

const HOUR_MS = 3_600_000;

/**
 * Lets members into a journey as if it had been in force for a while: by the records of these hours, an hour at a time, and by
 * the moments of its schedule, which the engine then catches up. For an example world, which begins in the middle of its life.
 */
export async function enterPast(
  tx: Tx,
  ground: Ground,
  journey: string,
  { hours, days }: { readonly hours: number; readonly days: number },
): Promise<void> {
  const version = (await enteredVersions(tx)).find((one) => one.journey === journey);
  if (version === undefined) return;
  const now = ground.clock.now();
  const { entry } = version.definition;
  if (entry.kind === "schedule")
    await beginMomentsAt(tx, version.version_id, new Date(now.getTime() - days * 24 * HOUR_MS));
  if (entry.kind !== "event") return;
  const from = new Date(now.getTime() - hours * HOUR_MS);
  const records = await recordsBetween(tx, [entry.event], { from, until: now });
  const byHour = Map.groupBy(records, ({ at }) => Math.ceil((at.getTime() - from.getTime()) / HOUR_MS));
  for (const [hour, ones] of byHour) {
    const entrants = ones.map(({ member_id, event_id }) =>
      entrantOf(
        version.definition,
        member_id,
        `record ${event_id}`,
        entry.each === "record" ? `record ${event_id}` : undefined,
      ),
    );
    await enterMembers(tx, version, entrants, new Date(from.getTime() + hour * HOUR_MS));
  }
}
