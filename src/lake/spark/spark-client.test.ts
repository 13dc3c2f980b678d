import { describe, expect, test } from "vitest";
import { loadConfig } from "../../config.ts";
import { readAddress } from "./connect-address.ts";
import { sparkError } from "./spark-error.ts";
import { sparkStatement } from "./spark-statement.ts";

describe("addresses of Spark Connect", () => {
  test.each([
    ["sc://spark", { target: "spark:15002", tls: false, token: undefined, user: "huitou" }],
    ["sc://10.0.0.7:443/", { target: "10.0.0.7:443", tls: false, token: undefined, user: "huitou" }],
    ["sc://spark:1/;use_ssl=true;user_id=ops", { target: "spark:1", tls: true, token: undefined, user: "ops" }],
    ["sc://spark/;token=a=b", { target: "spark:15002", tls: true, token: "a=b", user: "huitou" }],
    ["sc://[::1]:15002", { target: "[::1]:15002", tls: false, token: undefined, user: "huitou" }],
  ])("%s", (url, address) => {
    expect(readAddress(url)).toEqual(address);
  });

  test.each(["spark:15002", "http://spark", "sc://", "sc://a b", "sc://spark/path"])("%s is refused by name", (url) => {
    expect(() => readAddress(url)).toThrow("SPARK_CONNECT_URL");
  });
});

test("a start with an address of another kind stops with a sentence that names the setting", () => {
  expect(() => loadConfig({ SPARK_CONNECT_URL: "http://spark" })).toThrow("SPARK_CONNECT_URL");
  expect(loadConfig({}).spark_connect_url).toBe("");
});

describe("statements over the catalogue", () => {
  test.each([
    ["select * from catalogue.orders o", "select * from `catalogue_orders` o"],
    ['select "a" from catalogue."order_lines"', 'select "a" from `catalogue_order_lines`'],
    [
      String.raw`select 'catalogue.x $1', 'it\'s $1' -- catalogue.y $1`,
      String.raw`select 'catalogue.x $1', 'it\'s $1' -- catalogue.y $1`,
    ],
    ['select `catalogue.x`, "$1"', 'select `catalogue.x`, "$1"'],
  ])("%s", (sql, expected) => {
    expect(sparkStatement(sql)).toBe(expected);
  });

  test("parameters stand as literals that no content can leave", () => {
    const parameters = [String.raw`a'; drop \ ${"${x}"}`, 7, null, true, new Date("2026-01-31T16:00:00Z"), [1, 2]];
    expect(sparkStatement("$1 $2 $3 $4 $5 $6", parameters)).toBe(
      String.raw`'a\'; drop \\ \u0024{x}' 7 null true timestamp '2026-01-31T16:00:00.000Z' array(1, 2)`,
    );
    expect(() => sparkStatement("$2", [1])).toThrow("$2 is missing");
  });
});

describe("errors of Spark", () => {
  test.each([
    [
      "[PARSE_SYNTAX_ERROR] Syntax error at or near 'selec'. SQLSTATE: 42601 (line 1, pos 0)\n\n== SQL ==\nselec 1\n^^^\n",
      "PARSE_SYNTAX_ERROR",
      "PARSE_SYNTAX_ERROR: Syntax error at or near 'selec'. SQLSTATE: 42601 (line 1, pos 0)",
    ],
    [
      "[TABLE_OR_VIEW_NOT_FOUND] The table `x` cannot be found. SQLSTATE: 42P01; line 1 pos 14;\n'Project [*]\n+- 'X",
      "TABLE_OR_VIEW_NOT_FOUND",
      "TABLE_OR_VIEW_NOT_FOUND: The table `x` cannot be found. SQLSTATE: 42P01",
    ],
    [
      "Job aborted: org.apache.spark.SparkException: [FAILED_READ_FILE.NO_HINT] Encountered error. SQLSTATE: KD001\n\tat org.x.Y",
      "FAILED_READ_FILE.NO_HINT",
      "FAILED_READ_FILE.NO_HINT: Encountered error. SQLSTATE: KD001",
    ],
    ["something else\n\tat org.x.Y", undefined, "something else"],
  ])("%s", (details, error_class, message) => {
    expect(sparkError({ code: 13, details }, "spark:1")).toMatchObject({ error_class, message });
  });

  test("nobody there", () => {
    expect(sparkError({ code: 14, details: "14 UNAVAILABLE" }, "spark:1").message).toBe(
      "no Spark Connect server answers at spark:1",
    );
  });
});
