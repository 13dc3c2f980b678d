import type { Ground } from "../../ground.ts";
import { correctField, type Decider } from "../../members/index.ts";
import { addDays, businessDay } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { mask } from "../../vault/index.ts";
import { type CorrectionRow, dropCorrections, insertCorrection } from "./correction-store.ts";
import type { RequestRow } from "./request-store.ts";

/** So long a correction may be taken back, by whoever handles requests. */
export const UNDO_DAYS = 30;
/** Three years: the limitation of a claim (Civil Code 188), as with the evidence of consents. */
const KEEP_DAYS = 3 * 365 + 1;
const DAY_MS = 86_400_000;

const keyName = (request_id: number) => `correction ${request_id}`;

/** Corrects what a request asks for, and keeps what stood there before as evidence, sealed. @returns what the proof tells */
export async function correct(
  tx: Tx,
  ground: Ground,
  { request_id, member_id, wish }: RequestRow,
  value: string,
  by: Decider,
): Promise<Record<string, unknown>> {
  const field = wish.field ?? "";
  const done = await correctField(tx, ground, member_id, { field, value }, by);
  const key = done.before === null ? undefined : await ground.vault.namedKey(keyName(request_id));
  const keep_until = addDays(businessDay(by.now, ground.config.timezone), KEEP_DAYS);
  await insertCorrection(tx, {
    request_id,
    member_id: done.member_id,
    field,
    record_id: done.record_id,
    before_sealed: key?.encrypt(Buffer.from(done.before ?? ""), keyName(request_id)) ?? null,
    made_at: by.now,
    undo_until: new Date(by.now.getTime() + UNDO_DAYS * DAY_MS),
    keep_until,
  });
  return { corrected: field, evidence_until: keep_until };
}

/** A correction for whoever looks at its request; what stood there before in clear only where the reader may see it so. */
export async function correctionView(ground: Ground, row: CorrectionRow | undefined, clear: boolean) {
  if (row === undefined) return null;
  const { field, made_at, undo_until, keep_until, undone_at, undone_reason } = row;
  const before = await openBefore(ground, row);
  return {
    field,
    before: before === null || clear ? before : mask(field, before),
    made_at,
    undo_until,
    keep_until,
    undone_at,
    undone_reason,
    may_undo: undone_at === null && undo_until >= ground.clock.now(),
  };
}

async function openBefore(ground: Ground, { request_id, before_sealed }: CorrectionRow): Promise<string | null> {
  if (before_sealed === null) return null;
  const name = keyName(request_id);
  return (await ground.vault.namedKey(name)).decrypt(before_sealed, name).toString("utf8");
}

/** Takes earlier values and their keys away: those past their day, or those of members who are erased. @returns how many */
export async function forgetCorrections(ground: Ground, member_ids: readonly number[] | null): Promise<number> {
  const now = ground.clock.now();
  const today = businessDay(now, ground.config.timezone);
  const dropped = await ground.store.write(SYSTEM_SCOPE, (tx) => dropCorrections(tx, { today, now, member_ids }));
  for (const request_id of dropped) await ground.vault.destroyNamedKey(keyName(request_id), now);
  return dropped.length;
}
