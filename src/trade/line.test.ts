import { describe, expect, test } from "vitest";
import { addDecimals } from "./order.ts";
import { countEqual, extendedMinor, isFault, type Line, readLine, type StatedLine } from "./line.ts";

function line(stated: StatedLine): Line {
  const read = readLine(stated, 1, countEqual());
  if (isFault(read)) throw new Error(`${read.code} ${JSON.stringify(read.params)}`);
  return read;
}

describe("line amounts", () => {
  test("quantity × price is rounded half away from zero once, from exact decimals", () => {
    expect(extendedMinor("6", "2.55")).toBe(1530);
    expect(extendedMinor("1", "0.001")).toBe(0);
    expect(extendedMinor("5", "0.001")).toBe(1);
    expect(extendedMinor("-5", "0.001")).toBe(-1);
    // 1.005 is below itself in binary floating point
    expect(extendedMinor("1", "1.005")).toBe(101);
    expect(extendedMinor("0.345", "29.9")).toBe(1032);
    expect(extendedMinor("1000000", "0.000001")).toBe(100);
  });

  test("a stated net is taken as it is, and the price shows the discount", () => {
    const read = line({ sku: "a", quantity: "2", unit_price: "10", net_minor: 1800 });
    expect(read).toMatchObject({ gross_minor: 2000, discount_minor: 200, net_minor: 1800 });
  });

  test("a stated discount is taken off the price; coupons are part of it", () => {
    expect(line({ sku: "a", quantity: "2", unit_price: "10", discount_minor: 300, coupon_minor: 100 })).toMatchObject({
      gross_minor: 2000,
      discount_minor: 300,
      coupon_minor: 100,
      net_minor: 1700,
    });
    expect(line({ sku: "a", quantity: "1", net_minor: 139, discount_minor: 60 })).toMatchObject({
      gross_minor: 199,
      net_minor: 139,
    });
    expect(line({ sku: "a", quantity: "1", net_minor: 100, coupon_minor: 40 })).toMatchObject({
      discount_minor: 40,
      gross_minor: 140,
    });
  });

  test("quantity 0 and negative amounts are kept as the source states them", () => {
    expect(line({ sku: "a", quantity: "0", net_minor: 0 }).net_minor).toBe(0);
    expect(line({ sku: "B", quantity: "1", unit_price: "-11062.06" }).net_minor).toBe(-1_106_206);
    expect(line({ sku: "a", quantity: "-12", unit_price: "0" }).net_minor).toBe(0);
  });

  test("a line that cannot be read names its place and field", () => {
    expect(readLine({ sku: "a", quantity: "two" }, 7, countEqual())).toEqual({
      code: "trade.line_unusable",
      params: { line: 7, field: "quantity", value: "two" },
    });
    expect(readLine({ sku: "", quantity: "1" }, 1, countEqual())).toMatchObject({ params: { field: "sku" } });
    expect(readLine({ sku: "a", quantity: "1" }, 1, countEqual())).toMatchObject({ params: { field: "net_minor" } });
    expect(readLine({ sku: "a", quantity: "1", unit_price: "1", discount_minor: -5 }, 1, countEqual())).toMatchObject({
      params: { field: "discount_minor" },
    });
    expect(readLine({ sku: "a", quantity: "999999999", unit_price: "999999999" }, 1, countEqual())).toMatchObject({
      params: { field: "unit_price" },
    });
  });
});

describe("line identity", () => {
  test("equal lines of one record are different lines; a stated number wins", () => {
    const nth = countEqual();
    const read = (stated: StatedLine) => (readLine(stated, 1, nth) as Line).key;
    const first = read({ sku: "a", quantity: "1", unit_price: "1" });
    const second = read({ sku: "a", quantity: "1", unit_price: "1" });
    expect(first).toMatch(/^~.{16}-1$/);
    expect(second).toBe(first.replace(/-1$/, "-2"));
    expect(read({ sku: "a", quantity: "2", unit_price: "1" })).toMatch(/-1$/);
    expect(read({ line_no: " 10 ", sku: "a", quantity: "1", unit_price: "1" })).toBe("10");
  });

  test("the same content written differently is the same line", () => {
    expect(line({ sku: "a", quantity: "1.0", unit_price: "2.50" }).key).toBe(
      line({ sku: " a", quantity: 1, unit_price: 2.5 }).key,
    );
  });
});

test("decimal texts add up exactly", () => {
  expect(addDecimals(["0.1", "0.2", "3"])).toBe("3.3");
  expect(addDecimals(["-0.5", "0.25"])).toBe("-0.25");
  expect(addDecimals([])).toBe("0");
});
