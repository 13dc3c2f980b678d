import type { Ground } from "../../ground.ts";
import { consentEvidence } from "../../members/index.ts";
import { addDays, businessDay } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { dropRetained, insertRetained, type RetainedRow } from "./erasure-store.ts";
import { memberData } from "./member-data.ts";

/** What stays when a member is erased, why, and for how long (docs/guides/privacy.md). */
export const RETAINED_KINDS = {
  consent_evidence: {
    zh: "同意凭据",
    en: "Evidence of consents",
    // three years from the end of the use: the limitation of a claim
    days: 3 * 365 + 1,
    legal_basis: "民法典 188",
  },
  transactions: {
    zh: "交易信息",
    en: "Transactions",
    // not less than three years after a transaction was completed
    days: 3 * 365 + 1,
    legal_basis: "电子商务法 31",
  },
} as const;

const keyName = (request_id: number, kind: string) => `retained ${kind} ${request_id}`;

/**
 * Puts aside what law wants kept, sealed under keys of their own: consents with the identifiers they were given by, and
 * which orders were whose. Everything else of the member is not kept.
 */
export async function retain(ground: Ground, request_id: number, member_id: number): Promise<readonly string[]> {
  const now = ground.clock.now();
  const today = businessDay(now, ground.config.timezone);
  const data = await memberData(ground, member_id);
  const consents = await ground.store.read(SYSTEM_SCOPE, (tx) => consentEvidence(tx, member_id));
  const identifiers = data.identities.map(({ kind, value }) => ({ kind, value }));
  const kept: Record<RetainedRow["kind"], unknown[]> = {
    consent_evidence: consents,
    transactions: data.orders.map(({ order_no, placed_at, store_code, currency }) => ({
      order_no,
      placed_at,
      store_code,
      currency,
    })),
  };
  const made: string[] = [];
  for (const kind of ["consent_evidence", "transactions"] as const) {
    if (kept[kind].length === 0) continue;
    const { days, legal_basis } = RETAINED_KINDS[kind];
    const name = keyName(request_id, kind);
    const document = JSON.stringify({ identifiers, [kind]: kept[kind] });
    const sealed = (await ground.vault.namedKey(name)).encrypt(Buffer.from(document), name);
    const delete_on = addDays(today, days);
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      insertRetained(tx, { request_id, kind, legal_basis, sealed, made_at: now, delete_on }),
    );
    made.push(kind);
  }
  return made;
}

/** What was put aside, in clear: for the one route that may show it. */
export async function openRetained(ground: Ground, row: RetainedRow): Promise<unknown> {
  if (row.sealed === null) return null;
  const name = keyName(row.request_id, row.kind);
  return JSON.parse((await ground.vault.namedKey(name)).decrypt(row.sealed, name).toString("utf8"));
}

/** Destroys what has reached its day, with its keys. @returns how many */
export async function forgetRetained(ground: Ground): Promise<number> {
  const now = ground.clock.now();
  const today = businessDay(now, ground.config.timezone);
  const dropped = await ground.store.write(SYSTEM_SCOPE, (tx) => dropRetained(tx, today, now));
  for (const { request_id, kind } of dropped) await ground.vault.destroyNamedKey(keyName(request_id, kind), now);
  return dropped.length;
}
