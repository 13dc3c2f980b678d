import type { DuckDBConnection } from "@duckdb/node-api";
import type { LakeSession, Numbers, Row, Value } from "./engine.ts";
import { readColumns, readNumbers, readRows } from "./duckdb-value.ts";

/** Text is handed over in pieces of about this size, and taken apart by the engine when so much has come together. */
const PIECE_BYTES = 1 << 20;
const PIECES_MAX = 32;
const NEWLINE = 10;

export class DuckDbSession implements LakeSession {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  async query(sql: string): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for await (const portion of this.stream(sql)) rows.push(...portion);
    return rows;
  }

  stream(sql: string): AsyncIterable<readonly Row[]> {
    return readRows(this.#connection.stream(sql));
  }

  columns(sql: string): AsyncIterable<readonly (readonly Value[])[]> {
    return readColumns(this.#connection.stream(sql));
  }

  numbers(sql: string): AsyncIterable<readonly Numbers[]> {
    return readNumbers(this.#connection.stream(sql));
  }

  async load(table: string, select: string, text: AsyncIterable<Buffer>): Promise<void> {
    await this.#connection.run("create or replace temporary table loaded (piece varchar)");
    let pieces: string[] = [];
    for await (const piece of wholeLines(text)) {
      pieces.push(piece);
      if (pieces.length === PIECES_MAX) pieces = await this.#take(table, select, pieces);
    }
    if (pieces.length > 0) await this.#take(table, select, pieces);
    await this.#connection.run("drop table loaded");
  }

  async #take(table: string, select: string, pieces: readonly string[]): Promise<string[]> {
    const appender = await this.#connection.createAppender("loaded", null, "temp");
    for (const piece of pieces) {
      appender.appendVarchar(piece);
      appender.endRow();
    }
    appender.closeSync();
    await this.#connection.run(
      `insert into ${table} with lines as (select unnest(string_split(piece, chr(10))) as line from loaded) ${select}`,
    );
    await this.#connection.run("truncate loaded");
    return [];
  }
}

/** The text in pieces that end with a line, without that line's break. */
async function* wholeLines(text: AsyncIterable<Buffer>): AsyncIterable<string> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of text) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (bytes + chunk.length < PIECE_BYTES || end < 0) {
      held.push(chunk);
      bytes += chunk.length;
      continue;
    }
    yield Buffer.concat([...held, chunk.subarray(0, end)]).toString("utf8");
    held = [chunk.subarray(end + 1)];
    bytes = chunk.length - end - 1;
  }
  const rest = Buffer.concat(held).toString("utf8");
  if (rest.length > 0) yield rest.endsWith("\n") ? rest.slice(0, -1) : rest;
}
