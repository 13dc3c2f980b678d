import { checkJob } from "../members/index.ts";
import { problem } from "../platform/index.ts";
import { defineJob, type JobKind, SYSTEM_SCOPE } from "../store/index.ts";
import { continueBulk } from "./grants/bulk.ts";
import { bulkSize, cancelBulk } from "./grants/bulk-store.ts";
import { openingLots } from "./opening/opening.ts";
import type { Programme } from "./rules/programme.ts";
import { replay } from "./rules/replay.ts";

export const REPLAY = "points.replay";

export interface ReplayInput {
  readonly draft: Programme;
  readonly against: Programme | null;
  readonly from_day: string;
  readonly to_day: string;
}

const replayJob = defineJob<ReplayInput>({
  kind: REPLAY,
  run: async ({ ground, input, progress, signal }) => {
    const members = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.one<{ members: number }>("select count(*) as members from catalogue.members"),
    );
    const total = members?.members ?? 0;
    const result = await replay(ground, input, async (done) => {
      await progress(Math.min(done, total), total);
      return !signal.aborted;
    });
    if (result === undefined) throw problem("points.replay_stopped");
    await progress(total, total);
    return result;
  },
});

/** A grant under way, or its undo: whatever stopped it, it goes on. */
export interface BulkInput {
  readonly bulk_id: number;
}
export const BULK = "points.bulk";

const bulkJob = defineJob<BulkInput>({
  kind: BULK,
  run: async ({ ground, input, progress, signal, cancelled }) => {
    const lots = await ground.store.read(SYSTEM_SCOPE, (tx) => bulkSize(tx, input.bulk_id));
    let done = 0;
    for (let more = 1; more > 0 && !signal.aborted; done += more) {
      await progress(done, lots);
      more = await continueBulk(ground, input.bulk_id);
    }
    if (cancelled()) await ground.store.write(SYSTEM_SCOPE, (tx) => cancelBulk(tx, input.bulk_id, ground.clock.now()));
    return { members: done };
  },
});

export const pointJobs: readonly JobKind[] = [replayJob, bulkJob, checkJob(openingLots)];
