import type { Ground } from "../../ground.ts";
import type { Words } from "../risk-definition.ts";

/** A: the application proves it; D: with facts of the deployment; AD: both; O: whoever runs it, by evidence. */
export type Prover = "A" | "D" | "AD" | "O";

export interface AssessmentItem {
  /** Of GB/T 22239-2019, or of our own rows. */
  readonly id: string;
  readonly who: Prover;
  readonly zh: string;
  readonly en: string;
  /** What to do when it is not met. */
  readonly step: Words;
}

/** 符合, 部分符合, 不符合, 不适用. */
export const RESULTS = ["met", "partly", "not_met", "not_applicable"] as const;
export type Result = (typeof RESULTS)[number];

export interface Finding {
  readonly result: Result;
  /** What was looked at and seen, in a sentence. */
  readonly zh: string;
  readonly en: string;
  /** The figures of it: numbers and codes, never personal data. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A running proof of one item. One that throws is unknown, which counts as not met. */
export type Check = (ground: Ground) => Promise<Finding>;

/** Met when `ok`, else what `otherwise` says. */
export function finding(ok: boolean | Result, zh: string, en: string, facts: Finding["facts"] = {}): Finding {
  return { result: ok === true ? "met" : ok === false ? "not_met" : ok, zh, en, facts };
}
