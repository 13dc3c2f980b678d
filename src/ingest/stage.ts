import type { Ground } from "../ground.ts";
import type { Params } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { IdentifiedRecord } from "./record.ts";
import type { CutValue } from "./sealing.ts";

/** A record a stage cannot use: kept with its reason, replayable; it never fails the batch. */
export interface StageReject {
  readonly record_id: string;
  readonly code: string;
  readonly params: Params;
}

/** What a stage may ask about the batch it is given. */
export interface StageBatch {
  /**
   * All clear values that came with the batch, by token: identifiers normalised, texts as written. Tokens seen shortly
   * before are not among them: the vault has those.
   */
  readonly clear: ReadonlyMap<string, CutValue>;
}

/**
 * What a domain does with the records that arrive. Runs in the pipeline's transaction with those of the other domains,
 * so that a record has all its effects or none. Set-based: few statements whatever the size of the batch.
 */
export interface Stage {
  readonly domain: string;
  apply(tx: Tx, ground: Ground, records: IdentifiedRecord[], batch: StageBatch): Promise<readonly StageReject[]>;
  /** Takes back everything the records brought in; called in reverse order of domains; repeatable. */
  retract?(tx: Tx, ground: Ground, records: IdentifiedRecord[]): Promise<void>;
}

/** Whom records are about, once each, and when the first of those records came in; for stages that mark members. */
export function touchedParties(records: readonly IdentifiedRecord[]): {
  readonly party_ids: readonly number[];
  readonly since: Date | undefined;
} {
  const parties = new Set<number>();
  let since: Date | undefined;
  for (const { party_id, received_at } of records) {
    if (party_id === null) continue;
    parties.add(party_id);
    if (since === undefined || received_at < since) since = received_at;
  }
  return { party_ids: [...parties], since };
}

const registered = new WeakMap<Ground, readonly Stage[]>();

/** Tells the pipeline the stages in domain order; the composition does it once. */
export function registerStages(ground: Ground, stages: readonly Stage[]): void {
  registered.set(ground, stages);
}

export function stagesOf(ground: Ground): readonly Stage[] {
  return registered.get(ground) ?? [];
}
