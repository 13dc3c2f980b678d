import type { Tx } from "../../store/index.ts";
import { type Policy, SHIPPED_POLICY } from "./policy.ts";

export async function policyInForce(tx: Tx): Promise<Policy> {
  const row = await tx.one<{ content: Policy }>("select content from channels.policy");
  return row?.content ?? SHIPPED_POLICY;
}

export async function savePolicy(
  tx: Tx,
  policy: Policy,
  by: { readonly person_id: number | null; readonly now: Date },
): Promise<void> {
  await tx.query(
    `insert into channels.policy (content, changed_by, changed_at) values ($1, $2, $3)
     on conflict (singleton) do update set content = excluded.content, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
    [JSON.stringify(policy), by.person_id, by.now],
  );
}
