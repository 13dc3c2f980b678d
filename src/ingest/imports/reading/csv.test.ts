import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CsvParser, type Dialect } from "./csv.ts";

const COMMA: Dialect = { delimiter: ",", quote: '"', newline: "\n" };

function rowsOf(text: string, dialect: Dialect = COMMA, piece = text.length || 1): string[][] {
  const parser = new CsvParser(dialect);
  const rows = [];
  for (let at = 0; at < text.length; at += piece) rows.push(...parser.push(text.slice(at, at + piece)));
  rows.push(...parser.end());
  return rows.map((row) => row.cells);
}

const cell = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.toWellFormed()),
  fc.string({ unit: fc.constantFrom(..."a,;\"'\n\r\t 龙", "🍵"), maxLength: 8 }),
  fc.constantFrom("", '"', '""', ",", "\n", "\r\n", "a\nb", "=1+1", "\uFEFF"),
);
const table = fc
  .integer({ min: 1, max: 6 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }));

function write(rows: readonly (readonly string[])[], delimiter: string, newline: string): string {
  const quoted = (text: string) => (/[",;\t|\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(quoted).join(delimiter)).join(newline);
}

describe("reading delimited text", () => {
  test("what was written comes back, whatever is in the cells and however the text is cut into pieces", () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(",", ";", "\t", "|"),
        fc.constantFrom("\n", "\r\n"),
        fc.integer({ min: 1, max: 40 }),
        (rows, delimiter, newline, piece) => {
          const text = `${write(rows, delimiter, newline)}${newline}`;
          expect(rowsOf(text, { ...COMMA, delimiter }, piece)).toEqual(rows);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("well-formed files give the same cells as csv-parse", () => {
    fc.assert(
      fc.property(table, (rows) => {
        const text = write(rows, ",", "\n");
        const expected = parse(text, {
          skip_empty_lines: false,
          relax_column_count: true,
          record_delimiter: "\n",
        }) as string[][];
        expect(rowsOf(text).filter((row) => row.length > 1 || row[0] !== "")).toEqual(
          expected.filter((row) => row.length > 1 || row[0] !== ""),
        );
      }),
      { numRuns: 200 },
    );
  });

  test("a quote that is never closed costs its own row, and the rows after it are read", () => {
    const parser = new CsvParser(COMMA, 100);
    const text = `a,b\n1,"open\n${"2,x\n".repeat(60)}`;
    const rows = [...parser.push(text), ...parser.end()];
    expect(rows.length).toBe(62);
    expect(rows[1]).toEqual({ row: 2, cells: ["1", '"open'], flaw: { code: "row.open_quote" } });
    expect(rows.slice(2).every((row) => row.cells.join() === "2,x" && row.flaw === undefined)).toBe(true);
  });

  test("a quote open at the end of the file is taken as a character", () => {
    expect(rowsOf('a,b\n1,"2')).toEqual([
      ["a", "b"],
      ["1", '"2'],
    ]);
  });

  test("rows are numbered as a spreadsheet shows them: a cell with newlines is one row", () => {
    const parser = new CsvParser(COMMA);
    const rows = [...parser.push('h\n"a\nb"\nc\n'), ...parser.end()];
    expect(rows.map((row) => row.row)).toEqual([1, 2, 3]);
  });
});
