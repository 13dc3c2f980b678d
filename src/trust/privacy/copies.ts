import { createHash } from "node:crypto";
import type { Ground } from "../../ground.ts";
import { hashSecret, newSecret, problem } from "../../platform/index.ts";
import { defineJob, type JobKind, SYSTEM_SCOPE } from "../../store/index.ts";
import { copyFile } from "./copy-file.ts";
import { collect, copyByLink, copyOf, dropCopies, insertCopy, setLink } from "./copy-store.ts";
import { memberData } from "./member-data.ts";
import { COPY_JOB, finish, takeUp } from "./requests.ts";

/** Days in which the member may fetch the file. */
export const COPY_DAYS = 7;
const COPY_BYTES_MAX = 64 * 1024 * 1024;
const DAY_MS = 86_400_000;

const keyName = (request_id: number) => `member copy ${request_id}`;

/** Makes the file of an access or copy request, sealed under a key of its own, and closes the request. */
async function makeCopy(ground: Ground, request_id: number): Promise<Record<string, unknown>> {
  const request = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const known = await copyOf(tx, request_id);
    return known === undefined ? await takeUpRead(tx, request_id) : undefined;
  });
  if (request === undefined) return { made: false };
  const now = ground.clock.now();
  const plain = await copyFile(await memberData(ground, request.member_id), now);
  if (plain.length > COPY_BYTES_MAX) throw problem("privacy.copy_too_large", { max_bytes: COPY_BYTES_MAX });
  const sha256 = createHash("sha256").update(plain).digest("hex");
  const sealed = (await ground.vault.namedKey(keyName(request_id))).encrypt(plain, keyName(request_id));
  const expires_at = new Date(now.getTime() + COPY_DAYS * DAY_MS);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await takeUp(tx, request_id);
    await insertCopy(tx, { request_id, sealed, bytes: plain.length, sha256, made_at: now, expires_at });
    const outcome = { bytes: plain.length, sha256, expires_at: expires_at.toISOString() };
    await finish(tx, ground, row, { outcome }, { person_id: row.handled_by });
  });
  return { bytes: plain.length };
}

async function takeUpRead(tx: Parameters<typeof copyOf>[0], request_id: number) {
  return tx.one<{ member_id: number }>(
    "select member_id from trust.rights_request where request_id = $1 and state = 'running'",
    [request_id],
  );
}

export interface CopyLink {
  readonly link: string;
  /** The page on which the member fetches it: what is behind the # reaches no server and no log. */
  readonly address: string;
  readonly expires_at: Date;
}

/** A link for the file, to be shown once; only its hash is kept. @throws privacy.copy_gone */
export async function makeLink(ground: Ground, request_id: number): Promise<CopyLink> {
  const secret = newSecret();
  const now = ground.clock.now();
  const made = await ground.store.write(SYSTEM_SCOPE, async (tx) =>
    (await setLink(tx, request_id, hashSecret(secret), now)) ? copyOf(tx, request_id) : undefined,
  );
  if (made === undefined) throw problem("privacy.copy_gone");
  return { link: secret, address: `${ground.config.public_url}/my-copy#${secret}`, expires_at: made.expires_at };
}

/** What a link leads to, without using it up. @throws privacy.copy_gone */
export async function lookAtCopy(ground: Ground, secret: string) {
  const now = ground.clock.now();
  const found = await ground.store.read(SYSTEM_SCOPE, (tx) => copyByLink(tx, hashSecret(secret), now));
  if (found === undefined) throw problem("privacy.copy_gone");
  const { request_id, bytes, sha256, made_at, expires_at } = found;
  return { request_id, bytes, sha256, made_at, expires_at };
}

/** The file for whoever brings the link: once, then it and its key are gone. @throws privacy.copy_gone */
export async function collectCopy(
  ground: Ground,
  secret: string,
): Promise<{ readonly request_id: number; readonly file: Buffer }> {
  const now = ground.clock.now();
  const found = await ground.store.write(SYSTEM_SCOPE, (tx) => collect(tx, hashSecret(secret), now));
  if (found === undefined || found.sealed === null) throw problem("privacy.copy_gone");
  const name = keyName(found.request_id);
  const file = (await ground.vault.namedKey(name)).decrypt(found.sealed, name);
  await ground.vault.destroyNamedKey(name, now);
  return { request_id: found.request_id, file };
}

/** Takes files and their keys away: those past their time, or those of members. @returns how many */
export async function forgetCopies(ground: Ground, member_ids: readonly number[] | null): Promise<number> {
  const now = ground.clock.now();
  const dropped = await ground.store.write(SYSTEM_SCOPE, (tx) => dropCopies(tx, now, member_ids));
  for (const request_id of dropped) await ground.vault.destroyNamedKey(keyName(request_id), now);
  return dropped.length;
}

export const copyJobs: readonly JobKind[] = [
  defineJob<{ readonly request_id: number }>({
    kind: COPY_JOB,
    run: ({ ground, input }) => makeCopy(ground, input.request_id),
  }),
];
