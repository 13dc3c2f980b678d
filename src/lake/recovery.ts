import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Ground } from "../ground.ts";
import type { RestoreCheck } from "../recovery/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { currentFiles } from "./manifest-store.ts";
import { lakeFolders } from "./writer.ts";

/** Files of the lake as a back-up names them: below the data folder. */
export async function listedPaths(tx: Tx): Promise<string[]> {
  return (await currentFiles(tx)).map((file) => `lake/${file.path}`);
}

/** Whether every file that the manifest lists is there with its size. */
export async function filesAreThere(ground: Ground): Promise<RestoreCheck> {
  const { root } = lakeFolders(ground.config.data_dir);
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ path: string; bytes: number }>("select path, bytes from lake.file where retired_at is null"),
  );
  const sizes = await Promise.all(
    rows.map(({ path }) =>
      stat(join(root, path)).then(
        (s) => s.size,
        () => -1,
      ),
    ),
  );
  const wrong = rows.filter(({ bytes }, i) => sizes[i] !== bytes).length;
  return {
    name: "lake.files",
    ok: wrong === 0,
    zh: `数据湖清单 ${rows.length} 个文件，缺少或大小不符 ${wrong}`,
    en: `${rows.length} files of the lake are listed, ${wrong} missing or of another size`,
  };
}
