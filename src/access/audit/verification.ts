import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ground } from "../../ground.ts";
import { linesOf } from "../../platform/http-client.ts";
import { setSetting, settingOf, SYSTEM_SCOPE } from "../../store/index.ts";
import { hostIdentity } from "./host-key.ts";
import { readCut } from "./retention.ts";
import { localStates, merged, witnessedStates } from "./states.ts";
import { verifyChain, type VerifyResult } from "./verify.ts";

export interface VerifyAgainst {
  /** A witness's file, or the address of a receiver. */
  readonly checkpoints?: string;
  /** The witness's public key, PEM. */
  readonly public_pem?: string;
  readonly onProgress?: (rows: number) => void;
}

const VERIFIED = "audit.verified";
const DOWNLOAD_MS_MAX = 600_000;

/** Compares the whole chain with what the host kept and, when told where, with what a witness saw. */
export async function verifyAudit(ground: Ground, against: VerifyAgainst = {}): Promise<VerifyResult> {
  const { installation, signer } = await hostIdentity(ground);
  const source = against.checkpoints;
  const folder = source === undefined ? undefined : await mkdtemp(join(tmpdir(), "huitou-witness-"));
  try {
    // before the chain is read: of what a witness sees meanwhile, the chain as it was read would lack the rows
    const witness = folder === undefined ? undefined : join(folder, "checkpoints");
    if (witness !== undefined && source !== undefined) await keepLines(linesAt(source, installation), witness);
    return await ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const local = localStates(tx, signer.public_pem);
      const states =
        witness === undefined ? local : merged(local, witnessedStates(linesOfFile(witness), against.public_pem));
      return verifyChain(tx, {
        states,
        cutHolds: (subject) => readCut(subject, signer.public_pem),
        ...(against.onProgress === undefined ? {} : { onProgress: against.onProgress }),
      });
    });
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function keepLines(lines: AsyncIterable<string>, path: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for await (const line of lines) await file.write(`${line}\n`);
  } finally {
    await file.close();
  }
}

function linesAt(source: string, installation: string): AsyncIterable<string> {
  if (!/^https?:\/\//.test(source)) return linesOfFile(source);
  return linesOf(new URL(`/v1/installations/${installation}/checkpoints`, source).toString(), DOWNLOAD_MS_MAX);
}

async function* linesOfFile(path: string): AsyncGenerator<string> {
  const file = await open(path);
  yield* file.readLines();
}

/** The last verification that the platform itself made. */
export interface Verified {
  readonly at: string;
  readonly against: "receiver" | "host";
  readonly result: VerifyResult;
}

export function lastVerification(ground: Ground): Promise<Verified | undefined> {
  return ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<Verified>(tx, VERIFIED));
}

/** The nightly verification, and the one that the audit administrator asks for. A break is an error in the service's log. */
export async function verifyAndKeep(ground: Ground, onProgress?: (rows: number) => void): Promise<Verified> {
  const receiver = ground.config.audit_receiver;
  const progress = onProgress === undefined ? {} : { onProgress };
  const result = await verifyAudit(ground, receiver === "" ? progress : { checkpoints: receiver, ...progress });
  const verified: Verified = {
    at: ground.wall.now().toISOString(),
    against: receiver === "" ? "host" : "receiver",
    result,
  };
  await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, VERIFIED, verified));
  if (!result.ok) ground.log.error({ broken: result.broken }, "the audit log is not as it was written");
  return verified;
}
