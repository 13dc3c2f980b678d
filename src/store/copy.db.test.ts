import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { copyInto, copyOut, CopyReader, CopyWriter, encodeCopy, SYSTEM_SCOPE, type Tx } from "./index.ts";

const world = withDatabase();
const RUNS = process.env["HUITOU_LONG"] === "1" ? 1_000 : 40;

interface Row {
  readonly id: string;
  readonly small: number | null;
  readonly middle: number | null;
  readonly large: number | null;
  readonly at: Date | null;
  readonly words: string | null;
  readonly amount: string | null;
  readonly free: unknown;
}

const TYPES = "uuid, int2, int4, int8, timestamptz, text, numeric, jsonb".split(", ");
const NAMES = "id, small, middle, large, at, words, amount, free".split(", ");
const COLUMNS = NAMES.map((name, i) => `${name} ${TYPES[i]}`).join(", ");
const EMPTY: Row = {
  id: "00000000-0000-0000-0000-000000000000",
  small: null,
  middle: null,
  large: null,
  at: null,
  words: null,
  amount: null,
  free: null,
};

function writeRow(writer: CopyWriter, row: Row): void {
  writer.uuid(row.id);
  writer.int16(row.small);
  writer.int32(row.middle);
  writer.int64(row.large);
  writer.instant(row.at === null ? null : row.at.getTime());
  writer.text(row.words);
  writer.numeric(row.amount);
  writer.jsonb(row.free === null ? null : JSON.stringify(row.free));
}

/** In tables of the transaction's own, which is rolled back. */
async function inTables<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  const done = new Error("enough");
  let result: T | undefined;
  await world()
    .ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await tx.query(`create temporary table copied (n int generated always as identity, ${COLUMNS})`);
      await tx.query(`create temporary table inserted (n int generated always as identity, ${COLUMNS})`);
      result = await work(tx);
      throw done;
    })
    .catch((error: unknown) => {
      if (error !== done) throw error;
    });
  return result as T;
}

const copy = (tx: Tx, rows: readonly Row[]) =>
  copyInto(
    tx.client,
    `copy copied (${NAMES.join(", ")}) from stdin (format binary)`,
    encodeCopy(rows, NAMES.length, writeRow),
  );

async function insert(tx: Tx, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const values = [
      row.id,
      row.small,
      row.middle,
      row.large,
      row.at === null ? null : row.at.toISOString(),
      row.words,
      row.amount,
      row.free === null ? null : JSON.stringify(row.free),
    ];
    const places = TYPES.map((type, i) => `$${i + 1}::${type}`).join(", ");
    await tx.query(`insert into inserted (${NAMES.join(", ")}) values (${places})`, values);
  }
}

/** Rows as text, so that scales of numbers count too. */
const shown = (tx: Tx, table: string) => tx.query<{ row: string }>(`select t::text as row from ${table} t order by n`);

async function expectSame(rows: readonly Row[]): Promise<void> {
  const [copied, inserted] = await inTables(async (tx) => {
    await copy(tx, rows);
    await insert(tx, rows);
    return [await shown(tx, "copied"), await shown(tx, "inserted")] as const;
  });
  expect(copied).toEqual(inserted);
  expect(copied).toHaveLength(rows.length);
}

describe("what COPY writes in binary form is what INSERT writes", () => {
  test("nulls in every column, and no rows at all", async () => {
    await expectSame([EMPTY]);
    await expectSame([]);
  });

  test("the ends of every type", async () => {
    const of = (part: Partial<Row>): Row => ({ ...EMPTY, ...part });
    await expectSame([
      of({ id: "ffffffff-ffff-ffff-ffff-ffffffffffff", small: -32_768, middle: -(2 ** 31), large: -(2 ** 53 - 1) }),
      of({ id: "0123456789abcdef0123456789abcdef", small: 32_767, middle: 2 ** 31 - 1, large: 2 ** 53 - 1 }),
      of({ small: 0, middle: 0, large: 0, words: "", free: {}, amount: "0" }),
      of({ large: 2 ** 32, at: new Date(0) }),
      of({ large: -(2 ** 32), at: new Date("1970-01-02T00:00:00.001Z") }),
      of({ large: 2 ** 32 - 1, at: new Date("1999-12-31T23:59:59.999Z") }),
      of({ at: new Date("2000-01-01T00:00:00Z"), words: "回头客 🍵 \ud83d half, tab\t, line\n, \\N" }),
      of({ at: new Date("2200-02-28T23:59:59.999Z"), free: ["龙井", null, 1.5, { a: { b: "\u2028" } }] }),
    ]);
  });

  test.each([
    "0",
    "-0",
    "0.000000",
    "1",
    "-1",
    "12345678",
    "9999.9999",
    "10000",
    "10000.0001",
    "0.0001",
    "0.00001",
    "-0.5",
    "2.50",
    ".5",
    "5.",
    "000123.4500",
    "1e3",
    "1.25e-7",
    "12.5E+2",
    "1e+21",
    "100000000000000000000.000000000000000001",
  ])("the decimal %s", async (amount) => {
    await expectSame([{ ...EMPTY, amount }]);
  });

  test("any rows", async () => {
    const or = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
    const row: fc.Arbitrary<Row> = fc.record({
      id: fc.uuid(),
      small: or(fc.integer({ min: -32_768, max: 32_767 })),
      middle: or(fc.integer()),
      large: or(fc.maxSafeInteger()),
      at: or(fc.date({ min: new Date("1900-01-01"), max: new Date("2250-01-01"), noInvalidDate: true })),
      words: or(fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", ""))),
      amount: or(
        fc
          .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(30))
          .map(([digits, scale]) => decimal(digits, scale)),
      ),
      free: or(fc.jsonValue({ maxDepth: 3 }).map(withoutNul)),
    });
    await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 30 }), expectSame), { numRuns: RUNS });
  });
});

