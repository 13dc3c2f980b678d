import { createPublicKey } from "node:crypto";
import { signatureHolds, signatureSuite, signDocument, signerOf } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { newUuid, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { todayOf } from "../ledger/ledger.ts";
import { insertAllowance, keptKey, keepKey } from "./offline-store.ts";
import { offlineRules } from "./rules.ts";

const SUITE = "ed25519";
const KEY_NAME = "points offline allowances";
const CONTEXT = "offline key";
const HOUR_MS = 3_600_000;

/** A device and the store where it stands. */
export interface Till {
  readonly till: string;
  readonly store_code: string;
}

/** What a till shows itself while it is offline, and to the platform afterwards. */
export interface Allowance extends Till {
  readonly format: "huitou-offline-allowance/1";
  readonly allowance_id: string;
  readonly day: string;
  readonly points_max: number;
  readonly member_max: number;
  readonly device_key: string;
  readonly issued_at: string;
  readonly expires_at: string;
}
export type Signed<T> = T & { readonly suite: string; readonly key_id: string; readonly signature: string };

/** The key with which this installation signs allowances: made once, sealed under the key store. */
async function signingKey(ground: Ground): Promise<{ readonly private_pem: string; readonly public_pem: string }> {
  const named = await ground.vault.namedKey(KEY_NAME);
  const kept = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const known = await keptKey(tx);
    if (known !== undefined) return known;
    const made = signatureSuite(SUITE)?.generate();
    if (made === undefined) throw new Error(`there is no suite ${SUITE}`);
    return keepKey(tx, { sealed: named.encrypt(Buffer.from(made.private_pem), CONTEXT), public_pem: made.public_pem });
  });
  return { private_pem: named.decrypt(kept.sealed, CONTEXT).toString(), public_pem: kept.public_pem };
}

/** With which allowances can be checked, also by a till itself. */
export const allowanceKey = async (ground: Ground): Promise<string> => (await signingKey(ground)).public_pem;

/** @throws points.offline_bad_key */
function checkDeviceKey(device_key: string): void {
  try {
    if (createPublicKey(device_key).asymmetricKeyType === SUITE) return;
  } catch {
    // said below
  }
  throw problem("points.offline_bad_key");
}

/** Hands a till what it may burn until a moment; asked again on the same day it is the same limit. */
export async function issueAllowance(
  ground: Ground,
  till: Till,
  { device_key, person_id }: { readonly device_key: string; readonly person_id: number | null },
): Promise<Signed<Allowance>> {
  checkDeviceKey(device_key);
  const { private_pem } = await signingKey(ground);
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const rules = await offlineRules(tx);
    const allowance: Allowance = {
      format: "huitou-offline-allowance/1",
      allowance_id: newUuid(now),
      ...till,
      day: todayOf(ground),
      points_max: rules.till_points,
      member_max: rules.member_points,
      device_key,
      issued_at: now.toISOString(),
      expires_at: new Date(now.getTime() + rules.hours * HOUR_MS).toISOString(),
    };
    await insertAllowance(tx, allowance, person_id);
    return signDocument(allowance, signerOf(private_pem));
  });
}

/** @throws points.offline_allowance_forged, points.offline_other_till */
export async function checkAllowance(ground: Ground, till: Till, allowance: Signed<Allowance>): Promise<void> {
  if (allowance.suite !== SUITE || !signatureHolds(allowance, await allowanceKey(ground)))
    throw problem("points.offline_allowance_forged");
  if (allowance.till !== till.till || allowance.store_code !== till.store_code)
    throw problem("points.offline_other_till");
}
