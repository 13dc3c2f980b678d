import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import type { TestWorld } from "./database.ts";

interface Waiting {
  readonly job_id: string;
  readonly kind: string;
  readonly input: unknown;
}

/** Runs the jobs that wait, one after the other, as a worker would; a job that fails throws here. */
export async function runQueuedJobs({ ground, composition }: Pick<TestWorld, "ground" | "composition">): Promise<void> {
  const kinds = new Map(composition.domains.flatMap((domain) => domain.jobs ?? []).map((kind) => [kind.kind, kind]));
  for (;;) {
    const next = await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.one<Waiting>(
        `update store.job set state = 'running' where job_id = (select job_id from store.job where state = 'queued' order by created_at, job_id limit 1)
         returning job_id, kind, input`,
      ),
    );
    if (next === undefined) return;
    const kind = kinds.get(next.kind);
    if (kind === undefined) throw new Error(`no job ${next.kind}`);
    const result = await kind.run({
      ground,
      job_id: next.job_id,
      input: next.input,
      signal: new AbortController().signal,
      cancelled: () => false,
      progress: async () => {},
    });
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update store.job set state = 'done', result = $2 where job_id = $1", [
        next.job_id,
        JSON.stringify(result ?? null),
      ]),
    );
  }
}
