import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { forgetUpload } from "./import.ts";
import { importById, allImports, nextErrorRows, renameImport } from "./import-store.ts";
import { uploadKey } from "./sealed-file.ts";

/** Imports whose rows in error, or whose file name, hold what is looked for. */
export async function importsHolding(
  ground: Ground,
  holds: (text: string) => boolean,
  signal: AbortSignal,
): Promise<number[]> {
  const found: number[] = [];
  for (const row of await ground.store.read(SYSTEM_SCOPE, allImports)) {
    signal.throwIfAborted();
    if (holds(row.file_name)) found.push(row.import_id);
    else if (!row.expired) {
      const key = await uploadKey(ground, row.upload_id);
      for (let run = 1; run <= row.run && found.at(-1) !== row.import_id; run += 1) {
        for (let after = -1; ; ) {
          const place = after;
          const part = await ground.store.read(SYSTEM_SCOPE, (tx) => nextErrorRows(tx, row.import_id, run, place));
          if (part === undefined) break;
          after = part.batch;
          if (!holds(key.decrypt(part.sealed, `errors ${row.import_id} ${run} ${part.batch}`).toString("utf8")))
            continue;
          found.push(row.import_id);
          break;
        }
      }
    }
  }
  return found;
}

/**
 * Destroys the uploads, rows in error and samples of these imports. What they brought stays, and can still be undone.
 * @param holds whether a file name holds what must go
 * @returns how many files were destroyed
 */
export async function forgetImports(
  ground: Ground,
  import_ids: readonly number[],
  holds: (text: string) => boolean,
): Promise<number> {
  let destroyed = 0;
  for (const import_id of import_ids) {
    const row = await ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, import_id));
    if (holds(row.file_name))
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        renameImport(tx, import_id, `${import_id}${ending(row.file_name)}`),
      );
    if (row.expired) continue;
    await forgetUpload(ground, row);
    destroyed += 1;
  }
  return destroyed;
}

function ending(file_name: string): string {
  return /\.[a-z]{1,5}$/i.exec(file_name)?.[0] ?? "";
}
