import { Gauge } from "prom-client";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { type BackupRow, type DrillRow, newestBackup, newestDrill } from "./recovery-store.ts";

/** How far back a disaster would throw the platform, and whether a way back was ever tried. */
export interface RecoveryState {
  readonly backup: BackupRow | null;
  /** Since the newest backup's moment; null: there is none. */
  readonly backup_age_seconds: number | null;
  readonly drill: DrillRow | null;
  readonly drill_age_seconds: number | null;
}

export async function recoveryState({ store, wall }: Pick<Ground, "store" | "wall">): Promise<RecoveryState> {
  const [backup, drill] = await store.read(SYSTEM_SCOPE, async (tx) => [await newestBackup(tx), await newestDrill(tx)]);
  const age = (at: Date | undefined) =>
    at === undefined ? null : Math.max(0, Math.floor((wall.now().getTime() - at.getTime()) / 1000));
  return {
    backup: backup ?? null,
    backup_age_seconds: age(backup?.snapshot_at),
    drill: drill ?? null,
    drill_age_seconds: age(drill?.at),
  };
}

/** Read when scraped; without a backup there is no figure, which an alert can ask for (`absent`). */
export function recoveryMetrics(ground: Pick<Ground, "store" | "wall" | "metrics">): void {
  const gauge = (name: string, help: string, of: (state: RecoveryState) => number | null) => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers: [ground.metrics],
      collect: async () => {
        const state = await recoveryState(ground).catch(() => undefined);
        const value = state === undefined ? null : of(state);
        made.reset();
        if (value === null) made.remove();
        else made.set(value);
      },
    });
  };
  gauge("huitou_backup_age_seconds", "Age of the newest backup's data", (state) => state.backup_age_seconds);
  gauge("huitou_restore_drill_age_seconds", "Time since a restore was tried", (state) => state.drill_age_seconds);
  gauge("huitou_restore_drill_ok", "Whether the last tried restore was whole", (state) =>
    state.drill === null ? null : Number(state.drill.ok),
  );
}
