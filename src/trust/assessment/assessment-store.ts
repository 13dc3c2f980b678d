import { createHash } from "node:crypto";
import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Finding, Result } from "./item.ts";

export interface ResultRow extends Finding {
  readonly item: string;
  readonly unknown: boolean;
  readonly evidence_id: number | null;
  readonly took_ms: number;
}

export interface AssessmentRow {
  readonly assessment_id: number;
  readonly started_at: Date;
  readonly finished_at: Date;
  readonly person_id: number | null;
  readonly demo: boolean;
  readonly subject: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

const COLUMNS = "assessment_id, started_at, finished_at, person_id, demo, subject, hash";

/** Over what an assessment says: items in their order, with result and sentence. */
export function resultsHash(results: readonly Pick<ResultRow, "item" | "result" | "unknown" | "zh" | "en">[]): string {
  const lines = results.map(({ item, result, unknown, zh, en }) => JSON.stringify([item, result, unknown, zh, en]));
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

export async function insertAssessment(
  tx: Tx,
  made: Omit<AssessmentRow, "assessment_id" | "hash"> & { readonly results: readonly ResultRow[] },
): Promise<number> {
  const row = await tx.one<{ assessment_id: number }>(
    `insert into trust.assessment (started_at, finished_at, person_id, demo, subject, hash) values ($1, $2, $3, $4, $5, $6)
     returning assessment_id`,
    [
      made.started_at,
      made.finished_at,
      made.person_id,
      made.demo,
      JSON.stringify(made.subject),
      resultsHash(made.results),
    ],
  );
  const assessment_id = row?.assessment_id ?? 0;
  for (const one of made.results)
    await tx.query(
      `insert into trust.assessment_result (assessment_id, item, result, unknown, zh, en, facts, evidence_id, took_ms)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        assessment_id,
        one.item,
        one.result,
        one.unknown,
        one.zh,
        one.en,
        JSON.stringify(one.facts),
        one.evidence_id,
        one.took_ms,
      ],
    );
  return assessment_id;
}

export interface AssessmentCounts extends AssessmentRow {
  readonly counts: Readonly<Record<Result, number>>;
  readonly unknown: number;
  readonly signatures: number;
}

/** Newest first. */
export function listAssessments(tx: Tx, limit: number): Promise<AssessmentCounts[]> {
  return tx.query(
    `select ${COLUMNS.split(", ")
      .map((name) => `a.${name}`)
      .join(", ")},
       (select jsonb_build_object('met', count(*) filter (where result = 'met'), 'partly', count(*) filter (where result = 'partly'),
          'not_met', count(*) filter (where result = 'not_met'), 'not_applicable', count(*) filter (where result = 'not_applicable'))
        from trust.assessment_result r where r.assessment_id = a.assessment_id) as counts,
       (select count(*)::int from trust.assessment_result r where r.assessment_id = a.assessment_id and unknown) as unknown,
       (select count(*)::int from trust.assessment_signature s where s.assessment_id = a.assessment_id) as signatures
     from trust.assessment a order by a.assessment_id desc limit $1`,
    [limit],
  );
}

/** @throws trust.assessment_not_found */
export async function assessmentById(tx: Tx, assessment_id: number): Promise<AssessmentRow> {
  const row = await tx.one<AssessmentRow>(`select ${COLUMNS} from trust.assessment where assessment_id = $1`, [
    assessment_id,
  ]);
  if (row === undefined) throw problem("trust.assessment_not_found", { assessment_id });
  return row;
}

export function resultsOf(tx: Tx, assessment_id: number): Promise<ResultRow[]> {
  return tx.query(
    `select item, result, unknown, zh, en, facts, evidence_id, took_ms from trust.assessment_result where assessment_id = $1`,
    [assessment_id],
  );
}

export interface SignatureRow {
  readonly person_id: number;
  readonly name: string;
  readonly role: string;
  readonly statement: string;
  readonly signed_at: Date;
  readonly document: Readonly<Record<string, unknown>>;
}

export function signaturesOf(tx: Tx, assessment_id: number): Promise<SignatureRow[]> {
  return tx.query(
    "select person_id, name, role, statement, signed_at, document from trust.assessment_signature where assessment_id = $1 order by signed_at",
    [assessment_id],
  );
}

/** @throws trust.assessment_signed when the person signed it already */
export async function insertSignature(tx: Tx, assessment_id: number, signature: SignatureRow): Promise<void> {
  const row = await tx.one(
    `insert into trust.assessment_signature (assessment_id, person_id, name, role, statement, signed_at, document)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning 1 as done`,
    [
      assessment_id,
      signature.person_id,
      signature.name,
      signature.role,
      signature.statement,
      signature.signed_at,
      JSON.stringify(signature.document),
    ],
  );
  if (row === undefined) throw problem("trust.assessment_signed", { assessment_id });
}
