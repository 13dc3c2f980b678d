import "./errors.ts";

export { openVault, type ClearValue, type NamedKey, type Vault } from "./vault.ts";
export { normalise, type NeverKeyReason, type Normalised } from "./normalise.ts";
export { holdsPersonalData, mask, maskText } from "./mask.ts";
