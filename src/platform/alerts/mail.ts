import { createTransport } from "nodemailer";
import type { AlertMessage } from "./message.ts";
import { OutgoingFailed } from "./outgoing.ts";

export interface MailServer {
  /** smtp://user:password@host:port or smtps://… */
  readonly url: string;
  readonly from: string;
  /** The name on the server's certificate, where the address is a number. */
  readonly servername?: string;
  /** Nothing is said before the connection is encrypted. */
  readonly require_tls?: boolean;
}

interface Failure {
  readonly code?: string;
  /** The server said no. */
  readonly responseCode?: number;
  readonly syscall?: string;
}

/** Codes with which a connection ends before anything was handed over. */
const NOT_SENT = new Set(["ECONNECTION", "EDNS", "ETLS", "EAUTH", "EENVELOPE"]);

const transportTo = ({ url, servername, require_tls }: MailServer, timeout_ms: number) =>
  createTransport({
    url,
    ...(servername === undefined ? {} : { servername }),
    ...(require_tls === true ? { requireTLS: true } : {}),
    connectionTimeout: timeout_ms,
    greetingTimeout: timeout_ms,
    socketTimeout: timeout_ms,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

/** Connects and signs in, and sends nothing. @throws OutgoingFailed with what the server said */
export async function tryMailServer(server: MailServer, timeout_ms: number): Promise<void> {
  const transport = transportTo(server, timeout_ms);
  try {
    await transport.verify();
  } catch (error) {
    throw new OutgoingFailed((error as Error).message, false);
  } finally {
    transport.close();
  }
}

/**
 * Sends one mail. Its Message-ID is made of the message's number, so that a repeat is recognised.
 * @returns what the server answered. @throws OutgoingFailed
 */
export async function sendMail(
  server: MailServer,
  to: readonly string[],
  message: AlertMessage,
  timeout_ms: number,
): Promise<string> {
  const transport = transportTo(server, timeout_ms);
  const host = /@([\w.-]+)/.exec(server.from)?.[1] ?? "huitou.invalid";
  try {
    const sent = await transport.sendMail({
      from: server.from,
      to: [...to],
      subject: message.title,
      messageId: `<${message.number.replaceAll(/[^\w.-]/g, "-")}@${host}>`,
      text: [message.title, "", ...message.lines, "", `${message.number}  ${message.link}`].join("\n"),
    });
    return sent.response;
  } catch (error) {
    const { code = "", responseCode, syscall, message: text } = error as Error & Failure;
    const certain = responseCode !== undefined || NOT_SENT.has(code) || syscall === "connect";
    throw new OutgoingFailed(text, !certain);
  } finally {
    transport.close();
  }
}
