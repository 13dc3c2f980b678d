import type { Ground } from "../../ground.ts";
import { sendMail } from "../../platform/alerts/mail.ts";
import { OutgoingFailed } from "../../platform/alerts/outgoing.ts";
import type { Carrier, Letter, Receipt } from "./carrier.ts";

const TIMEOUT_MS = 10_000;
const MAILS_AT_ONCE = 8;

async function sendOne(ground: Ground, { message_id, address, rendered }: Letter): Promise<Receipt> {
  const { smtp_url, mail_from } = ground.config;
  if (smtp_url === "") return { message_id, kind: "later", code: "not_set_up" };
  try {
    const words = { number: `m${message_id}`, title: rendered.title, lines: [rendered.text], link: "" };
    const answer = await sendMail({ url: smtp_url, from: mail_from }, [address], words, TIMEOUT_MS);
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
    const receipts: Receipt[] = [];
    const queue = letters.values();
    await Promise.all(
      Array.from({ length: MAILS_AT_ONCE }, async () => {
        for (const letter of queue) receipts.push(await sendOne(ground, letter));
      }),
    );
    return receipts;
  },
  ask: null,
};
