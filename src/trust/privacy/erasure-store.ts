import type { Tx } from "../../store/index.ts";

export interface ErasureRow {
  readonly request_id: number;
  readonly member_id: number;
  readonly party_ids: readonly number[];
  readonly tokens: readonly string[];
  readonly begun_at: Date;
  readonly finished_at: Date | null;
}

export async function erasureOf(tx: Tx, request_id: number): Promise<ErasureRow | undefined> {
  return tx.one<ErasureRow>(
    "select request_id, member_id, party_ids, tokens, begun_at, finished_at from trust.erasure where request_id = $1",
    [request_id],
  );
}

export async function insertErasure(tx: Tx, made: Omit<ErasureRow, "finished_at">): Promise<void> {
  await tx.query(
    "insert into trust.erasure (request_id, member_id, party_ids, tokens, begun_at) values ($1, $2, $3, $4, $5)",
    [made.request_id, made.member_id, made.party_ids, made.tokens, made.begun_at],
  );
}

export async function finishErasure(tx: Tx, request_id: number, now: Date): Promise<void> {
  await tx.query("update trust.erasure set tokens = '{}', finished_at = $2 where request_id = $1", [request_id, now]);
}

/** Rows of later copies of the member that still stand, by relation; all zero when the deletion has reached them. */
export async function residueOf(tx: Tx, member_ids: readonly number[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const relation of COPIES) {
    const row = await tx.one<{ count: number }>(
      `select count(*) as count from catalogue.${relation} where member_id = any($1::bigint[])`,
      [member_ids],
    );
    found[relation] = row?.count ?? 0;
  }
  return found;
}

/** Relations of the catalogue in which a member has rows. */
const COPIES = [
  "members",
  "consents",
  "events",
  "orders",
  "returns",
  "member_tags",
  "tag_values",
  "segment_members",
  "snapshot_members",
  "rfm",
  "clv",
] as const;

export interface RetainedRow {
  readonly retained_id: number;
  readonly request_id: number;
  readonly kind: "consent_evidence" | "transactions";
  readonly legal_basis: string;
  readonly sealed: Buffer | null;
  readonly made_at: Date;
  readonly delete_on: string;
  readonly deleted_at: Date | null;
}

const RETAINED = "retained_id, request_id, kind, legal_basis, sealed, made_at, delete_on, deleted_at";

export async function insertRetained(
  tx: Tx,
  made: Pick<RetainedRow, "request_id" | "kind" | "legal_basis" | "made_at" | "delete_on"> & {
    readonly sealed: Buffer;
  },
): Promise<void> {
  await tx.query(
    `insert into trust.retained (request_id, kind, legal_basis, sealed, made_at, delete_on) values ($1, $2, $3, $4, $5, $6)
     on conflict (request_id, kind) do nothing`,
    [made.request_id, made.kind, made.legal_basis, made.sealed, made.made_at, made.delete_on],
  );
}

export async function listRetained(tx: Tx, limit: number): Promise<Omit<RetainedRow, "sealed">[]> {
  return tx.query(
    `select retained_id, request_id, kind, legal_basis, made_at, delete_on, deleted_at from trust.retained
     order by retained_id desc limit $1`,
    [limit],
  );
}

export async function retainedById(tx: Tx, retained_id: number): Promise<RetainedRow | undefined> {
  return tx.one<RetainedRow>(`select ${RETAINED} from trust.retained where retained_id = $1`, [retained_id]);
}

/** Takes away what its law does not want any more. @returns what went */
export async function dropRetained(
  tx: Tx,
  today: string,
  now: Date,
): Promise<Pick<RetainedRow, "request_id" | "kind">[]> {
  return tx.query(
    "update trust.retained set sealed = null, deleted_at = $2 where deleted_at is null and delete_on <= $1 returning request_id, kind",
    [today, now],
  );
}

/** A notice for every processor that works for the brand. @returns how many */
export async function openNotices(tx: Tx, request_id: number, due_day: string, now: Date): Promise<number> {
  return tx.execute(
    `insert into trust.processor_notice (request_id, processor_id, due_day, made_at)
     select $1, processor_id, $2, $3 from trust.processor where state = 'active' on conflict do nothing`,
    [request_id, due_day, now],
  );
}
