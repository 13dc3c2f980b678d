import { SMTPServer } from "smtp-server";
import type { Dials, MessageLog } from "./message-log.ts";

const BYTES_MAX = 1_048_576;

/** Takes "=?UTF-8?B?…?=" apart, as subjects in Chinese travel. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?utf-8\?(b|q)\?([^?]*)\?=/gi, (_, how: string, words: string) =>
      how.toLowerCase() === "b" ? Buffer.from(words, "base64").toString("utf8") : unquote(words.replaceAll("_", " ")),
    );
}

function unquote(text: string): string {
  const bytes = text
    .replaceAll(/=\r?\n/g, "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function readMail(raw: string): { title: string; text: string; id: string } {
  const [head = "", ...rest] = raw.split(/\r?\n\r?\n/);
  const headers = head.replaceAll(/\r?\n[ \t]+/g, " ");
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(headers)?.[1] ?? "";
  const body = rest.join("\n\n");
  const coding = header("Content-Transfer-Encoding").toLowerCase();
  const text =
    coding === "base64"
      ? Buffer.from(body, "base64").toString("utf8")
      : coding === "quoted-printable"
        ? unquote(body)
        : body;
  return { title: decodeWords(header("Subject")), text: text.trim(), id: header("Message-ID") };
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** The mail side: takes what anybody hands in and keeps it in the log. */
export function mailServer(log: MessageLog, dials: Dials): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    size: BYTES_MAX,
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        void (async () => {
          const dial = dials.take("mail");
          await wait(dial.slow_ms);
          const to = session.envelope.rcptTo.map((one) => one.address).join(", ");
          const taken = dial.outcome === "ok" || dial.outcome === "lost";
          const { title, text, id } = readMail(Buffer.concat(chunks).toString("utf8"));
          const answer = taken ? (dial.outcome === "lost" ? null : "250 OK: message queued") : "451 try again later";
          log.add({ at: new Date().toISOString(), kind: "mail", to, title, text: `${text}\n${id}`, taken, answer });
          if (dial.outcome === "lost") return; // the client waits until its own time is over
          if (taken) done(null, "OK: message queued");
          else done(Object.assign(new Error("try again later"), { responseCode: 451 }));
        })();
      });
    },
  });
}
