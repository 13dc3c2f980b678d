import type { Tx } from "../../store/index.ts";
import { checkpointsAfter } from "./audit-store.ts";
import { readCheckpoint, receiptHolds, signatureHolds, type Checkpoint, type Witnessed } from "./checkpoint.ts";
import type { KnownState } from "./verify.ts";

const PAGE = 1_000;

/** Checkpoints that the host keeps beside the log, signed with its own key. */
export async function* localStates(tx: Tx, host_public_pem: string): AsyncGenerator<KnownState> {
  let after = { sequence: 0, checkpoint_id: 0 };
  for (;;) {
    const rows = await checkpointsAfter(tx, after, PAGE);
    for (const { checkpoint, sequence } of rows) {
      const holds = checkpoint.sequence === sequence && signatureHolds(checkpoint, host_public_pem);
      yield stateOf({ ...checkpoint, sequence }, holds);
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/**
 * Checkpoints of a witness's file, line by line. With the witness's public key every receipt must hold; without it only
 * the host's own signature is checked, which says nothing against somebody who has the host.
 */
export async function* witnessedStates(
  lines: AsyncIterable<string> | Iterable<string>,
  witness_public_pem: string | undefined,
): AsyncGenerator<KnownState> {
  let host_public_pem: string | undefined;
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const read = JSON.parse(line) as Partial<Witnessed> & { public_key?: string };
    if (read.public_key !== undefined) {
      host_public_pem = read.public_key;
      continue;
    }
    const checkpoint = readCheckpoint(read.checkpoint);
    if (checkpoint === undefined || read.receipt === undefined) throw new Error("not a file of audit checkpoints");
    const signed = host_public_pem === undefined || signatureHolds(checkpoint, host_public_pem);
    const witnessed =
      witness_public_pem === undefined || receiptHolds({ checkpoint, receipt: read.receipt }, witness_public_pem);
    yield stateOf(checkpoint, signed && witnessed);
  }
}

function stateOf({ sequence, hash, head_at }: Checkpoint, holds: boolean): KnownState {
  return { sequence, hash, head_at, ...(holds ? {} : { forged: true as const }) };
}

/** Two ordered lists as one. */
export async function* merged(
  left: AsyncIterator<KnownState>,
  right: AsyncIterator<KnownState>,
): AsyncGenerator<KnownState> {
  let [a, b] = [await left.next(), await right.next()];
  while (a.done !== true || b.done !== true) {
    if (b.done === true || (a.done !== true && a.value.sequence <= b.value.sequence)) {
      yield a.value as KnownState;
      a = await left.next();
    } else {
      yield b.value;
      b = await right.next();
    }
  }
}
