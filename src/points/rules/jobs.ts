import { problem } from "../../platform/index.ts";
import { defineJob, type JobKind, SYSTEM_SCOPE } from "../../store/index.ts";
import type { Programme } from "./programme.ts";
import { replay } from "./replay.ts";

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

export const pointJobs: readonly JobKind[] = [replayJob];
