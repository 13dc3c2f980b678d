import { problem } from "../../platform/index.ts";

export const DIALECTS = ["postgresql", "mysql"] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface Connection {
  readonly dialect: Dialect;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface PullTable {
  readonly table: string;
  readonly cursor_column: string;
  readonly key_column: string;
}

/** Where a pull stands: cursor and key of the last row taken, as the database itself writes them. */
export interface Position {
  readonly cursor: string;
  readonly key: string;
}

export interface PulledRow extends Position {
  readonly cells: string[];
}

/**
 * One foreign table, read by its cursor. Every value comes as the database's own text, so that no number and no
 * microsecond is lost on the way. The session is read-only and each statement has a time-out.
 */
export interface PulledTable {
  readonly columns: readonly string[];
  /** Rows in order of cursor and key: behind `after`, or from a little before `resume`, or from the beginning. */
  page(
    from: { readonly after: Position } | { readonly resume: Position } | undefined,
    limit: number,
  ): Promise<PulledRow[]>;
  /** Rows that no page will ever hold, because their cursor is empty; counted up to a bound. */
  uncursored(): Promise<number>;
  close(): Promise<void>;
}

const NAME = /^[\p{L}_][\p{L}\p{N}_$]{0,62}$/u;

/** The parts of a table's name, each checked: it goes into a statement, quoted. */
export function nameParts(name: string, place: string): string[] {
  const parts = name.split(".");
  if (parts.length > 2 || parts.some((part) => !NAME.test(part))) throw problem("pull.bad_name", { place, name });
  return parts;
}

export function refuseMissing(columns: readonly string[], wanted: readonly string[], table: string): void {
  for (const column of wanted) {
    if (!columns.includes(column)) {
      throw problem("pull.column_missing", { table, column, columns: columns.slice(0, 50).join(", ") });
    }
  }
}

/** What of a driver's error may be told: its code, never its words, which can hold an address or a value. */
export function reasonOf(error: unknown): string {
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  if (typeof code === "string" && code !== "") return code;
  if (typeof errno === "number") return String(errno);
  return error instanceof Error && /timeout/i.test(error.message) ? "timeout" : "unknown";
}
