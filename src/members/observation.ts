import type { IdentifiedRecord, IdentityKind, TokenIdentity } from "../ingest/index.ts";
import { anchorOf } from "./rules.ts";

/** Between which instants an identifier was seen; the last time it was stated as somebody's own, and unbound. */
export interface Span {
  readonly first_ms: number;
  readonly last_ms: number;
  readonly stated_ms: number | null;
  readonly ended_ms: number | null;
}

/** What a batch of records says about one party and one identifier. */
export interface SeenHolding {
  readonly kind: IdentityKind;
  readonly token: string;
  readonly all: Span;
  /** By the records among them that cannot be taken back. */
  readonly kept: Span | null;
}

/** Both spans together. */
export function spanning(a: Span | null, b: Span | null): Span | null {
  if (a === null || b === null) return a ?? b;
  const latest = (x: number | null, y: number | null) => (x === null ? y : y === null ? x : Math.max(x, y));
  return {
    first_ms: Math.min(a.first_ms, b.first_ms),
    last_ms: Math.max(a.last_ms, b.last_ms),
    stated_ms: latest(a.stated_ms, b.stated_ms),
    ended_ms: latest(a.ended_ms, b.ended_ms),
  };
}

/** What a batch says about one party, which its anchor names. */
export interface SeenParty {
  readonly anchor: TokenIdentity;
  readonly source_id: number;
  readonly holdings: Map<string, SeenHolding>;
  readonly records: IdentifiedRecord[];
}

/** One identifier as one record that may be taken back evidences it. */
export interface RecordEvidence {
  readonly record_id: string;
  readonly anchor_token: string;
  readonly token: string;
  readonly kind: IdentityKind;
  readonly source_id: number;
  readonly at: Date;
  readonly stated: boolean;
  readonly ends: boolean;
}

export interface Observations {
  readonly parties: Map<string, SeenParty>;
  readonly evidence: RecordEvidence[];
  /** Records of a person that carry no identifier at all. */
  readonly anonymous: IdentifiedRecord[];
}

/** Kinds that state an identifier as the person's own; all others only show it beside them. */
const STATING_KINDS: ReadonlySet<string> = new Set(["member", "identity_link", "login"]);

/** Gathers what records say about parties; the order of the records does not matter. */
export function observe(records: readonly IdentifiedRecord[]): Observations {
  const parties = new Map<string, SeenParty>();
  const evidence: RecordEvidence[] = [];
  const anonymous: IdentifiedRecord[] = [];
  for (const record of records) {
    const anchor = anchorOf(record.identities);
    if (anchor === undefined) {
      anonymous.push(record);
      continue;
    }
    let party = parties.get(anchor.token);
    if (party === undefined) {
      party = { anchor, source_id: record.source_id, holdings: new Map(), records: [] };
      parties.set(anchor.token, party);
    }
    party.records.push(record);
    observeRecord(record, party, evidence);
  }
  return { parties, evidence, anonymous };
}

function observeRecord(record: IdentifiedRecord, party: SeenParty, evidence: RecordEvidence[]): void {
  const at_ms = record.occurred_at.getTime();
  const stated = STATING_KINDS.has(record.kind);
  for (const { kind, token } of record.identities) {
    const ends = record.kind === "identity_unlink" && token !== party.anchor.token;
    if (record.undoable) {
      const { record_id, source_id, occurred_at } = record;
      evidence.push({
        record_id,
        anchor_token: party.anchor.token,
        token,
        kind,
        source_id,
        at: occurred_at,
        stated,
        ends,
      });
    }
    const span: Span = {
      first_ms: at_ms,
      last_ms: at_ms,
      stated_ms: stated ? at_ms : null,
      ended_ms: ends ? at_ms : null,
    };
    const kept = record.undoable ? null : span;
    const seen = party.holdings.get(token);
    const all = spanning(seen?.all ?? null, span) ?? span;
    party.holdings.set(token, { kind, token, all, kept: spanning(seen?.kept ?? null, kept) });
  }
}
