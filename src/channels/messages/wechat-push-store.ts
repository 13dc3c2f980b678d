import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import type { PushSecret } from "./wechat-push.ts";

const KEY = "channels.carriers";
const CONTEXT = "channels.callback wechat";

/** Keeps the words by which WeChat's calls are known, sealed. */
export async function keepPushSecret(tx: Tx, ground: Ground, secret: PushSecret): Promise<void> {
  const key = await ground.vault.namedKey(KEY);
  const sealed = key.encrypt(Buffer.from(JSON.stringify(secret)), CONTEXT);
  await tx.query("update channels.callback set secret_sealed = $1 where channel = 'wechat'", [sealed]);
}

/** Those behind an address; undefined where it is none of ours. */
export async function pushSecretOf(tx: Tx, ground: Ground, token_hash: Buffer): Promise<PushSecret | undefined> {
  const row = await tx.one<{ secret_sealed: Buffer | null }>(
    "select secret_sealed from channels.callback where channel = 'wechat' and token_hash = $1",
    [token_hash],
  );
  if (row?.secret_sealed == null) return undefined;
  const key = await ground.vault.namedKey(KEY);
  return JSON.parse(key.decrypt(row.secret_sealed, CONTEXT).toString("utf8")) as PushSecret;
}
