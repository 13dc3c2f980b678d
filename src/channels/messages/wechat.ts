import type { Ground } from "../../ground.ts";
import { OutgoingFailed, OutgoingRefused } from "../../platform/alerts/outgoing.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import type { Asked, Carrier, ConnectionTried, Delivery, Letter, Receipt } from "./carrier.ts";
import { type WechatSettings, wechatSettings } from "./carrier-settings.ts";
import { Pacer } from "./pacer.ts";
import { matchLost, wordsOfTaken } from "./service-word-store.ts";
import { each } from "./sms.ts";
import { answerOf, callWechat } from "./wechat-call.ts";
import { TOKEN_CODES, wechatReceipt } from "./wechat-codes.ts";
import { forgetToken, TokenRefused, wechatToken } from "./wechat-token.ts";

const PER_SECOND = 200;
const pacer = new Pacer(PER_SECOND);

function bodyOf({ address, content, rendered }: Letter): unknown {
  if (content.kind !== "wechat") return undefined;
  return {
    touser: address,
    template_id: content.service_template,
    ...(content.page === undefined ? {} : { page: content.page }),
    miniprogram_state: "formal",
    lang: "zh_CN",
    data: Object.fromEntries(Object.entries(rendered.parameters).map(([name, value]) => [name, { value }])),
  };
}

/** One message; a token that ended in between is fetched anew once, because then nothing went out. */
async function sendOne(ground: Ground, settings: WechatSettings, letter: Letter): Promise<Receipt> {
  const { message_id } = letter;
  const body = bodyOf(letter);
  if (body === undefined) return { message_id, kind: "refused", code: "not_a_subscribe_message" };
  for (let tried = 1; ; tried += 1) {
    let token: string;
    try {
      token = await wechatToken(ground, settings);
    } catch (error) {
      return { message_id, kind: "later", code: tokenCode(error) };
    }
    try {
      const path = `/cgi-bin/message/subscribe/send?access_token=${encodeURIComponent(token)}`;
      const answer = await callWechat(settings, path, body);
      const read = answerOf(answer);
      if (tried === 1 && TOKEN_CODES.has(String(read["errcode"]))) {
        forgetToken(settings, token);
        continue;
      }
      return wechatReceipt(message_id, answer.status, read);
    } catch (error) {
      if (error instanceof OutgoingRefused) return { message_id, kind: "later", code: `refused_${error.reason}` };
      const sent = !(error instanceof OutgoingFailed) || error.sent;
      return { message_id, kind: sent ? "unknown" : "later", code: sent ? "no_answer" : "not_sent" };
    }
  }
}

/** Without a token nothing was sent, whatever happened on the way to it. */
function tokenCode(error: unknown): string {
  if (error instanceof TokenRefused) return `token_${error.code}`;
  return error instanceof OutgoingRefused ? `refused_${error.reason}` : "no_token";
}

const settingsOf = (ground: Ground) => ground.store.read(SYSTEM_SCOPE, (tx) => wechatSettings(tx, ground));

async function send(ground: Ground, letters: readonly Letter[]): Promise<Receipt[]> {
  const settings = await settingsOf(ground);
  if (settings === undefined)
    return letters.map(({ message_id }) => ({ message_id, kind: "later", code: "not_set_up" }));
  return each(letters, pacer, (letter) => sendOne(ground, settings, letter));
}

/**
 * WeChat cannot be asked; it tells of each message it took, if it knows where. Its silence is no word: such a message is not
 * repeated, and ends as unknown after some days.
 */
async function ask(ground: Ground, asked: readonly Asked[]): Promise<Receipt[]> {
  const ids = asked.map(({ message_id }) => message_id);
  const found = await ground.store.write(SYSTEM_SCOPE, (tx) => matchLost(tx, "wechat", ids));
  return ids.map((message_id) => {
    const word = found.get(message_id);
    return word === undefined
      ? { message_id, kind: "unknown", code: "no_answer" }
      : { message_id, kind: "accepted", service_id: word.service_id, code: "told" };
  });
}

/** What WeChat told of messages by itself, by its own number. */
async function receipts(ground: Ground, asked: readonly Asked[]): Promise<Delivery[]> {
  const ids = asked.map(({ message_id }) => message_id);
  const words = await ground.store.read(SYSTEM_SCOPE, (tx) => wordsOfTaken(tx, "wechat", ids));
  return words.map((word) => ({ ...word, parts: null }));
}

/** Fetches a token and sends nothing. */
export async function tryWechat(ground: Ground): Promise<ConnectionTried> {
  const settings = await settingsOf(ground);
  if (settings === undefined) return { ok: false, code: "not_set_up", text: "" };
  try {
    await wechatToken(ground, settings);
    return { ok: true, code: "OK", text: "" };
  } catch (error) {
    if (error instanceof TokenRefused) return { ok: false, code: error.code, text: error.message.slice(0, 200) };
    return { ok: false, code: tokenCode(error), text: "" };
  }
}

export const wechatCarrier: Carrier = {
  channel: "wechat",
  address: "openid",
  under_way_max: 2_000,
  send,
  ask,
  receipts,
};
