import pg from "pg";
import type { AuditEntry } from "../../src/access/audit/entry.ts";
import { auditWriter } from "../../src/access/audit/writer.ts";
import { verifyChain, type KnownState, type VerifyResult } from "../../src/access/audit/verify.ts";
import type { Ground } from "../../src/ground.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";

/** An act as the guard tells of one. */
export function entry(at: Date, over: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at,
    phase: "done",
    person_id: 7,
    actor: "operator",
    action: "members.join",
    method: "POST",
    path: "/api/joins",
    subject: { member_ids: [3, 9], reason: "同一人" },
    status: 200,
    succeeded: true,
    request_id: `r${Math.random()}`,
    ip: "10.0.0.8",
    duration_ms: 12,
    ...over,
  };
}

/** Appends acts all at once, as that many requests would. */
export async function appendMany(ground: Ground, entries: readonly AuditEntry[]): Promise<void> {
  const writer = auditWriter(ground);
  await Promise.all(entries.map((one) => writer.append(one)));
}

export function verify(
  ground: Ground,
  states: readonly KnownState[] = [],
  cutHolds: (subject: Readonly<Record<string, unknown>>) => never | undefined = () => undefined,
): Promise<VerifyResult> {
  return ground.store.read(SYSTEM_SCOPE, (tx) => verifyChain(tx, { states, cutHolds, page_rows: 17 }));
}

/** A database administrator gone bad: superuser, with every trigger switched off. */
export async function asSuperuser<T>(admin_url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: admin_url });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica");
    return await run(client);
  } finally {
    await client.end();
  }
}
