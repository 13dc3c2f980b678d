import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { type MovedTokens, waitsFor } from "../vault/index.ts";

/** What a stage refused keeps its envelope, and names values that were never sealed. */
const KEPT = "inbox_id in (select inbox_id from ingest.inbox where sealed is not null)";
const TOKENS = [
  `select i ->> 'token' as token from ingest.record cross join lateral jsonb_array_elements(identities) i where ${KEPT}`,
  `select (regexp_matches(body::text, '"sealed": ?"([A-Za-z0-9_-]{22})"', 'g'))[1] as token from ingest.record where ${KEPT}`,
];
const PORTION = 500;

type Entry = [token: string, ...rest: unknown[]];

/** The exchange of the index key: batches that wait were cut under the key before it, and sealed envelopes name tokens. */
export const indexExchange = {
  tokens: TOKENS,
  ready: async (tx: Tx, ground: Ground): Promise<void> => {
    const row = await tx.one<{ count: number }>(
      "select count(*)::int as count from ingest.inbox where state = 'received'",
    );
    const count = row?.count ?? 0;
    if (count > 0)
      throw waitsFor(
        `${count} 批数据还没有处理完，请启动平台等它们处理完再停下`,
        `${count} batches wait to be applied: start the platform, let it apply them, and stop it again`,
      );
    const spooled = await readdir(join(ground.config.data_dir, "spool")).catch(() => []);
    if (spooled.some((name) => name.endsWith(".spool")))
      throw waitsFor(
        `暂存目录里还有 ${spooled.length} 个请求，请启动平台等它们入库再停下`,
        `${spooled.length} requests lie in the spool: start the platform, let it store them, and stop it again`,
      );
  },
  carry: async (tx: Tx, ground: Ground, moved: MovedTokens): Promise<void> => {
    for (let after = 0; ; ) {
      const rows = await tx.query<{ inbox_id: number; source_id: number; sealed: Buffer; sealed_key: string }>(
        `select inbox_id, source_id, sealed, sealed_key from ingest.inbox
         where sealed is not null and sealed_key is not null and inbox_id > $1 order by inbox_id limit ${PORTION}`,
        [after],
      );
      if (rows.length === 0) return;
      for (const { inbox_id, source_id, sealed, sealed_key } of rows) {
        const key = await ground.vault.namedKey(sealed_key);
        const context = `ingest|${source_id}`;
        const entries = JSON.parse(key.decrypt(sealed, context).toString("utf8")) as Entry[];
        const made = entries.map(([token, ...rest]) => [moved.moved(token), ...rest]);
        await tx.query("update ingest.inbox set sealed = $2 where inbox_id = $1", [
          inbox_id,
          key.encrypt(Buffer.from(JSON.stringify(made)), context),
        ]);
      }
      after = rows.at(-1)?.inbox_id ?? 0;
    }
  },
};
