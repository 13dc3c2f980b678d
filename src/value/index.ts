export { computeRfm, type ComputeOptions, type ComputeResult } from "./compute.ts";
