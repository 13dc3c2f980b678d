import type { Tx } from "../../store/index.ts";
import type { IndexTokens } from "../index-tokens.ts";
import { isToken, TOKEN_PATTERN, tokensIn, withMoved } from "./token-text.ts";

/**
 * Tables whose rows are chained by hashes: one that was changed would be a forged one. What they say of values by their
 * old tokens goes with their retention (docs/decisions/0011).
 */
const KEPT_TABLES: ReadonlySet<string> = new Set(["access.audit", "access.audit_checkpoint"]);
/** A column is called so when it holds tokens and nothing else (docs/decisions/0011). */
const CALLED_TOKEN = /(^|_)tokens?$/;
const ROWS_A_FETCH = 2_000;
const TOKENS_A_STATEMENT = 20_000;

export interface TextColumn {
  readonly name: string;
  readonly type: string;
}
export interface TextTable {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly TextColumn[];
  readonly kept: boolean;
}

/** Every column of every table that may hold text, whoever owns it: a table that comes tomorrow is in it. */
export async function textTables(tx: Tx): Promise<TextTable[]> {
  const rows = await tx.query<{ schema: string; table: string; name: string; type: string }>(
    `select n.nspname as schema, c.relname as table, a.attname as name, format_type(a.atttypid, null) as type
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^(pg_|information_schema$)'
       and format_type(a.atttypid, null) ~ '^(text|character|character varying|json|jsonb|bytea)(\\[\\])?$'
     order by 1, 2, a.attnum`,
  );
  return [...Map.groupBy(rows, ({ schema, table }) => `${schema}.${table}`)].map(([name, columns]) => ({
    schema: columns[0]?.schema ?? "",
    table: columns[0]?.table ?? "",
    columns: columns.map(({ name: column, type }) => ({ name: column, type })),
    kept: KEPT_TABLES.has(name),
  }));
}

/** What a token of before is now. */
export interface MovedTokens {
  moved(token: string): string;
  movedShort(token: string): string;
}

/** The old tokens and what they are now, for as long as the transaction lasts. */
export class TokenMap implements MovedTokens {
  readonly #tx: Tx;
  readonly #to: IndexTokens;
  readonly #from_version: number;

  private constructor(tx: Tx, to: IndexTokens, from_version: number) {
    this.#tx = tx;
    this.#to = to;
    this.#from_version = from_version;
  }

  static async make(tx: Tx, to: IndexTokens, from_version: number): Promise<TokenMap> {
    await tx.query(
      'create temp table exchanged_token (old text collate "C" primary key, new text not null) on commit drop',
    );
    return new TokenMap(tx, to, from_version);
  }

  moved(token: string): string {
    return this.#to.moved(token, this.#from_version);
  }

  movedShort(token: string): string {
    return this.#to.movedShort(token, this.#from_version);
  }

