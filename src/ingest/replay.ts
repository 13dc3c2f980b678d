import type { Ground } from "../ground.ts";
import { defineJob, SYSTEM_SCOPE } from "../store/index.ts";
import { accept } from "./accept.ts";
import { decodeContext } from "./collect.ts";
import { decodeOriginal } from "./protocols/original.ts";
import {
  nextRejects,
  countRejects,
  type RejectFilter,
  type RejectRow,
  requeueRecords,
  settleRejects,
} from "./reject-store.ts";
import type { Source } from "./source.ts";
import { sourceById } from "./source-store.ts";

const CHUNK = 500;

interface Sealed {
  readonly protocol: string;
  readonly received_at: string;
  readonly original: unknown;
}

/** The sealed original of a reject; undefined when it has none (a stage refused a record that is stored). */
export async function openOriginal(ground: Ground, reject: RejectRow): Promise<Sealed | undefined> {
  if (reject.original_sealed === null || reject.sealed_key === null) return undefined;
  const key = await ground.vault.namedKey(reject.sealed_key);
  return JSON.parse(key.decrypt(reject.original_sealed, `ingest|${reject.source_id}`).toString("utf8")) as Sealed;
}

/**
 * Takes rejects through the edge again, with today's vocabulary and settings. What passes is settled as replayed; what
 * is refused again stays open. A record that had come in meanwhile by itself is a duplicate and settles as well.
 */
export async function replayRejects(
  ground: Ground,
  filter: RejectFilter,
  person_id: number | null,
  report: (done: number, total: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<{ replayed: number; refused: number }> {
  const open = { ...filter, state: "open" };
  const { count, newest } = await ground.store.read(SYSTEM_SCOPE, (tx) => countRejects(tx, open));
  const total = { replayed: 0, refused: 0 };
  let after = 0;
  while (signal?.aborted !== true) {
    const rejects = await ground.store.read(SYSTEM_SCOPE, (tx) => nextRejects(tx, open, after, newest, CHUNK));
    if (rejects.length === 0) break;
    after = rejects.at(-1)?.reject_id ?? newest;
    const replayed = await replayChunk(ground, rejects, person_id);
    total.replayed += replayed;
    total.refused += rejects.length - replayed;
    await report(total.replayed + total.refused, count);
  }
  return total;
}

async function replayChunk(ground: Ground, rejects: readonly RejectRow[], person_id: number | null): Promise<number> {
  const staged = rejects.filter((reject) => reject.record_id !== null);
  let replayed = await requeue(ground, staged, person_id);
  for (const source_id of new Set(rejects.map((reject) => reject.source_id))) {
    const source = await ground.store.read(SYSTEM_SCOPE, (tx) => sourceById(tx, source_id));
    for (const reject of rejects) {
      if (reject.source_id !== source_id || reject.record_id !== null) continue;
      if (await replayOne(ground, source, reject, person_id)) replayed += 1;
    }
  }
  return replayed;
}

async function requeue(ground: Ground, rejects: readonly RejectRow[], person_id: number | null): Promise<number> {
  if (rejects.length === 0) return 0;
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const settled = new Set(
      await settleRejects(
        tx,
        rejects.map((reject) => reject.reject_id),
        "replayed",
        now,
        person_id,
      ),
    );
    const record_ids = rejects.flatMap((reject) =>
      settled.has(reject.reject_id) && reject.record_id !== null ? [reject.record_id] : [],
    );
    await requeueRecords(tx, record_ids, now);
    return settled.size;
  });
}

async function replayOne(
  ground: Ground,
  source: Source,
  reject: RejectRow,
  person_id: number | null,
): Promise<boolean> {
  const sealed = await openOriginal(ground, reject);
  if (sealed === undefined) return false;
  const received_at = new Date(sealed.received_at);
  const decoded = decodeOriginal(sealed.protocol, sealed.original, decodeContext(ground, source, received_at));
  if (decoded.rejects.length > 0 || decoded.records.length === 0) return false;
  // Settled in the transaction that stores the records: after a crash the reject is either open or replayed.
  let settled = false;
  const refused = "refused again";
  try {
    await accept(ground, source, decoded.records, {
      protocol: sealed.protocol,
      received_at: ground.clock.now(),
      within: async (tx, _inbox_id, outcomes) => {
        if (outcomes.some((outcome) => outcome.status === "rejected")) throw new Error(refused);
        settled = (await settleRejects(tx, [reject.reject_id], "replayed", ground.clock.now(), person_id)).length === 1;
      },
    });
  } catch (error) {
    if ((error as Error).message === refused) return false;
    throw error;
  }
  return settled;
}

/** The replay as a job: at most one at a time. */
export const replayJob = defineJob<RejectFilter & { person_id?: number }>({
  kind: "ingest.replay",
  run: async ({ ground, input, progress, signal }) =>
    replayRejects(ground, input, input.person_id ?? null, (done, total) => progress(done, total), signal),
});
