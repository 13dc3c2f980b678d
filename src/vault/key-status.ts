import { Gauge } from "prom-client";
import type { Ground } from "../ground.ts";
import { type MasterVersion, versionsOf } from "./master-versions.ts";

const DAY_MS = 86_400_000;

/** The state of the keys, without any key. */
export interface KeyStatus {
  readonly provider: string;
  readonly kek_id: string;
  readonly suite: string;
  readonly index_suite: string;
  readonly index_version: number;
  readonly current_version: number;
  /** Age of the current master key in whole days. */
  readonly age_days: number;
  readonly versions: readonly MasterVersion[];
}

export async function keyStatus({ vault, wall }: Pick<Ground, "vault" | "wall">): Promise<KeyStatus> {
  const { management, suite, keys, keyring } = vault.access;
  const versions = await versionsOf(keys.pool);
  const current = versions.at(-1);
  const { index } = keyring();
  return {
    provider: management.provider,
    kek_id: management.kek_id,
    suite: suite.name,
    index_suite: index.suite.name,
    index_version: index.version,
    current_version: current?.version ?? 0,
    age_days: current === undefined ? 0 : Math.floor((wall.now().getTime() - current.made_at.getTime()) / DAY_MS),
    versions,
  };
}

/** Age of the master key and what a rotation has left, read when they are scraped. */
export function keyMetrics(ground: Pick<Ground, "vault" | "wall" | "metrics">): void {
  const gauge = (name: string, help: string, of: (status: KeyStatus) => number) => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers: [ground.metrics],
      collect: async () => {
        const status = await keyStatus(ground).catch(() => undefined);
        if (status !== undefined) made.set(of(status));
      },
    });
  };
  gauge("huitou_vault_key_age_days", "Age of the current master key", (status) => status.age_days);
  gauge(
    "huitou_vault_rotation_left",
    "Values and named keys still sealed under an older version of the master key",
    (status) => status.versions.at(-1)?.left_values ?? 0,
  );
}
