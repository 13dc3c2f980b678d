import { type Dialect, doubleQuoted, orderClause } from "./dialect.ts";

const byCodePoint = (sql: string): string => `${sql} collate "C"`;

/** PostgreSQL 18, with standard_conforming_strings on. */
export const postgresql: Dialect = {
  name: "postgresql",
  quoted: doubleQuoted,
  relation: (name) => `catalogue.${doubleQuoted(name)}`,
  once: "as materialized",
  keepsAllRows: false,
  elements: (array) => `unnest(${array})`,
  isElement: (value, array) => `${value} = any(${array})`,
  text: (value) => `'${value.replaceAll("'", "''")}'`,
  byCodePoint,
  toInteger: (sql) => `(${sql})::bigint`,
  wholeDivision: (dividend, divisor) => `div(${dividend}, ${divisor})`,
  sign: (sql) => `sign(${sql})`,
  wide: (sql) => `(${sql})::numeric`,
  units: (sql, scale) => `(${sql} * ${10 ** scale})::bigint`,
  decimal: (sql, scale) => `round((${sql}) * 1e-${scale}, ${scale})`,
  toText: (sql) => `(${sql})::text`,
  fromJson: (json, key, type) => {
    const text = `${json} ->> '${key.replaceAll("'", "''")}'`;
    if (type === "text") return `(${text})`;
    return `(${text})::${type === "integer" ? "bigint" : type === "instant" ? "timestamptz" : type}`;
  },
  daysBetween: (from, to) => `(${to} - ${from})::bigint`,
  shiftDays: (date, days) => `(${date} + ${days})`,
  datePart: (part, date) => `extract(${part === "weekday" ? "isodow" : part} from ${date})::bigint`,
  firstBy: (value, order, filter) =>
    `(array_agg(${value.startsWith("'") ? `${value}::text` : value} order by ${orderClause(order, byCodePoint)})${filter})[1]`,
  median: (value, filter) => `percentile_disc(0.5) within group (order by ${value})${filter}`,
};
