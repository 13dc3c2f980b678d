import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../vocabulary/kinds.ts";
import type { RawRow } from "../reading/csv.ts";
import type { TableFacts } from "../reading/table.ts";
import { contentHash, type Draft, type RefusedRow } from "./batch.ts";
import { draftBatches } from "./draft.ts";
import { guessTable } from "./guess.ts";
import { LineCounter } from "./line-counter.ts";
import { checkMapping, type ImportOptions, type Mapping } from "./mapping.ts";
import { planRows } from "./row-plan.ts";
import { IMPORT_KINDS, importKind } from "./target.ts";

const NOW = new Date("2026-11-22T02:00:00Z");
const OPTIONS: ImportOptions = { timezone: "Asia/Shanghai", currency: "CNY" };

describe("guesses", () => {
  test.each([
    [
      "member",
      ["会员卡号", "手机号", "姓名", "性别", "生日", "入会时间", "开卡门店"],
      ["M1", "13900000001", "王小明", "女", "1990-01-02", "2024-05-06 10:00", "S01"],
    ],
    [
      "order",
      ["小票号", "销售时间", "门店编号", "货号", "数量", "售价", "手机"],
      ["R1", "2026-01-02 10:00:00", "S01", "T-1", "2", "19.90", "13900000001"],
    ],
    ["return", ["退货单号", "退货时间", "商品编码", "退货数量", "退款金额"], ["B1", "2026-01-02", "T-1", "1", "9.90"]],
    ["product", ["商品编码", "商品名称", "一级品类", "标价"], ["T-1", "龙井", "绿茶", "99.00"]],
    ["store", ["门店编号", "门店名称", "大区", "城市"], ["S01", "西湖店", "华东", "杭州"]],
    ["points_movement", ["手机号", "积分", "原因", "时间"], ["13900000001", "-200", "兑换", "2026-01-02 10:00"]],
    [
      "coupon_use",
      ["household_id", "coupon_upc", "campaign_id", "redemption_date"],
      ["1", "51380041013", "26", "2017-01-01"],
    ],
  ])("a file of kind %s", (kind, columns, row) => {
    const guess = guessTable(columns, [row]);
    expect(guess.record_kind).toBe(kind);
    expect(columns.filter((_, i) => guess.columns[i] === null)).toEqual([]);
  });

  test("a column is known by its values where its name says nothing", () => {
    const guess = guessTable(
      ["A", "B", "name"],
      [
        ["13900000001", "a@b.cn", "王"],
        ["13900000002", "c@d.cn", "李"],
      ],
    );
    expect(guess.columns.map((column) => column?.field)).toEqual(["identity.phone", "identity.email", "name"]);
  });

  test("no column is guessed twice and no field has two columns", () => {
    const guess = guessTable(
      ["手机", "手机号", "电话", "name", "姓名"],
      [["13900000001", "13900000001", "13900000001", "王", "王"]],
    );
    const fields = guess.columns.flatMap((column) => (column === null ? [] : [column.field]));
    expect(new Set(fields).size).toBe(fields.length);
  });

  test("every kind of the vocabulary but links and items can be imported", () => {
    const kinds = new Set(IMPORT_KINDS.map((kind) => kind.kind));
    expect(KINDS.map((kind) => kind.kind).filter((kind) => !kinds.has(kind))).toEqual(
      expect.not.arrayContaining(["member", "order"]),
    );
    expect(KINDS.length - kinds.size).toBeLessThanOrEqual(3);
  });
});

const COLUMNS = ["no", "sku", "qty", "price", "time", "phone", "name"];
const MAPPING: Mapping = {
  order_no: { column: 0 },
  "lines.sku": { column: 1 },
  "lines.quantity": { column: 2 },
  "lines.unit_price": { column: 3 },
  occurred_at: { column: 4 },
  "identity.phone": { column: 5 },
  "lines.product_name": { column: 6 },
};
const FACTS: TableFacts = {
  format: "csv",
  gzip: false,
  encoding: "utf-8",
  dialect: null,
  header: true,
  sheet: null,
  sheets: [],
  columns: COLUMNS,
  rows: null,
};

async function draft(
  rows: readonly (readonly string[])[],
  mapping = MAPPING,
  kind = "order",
): Promise<{ drafts: Draft[]; refused: RefusedRow[]; notes: string[] }> {
  const checked = checkMapping(kind, mapping, OPTIONS, COLUMNS.length);
  const plan = planRows(FACTS, checked, mapping, OPTIONS, NOW);
  const raws = rows.map((cells, i): RawRow => ({ row: i + 2, cells: [...cells] }));
  const all = { drafts: [] as Draft[], refused: [] as RefusedRow[], notes: [] as string[] };
  const feed = async function* () {
    yield raws;
  };
  const keyed = (content: string) => contentHash(content).toString("hex");
  for await (const batch of draftBatches(feed(), { plan, keyed, file_key: "f", default_time: NOW.toISOString() })) {
    all.drafts.push(...batch.drafts);
    all.refused.push(...batch.refused);
    all.notes.push(...batch.notes.map((note) => note.code));
  }
  return all;
}

