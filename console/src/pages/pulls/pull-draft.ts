import type { Kind } from "../../api/vocabulary.ts";
import type { Pull, PullInput, PullSource } from "./pull-data.ts";

/** One line of the form: a field, and the column or the fixed text that fills it. */
export interface MappingRow {
  readonly field: string;
  readonly from: "column" | "value";
  readonly text: string;
  readonly format?: string;
  readonly values?: Readonly<Record<string, string>>;
}

type Words = Omit<PullInput, "mapping" | "port" | "every_seconds">;

/** The form as it is typed. */
export interface PullDraft extends Words {
  readonly port: string;
  readonly every_seconds: string;
  readonly password: string;
  readonly rows: readonly MappingRow[];
}

export const PORTS = { postgresql: "5432", mysql: "3306" } as const;
const FIRST_KIND = "order";
const FIRST_SECONDS = "600";
export const SECONDS_MIN = 60;

/** Rows for what the kind needs, and its time. */
export function neededRows(kind: Kind | undefined): readonly MappingRow[] {
  const names = (kind?.targets ?? [])
    .filter((target) => (target.required && target.group === "record") || target.name === "occurred_at")
    .map((target) => target.name);
  return names.map((field) => ({ field, from: "column", text: "" }));
}

/** The rows that another kind has fields for; its needed rows are added where nothing fills them. */
export function rowsFor(kind: Kind | undefined, rows: readonly MappingRow[]): readonly MappingRow[] {
  const known = new Set(kind?.targets.map((target) => target.name));
  const kept = rows.filter((row) => known.has(row.field) && row.text !== "");
  const there = new Set(kept.map((row) => row.field));
  return [...kept, ...neededRows(kind).filter((row) => !there.has(row.field))];
}

export function firstDraft(pull: Pull | undefined, kinds: readonly Kind[]): PullDraft {
  if (pull === undefined) {
    const kind = kinds.find((one) => one.kind === FIRST_KIND) ?? kinds[0];
    const empty = { name: "", host: "", database: "", user: "", password: "", table: "" };
    return {
      ...empty,
      dialect: "postgresql",
      port: PORTS.postgresql,
      cursor_column: "",
      key_column: "",
      record_kind: kind?.kind ?? FIRST_KIND,
      every_seconds: FIRST_SECONDS,
      rows: neededRows(kind),
    };
  }
  const { name, dialect, host, database, user, table, cursor_column, key_column, record_kind } = pull;
  const rows = Object.entries(pull.mapping).map(([field, { column, value, ...more }]): MappingRow => {
    return { field, from: column === undefined ? "value" : "column", text: column ?? value ?? "", ...more };
  });
  const given = { name, dialect, host, database, user, table, cursor_column, key_column, record_kind };
  const { port, every_seconds } = pull;
  return { ...given, password: "", port: String(port), every_seconds: String(every_seconds), rows };
}

export function mappingOf(rows: readonly MappingRow[]): Readonly<Record<string, PullSource>> {
  const filled = rows.filter((row) => row.field !== "" && row.text.trim() !== "");
  return Object.fromEntries(
    filled.map(({ field, from, text, ...more }) => [field, { [from]: text.trim(), ...more } satisfies PullSource]),
  );
}

/** What is sent; options such as the time zone are kept by the server. */
export function inputOf(draft: PullDraft): PullInput & { readonly password: string } {
  const { rows, port, every_seconds, ...words } = draft;
  return { ...words, port: Number(port), every_seconds: Number(every_seconds), mapping: mappingOf(rows) };
}

/** Whether every text of the form is there and its numbers can be used. */
export function isComplete(draft: PullDraft): boolean {
  const { name, host, database, user, table, cursor_column, key_column } = draft;
  const texts = [name, host, database, user, table, cursor_column, key_column];
  const port = Number(draft.port);
  const port_ok = Number.isInteger(port) && port >= 1 && port <= 65_535;
  return texts.every((text) => text.trim() !== "") && port_ok && secondsAreGood(draft.every_seconds);
}

export function secondsAreGood(text: string): boolean {
  const seconds = Number(text);
  return Number.isInteger(seconds) && seconds >= SECONDS_MIN && seconds <= 31 * 86_400;
}
