import type { Ground } from "../../ground.ts";
import { type MailServer, sendMail, tryMailServer } from "../../platform/alerts/mail.ts";
import { checkedAddress, OutgoingFailed, OutgoingRefused } from "../../platform/alerts/outgoing.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import type { Carrier, ConnectionTried, Letter, Receipt } from "./carrier.ts";
import { mailSettings } from "./carrier-settings.ts";

const TIMEOUT_MS = 10_000;
const MAILS_AT_ONCE = 8;

/**
 * The server that people set up, or the one that whoever runs the machine named. What people typed is looked up and has to
 * be public, and is connected to as it was looked up. @throws OutgoingRefused, OutgoingFailed
 */
async function mailServerOf(ground: Ground): Promise<MailServer | undefined> {
  const settings = await ground.store.read(SYSTEM_SCOPE, (tx) => mailSettings(tx, ground));
  if (settings === undefined) {
    const { smtp_url, mail_from } = ground.config;
    return smtp_url === "" ? undefined : { url: smtp_url, from: mail_from };
  }
  if ("simulator" in settings) return { url: settings.simulator, from: settings.from };
  const { host, port, security, user, password, from } = settings;
  const { address, family } = await checkedAddress(new URL(`https://${host}`), { hosts: "any", open: [] });
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const scheme = security === "tls" ? "smtps" : "smtp";
  return {
    url: `${scheme}://${account}@${family === 6 ? `[${address}]` : address}:${port}`,
    from,
    servername: host,
    require_tls: security === "starttls",
  };
}

/** Signs in to the mail server and sends nothing. */
export async function tryMail(ground: Ground): Promise<ConnectionTried> {
  try {
    const server = await mailServerOf(ground);
    if (server === undefined) return { ok: false, code: "not_set_up", text: "" };
    await tryMailServer(server, TIMEOUT_MS);
    return { ok: true, code: "OK", text: "" };
  } catch (error) {
    if (error instanceof OutgoingRefused) return { ok: false, code: `refused_${error.reason}`, text: "" };
    if (!(error instanceof OutgoingFailed)) throw error;
    return { ok: false, code: "no_answer", text: error.message.slice(0, 200) };
  }
}

async function sendOne(server: MailServer | undefined, { message_id, address, rendered }: Letter): Promise<Receipt> {
  if (server === undefined) return { message_id, kind: "later", code: "not_set_up" };
  try {
    const words = { number: `m${message_id}`, title: rendered.title, lines: [rendered.text], link: "" };
    const answer = await sendMail(server, [address], words, TIMEOUT_MS);
    return { message_id, kind: "accepted", service_id: `m${message_id}`, code: answer.slice(0, 60) };
  } catch (error) {
    if (!(error instanceof OutgoingFailed)) throw error;
    if (error.sent) return { message_id, kind: "unknown", code: "no_answer" };
    // the server's own word: 5xx is for ever
    const refused = /\b5\d\d\b/.test(error.message);
    return { message_id, kind: refused ? "refused" : "later", code: error.message.slice(0, 60) };
  }
}

/** Mail cannot be asked for afterwards: whose answer was lost is not repeated, and listed as unknown. */
export const smtpMail: Carrier = {
  channel: "email",
  address: "email",
  under_way_max: 200,
  send: async (ground, letters) => {
    const server = await mailServerOf(ground).catch((error: unknown) => {
      if (error instanceof OutgoingRefused || error instanceof OutgoingFailed) return undefined;
      throw error;
    });
    const receipts: Receipt[] = [];
    const queue = letters.values();
    await Promise.all(
      Array.from({ length: MAILS_AT_ONCE }, async () => {
        for (const letter of queue) receipts.push(await sendOne(server, letter));
      }),
    );
    return receipts;
  },
  ask: null,
  receipts: null,
};
