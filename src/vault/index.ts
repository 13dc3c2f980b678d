import "./errors.ts";

export { openVault, type Vault, type VaultOptions } from "./vault.ts";
export type { DeletionSubject } from "./deletion-journal.ts";
export { openDeletions, replayDeletions } from "./deletion-replay.ts";
export { type ClearValue, sampleSealed } from "./sealed-values.ts";
export type { NamedKey } from "./named-keys.ts";
export type { SuiteName } from "./suites.ts";
export { normalise, type NeverKeyReason, type Normalised } from "./normalise.ts";
export { holdsPersonalData, mask, maskText, PERSONAL_IN_TEXT } from "./mask.ts";
export { keyMetrics, keyStatus, type KeyStatus } from "./key-status.ts";
export { exportKeys, importKeys, ringOf } from "./key-copies.ts";
export { probeValues, type KeyProbe } from "./key-probe.ts";
export { journalFile } from "./key-access.ts";
export { type JournalStatus } from "./deletion-journal.ts";
export { askRotation, rotationJob } from "./jobs.ts";
export { KEY_AGE_ALARM_DAYS, KEY_AGE_WARN_DAYS } from "./key-age.ts";
export { keysCommand } from "./commands.ts";
export {
  beginExchange,
  dropExchange,
  followIndex,
  requireAlone,
  requireReady,
  requireSameIndex,
  runExchange,
  waitsFor,
} from "./exchange/exchange.ts";
export type { MovedTokens } from "./exchange/record-tokens.ts";
export { type KeyAccess, openKeys } from "./key-access.ts";
