import { type Dialect, doubleQuoted, orderClause } from "./dialect.ts";

const byCodePoint = (sql: string): string => sql;

/** DuckDB 1.5 without a default collation: texts compare by their UTF-8 bytes, which is code point order. */
export const duckdb: Dialect = {
  name: "duckdb",
  quoted: doubleQuoted,
  relation: (name) => `catalogue.${doubleQuoted(name)}`,
  once: "as materialized",
  keepsAllRows: true,
  elements: (array) => `unnest(${array})`,
  isElement: (value, array) => `${value} = any(${array})`,
  text: (value) => `'${value.replaceAll("'", "''")}'`,
  byCodePoint,
  toInteger: (sql) => `(${sql})::bigint`,
  wholeDivision: (dividend, divisor) => `((${dividend}) // (${divisor}))`,
  sign: (sql) => `sign(${sql})`,
  wide: (sql) => `(${sql})::hugeint`,
  units: (sql, scale) => `(${sql} * ${10 ** scale})::bigint`,
  decimal: (sql, scale) => `((${sql})::decimal(24,0) * 1e-${scale}::decimal(${scale + 1},${scale}))`,
  toText: (sql) => `(${sql})::varchar`,
  fromJson: (_json, key) => {
    throw new Error(`${key} is kept as JSON in PostgreSQL only`);
  },
  daysBetween: (from, to) => `(${to} - ${from})::bigint`,
  shiftDays: (date, days) => `(${date} + ${days})`,
  datePart: (part, date) => `${part === "weekday" ? "isodow" : part}(${date})::bigint`,
  firstBy: (value, order, filter) => `first(${value} order by ${orderClause(order, byCodePoint)})${filter}`,
  median: (value, filter) => `quantile_disc(${value}, 0.5)${filter}`,
};
