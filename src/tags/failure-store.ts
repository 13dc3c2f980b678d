import type { Tx } from "../store/index.ts";

/** A tag that could not be computed, and what the database said. */
export interface TagFailure {
  readonly key: string;
  readonly detail: string;
  readonly failed_at: Date;
}

export async function tagFailures(tx: Tx): Promise<TagFailure[]> {
  return tx.query<TagFailure>("select key, detail, failed_at from tags.failure order by key");
}

export async function writeFailures(tx: Tx, failures: ReadonlyMap<string, string>, now: Date): Promise<void> {
  await tx.query(
    `insert into tags.failure (key, detail, failed_at) select key, detail, $3 from unnest($1::text[], $2::text[]) as f (key, detail)
     on conflict (key) do nothing`,
    [[...failures.keys()], [...failures.values()], now],
  );
}

/** Lets every tag be tried again. */
export async function clearFailures(tx: Tx): Promise<void> {
  await tx.query("delete from tags.failure");
}

/** Members of whom no values are kept yet get none, and those who are no members any more lose theirs. */
export async function ensureRows(tx: Tx, member_ids: readonly number[], now: Date): Promise<void> {
  await tx.query(
    `with gone as (
       delete from tags.current c where c.member_id = any($1::bigint[])
         and not exists (select 1 from catalogue.members m where m.member_id = c.member_id)
     )
     insert into tags.current (member_id, value, wake_day, computed_at)
     select m.member_id, '{}', null, $2 from catalogue.members m where m.member_id = any($1::bigint[]) on conflict do nothing`,
    [member_ids, now],
  );
}
