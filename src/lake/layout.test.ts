import { describe, expect, test } from "vitest";
import type { Column, Relation } from "../query/index.ts";
import {
  filePath,
  isWithin,
  type ManifestFile,
  MONTH_ROWS_MAX,
  monthRange,
  rangesToWrite,
  storedColumns,
} from "./layout.ts";
import { viewOrder, viewSelect } from "./view.ts";

let file_id = 0;
function file(from_day: string, to_day: string, rows: number): ManifestFile {
  file_id += 1;
  return { file_id, relation: "orders", from_day, to_day, path: `${file_id}`, form: "", rows, bytes: 1 };
}

describe("ranges to write", () => {
  test("a small month is written whole, so that its day files become one", () => {
    const files = [
      file("2026-02-03", "2026-02-03", 10),
      file("2026-02-04", "2026-02-04", 10),
      file("2026-01-01", "2026-01-31", 10),
    ];
    expect(rangesToWrite(files, ["2026-02-04", "2026-02-05"])).toEqual([
      { from_day: "2026-02-01", to_day: "2026-02-28" },
    ]);
  });

  test("in a large month only the day's file is written", () => {
    const files = [file("2026-02-03", "2026-02-03", MONTH_ROWS_MAX), file("2026-02-04", "2026-02-04", 10)];
    expect(rangesToWrite(files, ["2026-02-04", "2026-02-05"])).toEqual([
      { from_day: "2026-02-04", to_day: "2026-02-04" },
      { from_day: "2026-02-05", to_day: "2026-02-05" },
    ]);
  });

  test("a month file that has grown too large is written whole once more, to be cut", () => {
    expect(rangesToWrite([file("2026-02-01", "2026-02-28", MONTH_ROWS_MAX + 1)], ["2026-02-04"])).toEqual([
      { from_day: "2026-02-01", to_day: "2026-02-28" },
    ]);
  });

  test("ranges never overlap in part: what a range replaces lies within it", () => {
    const range = monthRange("2028-02-10");
    expect(range).toEqual({ from_day: "2028-02-01", to_day: "2028-02-29" });
    expect(isWithin({ from_day: "2028-02-29", to_day: "2028-02-29" }, range)).toBe(true);
    expect(isWithin({ from_day: null, to_day: null }, range)).toBe(false);
  });
});

test("a file says its relation, days and batch", () => {
  expect(filePath("orders", monthRange("2026-01-05"), 17)).toBe("orders/2026-01/2026-01.17.parquet");
  expect(filePath("orders", { from_day: "2026-01-05", to_day: "2026-01-05" }, 17)).toBe(
    "orders/2026-01/2026-01-05.17.parquet",
  );
  expect(filePath("products", null, 17)).toBe("products/all.17.parquet");
});

describe("the view of a relation", () => {
  const column = (name: string, type: Column["type"], options: Partial<Column> = {}): Column => ({
    name,
    type,
    zh: name,
    en: name,
    ...options,
  });
  const relation: Relation = {
    name: "visits",
    zh: "",
    en: "",
    grain_zh: "",
    grain_en: "",
    per_member: "many",
    key: ["visit_id"],
    lake: { partition: "business_day" },
    columns: [
      column("visit_id", "integer"),
      column("party_id", "integer"),
      column("member_id", "integer", { resolved_from: "party_id" }),
      column("business_day", "date"),
      column("is_settled", "boolean"),
      column("is_valid", "boolean", { resolved_from: "is_settled" }),
      column("mood", "text", { sensitivity: "L3" }),
    ],
  };

  test("stores neither resolved nor personal columns", () => {
    expect(storedColumns(relation).map((c) => c.name)).toEqual(["visit_id", "party_id", "business_day", "is_settled"]);
  });

  test("finds the member and the flags of a party when it is read", () => {
    expect(viewSelect(relation, ["/lake/it's.parquet"])).toBe(
      'select s."visit_id" as "visit_id", s."party_id" as "party_id", p0.member_id as "member_id", s."business_day" as "business_day", ' +
        's."is_settled" as "is_settled", (s.is_settled and not coalesce(p0.is_excluded, false)) as "is_valid", r."mood" as "mood" ' +
        "from read_parquet(['/lake/it''s.parquet']) s " +
        "left join catalogue.parties p0 on p0.party_id = s.party_id left join resident.visits r on r.visit_id = s.visit_id",
    );
  });

  test("has its columns and types also without a file", () => {
    expect(viewSelect(relation, [])).toContain('null::DATE as "business_day"');
  });

  test("derived relations come last, since they read others", () => {
    const derived: Relation = { ...relation, name: "a", lake: { derived: "select 1" } };
    expect(
      viewOrder([derived, relation, { ...relation, name: "parties" }, { ...relation, lake: false }]).map((r) => r.name),
    ).toEqual(["parties", "visits", "a"]);
  });
});
