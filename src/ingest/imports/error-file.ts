import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { errorRowCount, type ImportRow, nextErrorRows } from "./import-store.ts";
import type { TableFacts } from "./reading/table.ts";
import { uploadKey } from "./sealed-file.ts";
import { reasonText, type RowInError, visible } from "./session.ts";

const BYTE_ORDER_MARK = "\uFEFF";
const REASON_COLUMNS = ["行号 row", "原因", "reason", "code"];

/**
 * A cell as a spreadsheet may open it without running anything: what would be read as a formula gets an apostrophe,
 * which the importer takes off again. Plain numbers keep their sign.
 */
export function safeCell(cell: string): string {
  const risky = /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+([.,]\d+)?$/.test(cell);
  const text = risky ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => safeCell(visible(cell))).join(",")}\r\n`;
}

/** Rows in error as lines of CSV: the file's own columns, then row, reasons in both languages, and codes. */
export function errorLines(facts: TableFacts, errors: readonly RowInError[]): string {
  const width = facts.columns.length;
  return errors
    .map(({ raw, reasons }) => {
      const cells = Array.from({ length: Math.max(width, raw.cells.length) }, (_, i) => raw.cells[i] ?? "");
      // A row with too many cells keeps them all: the surplus goes into its last column.
      if (cells.length > width) cells.splice(width - 1, cells.length - width + 1, cells.slice(width - 1).join(","));
      const codes = [...new Set(reasons.map((reason) => reason.code))].join(" ");
      const zh = reasons.map((reason) => reasonText(reason, "zh")).join(" ");
      const en = reasons.map((reason) => reasonText(reason, "en")).join(" ");
      return csvLine([...cells, String(raw.row), zh, en, codes]);
    })
    .join("");
}

export function errorHeader(facts: TableFacts): string {
  return BYTE_ORDER_MARK + csvLine([...facts.columns, ...REASON_COLUMNS]);
}

/** Seals the error lines of one batch under the upload's key. */
export async function sealErrors(ground: Ground, row: ImportRow, batch: number, lines: string): Promise<Buffer> {
  const key = await uploadKey(ground, row.upload_id);
  return key.encrypt(Buffer.from(lines), `errors ${row.import_id} ${row.run} ${batch}`);
}

/** The error file of the latest run, opened batch by batch. @throws import.no_error_file */
export async function errorFile(ground: Ground, row: ImportRow): Promise<AsyncGenerator<string>> {
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => errorRowCount(tx, row.import_id, row.run));
  if (rows === 0 || row.expired) throw problem("import.no_error_file");
  return errorPieces(ground, row);
}

async function* errorPieces(ground: Ground, row: ImportRow): AsyncGenerator<string> {
  const key = await uploadKey(ground, row.upload_id);
  yield errorHeader(row.facts);
  for (let after = 0; ; ) {
    const found = await ground.store.read(SYSTEM_SCOPE, (tx) => nextErrorRows(tx, row.import_id, row.run, after));
    if (found === undefined) return;
    yield key.decrypt(found.sealed, `errors ${row.import_id} ${row.run} ${found.batch}`).toString("utf8");
    after = found.batch;
  }
}