function decimal(digits: bigint, scale: number): string {
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
  const at = text.length - scale;
  return `${digits < 0n ? "-" : ""}${text.slice(0, at)}${scale === 0 ? "" : `.${text.slice(at)}`}`;
}

/** Without what jsonb refuses: NUL and halves of surrogate pairs, in values and names. */
function withoutNul(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\0", "").toWellFormed();
  if (Array.isArray(value)) return value.map(withoutNul);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [withoutNul(name), withoutNul(part)]));
}

describe("what cannot be written", () => {
  const encode = (part: Partial<Row>) => encodeCopy([{ ...EMPTY, ...part }], NAMES.length, writeRow);

  test.each<Partial<Row>>([
    { large: 0.5 },
    { large: 2 ** 53 },
    { large: Number.NaN },
    { at: new Date("no day") },
    { small: 40_000 },
    { middle: 2 ** 31 },
    { amount: "" },
    { amount: "." },
    { amount: "a lot" },
    { amount: "1,5" },
    { id: "no uuid" },
    { id: "0123456789abcdef0123456789abcdeg" },
  ])("%o is refused before anything is sent", (part) => {
    expect(() => encode(part)).toThrow(RangeError);
  });

  test("what PostgreSQL refuses fails the statement, and the connection goes on", async () => {
    await inTables(async (tx) => {
      await tx.query("savepoint before");
      await expect(copy(tx, [{ ...EMPTY, words: "a\0b" }])).rejects.toMatchObject({ code: "22021" });
      await tx.query("rollback to savepoint before");
      await copy(tx, [EMPTY]);
      expect(await shown(tx, "copied")).toHaveLength(1);
    });
  });
});

describe("reading", () => {
  let pairs: { id: string; large: number; at: Date; words: string; free: unknown }[];
  beforeAll(() => {
    pairs = Array.from({ length: 3_000 }, (_, n) => ({
      id: `0123abcd-0000-4000-8000-${String(n).padStart(12, "0")}`,
      large: (n - 1_500) * 6_004_799_503_160,
      at: new Date(Date.UTC(1995, 0, 1) + n * 86_400_123),
      words: `乌龙 ${"🍵".repeat(n % 40)}`,
      free: { n, list: [n % 7, 'a\\b"c'], nested: { 茶: null } },
    }));
  });
  afterAll(() => {
    pairs = [];
  });

  test("gives what was written, over any number of messages", async () => {
    const read = await inTables(async (tx) => {
      await copy(
        tx,
        pairs.map((row) => ({ ...EMPTY, ...row })),
      );
      const statement = "copy (select id, large, at, words, free from copied order by n) to stdout (format binary)";
      const reader = new CopyReader(await copyOut(tx.client, statement));
      const rows = [];
      while (reader.next()) {
        rows.push({
          id: reader.uuid(),
          large: reader.int64(),
          at: reader.instant(),
          words: reader.text(),
          free: reader.jsonb(),
        });
      }
      return rows;
    });
    expect(read).toEqual(pairs);
  });

  test("a null where none can be, and a number that would lose digits, stop it", async () => {
    const readOne = (value: string) =>
      inTables(async (tx) => {
        const reader = new CopyReader(await copyOut(tx.client, `copy (select ${value}) to stdout (format binary)`));
        expect(reader.next()).toBe(true);
        return reader.int64();
      });
    await expect(readOne("null::bigint")).rejects.toThrow("null");
    await expect(readOne("9007199254740992")).rejects.toThrow("safe range");
    expect(await readOne("-9007199254740991")).toBe(-9_007_199_254_740_991);
  });

  test("a statement that fails says so, and the connection goes on", async () => {
    await inTables(async (tx) => {
      await tx.query("savepoint before");
      await expect(copyOut(tx.client, "copy (select 1 / 0) to stdout (format binary)")).rejects.toMatchObject({
        code: "22012",
      });
      await tx.query("rollback to savepoint before");
      expect(await tx.one("select 1 as one")).toEqual({ one: 1 });
    });
  });
});

test.each(["writing", "reading"])("a connection lost while %s fails the call, and the process goes on", async (way) => {
  const { pool } = world().ground.store;
  const client = await pool.connect();
  const other = new pg.Client({ connectionString: world().composition.databases.admin_url });
  await other.connect();
  client.on("error", () => undefined);
  try {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    await other.query("begin; lock table store.setting in exclusive mode");
    const running =
      way === "writing"
        ? copyInto(
            client,
            "copy store.setting from stdin (format binary)",
            encodeCopy([], 2, () => {}),
          )
        : copyOut(client, "copy (select n from generate_series(1, 100000000) n) to stdout (format binary)");
    const failed = expect(running).rejects.toThrow(/terminat/i);
    await other.query("select pg_sleep(0.2), pg_terminate_backend($1)", [rows[0]?.pid]);
    await failed;
  } finally {
    await other.end();
    client.release(true);
  }
});

test("two writers at a time do not write into each other's rows", async () => {
  const [one, other] = [new CopyWriter(), new CopyWriter()];
  for (let n = 0; n < 20_000; n += 1) {
    one.int32(n);
    other.text(String(n));
  }
  const [first, second] = [one.written(), other.written()];
  const third = new CopyWriter();
  third.text("x".repeat(200_000));
  expect(Buffer.from(first).readInt32BE(4)).toBe(0);
  expect(Buffer.from(first).readInt32BE(first.length - 4)).toBe(19_999);
  expect(Buffer.from(second).toString("latin1", second.length - 5)).toBe("19999");
});
