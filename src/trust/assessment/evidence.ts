import { createHash } from "node:crypto";
import { ASSESSMENT_ITEMS } from "../../../definitions/trust/assessment-items.ts";
import type { Ground } from "../../ground.ts";
import { businessDay, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Result } from "./item.ts";

export interface EvidenceRow {
  readonly evidence_id: number;
  readonly item: string;
  readonly claim: Exclude<Result, "not_met">;
  readonly dated: string;
  readonly valid_until: string;
  readonly note: string;
  readonly file_name: string | null;
  readonly file_bytes: number | null;
  readonly file_hash: string | null;
  readonly person_id: number;
  readonly created_at: Date;
  readonly withdrawn_at: Date | null;
}

const COLUMNS =
  "evidence_id, item, claim, dated::text, valid_until::text, note, file_name, file_bytes, file_hash, person_id, created_at, withdrawn_at";
export const FILE_BYTES_MAX = 5_242_880;

export function listEvidence(tx: Tx): Promise<EvidenceRow[]> {
  return tx.query(`select ${COLUMNS} from trust.evidence order by item, evidence_id desc limit 2000`);
}

/** The newest evidence of each item that counts on a day. */
export async function validEvidence(tx: Tx, day: string): Promise<ReadonlyMap<string, EvidenceRow>> {
  const rows = await tx.query<EvidenceRow>(
    `select distinct on (item) ${COLUMNS} from trust.evidence where withdrawn_at is null and dated <= $1 and valid_until >= $1
     order by item, dated desc, evidence_id desc`,
    [day],
  );
  return new Map(rows.map((row) => [row.item, row]));
}

export interface NewEvidence extends Pick<EvidenceRow, "item" | "claim" | "dated" | "valid_until" | "note"> {
  readonly file: { readonly name: string; readonly content: Buffer } | null;
  readonly person_id: number;
}

/** Items that people may bring evidence for: those that no running proof decides alone. */
export function takesEvidence(item: string): boolean {
  const found = ASSESSMENT_ITEMS.find(({ id }) => id === item);
  return found !== undefined && found.who !== "A";
}

const keyName = (evidence_id: number) => `trust.evidence.${evidence_id}`;

/** Keeps evidence; its file is sealed under a key of its own. @throws trust.evidence_item, trust.evidence_day, trust.evidence_too_large */
export async function addEvidence(tx: Tx, ground: Ground, wanted: NewEvidence): Promise<number> {
  if (!takesEvidence(wanted.item)) throw problem("trust.evidence_item", { item: wanted.item });
  const today = businessDay(ground.wall.now(), ground.config.timezone);
  if (wanted.dated > today || wanted.valid_until < wanted.dated)
    throw problem("trust.evidence_day", { dated: wanted.dated, valid_until: wanted.valid_until });
  const { file } = wanted;
  if (file !== null && file.content.length > FILE_BYTES_MAX)
    throw problem("trust.evidence_too_large", { limit_bytes: FILE_BYTES_MAX });
  const row = await tx.one<{ evidence_id: number }>(
    `insert into trust.evidence (item, claim, dated, valid_until, note, file_name, file_bytes, file_hash, person_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning evidence_id`,
    [
      wanted.item,
      wanted.claim,
      wanted.dated,
      wanted.valid_until,
      wanted.note,
      file?.name ?? null,
      file?.content.length ?? null,
      file === null ? null : createHash("sha256").update(file.content).digest("hex"),
      wanted.person_id,
      ground.wall.now(),
    ],
  );
  const evidence_id = row?.evidence_id ?? 0;
  if (file !== null) {
    const key = await ground.vault.namedKey(keyName(evidence_id));
    await tx.query("update trust.evidence set file_sealed = $2 where evidence_id = $1", [
      evidence_id,
      key.encrypt(file.content, keyName(evidence_id)),
    ]);
  }
  return evidence_id;
}

/** @throws trust.evidence_not_found */
export async function evidenceFile(
  tx: Tx,
  ground: Ground,
  evidence_id: number,
): Promise<{ readonly name: string; readonly content: Buffer }> {
  const row = await tx.one<{ file_name: string | null; file_sealed: Buffer | null }>(
    "select file_name, file_sealed from trust.evidence where evidence_id = $1",
    [evidence_id],
  );
  if (row?.file_sealed == null) throw problem("trust.evidence_not_found", { evidence_id });
  const key = await ground.vault.namedKey(keyName(evidence_id));
  return { name: row.file_name ?? "evidence", content: key.decrypt(row.file_sealed, keyName(evidence_id)) };
}

/** Takes evidence back: it counts no more, and stays on record. @throws trust.evidence_not_found */
export async function withdrawEvidence(tx: Tx, evidence_id: number, person_id: number, now: Date): Promise<void> {
  const row = await tx.one(
    `update trust.evidence set withdrawn_at = $2, withdrawn_by = $3 where evidence_id = $1 and withdrawn_at is null returning 1 as done`,
    [evidence_id, now, person_id],
  );
  if (row === undefined) throw problem("trust.evidence_not_found", { evidence_id });
}
