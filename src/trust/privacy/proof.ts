import { hostIdentity, signDocument } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import type { RequestRow, StepRow } from "./request-store.ts";
import { kindInfo } from "./request-kind.ts";

export type Proof = Readonly<Record<string, unknown>> & { readonly signature: string };

/** What a request ended with, before it is written down. */
export interface Ending {
  readonly state: "done" | "refused";
  readonly at: Date;
  readonly by: number | null;
  readonly refusal_ground: string | null;
  readonly refusal_reason: string | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
}

/**
 * The proof of how a request was answered: what was asked, how identity was checked, what was done and when, with the
 * steps in their order. It holds numbers and codes, nothing personal, and is signed with the key of this host, as the
 * checkpoints of the audit log are; it can be checked with the host's public key alone (docs/guides/privacy.md).
 */
export async function makeProof(
  ground: Ground,
  request: RequestRow,
  steps: readonly StepRow[],
  ending: Ending,
): Promise<Proof> {
  const { installation, signer } = await hostIdentity(ground);
  const { zh, en, article } = kindInfo(request.kind);
  const document = {
    format: "huitou-rights-proof/1",
    installation,
    request_id: request.request_id,
    kind: request.kind,
    kind_zh: zh,
    kind_en: en,
    article,
    member_id: request.member_id,
    via: request.via,
    wish: request.wish,
    received_at: request.received_at.toISOString(),
    due_day: request.due_day,
    identity_checked_at: request.verified_at?.toISOString() ?? null,
    identity_checked_by: request.verified_by,
    identity_check: request.verified_how,
    identity_details: [...request.verified_details],
    state: ending.state,
    closed_at: ending.at.toISOString(),
    closed_by: ending.by,
    refusal_ground: ending.refusal_ground,
    refusal_reason: ending.refusal_reason,
    outcome: ending.outcome,
    steps: steps.map(({ at, step, person_id, detail }) => ({ at: at.toISOString(), step, person_id, detail })),
  };
  return signDocument(document, signer) as unknown as Proof;
}
