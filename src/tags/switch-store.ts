import type { Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";

/** What people switched on or off, by key. */
async function tagSwitches(tx: Tx): Promise<Map<string, boolean>> {
  const rows = await tx.query<{ key: string; enabled: boolean }>("select key, enabled from tags.switch");
  return new Map(rows.map((row) => [row.key, row.enabled]));
}

/** Keeps a person's decision about one tag. */
export async function writeSwitch(
  tx: Tx,
  key: string,
  enabled: boolean,
  person_id: number | null,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into tags.switch (key, enabled, person_id, switched_at) values ($1, $2, $3, $4)
     on conflict (key) do update set enabled = excluded.enabled, person_id = excluded.person_id, switched_at = excluded.switched_at`,
    [key, enabled, person_id, now],
  );
}

/** Brings the book of this process in line with what people switched, here or in another process. */
export async function followSwitches(tx: Tx, book: TagBook): Promise<void> {
  book.follow(await tagSwitches(tx));
}
