import { ASSESSMENT_ITEMS, CLAUSE_8_1 } from "../../../definitions/trust/assessment-items.ts";
import { brandName, hostIdentity, signDocument } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type AssessmentRow, assessmentById, resultsOf, type SignatureRow, signaturesOf } from "./assessment-store.ts";
import type { AssessmentItem, Result } from "./item.ts";

/** Said on every page and file. */
export const DISCLAIMER = {
  zh: "本自评由软件按运行证据与所附材料作出，不能代替持证机构的等级测评或商用密码应用安全性评估。",
  en: "This self-assessment is made by software from running proofs and the material attached. It does not replace an assessment by a licensed body, nor that of cryptography.",
} as const;
export const DEMO_NOTE = {
  zh: "示例世界的结果，不作为证据。",
  en: "Results of an example world: not evidence.",
} as const;

export interface ItemView extends Pick<AssessmentItem, "id" | "who" | "step"> {
  readonly name_zh: string;
  readonly name_en: string;
  readonly result: Result;
  readonly unknown: boolean;
  readonly zh: string;
  readonly en: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly evidence_id: number | null;
}

export interface ClauseView {
  readonly clause: string;
  readonly zh: string;
  readonly en: string;
  readonly items: number;
  /** Of the clause's items, those that this assessment looked at, by result. */
  readonly counts: Readonly<Record<Result, number>>;
  /** Not looked at: counts as not met. */
  readonly outside: number;
}

export interface AssessmentView extends AssessmentRow {
  readonly brand: string;
  readonly items: readonly ItemView[];
  readonly clauses: readonly ClauseView[];
  readonly signatures: readonly SignatureRow[];
}

const NONE: Record<Result, number> = { met: 0, partly: 0, not_met: 0, not_applicable: 0 };

export function countsOf(items: readonly { readonly result: Result }[]): Record<Result, number> {
  const counts = { ...NONE };
  for (const { result } of items) counts[result] += 1;
  return counts;
}

function clausesOf(items: readonly ItemView[]): ClauseView[] {
  return CLAUSE_8_1.map(({ clause, zh, en, items: total }) => {
    const here = items.filter(({ id }) => id.startsWith(`${clause}.`));
    return { clause, zh, en, items: total, counts: countsOf(here), outside: total - here.length };
  });
}

export async function assessmentView(ground: Ground, assessment_id: number): Promise<AssessmentView> {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const row = await assessmentById(tx, assessment_id);
    const results = new Map((await resultsOf(tx, assessment_id)).map((result) => [result.item, result]));
    const items = ASSESSMENT_ITEMS.flatMap(({ id, who, zh, en, step }): ItemView[] => {
      const result = results.get(id);
      if (result === undefined) return [];
      const { item: _item, took_ms: _took, ...rest } = result;
      return [{ id, who, step, name_zh: zh, name_en: en, ...rest }];
    });
    return {
      ...row,
      brand: await brandName(tx),
      items,
      clauses: clausesOf(items),
      signatures: await signaturesOf(tx, assessment_id),
    };
  });
}

/** The whole of an assessment as a document signed with the key of this host, as the audit's checkpoints are. */
export async function signedAssessment(ground: Ground, view: AssessmentView): Promise<Record<string, unknown>> {
  const { installation, signer } = await hostIdentity(ground);
  const document = {
    format: "huitou-self-assessment/1",
    disclaimer_zh: DISCLAIMER.zh,
    disclaimer_en: DISCLAIMER.en,
    evidence: view.demo ? "not evidence" : "evidence",
    installation,
    brand: view.brand,
    assessment_id: view.assessment_id,
    started_at: view.started_at.toISOString(),
    finished_at: view.finished_at.toISOString(),
    subject: view.subject,
    hash: view.hash,
    counts: countsOf(view.items),
    clauses: view.clauses,
    items: view.items,
    signatures: view.signatures.map(({ signed_at, ...rest }) => ({ ...rest, signed_at: signed_at.toISOString() })),
    public_key: signer.public_pem,
  };
  // through JSON once, so that what is signed is what a reader parses
  return signDocument(JSON.parse(JSON.stringify(document)) as object, signer) as Record<string, unknown>;
}
