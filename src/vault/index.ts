import "./errors.ts";

export { openVault, type Vault, type VaultOptions } from "./vault.ts";
export type { ClearValue } from "./sealed-values.ts";
export type { NamedKey } from "./named-keys.ts";
export type { SuiteName } from "./suites.ts";
export { normalise, type NeverKeyReason, type Normalised } from "./normalise.ts";
export { holdsPersonalData, mask, maskText } from "./mask.ts";
export { keyMetrics, keyStatus, type KeyStatus } from "./key-status.ts";
export { keysCommand } from "./commands.ts";
