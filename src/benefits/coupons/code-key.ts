import { randomBytes } from "node:crypto";
import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { keyed } from "./code.ts";

const NAME = "benefits codes";
const CONTEXT = "code key";
const BYTES = 32;
const keys = new WeakMap<Ground, Promise<Buffer>>();

/** What this installation's codes are derived from and found by; made once, opened once in a process. */
export function codeKey(ground: Ground): Promise<Buffer> {
  let key = keys.get(ground);
  if (key === undefined) {
    key = openKey(ground);
    keys.set(ground, key);
    key.catch(() => keys.delete(ground));
  }
  return key;
}

async function openKey(ground: Ground): Promise<Buffer> {
  const named = await ground.vault.namedKey(NAME);
  const sealed = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const known = await tx.one<{ sealed: Buffer }>("select sealed from benefits.code_key");
    if (known !== undefined) return known.sealed;
    const made = named.encrypt(randomBytes(BYTES), CONTEXT);
    // of two processes that make one at the same time the first stays
    await tx.query("insert into benefits.code_key (sealed) values ($1) on conflict do nothing", [made]);
    return (await tx.one<{ sealed: Buffer }>("select sealed from benefits.code_key"))?.sealed ?? made;
  });
  return named.decrypt(sealed, CONTEXT);
}

/** A hash of a request that tells nothing about the codes it holds. */
export function payloadHash(key: Buffer, payload: unknown): Buffer {
  return keyed(key, `payload ${JSON.stringify(payload)}`);
}
