import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";

export const SIGNS_MAX = 20;
export type SignState = "filing" | "filed" | "refused";

export interface SignRow {
  readonly sign_name: string;
  readonly state: SignState;
  readonly note: string;
  readonly changed_by: number | null;
  readonly changed_at: Date;
}

export function listSigns(tx: Tx): Promise<SignRow[]> {
  return tx.query("select sign_name, state, note, changed_by, changed_at from channels.sms_sign order by place");
}

/** Notes where a signature stands with the operators' service. @throws channels.signs_full */
export async function saveSign(
  tx: Tx,
  sign: Pick<SignRow, "sign_name" | "state" | "note">,
  by: { readonly person_id: number | null; readonly now: Date },
): Promise<void> {
  const saved = await tx.execute(
    `insert into channels.sms_sign (sign_name, place, state, note, changed_by, changed_at)
     select $1, n, $2, $3, $4, $5 from generate_series(1, ${SIGNS_MAX}) n
     where exists (select from channels.sms_sign k where k.sign_name = $1) or not exists (select from channels.sms_sign p where p.place = n)
     order by n limit 1
     on conflict (sign_name) do update
     set state = excluded.state, note = excluded.note, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
    [sign.sign_name, sign.state, sign.note, by.person_id, by.now],
  );
  if (saved === 0) throw problem("channels.signs_full", { limit: SIGNS_MAX });
}

/** @throws channels.sign_not_filed */
export async function requireFiled(tx: Tx, sign_name: string): Promise<void> {
  const row = await tx.one<{ state: SignState }>("select state from channels.sms_sign where sign_name = $1", [
    sign_name,
  ]);
  if (row?.state !== "filed") throw problem("channels.sign_not_filed", { sign_name });
}
