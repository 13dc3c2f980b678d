import exceljs from "exceljs";
import { problem } from "../platform/errors.ts";
import { cellKey, DOMAINS, LEVELS, type MatrixContent, OUTCOMES, ROW_SCOPES, scopeKey } from "./matrix.ts";
import { DOMAIN_NAMES, type Named, OUTCOME_NAMES, PERMISSION_NAMES, ROW_SCOPE_NAMES } from "./permission-names.ts";
import { PERMISSIONS, ROLES } from "./roles.ts";

type Language = "zh" | "en";

const CELLS_SHEET = "权限矩阵 matrix";
const SCOPES_SHEET = "行范围 rows";
const ROWS_MAX = 2_000;

/** The matrix as a customer's own document: a row for each permission and level, a column for each role. */
export async function matrixWorkbook(content: MatrixContent, version: number, language: Language): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const roles = ROLES.map((role) => role.role);
  const outcomes = new Map(
    content.cells.map((cell) => [cellKey(cell.role, cell.permission, cell.level), cell.outcome]),
  );
  const sheet = book.addWorksheet(CELLS_SHEET, { views: [{ state: "frozen", xSplit: 3, ySplit: 2 }] });
  headRows(sheet, ["permission", language === "zh" ? "权限" : "Permission", "level"], language);
  for (const permission of PERMISSIONS) {
    for (const level of LEVELS) {
      const words = roles.map((role) =>
        wordOf(OUTCOME_NAMES, outcomes.get(cellKey(role, permission, level)) ?? "deny", language),
      );
      sheet.addRow([permission, PERMISSION_NAMES[permission][language], level, ...words]);
    }
  }
  offer(sheet, roles.length, 4, Object.values(OUTCOME_NAMES), language);
  const rows = book.addWorksheet(SCOPES_SHEET, { views: [{ state: "frozen", xSplit: 2, ySplit: 2 }] });
  const scopes = new Map(content.scopes.map((scope) => [scopeKey(scope.role, scope.domain), scope.scope]));
  headRows(rows, ["domain", language === "zh" ? "数据域" : "Data domain"], language);
  for (const domain of DOMAINS) {
    const words = roles.map((role) => wordOf(ROW_SCOPE_NAMES, scopes.get(scopeKey(role, domain)) ?? "none", language));
    rows.addRow([domain, DOMAIN_NAMES[domain]?.[language] ?? domain, ...words]);
  }
  offer(rows, roles.length, 3, Object.values(ROW_SCOPE_NAMES), language);
  book.title = `Huitou permission matrix ${version}`;
  return Buffer.from(await book.xlsx.writeBuffer());
}

/** Two head rows: the codes that a file is read by, and the names that people read. */
function headRows(sheet: exceljs.Worksheet, first: readonly string[], language: Language): void {
  sheet.addRow([...first, ...ROLES.map((role) => role.role)]).font = { color: { argb: "FF888888" } };
  sheet.addRow([...first.map(() => ""), ...ROLES.map((role) => role[language])]).font = { bold: true };
  sheet.columns.forEach((column, place) => {
    column.width = place === 0 ? 20 : place < first.length ? 16 : 14;
  });
}

function wordOf(names: Readonly<Record<string, Named>>, code: string, language: Language): string {
  return names[code]?.[language] ?? code;
}

/** A list to choose from in each cell. */
function offer(
  sheet: exceljs.Worksheet,
  roles: number,
  first: number,
  names: readonly Named[],
  language: Language,
): void {
  const formula = `"${names.map((name) => name[language]).join(",")}"`;
  for (let row = 3; row <= sheet.rowCount; row += 1) {
    for (let column = first; column < first + roles; column += 1) {
      sheet.getCell(row, column).dataValidation = { type: "list", allowBlank: false, formulae: [formula] };
    }
  }
}

export interface FileFault {
  /** Sheet and cell, as Excel calls them. */
  readonly cell: string;
  readonly zh: string;
  readonly en: string;
}

/** Reads an exported file back. @throws access.matrix_file, or access.matrix_invalid with every cell that cannot be read */
export async function readWorkbook(bytes: Buffer): Promise<MatrixContent> {
  const book = new exceljs.Workbook();
  try {
    await book.xlsx.load(bytes as never);
  } catch {
    throw problem("access.matrix_file", { reason: "not xlsx" });
  }
  const cells = book.getWorksheet(CELLS_SHEET);
  const scopes = book.getWorksheet(SCOPES_SHEET);
  if (cells === undefined || scopes === undefined) {
    throw problem("access.matrix_file", { reason: `${CELLS_SHEET}, ${SCOPES_SHEET}` });
  }
  if (cells.rowCount > ROWS_MAX || scopes.rowCount > ROWS_MAX) throw problem("access.matrix_file", { reason: "rows" });
  const faults: FileFault[] = [];
  const content: MatrixContent = {
    cells: readSheet(cells, 3, OUTCOMES, OUTCOME_NAMES, faults).map(({ row, role, code }) => ({
      role,
      permission: textAt(cells, row, 1),
      level: textAt(cells, row, 3),
      outcome: code,
    })),
    scopes: readSheet(scopes, 2, ROW_SCOPES, ROW_SCOPE_NAMES, faults).map(({ row, role, code }) => ({
      role,
      domain: textAt(scopes, row, 1),
      scope: code,
    })),
  };
  if (faults.length > 0) throw problem("access.matrix_invalid", { count: faults.length }, faults.slice(0, 200));
  return content;
}

interface Read {
  readonly row: number;
  readonly role: string;
  readonly code: string;
}

function readSheet(
  sheet: exceljs.Worksheet,
  before: number,
  codes: readonly string[],
  names: Readonly<Record<string, Named>>,
  faults: FileFault[],
): Read[] {
  const found: Read[] = [];
  const byWord = new Map(
    codes.flatMap((code) => [code, names[code]?.zh ?? code, names[code]?.en ?? code].map((word) => [fold(word), code])),
  );
  const words = codes.map((code) => names[code]?.zh).join(" / ");
  for (let row = 3; row <= sheet.rowCount; row += 1) {
    if (textAt(sheet, row, 1) === "") continue;
    for (let column = before + 1; textAt(sheet, 1, column) !== ""; column += 1) {
      const text = textAt(sheet, row, column);
      const code = byWord.get(fold(text));
      if (code === undefined) {
        faults.push({
          cell: `${sheet.name}!${sheet.getCell(row, column).address}`,
          zh: `「${text.slice(0, 20)}」不是可选的值（${words}）`,
          en: `"${text.slice(0, 20)}" is not one of ${codes.join(", ")}`,
        });
      } else found.push({ row, role: textAt(sheet, 1, column), code });
    }
  }
  return found;
}

const fold = (word: string): string => word.trim().toLowerCase();

function textAt(sheet: exceljs.Worksheet, row: number, column: number): string {
  return sheet.getCell(row, column).text.trim();
}
