import { constants } from "node:fs";
import { mkdir, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../platform/clock.ts";
import {
  readCheckpoint,
  sha256Of,
  signatureHolds,
  signDocument,
  type Checkpoint,
  type Receipt,
  type Witnessed,
} from "./checkpoint.ts";
import { keyId, type Signer } from "./suites.ts";

/** The first line of a file: whose checkpoints it holds. */
interface Pinned {
  readonly format: "huitou-audit-receiver/1";
  readonly installation: string;
  readonly public_key: string;
  readonly pinned_at: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Book {
  readonly pinned: Pinned;
  newest: Witnessed | undefined;
}

const INSTALLATIONS_MAX = 100;

/**
 * The witness off the host: one file per installation to which lines are only ever added. It takes a checkpoint when it
 * is signed by the installation's pinned key, goes forward, and follows the newest one that it holds; its receipt is
 * signed with the audit administrator's key, which no host has.
 */
export class Receiver {
  readonly #dir: string;
  readonly #signer: Signer;
  readonly #clock: Clock;
  readonly #books = new Map<string, Book>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(dir: string, signer: Signer, clock: Clock) {
    this.#dir = dir;
    this.#signer = signer;
    this.#clock = clock;
  }

  /** Reads what the folder holds. A file that does not hold together stops the start: it is evidence, not to be written to. */
  static async open(dir: string, signer: Signer, clock: Clock): Promise<Receiver> {
    const receiver = new Receiver(dir, signer, clock);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(dir)) {
      if (name.endsWith(".jsonl")) await receiver.#read(join(dir, name));
    }
    return receiver;
  }

  get public_key(): string {
    return this.#signer.public_pem;
  }

  fileOf(installation: string): string | undefined {
    return this.#books.has(installation) ? this.#path(installation) : undefined;
  }

  newest(installation: string): Witnessed | undefined {
    return this.#books.get(installation)?.newest;
  }

  /** One at a time: the order of lines is the order of answers. */
  take(body: unknown): Promise<Answer> {
    const turn = this.#turn.then(() => this.#take(body));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #take(body: unknown): Promise<Answer> {
    const { checkpoint: sent, public_key } = (body ?? {}) as { checkpoint?: unknown; public_key?: unknown };
    const checkpoint = readCheckpoint(sent);
    if (checkpoint === undefined || typeof public_key !== "string") return refusal(400, "malformed");
    const book = this.#books.get(checkpoint.installation);
    if (book === undefined && this.#books.size >= INSTALLATIONS_MAX) return refusal(403, "too_many_installations");
    if (!signatureHolds(checkpoint, book?.pinned.public_key ?? public_key)) return refusal(403, "signature");
    const newest = book?.newest;
    if (newest !== undefined && sha256Of(newest.checkpoint) === sha256Of(checkpoint))
      return this.#accepted(200, newest);
    const fault = faultOf(checkpoint, newest?.checkpoint);
    if (fault !== undefined) return refusal(409, fault, { newest });
    return this.#accepted(201, await this.#add(checkpoint, book ?? (await this.#pin(checkpoint, public_key))));
  }

  #accepted(status: number, { receipt }: Witnessed): Answer {
    return { status, body: { receipt, public_key: this.#signer.public_pem } };
  }

  async #pin(checkpoint: Checkpoint, public_key: string): Promise<Book> {
    const pinned: Pinned = {
      format: "huitou-audit-receiver/1",
      installation: checkpoint.installation,
      public_key,
      pinned_at: this.#clock.now().toISOString(),
    };
    await this.#append(checkpoint.installation, pinned, constants.O_CREAT | constants.O_EXCL);
    const book: Book = { pinned, newest: undefined };
    this.#books.set(checkpoint.installation, book);
    return book;
  }

  async #add(checkpoint: Checkpoint, book: Book): Promise<Witnessed> {
    const before = book.newest?.receipt;
    const receipt: Receipt = signDocument(
      {
        format: "huitou-audit-receipt/1" as const,
        checkpoint_sha256: sha256Of(checkpoint),
        line: (before?.line ?? 0) + 1,
        previous_receipt_sha256: before === undefined ? null : sha256Of(before),
        received_at: this.#clock.now().toISOString(),
      },
      this.#signer,
    );
    const line = { checkpoint, receipt };
    await this.#append(checkpoint.installation, line);
    book.newest = line;
    return line;
  }

  async #append(installation: string, line: object, flags = 0): Promise<void> {
    const { O_APPEND, O_WRONLY, O_DSYNC } = constants;
    const file = await open(this.#path(installation), O_APPEND | O_WRONLY | O_DSYNC | flags, 0o600);
    try {
      await file.write(`${JSON.stringify(line)}\n`);
    } finally {
      await file.close();
    }
  }

  async #read(path: string): Promise<void> {
    const text = await readFile(path, "utf8");
    const [head, ...lines] = text.split("\n").filter((line) => line !== "");
    if (head === undefined) throw new Error(`${path} is empty`);
    const book: Book = { pinned: JSON.parse(head) as Pinned, newest: undefined };
    for (const line of lines) {
      const next = JSON.parse(line) as Witnessed;
      const before = book.newest?.receipt;
      const follows =
        next.receipt.line === (before?.line ?? 0) + 1 &&
        next.receipt.previous_receipt_sha256 === (before === undefined ? null : sha256Of(before)) &&
        next.receipt.checkpoint_sha256 === sha256Of(next.checkpoint);
      if (!follows) throw new Error(`${path}: line ${next.receipt.line} does not follow the one before it`);
      book.newest = next;
    }
    this.#books.set(book.pinned.installation, book);
  }

  #path(installation: string): string {
    return join(this.#dir, `${installation}.jsonl`);
  }
}

/** Why a checkpoint does not follow the newest one; undefined when it does. */
function faultOf(checkpoint: Checkpoint, newest: Checkpoint | undefined): "goes_back" | "fork" | undefined {
  if (newest === undefined) return checkpoint.previous === null ? undefined : "fork";
  if (checkpoint.sequence < newest.sequence) return "goes_back";
  if (checkpoint.sequence === newest.sequence && checkpoint.hash !== newest.hash) return "fork";
  const { previous } = checkpoint;
  return previous?.sequence === newest.sequence && previous.hash === newest.hash ? undefined : "fork";
}

function refusal(status: number, code: string, more: Readonly<Record<string, unknown>> = {}): Answer {
  return { status, body: { code: `audit_receiver.${code}`, ...more } };
}

export function fingerprint(public_pem: string): string {
  return keyId(public_pem);
}
