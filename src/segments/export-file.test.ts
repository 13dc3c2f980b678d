import exceljs from "exceljs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvPieces, type Heading, xlsxPieces } from "./export-file.ts";

async function* portions(rows: readonly (readonly string[])[], size = 3) {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

async function whole(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

const heads: readonly Heading[] = [
  { title: "会员编号", number: true },
  { title: "备注 <&>", number: false },
];

async function sheetOf(rows: readonly (readonly string[])[]) {
  const book = new exceljs.Workbook();
  await book.xlsx.load((await whole(xlsxPieces(heads, portions(rows)))) as unknown as ArrayBuffer);
  const sheet = book.worksheets[0];
  if (sheet === undefined) throw new Error("no sheet");
  return sheet;
}

describe("a workbook written as it comes", () => {
  test("another reader finds every cell, numbers as numbers and texts as they are", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((one) => !/\p{Cc}|[\ufffe\uffff]/u.test(one));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0 }), text), { maxLength: 8 }), async (rows) => {
        const sheet = await sheetOf(rows.map(([id, note]) => [String(id), note]));
        expect(sheet.getRow(1).getCell(2).value).toBe("备注 <&>");
        for (const [index, [id, note]] of rows.entries()) {
          expect(sheet.getRow(index + 2).getCell(1).value).toBe(id);
          expect(sheet.getRow(index + 2).getCell(2).value ?? "").toBe(note);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("what looks like a formula is a text", async () => {
    const sheet = await sheetOf([["1", '=HYPERLINK("http://x")']]);
    expect(sheet.getRow(2).getCell(2).type).toBe(exceljs.ValueType.String);
  });

  test("no more rows are read than the packer takes", async () => {
    let read = 0;
    const endless = async function* () {
      for (;;) {
        read += 1;
        yield Array.from({ length: 1000 }, (_, row) => [String(row), `row ${read * row}`]);
      }
    };
    const pieces = xlsxPieces(heads, endless());
    for (let piece = 0; piece < 40; piece++) await pieces.next();
    const before = read;
    await new Promise((done) => setImmediate(done));
    // the streams between hold a few pieces, not what could be read meanwhile
    expect(read - before).toBeLessThan(20);
    await pieces.return(undefined);
  });

  test("a failure of the rows is the failure of the file", async () => {
    const broken = async function* () {
      yield [["1", "a"]];
      throw new Error("the rows ended");
    };
    await expect(whole(xlsxPieces(heads, broken()))).rejects.toThrow("the rows ended");
  });
});

describe("a CSV that a spreadsheet opens", () => {
  test("it begins with its mark, and runs nothing", async () => {
    const rows = [
      ["1", "=1+1"],
      ["2", "@SUM(A1)"],
      ["3", 'say "hi", twice'],
      ["4", "-5"],
    ];
    const text = (await whole(csvPieces(heads, portions(rows)))).toString("utf8");
    expect(text.startsWith("\uFEFF会员编号,备注 <&>\r\n")).toBe(true);
    expect(text.split("\r\n").slice(1)).toEqual(["1,'=1+1", "2,'@SUM(A1)", '3,"say ""hi"", twice"', "4,-5", ""]);
  });
});
