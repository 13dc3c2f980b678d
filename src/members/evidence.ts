import type { IdentityKind } from "../ingest/index.ts";
import type { ConflictKind } from "./rules.ts";
import type { Birthday, NameTrait } from "./person-trait.ts";

/** That a party was seen with an identifier. Days count from 1970-01-01 in UTC. */
export interface Holding {
  readonly kind: IdentityKind;
  readonly token: string;
  readonly first_day: number;
  readonly last_day: number;
  /** Stated as the party's own (a member record, a binding), not only seen beside it. */
  readonly stated: boolean;
  /** The day on which the source unbound it and did not bind it again. */
  readonly ended_day: number | null;
}

/** Everything that is known about one party and matters for who it is. */
export interface Party {
  readonly party_id: number;
  /** The identifier that names it; its holding's days are the days on which the party was seen at all. */
  readonly anchor: { readonly kind: IdentityKind; readonly token: string };
  readonly source_id: number | null;
  readonly holdings: readonly Holding[];
  readonly names: readonly NameTrait[];
  readonly birthdays: readonly Birthday[];
}

/** A person's word that the parties of one side are, or are not, those of the other. */
export interface Decision {
  readonly decision_id: number;
  readonly verdict: "join" | "apart";
  readonly sides: readonly [readonly number[], readonly number[]];
}

/** Parties that may touch each other, with all that decides about them. */
export interface Component {
  readonly parties: readonly Party[];
  readonly decisions: readonly Decision[];
  /** Values that join nobody: quarantined, or a clerk's own. */
  readonly barred: ReadonlySet<string>;
  /** Values that a person took out of quarantine: they join however many hold them. */
  readonly released: ReadonlySet<string>;
  /** Places of tokens in the order of before an exchange of the index key (index-exchange.ts); others come behind them. */
  readonly ties?: ReadonlyMap<string, number>;
}

export interface Link {
  readonly a: number;
  readonly b: number;
  readonly rule: string;
  readonly kind: IdentityKind | null;
  readonly token: string | null;
}

export interface FoundConflict {
  readonly conflict: ConflictKind;
  readonly a: number;
  readonly b: number;
  readonly kind: IdentityKind;
  readonly token: string;
}

export interface CrowdedValue {
  readonly kind: IdentityKind;
  readonly token: string;
  readonly holders: number;
}

/** Who is who: a function of the evidence alone, so that the order in which it came cannot matter. */
export interface Resolution {
  /** Party ids, each cluster one person. */
  readonly clusters: readonly (readonly number[])[];
  /** A spanning tree of every cluster, surest first. */
  readonly links: readonly Link[];
  readonly conflicts: readonly FoundConflict[];
  readonly crowded: readonly CrowdedValue[];
}
