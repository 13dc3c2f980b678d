import type { Ground } from "../../ground.ts";
import type { ApprovalRow, Payload } from "./approval.ts";

const KEY = "approvals";
const context = (payload_hash: Buffer) => `approval ${payload_hash.toString("hex")}`;

/** A request may hold personal data (a condition, a member's number): it waits sealed, and cannot be put in another place. */
export async function sealPayload(ground: Ground, payload: Payload, payload_hash: Buffer): Promise<Buffer> {
  const key = await ground.vault.namedKey(KEY);
  return key.encrypt(Buffer.from(JSON.stringify(payload)), context(payload_hash));
}

/** @returns undefined when it is gone: done, refused or withdrawn */
export async function openPayload(ground: Ground, row: ApprovalRow): Promise<Payload | undefined> {
  if (row.payload_sealed === null) return undefined;
  const key = await ground.vault.namedKey(KEY);
  return JSON.parse(key.decrypt(row.payload_sealed, context(row.payload_hash)).toString("utf8")) as Payload;
}
