import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { type ClaimedInbox, loadRecords, type PipelineRecord } from "./pipeline-store.ts";
import type { CutValue } from "./sealing.ts";

/** A waiting batch as a round of the pipeline wants it: its records in their order, its envelope opened. */
export interface ReadInbox {
  readonly records: readonly PipelineRecord[];
  readonly clear: readonly CutValue[];
}

/**
 * Reads the batches of the next round while this one is written, on a connection of its own: PostgreSQL and this process
 * then work at the same time instead of by turns.
 *
 * Nothing is claimed by it. A round claims its batches as if nothing had been read, and takes from here those of them
 * whose inbox row is still the version that was read; the records of a received batch never change without it. What the
 * round does not take (it was applied elsewhere, taken back, or is tried again) is forgotten and read again when it is due.
 */
export class ReadAhead {
  readonly #ground: Ground;
  #versions = new Map<number, string>();
  #reading: Promise<Map<number, ReadInbox>> | undefined;
  /** Everything that is being read, forgotten or not. */
  #running: Promise<unknown> = Promise.resolve();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Begins to read batches that a later round is going to claim; what was read before and not taken is forgotten. */
  begin(next: readonly ClaimedInbox[]): void {
    this.drop();
    if (next.length === 0) return;
    this.#versions = new Map(next.map(({ inbox_id, version }) => [inbox_id, version]));
    // a failure is met again, and reported, by the round that reads for itself
    this.#reading = readInboxes(this.#ground, next).catch(() => new Map<number, ReadInbox>());
    const [before, reading] = [this.#running, this.#reading];
    // without a value: a chain of results would keep every batch that was ever read, clear values with it
    this.#running = Promise.all([before, reading]).then(() => undefined);
  }

  /** Hands over what was read of the claimed batches, each once: stages write on records. */
  async take(claimed: readonly ClaimedInbox[]): Promise<Map<number, ReadInbox>> {
    const [versions, reading] = [this.#versions, this.#reading];
    this.drop();
    const taken = new Map<number, ReadInbox>();
    // waits only where some of it is wanted
    if (reading === undefined || !claimed.some(({ inbox_id }) => versions.has(inbox_id))) return taken;
    const read = await reading;
    for (const { inbox_id, version } of claimed) {
      const inbox = read.get(inbox_id);
      if (inbox !== undefined && versions.get(inbox_id) === version) taken.set(inbox_id, inbox);
    }
    return taken;
  }

  /** Forgets what was read. */
  drop(): void {
    this.#versions = new Map();
    this.#reading = undefined;
  }

  /** Forgets what was read, and lets go of the database. */
  async stop(): Promise<void> {
    this.drop();
    await this.#running;
  }
}

const readers = new WeakMap<Ground, ReadAhead>();

export function readAheadOf(ground: Ground): ReadAhead {
  let reader = readers.get(ground);
  if (reader === undefined) {
    reader = new ReadAhead(ground);
    readers.set(ground, reader);
  }
  return reader;
}

async function readInboxes(ground: Ground, inboxes: readonly ClaimedInbox[]): Promise<Map<number, ReadInbox>> {
  const records = await ground.store.read(SYSTEM_SCOPE, (tx) => loadRecords(tx, inboxes));
  return openInboxes(ground, inboxes, records);
}

/** Records by the batch that holds them, beside the clear values that came with it. */
export async function openInboxes(
  ground: Ground,
  inboxes: readonly ClaimedInbox[],
  records: readonly PipelineRecord[],
): Promise<Map<number, ReadInbox>> {
  const byInbox = Map.groupBy(records, (record) => record.inbox_id);
  const read = new Map<number, ReadInbox>();
  for (const inbox of inboxes) {
    read.set(inbox.inbox_id, { records: byInbox.get(inbox.inbox_id) ?? [], clear: await openEnvelope(ground, inbox) });
  }
  return read;
}

type EnvelopeEntry = readonly [token: string, kind: string, value: string, namespace?: string | null];

async function openEnvelope(ground: Ground, { sealed, sealed_key, source_id }: ClaimedInbox): Promise<CutValue[]> {
  if (sealed === null || sealed_key === null) return [];
  const key = await ground.vault.namedKey(sealed_key);
  const entries = JSON.parse(key.decrypt(sealed, `ingest|${source_id}`).toString("utf8")) as EnvelopeEntry[];
  return entries.map(([token, kind, value, namespace]) => {
    const cut = { token, kind, value };
    return namespace === undefined || namespace === null ? cut : { ...cut, namespace };
  });
}
