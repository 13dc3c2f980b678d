import type { Ground } from "../ground.ts";
import type { Params } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { IdentifiedRecord } from "./record.ts";

/** A record a stage cannot use: kept with its reason, replayable; it never fails the batch. */
export interface StageReject {
  readonly record_id: string;
  readonly code: string;
  readonly params: Params;
}

export interface ClearEntry {
  readonly kind: string;
  readonly value: string;
  readonly namespace?: string;
}

/** What a stage may ask about the batch it is given. */
export interface Batch {
  /**
   * Clear values of tokens of this batch that came with it: identifiers normalised, texts as written. Tokens seen
   * before are left out: the vault has them. The envelopes are opened at the first call only.
   */
  clear(tokens: readonly string[]): Promise<Map<string, ClearEntry>>;
}

/**
 * What a domain does with the records that arrive. Runs in the pipeline's transaction with those of the other domains,
 * so that a record has all its effects or none. Set-based: few statements whatever the size of the batch.
 */
export interface Stage {
  readonly domain: string;
  apply(tx: Tx, ground: Ground, records: IdentifiedRecord[], batch: Batch): Promise<readonly StageReject[]>;
  /** Takes back everything the records brought in; called in reverse order of domains; repeatable. */
  retract?(tx: Tx, ground: Ground, records: IdentifiedRecord[]): Promise<void>;
}

const registered = new WeakMap<Ground, readonly Stage[]>();

/** Tells the pipeline the stages in domain order; the composition does it once. */
export function registerStages(ground: Ground, stages: readonly Stage[]): void {
  registered.set(ground, stages);
}

export function stagesOf(ground: Ground): readonly Stage[] {
  return registered.get(ground) ?? [];
}
