import { EVENT_KINDS, type IdentifiedRecord } from "../ingest/index.ts";
import { type Catalogue, type Expression, relationsOf, rowsRead } from "../query/index.ts";

/**
 * Kinds of records that add one row to `events` and change nothing else of the catalogue but what is derived from those
 * rows: nine of ten records. A referral also changes whom a member invited, a consent what may be sent.
 */
const BEHAVIOURS: ReadonlySet<string> = new Set(
  EVENT_KINDS.map(({ kind }) => kind).filter((kind) => kind !== "referral" && kind !== "consent"),
);

/** What is known of a mark: the kind of behaviour that made it, or null for anything else. */
export type MarkKind = string | null;

/** Whether a tree's value can change with one more row of behaviour of this kind. */
export function isDecidedBy(root: Expression, kind: string, catalogue: Catalogue): boolean {
  const rows = rowsRead(root, "events", "kind");
  if (rows === "any" || (rows !== "none" && rows.has(kind))) return true;
  return [...relationsOf(root)].some((name) => catalogue.find(name)?.derived_from_events?.includes(kind) === true);
}

/** Whom a batch of records is about, by the kind of mark that they need; each party once for each kind. */
export function marksOf(records: readonly IdentifiedRecord[]): Map<MarkKind, Set<number>> {
  const marks = new Map<MarkKind, Set<number>>();
  for (const { kind, party_id } of records) {
    if (party_id === null) continue;
    const mark = BEHAVIOURS.has(kind) ? kind : null;
    const parties = marks.get(mark);
    if (parties === undefined) marks.set(mark, new Set([party_id]));
    else parties.add(party_id);
  }
  return marks;
}
