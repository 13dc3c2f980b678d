import { forgetRecords, forgetRejects } from "../../ingest/index.ts";
import { eraseFromLake } from "../../lake/index.ts";
import { clearValuesOf, eraseMember } from "../../members/index.ts";
import { addDays, businessDay, Problem, problem, sleep } from "../../platform/index.ts";
import { forgetExports } from "../../segments/index.ts";
import { defineJob, type JobContext, type JobKind, SYSTEM_SCOPE } from "../../store/index.ts";
import { forgetCopies } from "./copies.ts";
import { forgetCorrections } from "./corrections.ts";
import { type ErasureRow, erasureOf, finishErasure, insertErasure, openNotices, residueOf } from "./erasure-store.ts";
import { addStep } from "./request-store.ts";
import { ERASE_JOB, finish, takeUp } from "./requests.ts";
import { retain } from "./retained.ts";
import { revokeTokens } from "./subject-store.ts";

const STEPS = 7;
/** Listeners of other domains hear within a second; a lake refresh under way may take minutes. */
const WAITS_MAX = 600;
const WAIT_MS = 500;
/** Days within which a processor has to answer that it deleted. */
const NOTICE_DAYS = 15;

type Context = JobContext<{ readonly request_id: number }>;
type Detail = Readonly<Record<string, unknown>>;

/**
 * Deletes a member everywhere. The order matters: files in which the values stand are found while the values are still
 * known; then the keys go; then everything that was computed or copied from them; at the end it is counted that nothing
 * is left, and only then the request is done. Taken up again after a crash at any place: every step is repeatable.
 */
async function erase(context: Context): Promise<Detail> {
  const { ground, input, progress } = context;
  const { request_id } = input;
  let erasure = await ground.store.read(SYSTEM_SCOPE, (tx) => erasureOf(tx, request_id));
  if (erasure?.finished_at !== undefined && erasure.finished_at !== null) return { finished: true };
  erasure ??= await letGo(context);
  await progress(3, STEPS, "records");
  const texts = await emptyRecords(context, erasure);
  await progress(4, STEPS, "copies");
  const gone = await waitForCopies(context, erasure);
  await progress(5, STEPS, "lake");
  await rewriteLake(context, erasure.party_ids);
  await progress(6, STEPS, "proof");
  const now = ground.clock.now();
  const due = addDays(businessDay(now, ground.config.timezone), NOTICE_DAYS);
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const notices = await openNotices(tx, request_id, due, now);
    await addStep(tx, request_id, { at: now, step: "processors", person_id: null, detail: { notices, due } });
    await finishErasure(tx, request_id, now);
    const request = await takeUp(tx, request_id);
    const outcome = { parties: erasure.party_ids.length, texts, residue: gone, notices };
    await finish(tx, ground, request, { outcome }, { person_id: request.handled_by });
    return outcome;
  });
}

/** Files, what law keeps, and then the member with the keys. @throws when it is no member (any more) */
async function letGo({ ground, input, signal, progress }: Context): Promise<ErasureRow> {
  const { request_id } = input;
  const request = await ground.store.write(SYSTEM_SCOPE, (tx) => takeUp(tx, request_id));
  const { member_id } = request;
  await progress(0, STEPS, "files");
  const clear = (await clearValuesOf(ground, member_id)).map(({ value }) => value);
  const files = await forgetRejects(ground, clear, { signal, progress: async () => {} });
  const exports = await forgetExports(ground, member_id);
  const copies = await forgetCopies(ground, [member_id]);
  const corrections = await forgetCorrections(ground, [member_id]);
  await progress(1, STEPS, "retained");
  const retained = await retain(ground, request_id, member_id);
  await progress(2, STEPS, "member");
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const by = { person_id: request.handled_by, reason: `rights request ${request_id}`, now };
    await addStep(tx, request_id, {
      at: now,
      step: "files",
      person_id: null,
      detail: { ...files, exports, copies, corrections },
    });
    await addStep(tx, request_id, { at: now, step: "retained", person_id: null, detail: { kinds: retained } });
    await revokeTokens(tx, [member_id], now);
    // the erasure is written down in the same transaction as the member goes; destroying keys is the last act in it
    await insertErasure(tx, { request_id, member_id, party_ids: [member_id], tokens: [], begun_at: now });
    const { party_ids, tokens, keys_destroyed } = await eraseMember(tx, ground, member_id, by);
    await tx.query("update trust.erasure set party_ids = $2, tokens = $3 where request_id = $1", [
      request_id,
      party_ids,
      tokens,
    ]);
    const detail = { parties: party_ids.length, keys_destroyed };
    await addStep(tx, request_id, { at: now, step: "record_store", person_id: null, detail });
    return { request_id, member_id, party_ids, tokens, begun_at: now, finished_at: null };
  });
}

/** Records as they came lose what names the member; texts that only they knew lose their keys. */
async function emptyRecords({ ground, input, signal }: Context, { tokens }: ErasureRow): Promise<number> {
  const { records, uploads, texts } = await forgetRecords(ground, tokens, { signal, progress: async () => {} });
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const now = ground.clock.now();
    await ground.vault.destroy(tx, texts, now);
    await addStep(tx, input.request_id, {
      at: now,
      step: "records",
      person_id: null,
      detail: { records, uploads, texts: texts.length },
    });
  });
  return texts.length;
}

/** Tags, segments, values and tiers hear of it by their own; this waits until none of them has a row left. */
async function waitForCopies({ ground, input, signal }: Context, { member_id, party_ids }: ErasureRow) {
  const numbers = [...new Set([member_id, ...party_ids])];
  for (let waited = 0; ; waited += 1) {
    signal.throwIfAborted();
    const residue = await ground.store.read(SYSTEM_SCOPE, (tx) => residueOf(tx, numbers));
    if (Object.values(residue).every((count) => count === 0)) {
      const detail = { relations: Object.keys(residue).length, rows: 0 };
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        addStep(tx, input.request_id, { at: ground.clock.now(), step: "residue", person_id: null, detail }),
      );
      return residue;
    }
    if (waited === WAITS_MAX) throw problem("privacy.residue", { relations: namesOf(residue) });
    await sleep(WAIT_MS, signal);
  }
}

function namesOf(residue: Readonly<Record<string, number>>): string {
  return Object.entries(residue)
    .filter(([, count]) => count > 0)
    .map(([relation]) => relation)
    .join(", ");
}

async function rewriteLake({ ground, input, signal }: Context, party_ids: readonly number[]): Promise<void> {
  for (let waited = 0; ; waited += 1) {
    try {
      const { files, rows } = await eraseFromLake(ground, party_ids, { signal });
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        addStep(tx, input.request_id, {
          at: ground.clock.now(),
          step: "lake",
          person_id: null,
          detail: { files, rows },
        }),
      );
      return;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "lake.refresh_running" || waited === WAITS_MAX) throw error;
      await sleep(WAIT_MS, signal);
    }
  }
}

export const erasureJobs: readonly JobKind[] = [
  defineJob<{ readonly request_id: number }>({ kind: ERASE_JOB, attempts_max: 20, run: erase }),
];
