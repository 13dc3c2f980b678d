import "./errors.ts";

export { backUp, type BackupOptions, type BackupResult } from "./backup.ts";
export { checkRestored } from "./checks.ts";
export { readBackup } from "./manifest.ts";
export { noteDrill, type RestoreCheck } from "./recovery-store.ts";
export { recoveryMetrics, recoveryState, type RecoveryState } from "./recovery-state.ts";
export { claimFolder, fill, gatherJournals, migrationsOf, refuseHalfRestored, releaseFolder } from "./restore.ts";
