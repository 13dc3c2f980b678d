import type { Tx } from "./store.ts";

/** A named value that people changed or the platform remembers; undefined when it was never set. */
export async function settingOf<T>(tx: Tx, name: string): Promise<T | undefined> {
  return (await tx.one<{ value: T }>("select value from store.setting where name = $1", [name]))?.value;
}

export async function setSetting(tx: Tx, name: string, value: unknown): Promise<void> {
  await tx.query(
    "insert into store.setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value, changed_at = now()",
    [name, JSON.stringify(value)],
  );
}
