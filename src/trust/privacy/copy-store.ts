import type { Tx } from "../../store/index.ts";

export interface CopyRow {
  readonly request_id: number;
  readonly sealed: Buffer | null;
  readonly bytes: number;
  readonly sha256: string;
  readonly made_at: Date;
  readonly expires_at: Date;
  readonly collected_at: Date | null;
  readonly dropped_at: Date | null;
}

const COLUMNS = "request_id, sealed, bytes, sha256, made_at, expires_at, collected_at, dropped_at";

export async function insertCopy(
  tx: Tx,
  copy: Pick<CopyRow, "request_id" | "bytes" | "sha256" | "made_at" | "expires_at"> & { readonly sealed: Buffer },
): Promise<void> {
  await tx.query(
    "insert into trust.member_copy (request_id, sealed, bytes, sha256, made_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
    [copy.request_id, copy.sealed, copy.bytes, copy.sha256, copy.made_at, copy.expires_at],
  );
}

/** Puts a new link on the copy; the one before does not work any more. @returns false when the file is gone. */
export async function setLink(tx: Tx, request_id: number, link_hash: Buffer, now: Date): Promise<boolean> {
  const changed = await tx.execute(
    "update trust.member_copy set link_hash = $2 where request_id = $1 and dropped_at is null and expires_at > $3",
    [request_id, link_hash, now],
  );
  return changed === 1;
}

/** The copy that a link stands for, as long as it can be fetched. */
export function copyByLink(tx: Tx, link_hash: Buffer, now: Date): Promise<CopyRow | undefined> {
  return tx.one<CopyRow>(
    `select ${COLUMNS} from trust.member_copy where link_hash = $1 and dropped_at is null and expires_at > $2`,
    [link_hash, now],
  );
}

/** Takes the file out for whoever brings the link, once: the same statement takes it away. */
export async function collect(tx: Tx, link_hash: Buffer, now: Date): Promise<CopyRow | undefined> {
  const found = await tx.one<CopyRow>(
    `select ${COLUMNS} from trust.member_copy where link_hash = $1 and dropped_at is null and expires_at > $2 for update`,
    [link_hash, now],
  );
  if (found === undefined) return undefined;
  await tx.query(
    "update trust.member_copy set sealed = null, link_hash = null, collected_at = $2, dropped_at = $2 where request_id = $1",
    [found.request_id, now],
  );
  return found;
}

export async function copyOf(tx: Tx, request_id: number): Promise<CopyRow | undefined> {
  return tx.one<CopyRow>(`select ${COLUMNS} from trust.member_copy where request_id = $1`, [request_id]);
}

/** Takes away files that nobody fetched in time, or those of one member. @returns their requests */
export async function dropCopies(tx: Tx, now: Date, member_ids: readonly number[] | null): Promise<number[]> {
  const rows = await tx.query<{ request_id: number }>(
    `update trust.member_copy c set sealed = null, link_hash = null, dropped_at = $1
     where c.dropped_at is null and case when $2::bigint[] is null then c.expires_at <= $1
       else c.request_id in (select request_id from trust.rights_request where member_id = any($2)) end
     returning c.request_id`,
    [now, member_ids],
  );
  return rows.map((row) => row.request_id);
}
