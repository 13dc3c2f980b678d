export { computeRfm, type ComputeOptions, type ComputeResult } from "./compute.ts";
export { activeVersion, currentRun } from "./run-store.ts";
