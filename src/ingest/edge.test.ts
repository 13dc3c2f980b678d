import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { correctSkew } from "./clock-skew.ts";
import { idNumberIsValid, personalKindOf, personalKindOfName } from "./personal-pattern.ts";
import { TokenBucket } from "./rate.ts";
import { encodeIds } from "./record-copy.ts";
import { freshnessOf } from "./source-figures.ts";
import { checkBody, kindInfo } from "./validation.ts";
import type { KindInfo } from "./vocabulary/kinds.ts";

describe("what looks personal", () => {
  test.each([
    ["13812345678", "phone"],
    ["+86 138-1234-5678", "phone"],
    ["请打 13812345678 联系", "text"],
    ["xiaoman@tea.cn", "email"],
    ["11010519491231002X", "id_number"],
    ["@segment/analytics-node", undefined],
    ["2026-11-22 10:00:00.123", undefined],
    ["5f2c8d1e-0042-4b1f-9d65-138123456789", undefined],
    ["1795300000000", undefined],
    ["110105194912310021", undefined],
    ["SG-20261120-0001", undefined],
  ])("%s: %s", (text, kind) => {
    expect(personalKindOf(text)).toBe(kind);
  });

  test.each([
    ["receiver_name", "text"],
    ["收货地址", "text"],
    ["wx-openid", "text"],
    ["Phone", "phone"],
    ["name", undefined],
    ["product_name", undefined],
  ])("a property called %s: %s", (name, kind) => {
    expect(personalKindOfName(name)).toBe(kind);
  });

  test("the check digit of an identity card number", () => {
    expect([idNumberIsValid("11010519491231002X"), idNumberIsValid("110105194912310021")]).toEqual([true, false]);
  });
});

describe("clock skew", () => {
  const received_ms = Date.UTC(2026, 10, 22, 2);

  test("any constant error of a device's clock is taken out when it says when it sent", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_600_000 }), fc.integer({ min: -1e11, max: 1e11 }), (age_ms, error_ms) => {
        fc.pre(Math.abs(error_ms) > 10_000);
        const sent_ms = received_ms + error_ms;
        expect(correctSkew({ original_ms: sent_ms - age_ms, sent_ms, received_ms })).toEqual({
          occurred_ms: received_ms - age_ms,
        });
      }),
    );
  });

  test("a right clock's time is left as it is, an absurd or missing one becomes the receipt and is flagged", () => {
    expect(correctSkew({ original_ms: received_ms - 5, sent_ms: received_ms - 900, received_ms })).toEqual({
      occurred_ms: received_ms - 5,
    });
    expect(correctSkew({ original_ms: Date.UTC(2099, 0), sent_ms: undefined, received_ms })).toEqual({
      occurred_ms: received_ms,
      flag: "clock_ahead",
    });
    expect(correctSkew({ original_ms: Date.UTC(1899, 0), sent_ms: undefined, received_ms })).toEqual({
      occurred_ms: received_ms,
      flag: "clock_past",
    });
    expect(correctSkew({ original_ms: Number.NaN, sent_ms: undefined, received_ms })).toEqual({
      occurred_ms: received_ms,
      flag: "clock_missing",
    });
  });
});

describe("validation", () => {
  const order = kindInfo("order") as KindInfo;
  const check = (body: Record<string, unknown>) => checkBody(order, body, "row 3", Date.UTC(2026, 10, 22));

  test("gives the canonical form and hands unknown fields back", () => {
    const { body, extra, problems } = check({
      order_no: 1001,
      status: "PAID",
      freight_minor: "1000",
      updated_at: "2026-11-20T10:00:00+08:00",
      lines: [{ sku: " T-1 ", quantity: 2, unit_price: "19.90", colour: "绿" }],
      weather: "rain",
    });
    expect(problems).toEqual([]);
    expect(body).toEqual({
      order_no: "1001",
      status: "paid",
      freight_minor: 1000,
      updated_at: "2026-11-20T02:00:00.000Z",
      lines: [{ sku: "T-1", quantity: "2", unit_price: "19.90", extra: { colour: "绿" } }],
    });
    expect(extra).toEqual({ weather: "rain" });
  });

  test("names every problem by place, field and value, and never shows a personal value", () => {
    const { problems } = check({
      status: "lost",
      freight_minor: 1.5,
      receiver_name: { a: 1 },
      lines: [{ quantity: "two", unit_price: -1 }],
    });
    expect(problems.map(({ code, field }) => `${code} ${field}`)).toEqual([
      "ingest.field_value status",
      "ingest.field_type freight_minor",
      "ingest.field_type receiver_name",
      "ingest.field_type lines[0].quantity",
      "ingest.field_range lines[0].unit_price",
      "ingest.field_missing lines[0].sku",
      "ingest.field_missing order_no",
    ]);
    expect(problems[2]?.params).toMatchObject({ place: "row 3", value: "▮" });
  });
});

test("a bucket gives what it has, then says when to come again, and never more than its rate in the long run", () => {
  const bucket = new TokenBucket(10, 50, new Date(0));
  let taken = 0;
  for (let second = 0; second <= 60; second += 1) {
    while (bucket.take(7, new Date(second * 1000)) === 0) taken += 7;
  }
  expect(taken).toBeLessThanOrEqual(50 + 60 * 10);
  expect(taken).toBeGreaterThan(50 + 60 * 10 - 14);
});

test("freshness by the expected interval", () => {
  const now = new Date("2026-11-22T02:00:00Z");
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  expect([null, ago(50), ago(100), ago(500)].map((last) => freshnessOf(last, 60, now))).toEqual([
    "never",
    "fresh",
    "late",
    "silent",
  ]);
});

test("an empty list of ids is an empty array for PostgreSQL", () => {
  expect(encodeIds([]).length).toBe(12);
});
