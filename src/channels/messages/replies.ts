import type { Ground } from "../../ground.ts";
import { membersHolding, sayConsents } from "../../members/index.ts";
import type { Tx } from "../../store/index.ts";
import { optOutWord } from "./opt-out.ts";
import { inWorld } from "./receipts.ts";
import { insertReply } from "./reply-store.ts";

/** What somebody answered to an SMS. */
export interface Reply {
  /** The service's own number for it; null: phone, second and words tell it apart. */
  readonly reply_key: string | null;
  readonly phone: string;
  readonly text: string;
  /** Real time. */
  readonly at: Date;
}

const KEY = "channels.replies";
const CONTEXT = "channels.sms_reply";
/** As the consent ledger names the way by which it was said. */
export const VIA_REPLY = "sms_reply";
const TEXT_MAX = 500;

/**
 * Keeps what people answered, each once. R, TD and the like end the consent to marketing by SMS of whoever holds the number,
 * as of the moment in which it was written, with the reply as evidence; other texts are kept sealed. @returns how many were new
 */
export async function takeReplies(tx: Tx, ground: Ground, replies: readonly Reply[]): Promise<number> {
  let fresh = 0;
  for (const reply of replies) if (await takeReply(tx, ground, reply)) fresh += 1;
  return fresh;
}

async function takeReply(tx: Tx, ground: Ground, reply: Reply): Promise<boolean> {
  const { vault, clock } = ground;
  const { phone, text } = reply;
  const { at } = inWorld(ground, reply);
  const reply_key =
    reply.reply_key ?? `content ${vault.contentToken("channels.reply", `${phone} ${reply.at.getTime()} ${text}`)}`;
  const read = vault.normalise("phone", phone);
  const word = optOutWord(text);
  const now = clock.now();
  // a number that is never anybody's key is kept as it came
  const member_ids = "value" in read ? await membersHolding(tx, ground, "phone", read.value) : [];
  const sender_token = "value" in read ? vault.token("phone", read.value) : vault.token("text phone", phone);
  const base = { reply_key, sender_token, member_ids, at, heard_at: now };
  if (word === undefined) {
    const key = await vault.namedKey(KEY);
    const text_sealed = key.encrypt(Buffer.from(text.slice(0, TEXT_MAX)), CONTEXT);
    return insertReply(tx, { ...base, effect: "kept", word: null, text_sealed });
  }
  const effect = member_ids.length === 0 ? "nobody" : "withdrawn";
  if (!(await insertReply(tx, { ...base, effect, word, text_sealed: null }))) return false;
  const words = [{ purpose: "marketing", medium: "sms", granted: false, text_version: null }];
  const by = { person_id: null, reason: `sms ${word}`, now: at, via: VIA_REPLY };
  for (const member_id of member_ids) await sayConsents(tx, ground, member_id, words, by);
  return true;
}

/** Another text than a word that withdraws, as it was written. */
export async function openReplyText({ vault }: Ground, sealed: Buffer): Promise<string> {
  return (await vault.namedKey(KEY)).decrypt(sealed, CONTEXT).toString();
}
