import type { Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { madeRevision, madeTags } from "./custom-store.ts";

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

/** Brings the book of this process in line with what people switched and made, here or in another process. */
export async function followSwitches(tx: Tx, book: TagBook): Promise<void> {
  const switches = await tagSwitches(tx);
  // the definitions are read only when there is a version that this book does not know: this runs four times a second
  const revision = await madeRevision(tx);
  if (revision === book.revision) book.follow(switches);
  else book.follow(switches, await madeTags(tx));
}
