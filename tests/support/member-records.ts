import { expect } from "vitest";
import type { Ground } from "../../src/ground.ts";
import { accept, type ClearIdentity, type ClearRecord, drainPipeline, type Source } from "../../src/ingest/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";

/** Short forms for tests about who is who. */
export const id = (kind: ClearIdentity["kind"], value: string): ClearIdentity => ({ kind, value });

/** A record at noon of a day in Shanghai. */
export function record(
  kind: string,
  day: string,
  identities: readonly ClearIdentity[],
  body: Record<string, unknown> = {},
): ClearRecord {
  return { kind, occurred_at: `${day}T04:00:00Z`, identities, body };
}

/** Sends records through the edge and the pipeline; none may be refused. @param origin makes them an import that can be taken back. */
export async function send(
  ground: Ground,
  source: Source,
  records: readonly ClearRecord[],
  origin?: string,
): Promise<void> {
  const meta = { protocol: "rest", ...(origin === undefined ? {} : { origin }) };
  const { outcomes } = await accept(ground, source, records, meta);
  expect(outcomes.filter((outcome) => outcome.status === "rejected")).toEqual([]);
  await drainPipeline(ground);
}

export function rows<Row>(ground: Ground, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  return ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
}

const SHARED_KINDS: ReadonlySet<string> = new Set(["phone", "unionid", "email", "id_number"]);

/** The member whose party an identifier names, or -1. */
export async function memberOf(ground: Ground, source: Source, kind: string, value: string): Promise<number> {
  const normal = ground.vault.normalise(kind, value);
  if ("never_key" in normal) return -1;
  const token = ground.vault.token(kind, normal.value, SHARED_KINDS.has(kind) ? undefined : source.namespace);
  const [found] = await rows<{ member_id: number }>(
    ground,
    "select member_id from members.party where anchor_token = $1",
    [token],
  );
  return found?.member_id ?? -1;
}
