import type { Dialect, SortKey } from "./dialect.ts";

const WIDE = "decimal(38,0)";

/**
 * Spark 4.0 in its ANSI mode, which is its default. Relations are temporary views of the session, because a view in a
 * database would be seen by every session of the cluster: `catalogue_orders` is what the others call `catalogue.orders`.
 */
export const spark: Dialect = {
  name: "spark",
  quoted: backquoted,
  relation: (name) => backquoted(`catalogue_${name}`),
  once: "as",
  keepsAllRows: false,
  elements: (array) => `explode(${array})`,
  isElement: (value, array) => `array_contains(${array}, ${value})`,
  // a backslash begins an escape in Spark's texts, and ${…} is replaced by a setting even inside of a text
  text: (value) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("$", "\\u0024")}'`,
  byCodePoint: (sql) => sql,
  toInteger: (sql) => `cast(${sql} as bigint)`,
  wholeDivision: (dividend, divisor) => `((${dividend}) div (${divisor}))`,
  // sign() gives a double
  sign: (sql) => `cast(sign(${sql}) as int)`,
  wide: (sql) => `cast(${sql} as ${WIDE})`,
  units: (sql, scale) => `cast(${sql} * ${10 ** scale} as bigint)`,
  decimal: (sql, scale) => `(cast(${sql} as decimal(24,0)) * ${unit(scale)})`,
  toText: (sql) => `cast(${sql} as string)`,
  fromJson: (_json, key) => {
    throw new Error(`${key} is kept as JSON in PostgreSQL only`);
  },
  daysBetween: (from, to) => `cast(datediff(${to}, ${from}) as bigint)`,
  shiftDays: (date, days) => `date_add(${date}, ${days})`,
  datePart: (part, date) => `cast(extract(${part === "weekday" ? "dayofweek_iso" : part} from ${date}) as bigint)`,
  firstBy: (value, order, filter) => `min_by(${value}, struct(${order.flatMap(rising).join(", ")}))${filter}`,
  // percentile_disc goes through doubles and takes no dates
  median: (value, filter) =>
    `get(sort_array(collect_list(${value})${filter}), cast((count(${value})${filter} + 1) div 2 - 1 as int))`,
};

function backquoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** 10^-scale as an exact literal. */
function unit(scale: number): string {
  return `${scale === 0 ? "1" : `0.${"1".padStart(scale, "0")}`}BD`;
}

/** Two fields of a struct that rise in the order asked for: first whether the key is missing, then the key itself. */
function rising({ sql, descending, kind }: SortKey): string[] {
  return [`${sql} is null`, descending ? falling(sql, kind) : sql];
}

/** Complements instead of negatives: they overflow nowhere. */
function falling(sql: string, kind: SortKey["kind"]): string {
  switch (kind) {
    case "integer":
    case "decimal":
      return `~(${sql})`;
    case "date":
      return `~unix_date(${sql})`;
    case "instant":
      return `~unix_micros(${sql})`;
    case "boolean":
      return `not (${sql})`;
    case "text":
      throw new Error("texts are sorted upwards only");
  }
}
