/** What staff are told: plain text, the same on every channel. */
export interface AlertMessage {
  /** Stable over repeats of the same message: receivers recognise it by this. */
  readonly number: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly link: string;
}

/** A request to a robot, ready to be sent. */
export interface RobotRequest {
  readonly url: string;
  readonly body: unknown;
}

/** What a robot answered; `code` is its own. */
export interface RobotAnswer {
  readonly ok: boolean;
  readonly code: string;
  readonly text: string;
  /** It takes no more for the moment. */
  readonly limited: boolean;
}

/** A group robot of a chat service. */
export interface Robot {
  readonly kind: "wecom" | "dingtalk" | "feishu";
  readonly host: string;
  /** Messages in any minute that the service takes from one robot. */
  readonly per_minute_max: number;
  /** How long it takes nothing after too many. */
  readonly pause_seconds: number;
  readonly bytes_max: number;
  /** @param address as the service gave it; @param secret of its signature, where it has one */
  request(address: string, secret: string | undefined, message: AlertMessage, now: Date): RobotRequest;
  answer(body: unknown): RobotAnswer;
}

/** Cuts a text to a number of UTF-8 bytes, never within a character. */
export function cutBytes(text: string, bytes_max: number): string {
  if (Buffer.byteLength(text) <= bytes_max) return text;
  const mark = "…";
  let cut = "";
  let bytes = Buffer.byteLength(mark);
  for (const letter of text) {
    bytes += Buffer.byteLength(letter);
    if (bytes > bytes_max) break;
    cut += letter;
  }
  return cut + mark;
}

/** Title, lines and link as the Markdown that these services share. */
export function markdownOf(message: AlertMessage, bytes_max: number): string {
  const end = `\n\n[${message.number}](${message.link})`;
  const body = [`**${message.title}**`, ...message.lines.map((line) => `> ${line}`)].join("\n\n");
  return cutBytes(body, bytes_max - Buffer.byteLength(end)) + end;
}
