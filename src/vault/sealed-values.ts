import { Problem, problem } from "../platform/errors.ts";
import type { Tx } from "../store/index.ts";
import { decrypt, encrypt, headerOf } from "./cipher.ts";
import type { KeyAccess } from "./key-access.ts";
import { holdVersion } from "./master-versions.ts";

/** One clear value to seal; `token` is its blind index (identifiers) or a name of its own (names, addresses). */
export interface ClearValue {
  readonly token: string;
  readonly kind: string;
  readonly value: string;
}

interface SealedRow {
  readonly token: string;
  readonly kind: string;
  readonly ciphertext: Buffer;
}

/** Seals under the newest version: another process may have rotated since this one looked. */
export async function sealValues(tx: Tx, access: KeyAccess, values: readonly ClearValue[]): Promise<void> {
  const tokens = values.map((v) => v.token);
  for (;;) {
    const { current } = access.keyring();
    // first held, then looked: a rotation waits for whoever holds the old version before it counts
    await holdVersion(tx, current.version);
    const { salts, made, newest_version } = await access.keys.ensure(tokens);
    if (newest_version !== current.version) {
      await access.reload();
      if (access.keyring().current.version !== newest_version)
        throw problem("vault.master_version_missing", { version: newest_version });
      continue;
    }
    const ciphertexts = values.map((v) => sealOne(access, v, saltOf(salts, v.token)));
    // a ciphertext whose salt had to be made is of a key destroyed before: nothing else could open it
    await tx.query(
      `insert into vault.sealed (token, kind, ciphertext) select * from unnest($1::text[], $2::text[], $3::bytea[])
       on conflict (token) do ${made.size === 0 ? "nothing" : "update set kind = excluded.kind, ciphertext = excluded.ciphertext where sealed.token = any($4)"}`,
      [...unique(values, ciphertexts), ...(made.size === 0 ? [] : [[...made]])],
    );
    return;
  }
}

/** A statement that updates on conflict may not name a token twice. */
function unique(values: readonly ClearValue[], ciphertexts: readonly Buffer[]): [string[], string[], Buffer[]] {
  const first = new Map<string, number>();
  for (const [i, { token }] of values.entries()) if (!first.has(token)) first.set(token, i);
  const kept = [...first.values()];
  return [
    kept.map((i) => values[i]?.token ?? ""),
    kept.map((i) => values[i]?.kind ?? ""),
    kept.map((i) => ciphertexts[i] ?? Buffer.alloc(0)),
  ];
}

export function sealOne(access: KeyAccess, { token, kind, value }: ClearValue, salt: Buffer): Buffer {
  const { suite } = access;
  const { key, version } = access.keyring().current;
  return encrypt(suite, suite.derive(key, salt, `value ${token}`), version, Buffer.from(value), `${kind}|${token}`);
}

/** @throws vault.unreadable for a ciphertext that is not what it was */
export async function openOne(access: KeyAccess, row: SealedRow, salt: Buffer): Promise<ClearValue> {
  const { token, kind, ciphertext } = row;
  try {
    const { suite, version } = headerOf(ciphertext);
    const { key } = await access.master(version);
    const value = decrypt(suite.derive(key, salt, `value ${token}`), ciphertext, `${kind}|${token}`).toString("utf8");
    return { token, kind, value };
  } catch (error) {
    throw error instanceof Problem ? error : problem("vault.unreadable", { token });
  }
}

export async function openValues(
  tx: Tx,
  access: KeyAccess,
  wanted: readonly string[],
): Promise<Map<string, ClearValue>> {
  const tokens = [...new Set(wanted)];
  if (tokens.length === 0) return new Map();
  const rows = await tx.query<SealedRow>("select token, kind, ciphertext from vault.sealed where token = any($1)", [
    tokens,
  ]);
  const salts = await access.keys.find(rows.map((row) => row.token));
  const opened = new Map<string, ClearValue>();
  for (const row of rows) {
    const salt = salts.get(row.token);
    if (salt !== undefined) opened.set(row.token, await openOne(access, row, salt));
  }
  return opened;
}

/** How many values are sealed under another version than `version`. */
export async function countBehind(tx: Tx, version: number): Promise<number> {
  const row = await tx.one<{ count: number }>(
    "select count(*)::int as count from vault.sealed where get_byte(ciphertext, 1) <> $1",
    [version],
  );
  return row?.count ?? 0;
}

export interface Moved {
  /** The last token looked at; undefined: there is none behind after `after`. */
  readonly moved_to: string | undefined;
  readonly rows: number;
  readonly unreadable: number;
}

/** Seals the next values anew under the current version, and removes those whose key was destroyed. */
export async function moveValues(tx: Tx, access: KeyAccess, after: string, limit: number): Promise<Moved> {
  const rows = await tx.query<SealedRow>(
    `select token, kind, ciphertext from vault.sealed where token > $1 and get_byte(ciphertext, 1) <> $2
     order by token limit $3 for update`,
    [after, access.keyring().current.version, limit],
  );
  const salts = await access.keys.find(rows.map((row) => row.token));
  const dead = rows.filter((row) => !salts.has(row.token)).map((row) => row.token);
  const tokens: string[] = [];
  const ciphertexts: Buffer[] = [];
  let unreadable = 0;
  for (const row of rows) {
    const salt = salts.get(row.token);
    if (salt === undefined) continue;
    try {
      ciphertexts.push(sealOne(access, await openOne(access, row, salt), salt));
      tokens.push(row.token);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "vault.unreadable") throw error;
      unreadable += 1;
    }
  }
  await tx.query("delete from vault.sealed where token = any($1)", [dead]);
  await tx.query(
    `update vault.sealed s set ciphertext = n.ciphertext
     from unnest($1::text[], $2::bytea[]) as n (token, ciphertext) where s.token = n.token`,
    [tokens, ciphertexts],
  );
  return { moved_to: rows.at(-1)?.token, rows: rows.length, unreadable };
}

function saltOf(salts: ReadonlyMap<string, Buffer>, token: string): Buffer {
  const salt = salts.get(token);
  if (salt === undefined) throw new Error(`the key store gave no salt for ${token}`);
  return salt;
}

/** Kinds whose values are like nothing else. */
const TELLING = ["phone", "email", "id_number"];

/** Some values that are sealed, in clear: for a search of places where they must not stand. Only for the platform's own work. */
export async function sampleSealed(
  tx: Tx,
  vault: { open(tx: Tx, tokens: readonly string[]): Promise<ReadonlyMap<string, ClearValue>> },
  count: number,
): Promise<string[]> {
  const rows = await tx.query<{ token: string }>("select token from vault.sealed where kind = any ($1) limit $2", [
    TELLING,
    count,
  ]);
  const opened = await vault.open(
    tx,
    rows.map(({ token }) => token),
  );
  return [...opened.values()].map(({ value }) => value);
}
