import { deflateRawSync, gzipSync } from "node:zlib";
import exceljs from "exceljs";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { importErrors } from "../errors.ts";
import { isKnownName } from "../mapping/guess.ts";
import { bytesOf, type FileBytes } from "./file-bytes.ts";
import { inspectTable, tableRows, type TableChoices } from "./table.ts";

async function readAll(file: FileBytes, choices: TableChoices = {}) {
  const { facts } = await inspectTable(file, choices, isKnownName);
  const rows: string[][] = [];
  for await (const batch of tableRows(file, facts)) for (const row of batch) rows.push(row.cells);
  return { facts, rows };
}

const csv = (text: string, name = "members.csv") => bytesOf(name, Buffer.from(text));
const MEMBERS = "手机号,姓名,城市\n13900000001,王小明🍵,杭州\n13900000002,李雷,上海\n";

async function xlsx(fill: (book: exceljs.Workbook) => void): Promise<Buffer> {
  const book = new exceljs.Workbook();
  fill(book);
  return Buffer.from(await book.xlsx.writeBuffer());
}

describe("encodings", () => {
  const encodings = ["utf-8", "utf-16le", "utf-16be", "gb18030"] as const;
  test.each(encodings)("%s is recognised and read, gzipped or not", async (encoding) => {
    const plain = iconv.encode(encoding === "gb18030" ? MEMBERS.replace("🍵", "") : MEMBERS, encoding);
    for (const bytes of [plain, gzipSync(plain)]) {
      const { facts, rows } = await readAll(bytesOf("m.csv", bytes));
      expect(facts.encoding).toBe(encoding);
      expect(facts.columns).toEqual(["手机号", "姓名", "城市"]);
      expect(rows[1]).toEqual(["13900000002", "李雷", "上海"]);
    }
  });

  test("a byte order mark is not part of the first column's name", async () => {
    const { facts } = await readAll(csv(`\uFEFF${MEMBERS}`));
    expect(facts.columns[0]).toBe("手机号");
  });

  test("Chinese names far below an ASCII head decide the encoding", async () => {
    const head = `id,name\n${"1,Anna\n".repeat(200_000)}`;
    const { facts } = await readAll(bytesOf("m.csv", iconv.encode(`${head}2,欧阳娜娜\n3,上官婉儿\n`, "gb18030")));
    expect(facts.encoding).toBe("gb18030");
  });

  test("Western single-byte text is not taken for Chinese", async () => {
    const { facts, rows } = await readAll(
      bytesOf("m.csv", iconv.encode("name,city\nRenée Müller,Köln\nJosé,Málaga\n", "latin1")),
    );
    expect(facts.encoding).toBe("windows-1252");
    expect(rows[0]).toEqual(["Renée Müller", "Köln"]);
  });

  test("text written in any encoding comes back whole", async () => {
    const text = fc.array(fc.stringMatching(/^[一-龥a-z0-9]{1,6}$/), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 3, maxLength: 8 }),
        fc.constantFrom(...encodings),
        async (rows, encoding) => {
          const content = ["手机号,姓名,城市,生日", ...rows.map((row) => row.join(","))].join("\r\n");
          const { rows: back } = await readAll(bytesOf("m.csv", iconv.encode(content, encoding)), {
            encoding,
            delimiter: ",",
            header: true,
          });
          expect(back).toEqual(rows);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("dialects", () => {
  test.each([
    [",", "a,b,c\n1,2,3\n4,5,6\n"],
    [";", "a;b;c\n1,5;2,5;3\n4,1;5,2;6\n"],
    ["\t", "a\tb\tc\n1\t2\t3\n"],
    ["|", "a|b|c\n1|2|3\n"],
    [";", "sep=;\na;b;c\n1;2;3\n"],
  ])("delimiter %j is found", async (delimiter, text) => {
    const { facts, rows } = await readAll(csv(text));
    expect(facts.dialect?.delimiter).toBe(delimiter);
    expect(facts.columns).toEqual(["a", "b", "c"]);
    expect(rows[0]?.length).toBe(3);
  });

  test("a file without a header gets numbered columns, and its first row is data", async () => {
    const { facts, rows } = await readAll(csv("13900000001,2026-01-02,12.50\n13900000002,2026-01-03,8.00\n"));
    expect(facts.header).toBe(false);
    expect(facts.columns).toEqual(["#1", "#2", "#3"]);
    expect(rows.length).toBe(2);
  });

  test("duplicate column names, ragged rows and blank rows are read as they are", async () => {
    const { facts, rows } = await readAll(csv("id,name,name\n1,a,b\n2,c\n\n,,\n3,d,e,f\n"));
    expect(facts.columns).toEqual(["id", "name", "name"]);
    expect(rows).toEqual([
      ["1", "a", "b"],
      ["2", "c"],
      ["3", "d", "e", "f"],
    ]);
  });
});

describe("workbooks", () => {
  test("numbers, dates, long digits, formulas, errors and styled texts come as what they are", async () => {
    const content = await xlsx((book) => {
      const sheet = book.addWorksheet("会员");
      sheet.addRow(["手机号", "卡号", "日期", "合计", "坏", "名"]);
      const row = sheet.addRow([
        13_800_138_000,
        6_222_021_234_567_890_000,
        new Date("2026-11-22T18:30:00Z"),
        { formula: "1+1", result: 2 },
        { error: "#REF!" },
        { richText: [{ text: "王" }, { text: "小明" }] },
      ]);
      row.getCell(3).numFmt = "yyyy-mm-dd hh:mm:ss";
      sheet.addRow(["13900000001", "0012", "2026-01-01", { formula: "A1" }, true, "李雷"]);
    });
    const { facts, rows } = await readAll(bytesOf("m.xlsx", content));
    expect(facts).toMatchObject({ format: "xlsx", sheets: ["会员"], sheet: "会员" });
    expect(rows[0]).toEqual([
      "13800138000",
      "\uE000digits:6222021234567890000",
      "2026-11-22 18:30:00",
      "2",
      "\uE000error",
      "王小明",
    ]);
    expect(rows[1]).toEqual(["13900000001", "0012", "2026-01-01", "\uE000formula", "true", "李雷"]);
  });

  test("a sheet can be chosen, by its name", async () => {
    const content = await xlsx((book) => {
      book.addWorksheet("说明").addRow(["读我"]);
      const sheet = book.addWorksheet("Orders & more");
      sheet.addRow(["order_no", "amount"]);
      sheet.addRow(["A1", 9.9]);
    });
    const { facts, rows } = await readAll(bytesOf("m.xlsx", content), { sheet: "Orders & more" });
    expect(facts.sheets).toEqual(["说明", "Orders & more"]);
    expect(rows).toEqual([["A1", "9.9"]]);
    await expect(readAll(bytesOf("m.xlsx", content), { sheet: "x" })).rejects.toMatchObject({
      code: "import.no_such_sheet",
    });
  });
});

describe("Parquet", () => {
  test("wide integers keep all digits, times without a zone stay wall clock, only wanted columns are decoded", async () => {
    const content = parquetWriteBuffer({
      columnData: [
        { name: "card", data: [6222021234567890123n, 1n], type: "INT64" },
        { name: "amount", data: [0.1 + 0.2, 12], type: "DOUBLE" },
        { name: "name", data: ["王", null], type: "STRING" },
      ],
    });
    const file = bytesOf("m.parquet", new Uint8Array(content));
    const { facts, rows } = await readAll(file);
    expect(facts).toMatchObject({ format: "parquet", columns: ["card", "amount", "name"], rows: 2 });
    expect(rows).toEqual([
      ["6222021234567890123", "0.3", "王"],
      ["1", "12", ""],
    ]);
    const some: string[][] = [];
    for await (const batch of tableRows(file, facts, new Set([2]))) some.push(...batch.map((row) => row.cells));
    expect(some[0]).toEqual(["", "", "王"]);
  });
});

/** A ZIP archive of one stored file, without the help of any library. */
function zipOf(path: string, content: string, method = 0): Buffer {
  const data = method === 0 ? Buffer.from(content) : deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(path.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(data.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(path.length, 28);
  const body = Buffer.concat([local, Buffer.from(path), data]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + path.length, 12);
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, entry, Buffer.from(path), end]);
}

describe("files that cannot be read get a sentence that says what to do", () => {
  const gz = gzipSync(MEMBERS.repeat(2_000));
  test.each<[string, Buffer, string]>([
    ["an empty file", Buffer.alloc(0), "import.empty_file"],
    ["blank lines only", Buffer.from("\n\n \n"), "import.empty_file"],
    ["a header only", Buffer.from("手机号,姓名\n"), "import.header_only"],
    ["half a gzip", gz.subarray(0, gz.length >> 1), "import.broken_gzip"],
    ["a damaged gzip", Buffer.concat([gz.subarray(0, 60), Buffer.alloc(20, 7), gz.subarray(80)]), "import.broken_gzip"],
    ["a .csv that is a ZIP", zipOf("members.csv", MEMBERS), "import.zip_not_xlsx"],
    ["half a workbook", zipOf("xl/workbook.xml", "<workbook/>").subarray(0, 40), "import.broken_xlsx"],
    ["a workbook without sheets", zipOf("xl/workbook.xml", "<workbook/>"), "import.broken_xlsx"],
    [
      "a password-protected workbook",
      Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(600)]),
      "import.password_protected",
    ],
    ["a PDF", Buffer.from("%PDF-1.7 …"), "import.not_a_table"],
    ["half a Parquet file", Buffer.concat([Buffer.from("PAR1"), Buffer.alloc(50)]), "import.broken_parquet"],
    [
      "10,000 columns",
      Buffer.from(`${Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(",")}\n${"1,".repeat(9_999)}1\n`),
      "import.too_many_columns",
    ],
  ])("%s", async (_, bytes, code) => {
    const error = await readAll(bytesOf("members.csv", bytes)).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code });
    const kind = importErrors[code.slice(7) as keyof typeof importErrors];
    expect(kind.zh).toMatch(/请|没有|不是/);
  });

  test("a gzip that unpacks without end is stopped at the named limit", async () => {
    const { unpacked } = await import("./file-bytes.ts");
    const bomb = bytesOf("b.gz", gzipSync(Buffer.alloc(3_000_000)));
    const read = async () => {
      for await (const _ of unpacked(bomb, 1_000_000));
    };
    await expect(read()).rejects.toMatchObject({ code: "import.unpacked_too_large" });
  });
});
