import type { Ground } from "../../ground.ts";
import { sleep } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { inboxOrigins, loadRecords, takePipelineLock } from "../pipeline-store.ts";
import { stagesOf } from "../stage.ts";
import { changeImport, clearProblems, deleteErrorRows, importById } from "./import-store.ts";
import { batchesToRetract, forgetBatches, originOf, recordsOf } from "./import-inbox.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import type { RunControl } from "./run.ts";

/**
 * Takes back everything a run brought in and nothing else: the stages undo its records in reverse order of domains,
 * then the records themselves go, so that the same file may be imported again. Newest batches first, some thousand
 * records in each transaction: killed or cancelled in between it goes on where it was. A record that a later file
 * brought again belongs to the import that brought it first.
 */
export async function undoImport(ground: Ground, import_id: number, control: RunControl): Promise<{ records: number }> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, import_id));
  const origin = originOf(import_id, row.run);
  const { records } = await ground.store.read(SYSTEM_SCOPE, (tx) => recordsOf(tx, origin));
  for (;;) {
    const step = await ground.store.write(SYSTEM_SCOPE, (tx) => retractStep(tx, ground, origin));
    if (step === "done") break;
    // The pipeline holds the rows a stage would touch: its round ends first.
    if (step === "busy") await sleep(50);
    const { left } = await ground.store.read(SYSTEM_SCOPE, (tx) => recordsOf(tx, origin));
    await control.progress(records - left, records);
    if (control.signal.aborted) return { records: records - left };
  }
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const current = await importById(tx, import_id);
    if (current.run !== row.run) return;
    await deleteErrorRows(tx, import_id);
    await clearProblems(tx, import_id, "run");
    await changeImport(tx, import_id, { state: "undone", run: row.run + 1, run_started_at: null });
  });
  ground.signals.emit("import.finished", { import_id, state: "undone" });
  return { records };
}

async function retractStep(tx: Tx, ground: Ground, origin: string): Promise<"done" | "more" | "busy"> {
  if (!(await takePipelineLock(tx))) return "busy";
  const batches = await batchesToRetract(tx, origin, IMPORT_LIMITS.undo_records);
  if (batches.length === 0) return "done";
  const applied = batches.filter((batch) => batch.state === "applied").map((batch) => batch.inbox_id);
  const records = await loadRecords(tx, await inboxOrigins(tx, applied));
  if (records.length > 0) {
    for (const stage of stagesOf(ground).toReversed()) await stage.retract?.(tx, ground, [...records]);
  }
  await forgetBatches(
    tx,
    batches.map((batch) => batch.inbox_id),
  );
  return "more";
}