  async add(tokens: readonly string[]): Promise<void> {
    const own = [...new Set(tokens)].filter(isToken);
    for (let at = 0; at < own.length; at += TOKENS_A_STATEMENT) {
      const some = own.slice(at, at + TOKENS_A_STATEMENT);
      await this.#tx.query(
        "insert into exchanged_token select * from unnest($1::text[], $2::text[]) on conflict do nothing",
        [some, some.map((token) => this.moved(token))],
      );
    }
  }

  /** @param sql gives tokens in a column `token` */
  async addFrom(sql: string, values: readonly unknown[] = []): Promise<void> {
    for await (const rows of fetched<{ token: string }>(this.#tx, sql, values))
      await this.add(rows.map((row) => row.token));
  }

  async known(tokens: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const wanted = [...new Set(tokens)];
    if (wanted.length === 0) return new Map();
    const rows = await this.#tx.query<{ old: string; new: string }>(
      "select old, new from exchanged_token where old = any($1::text[])",
      [wanted],
    );
    return new Map(rows.map((row) => [row.old, row.new]));
  }

  /** What columns that are called so hold, whether anything was sealed under it or not. */
  async addColumn(table: TextTable, { name, type }: TextColumn): Promise<void> {
    if (!CALLED_TOKEN.test(name) || type.startsWith("json") || type.startsWith("bytea")) return;
    const column = type.endsWith("[]") ? `unnest(${quoted(name)})` : quoted(name);
    await this.addFrom(
      `select distinct token from (select ${column} as token from ${nameOf(table)}) t where token ~ '^${TOKEN_PATTERN}$'`,
    );
  }

  async settle(): Promise<void> {
    await this.#tx.query("analyze exchanged_token");
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const nameOf = ({ schema, table }: TextTable) => `${quoted(schema)}.${quoted(table)}`;
const textOf = ({ name, type }: TextColumn) =>
  type === "bytea" ? `encode(${quoted(name)}, 'escape')` : `${quoted(name)}::text`;

interface FoundRow {
  readonly ctid: string;
  readonly texts: readonly (string | null)[];
}

function findSql(table: TextTable, columns: readonly TextColumn[]): string {
  const texts = columns.map(textOf);
  return `select ctid::text as ctid, array[${texts.join(", ")}] as texts from ${nameOf(table)}
    where ${texts.map((text) => `${text} ~ '${TOKEN_PATTERN}'`).join(" or ")}`;
}

/** Replaces the tokens in all text columns of a table. @returns rows changed */
export async function moveTable(tx: Tx, map: TokenMap, table: TextTable): Promise<number> {
  const columns = table.columns.filter(({ type }) => !type.startsWith("bytea"));
  if (columns.length === 0) return 0;
  let changed = 0;
  for await (const rows of fetched<FoundRow>(tx, findSql(table, columns), [])) {
    const known = await map.known(rows.flatMap(({ texts }) => texts.flatMap((text) => tokensIn(text ?? ""))));
    if (known.size === 0) continue;
    const moved = rows
      .map((row) => ({ ...row, made: row.texts.map((text) => (text === null ? null : withMoved(text, known))) }))
      .filter(({ texts, made }) => made.some((text, i) => text !== texts[i]));
    if (moved.length === 0) continue;
    // only what differs is written: a column that may not be changed does not stand in the way of its neighbours
    const differing = columns.map((_, i) => moved.some(({ texts, made }) => made[i] !== texts[i]));
    const set = columns.flatMap(({ name, type }, i) =>
      differing[i] === true ? [`${quoted(name)} = n.c${i}::${type}`] : [],
    );
    const names = columns.map((_, i) => `c${i}`);
    await tx.query(
      `update ${nameOf(table)} t set ${set.join(", ")}
       from unnest($1::tid[], ${names.map((_, i) => `$${i + 2}::text[]`).join(", ")}) as n (id, ${names.join(", ")}) where t.ctid = n.id`,
      [moved.map(({ ctid }) => ctid), ...columns.map((_, i) => moved.map(({ made }) => made[i]))],
    );
    changed += moved.length;
  }
  return changed;
}

/** Rows of a table that still hold a token of before, bytes included. */
export async function leftIn(tx: Tx, map: TokenMap, table: TextTable): Promise<number> {
  let left = 0;
  for await (const rows of fetched<FoundRow>(tx, findSql(table, table.columns), [])) {
    const known = await map.known(rows.flatMap(({ texts }) => texts.flatMap((text) => tokensIn(text ?? ""))));
    if (known.size === 0) continue;
    left += rows.filter(({ texts }) =>
      texts.some((text) => tokensIn(text ?? "").some((token) => known.has(token))),
    ).length;
  }
  return left;
}

let cursors = 0;

/** Rows in portions, as they were when the reading began. */
async function* fetched<Row>(tx: Tx, sql: string, values: readonly unknown[]): AsyncGenerator<Row[]> {
  cursors += 1;
  const cursor = `exchange_${cursors}`;
  await tx.query(`declare ${cursor} no scroll cursor for ${sql}`, values);
  for (;;) {
    const rows = await tx.query<Row>(`fetch ${ROWS_A_FETCH} from ${cursor}`);
    if (rows.length === 0) break;
    yield rows;
  }
  await tx.query(`close ${cursor}`);
}
