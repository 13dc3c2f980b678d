import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createDeflateRaw } from "node:zlib";
import { safeCell } from "../ingest/index.ts";
import { problem } from "../platform/index.ts";
import { EXPORT_BYTES_MAX } from "./limits.ts";

/** The head of a file: what each column is called, and whether its values are numbers. */
export interface Heading {
  readonly title: string;
  readonly number: boolean;
}

type Rows = AsyncIterable<readonly (readonly string[])[]>;

const BYTE_ORDER_MARK = "\uFEFF";

/** CSV as spreadsheets open it: UTF-8 with its mark, nothing that would run as a formula. One piece for each portion. */
export async function* csvPieces(heads: readonly Heading[], rows: Rows): AsyncGenerator<Buffer> {
  const line = (cells: readonly string[]) => `${cells.map(safeCell).join(",")}\r\n`;
  yield Buffer.from(BYTE_ORDER_MARK + line(heads.map(({ title }) => title)));
  for await (const portion of rows) yield Buffer.from(portion.map(line).join(""));
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const SHEET_PATH = "xl/worksheets/sheet1.xml";
const TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const FILES: readonly (readonly [path: string, xml: string])[] = [
  [
    "[Content_Types].xml",
    `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      `<Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/>` +
      `<Override PartName="/${SHEET_PATH}" ContentType="${TYPES}.worksheet+xml"/></Types>`,
  ],
  [
    "_rels/.rels",
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    "xl/workbook.xml",
    `${HEAD}<workbook xmlns="${SHEET}" xmlns:r="${OFFICE}"><sheets><sheet name="members" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ],
  [
    "xl/_rels/workbook.xml.rels",
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  ],
];

/**
 * A workbook of one sheet, made as its rows come: the packer takes no more than it is asked for, which the writer of
 * exceljs does not promise. Texts are inline, so that nothing has to be kept to the end; a text is never a formula.
 * @throws segments.export_too_many_bytes
 */
export async function* xlsxPieces(heads: readonly Heading[], rows: Rows): AsyncGenerator<Buffer> {
  const entries: Entry[] = [];
  let offset = 0;
  const sheet = Readable.from(sheetXml(heads, rows), { objectMode: true });
  const contents = FILES.map(([path, xml]) => [path, Readable.from([Buffer.from(xml)])] as const);
  for (const [path, source] of [...contents, [SHEET_PATH, sheet] as const]) {
    const local = localHeader(path);
    const sizes = { crc: 0, packed: 0, plain: 0 };
    yield local;
    for await (const piece of packed(source, sizes)) yield piece;
    yield descriptor(sizes);
    entries.push({ path, offset, ...sizes });
    offset += local.length + sizes.packed + DESCRIPTOR_BYTES;
  }
  const central = Buffer.concat(entries.map(centralHeader));
  yield Buffer.concat([central, endOfCentral(entries.length, central.length, offset)]);
}

async function* sheetXml(heads: readonly Heading[], rows: Rows): AsyncGenerator<Buffer> {
  const letters = heads.map((_, place) => columnLetters(place));
  const text = (at: string, cell: string) =>
    cell === "" ? "" : `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
  const cellOf = (value: string, place: number, row: number) => {
    const at = `${letters[place]}${row}`;
    // a number of more than fifteen digits would be rounded by the spreadsheet
    const number = heads[place]?.number === true && /^-?\d{1,15}(\.\d{1,6})?$/.test(value);
    return number ? `<c r="${at}"><v>${value}</v></c>` : text(at, value);
  };
  const titles = heads.map(({ title }, place) => text(`${letters[place]}1`, title));
  yield Buffer.from(`${HEAD}<worksheet xmlns="${SHEET}"><sheetData><row r="1">${titles.join("")}</row>`);
  let row = 1;
  for await (const portion of rows) {
    const lines = portion.map((cells) => {
      row += 1;
      return `<row r="${row}">${cells.map((value, place) => cellOf(value, place, row)).join("")}</row>`;
    });
    yield Buffer.from(lines.join(""));
  }
  yield Buffer.from("</sheetData></worksheet>");
}

/** 0 → A, 25 → Z, 26 → AA. */
function columnLetters(place: number): string {
  const last = String.fromCharCode(65 + (place % 26));
  return place < 26 ? last : columnLetters(Math.floor(place / 26) - 1) + last;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** What XML cannot hold is left out. */
function escaped(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, "").replace(/[&<>]/g, (c) => ENTITIES[c] ?? c);
}

interface Sizes {
  crc: number;
  packed: number;
  plain: number;
}

interface Entry extends Sizes {
  readonly path: string;
  readonly offset: number;
}

/** Deflated pieces; sizes and sum are known when the last one was taken. */
async function* packed(source: Readable, sizes: Sizes): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw({ level: 6 });
  const counted = async function* (pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      sizes.plain += piece.length;
      if (sizes.plain > EXPORT_BYTES_MAX) throw problem("segments.export_too_many_bytes", { max: EXPORT_BYTES_MAX });
      sizes.crc = crc32(piece, sizes.crc);
      yield piece;
    }
  };
  const piping = pipeline(source, counted, deflate);
  // a failure comes out of the loop below; unheard here it would end the process
  piping.catch(() => undefined);
  for await (const piece of deflate as AsyncIterable<Buffer>) {
    sizes.packed += piece.length;
    yield piece;
  }
  await piping;
}

/** Names in UTF-8, sizes after the data (APPNOTE 4.4.4, bits 3 and 11). */
const FLAGS = 0x0808;
const DEFLATED = 8;
const VERSION = 20;
/** 1 January 2000: a file says nothing of when it was made. */
const DOS_DAY = (20 << 9) | (1 << 5) | 1;
const DESCRIPTOR_BYTES = 16;

function localHeader(path: string): Buffer {
  const name = Buffer.from(path);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(FLAGS, 6);
  head.writeUInt16LE(DEFLATED, 8);
  head.writeUInt16LE(DOS_DAY, 12);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, name]);
}

function descriptor({ crc, packed, plain }: Sizes): Buffer {
  const tail = Buffer.alloc(DESCRIPTOR_BYTES);
  tail.writeUInt32LE(0x08074b50, 0);
  tail.writeUInt32LE(crc, 4);
  tail.writeUInt32LE(packed, 8);
  tail.writeUInt32LE(plain, 12);
  return tail;
}

function centralHeader({ path, offset, crc, packed, plain }: Entry): Buffer {
  const name = Buffer.from(path);
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(VERSION, 6);
  head.writeUInt16LE(FLAGS, 8);
  head.writeUInt16LE(DEFLATED, 10);
  head.writeUInt16LE(DOS_DAY, 14);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(packed, 20);
  head.writeUInt32LE(plain, 24);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt32LE(offset, 42);
  return Buffer.concat([head, name]);
}

function endOfCentral(entries: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