const line = (no: string, sku: string, qty = "1", price = "2.50", time = "2026-01-02 10:00", phone = "13900000001") => [
  no,
  sku,
  qty,
  price,
  time,
  phone,
  "tea",
];
const bodyOf = (drafts: readonly Draft[], i = 0) =>
  drafts[i]?.record.body as { lines: Record<string, unknown>[] } & Record<string, unknown>;

describe("rows become records", () => {
  test("rows of one document are one order, and equal lines stay two lines", async () => {
    const { drafts } = await draft([line("A", "x"), line("A", "x"), line("A", "y", "6.0"), line("B", "x")]);
    expect(drafts.map((one) => one.record.body["order_no"])).toEqual(["A", "B"]);
    const numbers = bodyOf(drafts).lines.map((one) => one["line_no"]);
    expect(new Set(numbers).size).toBe(3);
    expect(bodyOf(drafts).lines[2]).toMatchObject({ sku: "y", quantity: "6", unit_price: "2.5" });
    expect(drafts[0]?.record).toMatchObject({
      occurred_at: "2026-01-02T02:00:00.000Z",
      place: "rows 2–4",
      identities: [{ kind: "phone", value: "13900000001" }],
    });
  });

  test("a document that comes again later goes on counting its equal lines", async () => {
    const { drafts } = await draft([line("A", "x"), line("B", "x"), line("A", "x")]);
    expect(drafts.map((one) => one.record.body["order_no"])).toEqual(["A", "B", "A"]);
    const [first, , second] = drafts.map((_, i) => bodyOf(drafts, i).lines[0]?.["line_no"]);
    expect(first).not.toBe(second);
  });

  test("the header takes the earliest time and says so once", async () => {
    const { drafts, notes } = await draft([
      line("A", "x", "1", "1", "2026-01-02 10:05"),
      line("A", "y", "1", "1", "2026-01-02 10:04"),
      line("A", "z", "1", "1", "2026-01-02 10:04"),
    ]);
    expect(drafts[0]?.record.occurred_at).toBe("2026-01-02T02:04:00.000Z");
    expect(drafts[0]?.rows.length).toBe(3);
    expect(notes).toEqual(["row.second_time"]);
  });

  test("sales, returns and lines that are neither are told apart, and each row is in exactly one", async () => {
    const rows = [
      line("A", "x", "2", "3.00"),
      line("A", "x", "-1", "3.00"),
      line("A", "gift", "1", "0"),
      line("B", "damage", "-5", "0"),
      line("C", "x", "1", "-9.00"),
      ["D", "B", "1", "11062.06", "2026-01-02 10:00", "", "Adjust bad debt"],
      line("E", "x", "many"),
    ];
    const { drafts, refused } = await draft(rows);
    expect(drafts.map((one) => [one.record.kind, one.rows.length])).toEqual([
      ["order", 2],
      ["return", 1],
    ]);
    expect(bodyOf(drafts, 1)).toMatchObject({
      return_no: "A",
      lines: [{ sku: "x", quantity: "1", refund_minor: 300 }],
    });
    expect(refused.map((one) => one.problems[0]?.code)).toEqual([
      "row.stock_adjustment",
      "row.negative_price",
      "row.account_adjustment",
      "row.not_a_number",
    ]);
    expect(drafts.flatMap((one) => one.rows).length + refused.length).toBe(rows.length);
  });

  test("a sale without a person stays a sale", async () => {
    const { drafts } = await draft([line("A", "x", "1", "1", "2026-01-02 10:00", "")]);
    expect(drafts[0]?.record.identities).toEqual([]);
  });

  test.each([
    ["1899-12-30 00:00", "row.date_too_early"],
    ["2099-01-01 00:00", "row.date_in_future"],
    ["", "row.required_empty"],
    ["soon", "row.not_a_date"],
  ])("time %j", async (time, code) => {
    const { refused } = await draft([line("A", "x", "1", "1", time)]);
    expect(refused[0]?.problems[0]?.code).toBe(code);
  });

  test("too many and too few cells, NUL bytes and wrong bytes are told by row and column", async () => {
    const { refused } = await draft([[...line("A", "x"), "more"], ["A", "x"], line("A", "x\0"), line("A", "x\uFFFD")]);
    expect(refused.map((one) => [one.problems[0]?.row, one.problems[0]?.code, one.problems[0]?.column])).toEqual([
      [2, "row.too_many_cells", null],
      [3, "row.too_few_cells", null],
      [4, "row.nul_byte", "sku"],
      [5, "row.bad_characters", "sku"],
    ]);
  });

  test("equal facts without a number are two facts, equal masters one", async () => {
    const points: Mapping = { points: { column: 2 }, "identity.phone": { column: 5 }, occurred_at: { column: 4 } };
    const twice = [line("", "", "5"), line("", "", "5")];
    const facts = await draft(twice, points, "points_movement");
    expect(new Set(facts.drafts.map((one) => one.record.key)).size).toBe(2);
    const members = await draft(twice, { "identity.phone": { column: 5 }, name: { column: 6 } }, "member");
    expect(new Set(members.drafts.map((one) => one.record.key)).size).toBe(1);
  });

  test("a bare yes is a consent without evidence", async () => {
    const mapping: Mapping = { "identity.phone": { column: 5 }, "consent.sms": { column: 1 } };
    const { drafts } = await draft([line("", "是")], mapping, "member");
    expect(drafts[0]?.record.body["consents"]).toEqual([{ purpose: "marketing", channel: "sms", granted: true }]);
  });

  const anyLine = fc
    .tuple(fc.constantFrom("A", "B", "C"), fc.constantFrom("x", "y"), fc.constantFrom("1", "2", "-1"))
    .map(([no, sku, qty]) => line(no, sku, qty));
  const lineSet = (drafts: readonly Draft[]) =>
    drafts
      .flatMap(({ record }) =>
        (record.body["lines"] as { line_no: string }[]).map(
          (one) => `${record.kind} ${String(record.body["order_no"] ?? record.body["return_no"])} ${one.line_no}`,
        ),
      )
      .sort();

  test("a column order of any kind gives the same records", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyLine, { minLength: 1, maxLength: 12 }),
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }),
        async (rows, order) => {
          const moved = Object.fromEntries(
            Object.entries(MAPPING).map(([field, source]) => [field, { column: order.indexOf(source.column ?? 0) }]),
          );
          const plain = await draft(rows);
          const shuffled = await draft(
            rows.map((row) => order.map((from) => row[from] ?? "")),
            moved,
          );
          expect(shuffled.drafts.map((one) => one.record)).toEqual(plain.drafts.map((one) => one.record));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("a file split between two documents gives the same lines as the whole", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyLine, { minLength: 2, maxLength: 14 }), fc.nat(), async (rows, cut) => {
        const sorted = rows.toSorted((a, b) => ((a[0] ?? "") < (b[0] ?? "") ? -1 : 1));
        const borders = sorted.flatMap((row, i) => (i > 0 && row[0] !== sorted[i - 1]?.[0] ? [i] : []));
        const border = borders[cut % (borders.length || 1)] ?? sorted.length;
        const whole = await draft(sorted);
        const parts = [...(await draft(sorted.slice(0, border))).drafts, ...(await draft(sorted.slice(border))).drafts];
        expect(lineSet(parts)).toEqual(lineSet(whole.drafts));
        expect(new Set(lineSet(whole.drafts)).size).toBe(lineSet(whole.drafts).length);
      }),
      { numRuns: 100 },
    );
  });
});

