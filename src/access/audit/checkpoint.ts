import { createHash } from "node:crypto";
import { canonicalJson } from "./entry.ts";
import { suiteOf, type Signer } from "./suites.ts";

/** A state of the chain, signed by the host. */
export interface Checkpoint {
  readonly format: "huitou-audit-checkpoint/1";
  readonly installation: string;
  readonly sequence: number;
  /** Hash of the row with that sequence. */
  readonly hash: string;
  readonly head_at: string;
  readonly made_at: string;
  /** What the receiver acknowledged before this one. */
  readonly previous: { readonly sequence: number; readonly hash: string } | null;
  readonly suite: string;
  readonly key_id: string;
  readonly signature: string;
}

/** What a witness answers: it saw this checkpoint then. Signed with a key that the host does not have. */
export interface Receipt {
  readonly format: "huitou-audit-receipt/1";
  readonly checkpoint_sha256: string;
  /** Its line in the witness's file, and the hash of the receipt before it. */
  readonly line: number;
  readonly previous_receipt_sha256: string | null;
  readonly received_at: string;
  readonly suite: string;
  readonly key_id: string;
  readonly signature: string;
}

/** A line of a witness's file, and of the answer to who asks for them. */
export interface Witnessed {
  readonly checkpoint: Checkpoint;
  readonly receipt: Receipt;
}

export function signDocument<T extends object>(
  document: T,
  signer: Signer,
): T & { suite: string; key_id: string; signature: string } {
  const named = { ...document, suite: signer.suite, key_id: signer.key_id };
  return { ...named, signature: signer.sign(canonicalJson(named)) };
}

/** Whether a document was signed by this key, as it stands. */
export function signatureHolds(document: object, public_pem: string): boolean {
  const { signature, ...rest } = document as { signature?: unknown; suite?: unknown };
  const suite = typeof rest.suite === "string" ? suiteOf(rest.suite) : undefined;
  if (suite === undefined || typeof signature !== "string") return false;
  try {
    return suite.verify(public_pem, canonicalJson(rest), signature);
  } catch {
    return false;
  }
}

export function sha256Of(document: object): string {
  return createHash("sha256").update(canonicalJson(document)).digest("hex");
}

/** Whether a witness with this key saw exactly this checkpoint. */
export function receiptHolds({ checkpoint, receipt }: Witnessed, public_pem: string): boolean {
  return receipt.checkpoint_sha256 === sha256Of(checkpoint) && signatureHolds(receipt, public_pem);
}

const HEX_64 = /^[0-9a-f]{64}$/;
const INSTALLATION = /^[0-9a-f-]{36}$/;

/** A checkpoint out of what arrived, or undefined when it has not the form of one. */
export function readCheckpoint(value: unknown): Checkpoint | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const c = value as Partial<Checkpoint>;
  const well =
    c.format === "huitou-audit-checkpoint/1" &&
    typeof c.installation === "string" &&
    INSTALLATION.test(c.installation) &&
    isHead(c) &&
    (c.previous === null || isHead(c.previous)) &&
    isInstant(c.head_at) &&
    isInstant(c.made_at);
  return well ? (value as Checkpoint) : undefined;
}

function isHead(head: { sequence?: unknown; hash?: unknown } | undefined): boolean {
  return (
    head !== undefined &&
    Number.isSafeInteger(head.sequence) &&
    (head.sequence as number) > 0 &&
    typeof head.hash === "string" &&
    HEX_64.test(head.hash)
  );
}

function isInstant(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}
