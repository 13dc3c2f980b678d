import type { Tx } from "../store/index.ts";

/** Newest requests of a source that are looked at, and records in them. */
const INBOXES = 200;
const RECORDS = 5_000;

export interface SourceKind {
  readonly source_id: number;
  readonly name: string;
  readonly kind: string;
  readonly last_received_at: Date | null;
  readonly expected_every_seconds: number | null;
}

/** Which kinds of record each source sent in its newest requests; older kinds that it no longer sends are not among them. */
export async function sourceKinds(tx: Tx): Promise<SourceKind[]> {
  return tx.query<SourceKind>(
    `select s.source_id, s.name, k.kind, k.last_received_at, s.expected_every_seconds
     from ingest.source s cross join lateral (
       select r.kind, max(r.received_at) as last_received_at from (
         select c.kind, i.received_at from (
           select inbox_id, received_at from ingest.inbox where source_id = s.source_id and accepted > 0
           order by received_at desc limit ${INBOXES}
         ) i join ingest.record c using (inbox_id) limit ${RECORDS}
       ) r group by r.kind
     ) k order by s.source_id, k.kind`,
  );
}
