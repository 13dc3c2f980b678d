import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createZstdDecompress } from "node:zlib";
import pg from "pg";

/** Where a planted value was found in clear. */
export interface Sighting {
  readonly value: string;
  readonly form: string;
  readonly place: string;
}

interface Needle {
  readonly value: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Base64 of bytes at each of the three offsets in a longer text, without the characters that the neighbours decide. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = offset === 0 ? 0 : offset + 1;
    return text.slice(first, text.length - 1);
  });
}

/** The forms in which a value would still be readable: as it is, encoded, or split as people write numbers. */
export function needlesOf(values: readonly string[]): Needle[] {
  return values.flatMap((value) => {
    const bytes = Buffer.from(value);
    const digits = /^1\d{10}$/.test(value);
    const forms: [form: string, text: string][] = [
      ["plain", value],
      ["hex", bytes.toString("hex")],
      ["hex", bytes.toString("hex").toUpperCase()],
      ["url", encodeURIComponent(value)],
      [
        "json",
        JSON.stringify(value)
          .slice(1, -1)
          .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
      ],
      ["reversed", [...value].reverse().join("")],
      ...base64Forms(bytes).map((text): [string, string] => ["base64", text]),
      ...base64Forms(bytes).map((text): [string, string] => [
        "base64url",
        text.replaceAll("+", "-").replaceAll("/", "_"),
      ]),
      ...(digits
        ? [" ", "-", "."].map((by): [string, string] => [
            "split",
            [value.slice(0, 3), value.slice(3, 7), value.slice(7)].join(by),
          ])
        : []),
    ];
    // equal texts are one needle, called by the first form
    const texts = new Map(forms.toReversed().map(([form, text]) => [text, form]));
    const needles = [...texts].map(([text, form]): Needle => ({ value, form, bytes: Buffer.from(text) }));
    return [...needles, { value, form: "utf-16", bytes: Buffer.from(value, "utf16le") }];
  });
}

/** Looks through bytes that come in pieces; a value across two pieces is found too. */
async function lookThrough(
  pieces: AsyncIterable<Buffer | string>,
  needles: readonly Needle[],
  place: string,
): Promise<Sighting[]> {
  const overlap = Math.max(...needles.map((needle) => needle.bytes.length)) - 1;
  const found = new Map<string, Sighting>();
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const window = Buffer.concat([rest, Buffer.from(piece as Buffer)]);
    for (const { value, form, bytes } of needles) {
      if (window.includes(bytes)) found.set(`${value} ${form}`, { value, form, place });
    }
    rest = window.subarray(Math.max(0, window.length - overlap));
  }
  return [...found.values()];
}

/** Every file below a folder, byte by byte: heap, indexes and WAL of PostgreSQL, logs, spool, spill, packed back-ups. */
export async function scanFolder(folder: string, needles: readonly Needle[]): Promise<Sighting[]> {
  const found: Sighting[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // PostgreSQL makes some of its files anew while it runs
    if (!entry.isFile() || ((await stat(path).catch(() => undefined))?.size ?? 0) === 0) continue;
    const file = createReadStream(path, { highWaterMark: 1 << 22 });
    const bytes = entry.name.endsWith(".zst") ? file.pipe(createZstdDecompress()) : file;
    found.push(...(await lookThrough(bytes, needles, path)));
  }
  return found;
}

/** Every row of every table of a database as text, so that what is compressed on disk is read too. */
export async function scanDatabase(url: string, needles: readonly Needle[]): Promise<Sighting[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const found: Sighting[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`select t::text as text from ${name} t`);
      const pieces = (async function* () {
        for (const { text } of rows) yield `${text}\n`;
      })();
      found.push(...(await lookThrough(pieces, needles, name)));
    }
    return found;
  } finally {
    await client.end();
  }
}

/** Texts that somebody was given: answers, exported files, rows of Parquet. */
export function scanTexts(texts: readonly string[], needles: readonly Needle[], place: string): Promise<Sighting[]> {
  return lookThrough(
    (async function* () {
      yield* texts;
    })(),
    needles,
    place,
  );
}
