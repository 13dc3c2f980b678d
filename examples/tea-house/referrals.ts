import type { ClearIdentity } from "../../src/ingest/record.ts";
import type { Identified } from "./accounts.ts";
import type { Sheet } from "./sheet.ts";
import type { WorldState } from "./state.ts";

/** By what the mini program names somebody whatever the account: WeChat's unionid, else the own phone. */
function socialKey(who: Identified): ClearIdentity | undefined {
  const keys = who.accounts.flatMap((account) => account.keys);
  const unionid = keys.find((key) => key.kind === "unionid");
  if (unionid !== undefined || (who.mess !== undefined && who.mess !== "duplicate")) return unionid;
  const phone = who.accounts.find((account) => account.phone?.use === "own")?.phone;
  return phone === undefined ? undefined : { kind: "phone", value: phone.value };
}

/**
 * An invitation seen from both sides: one record about the inviter, one about the invitee, each naming the other in
 * `counterpart: { <kind>: value }`.
 */
export function writeReferral(
  state: WorldState,
  sheet: Sheet,
  inviter: Identified,
  invitee: Identified,
  stage: "joined" | "first_order",
  at: number,
): void {
  const [from, to] = [socialKey(inviter), socialKey(invitee)];
  if (from === undefined || to === undefined || at < state.world.from) return;
  const referral_id = `RF-${invitee.person.index.toString(36)}`;
  const side = (role: "inviter" | "invitee", who: Identified, key: ClearIdentity, other: ClearIdentity): void => {
    const body = { referral_id, role, stage, counterpart: { [other.kind]: other.value } };
    sheet.add("mini_program", at, who.person.index, "referral", [key], body, `${referral_id}:${stage}:${role}`);
  };
  side("inviter", inviter, from, to);
  side("invitee", invitee, to, from);
}
