export { computeRfm, type ComputeOptions, type ComputeResult } from "./compute.ts";
export { activeVersion } from "./run-store.ts";