describe("mappings are checked", () => {
  test.each<[string, string, Mapping]>([
    ["import.unknown_kind", "thing", {}],
    ["import.unknown_field", "order", { colour: { column: 0 } }],
    ["import.unknown_column", "order", { order_no: { column: 99 } }],
    ["import.field_missing", "order", { occurred_at: { column: 4 } }],
    ["import.identity_missing", "member", { name: { column: 6 } }],
    ["import.time_missing", "points_movement", { points: { column: 2 }, "identity.phone": { column: 5 } }],
    ["import.bad_option", "order", { ...MAPPING, occurred_at: { column: 4, format: "julian" } }],
  ])("%s", (code, kind, mapping) => {
    expect(() => checkMapping(kind, mapping, OPTIONS, COLUMNS.length)).toThrow(expect.objectContaining({ code }));
  });

  test("a fixed value may stand for a column", () => {
    const kind = checkMapping(
      "coupon_use",
      { stage: { value: "used" }, "identity.phone": { column: 5 }, occurred_at: { column: 4 } },
      OPTIONS,
      7,
    );
    expect(kind).toBe(importKind("coupon_use"));
  });
});

describe("counting equal lines", () => {
  test("counts like a map, over growth, and says when it is full", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 2_000 }), (values) => {
        const counter = new LineCounter();
        const expected = new Map<number, number>();
        for (const value of values) {
          expected.set(value, (expected.get(value) ?? 0) + 1);
          expect(counter.next(contentHash(String(value)))).toBe(expected.get(value));
        }
        expect(counter.size).toBe(expected.size);
      }),
      { numRuns: 20 },
    );
    const grown = new LineCounter();
    for (let i = 0; i < 200_000; i += 1) expect(grown.next(contentHash(String(i)))).toBe(1);
    expect(grown.next(contentHash("77"))).toBe(2);
    const small = new LineCounter(2);
    expect([1, 2, 3, 1].map((value) => small.next(contentHash(String(value))))).toEqual([1, 1, undefined, 2]);
  });
});
