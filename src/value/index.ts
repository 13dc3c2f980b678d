export { computeRfm, type ComputeOptions, type ComputeResult } from "./compute.ts";
export { highValueAmong } from "./rfm-store.ts";
export { activeVersion, currentRun } from "./run-store.ts";
