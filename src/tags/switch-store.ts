import type { Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { madeTags } from "./custom-store.ts";
import { lostRules } from "./lost-rule-store.ts";

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

interface Revisions {
  readonly made: number;
  readonly lost: number;
}

/** Brings the book of this process in line with what people switched, made and ruled, here or in another process. */
export async function followSwitches(tx: Tx, book: TagBook): Promise<void> {
  const switches = await tagSwitches(tx);
  // definitions and rules are read only when there is a version that this book does not know: this runs four times a second
  const revisions = await tx.one<Revisions>(
    `select coalesce((select max(version_id) from tags.custom_version), 0) as made,
       coalesce((select max(version) from tags.lost_rule), 0) as lost`,
  );
  const made = revisions?.made === book.revision ? undefined : await madeTags(tx);
  const lost = revisions?.lost === book.lostVersion ? undefined : await lostRules(tx);
  book.follow(switches, made, lost);
}
