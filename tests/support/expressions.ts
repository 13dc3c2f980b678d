import fc from "fast-check";
import { checkTree, type Catalogue, type Expression, type Window } from "../../src/query/index.ts";
import * as q from "../../src/query/builder.ts";
import { dayBefore } from "./small-shop.ts";

type Any = fc.Arbitrary<Expression>;
const names = (...list: string[]): Any => fc.constantFrom(...list).map(q.column);
const profiles = (...list: string[]): Any => fc.constantFrom(...list).map(q.member);

/** Leaves of one scope, by type. */
interface Leaves {
  readonly integer: Any;
  readonly decimal: Any;
  readonly text: Any;
  readonly date: Any;
  readonly boolean: Any;
}

const integers: Any = fc.integer({ min: -5, max: 400 }).map((value): Expression => ({ node: "integer", value }));
const decimals: Any = fc.constantFrom("0.5", "-1.25", "100.00", "3").map(q.decimal);
const labels: Any = fc.constantFrom("abc", "乌龙茶", "female", "it's", "a\\b", "😀茶", "").map(q.operand);
const dates: Any = fc.constantFrom(q.today, q.date(dayBefore(90)), q.date("2024-02-29"));

const ordersLeaves: Leaves = {
  integer: fc.oneof(integers, names("net_minor", "discount_minor", "gross_minor", "hour")),
  decimal: fc.oneof(decimals, names("quantity")),
  text: fc.oneof(labels, names("store_code")),
  date: fc.oneof(dates, names("business_day", "attributed_day")),
  boolean: names("is_valid"),
};
const eventsLeaves: Leaves = {
  integer: fc.oneof(integers, names("rating", "counterpart_member_id")),
  decimal: decimals,
  text: fc.oneof(labels, names("kind")),
  date: fc.oneof(dates, names("business_day")),
  boolean: fc.boolean().map(q.operand),
};
const tables = { orders: ordersLeaves, events: eventsLeaves };
type Table = keyof typeof tables;

const comparison = fc.constantFrom("=", "!=", "<", "<=", ">", ">=" as const);

function number(leaves: Leaves, depth: number): Any {
  if (depth === 0) return fc.oneof(leaves.integer, leaves.decimal);
  const below = number(leaves, depth - 1);
  return fc.oneof(
    leaves.integer,
    leaves.decimal,
    fc.tuple(below, below).map(([a, b]) => q.add(a, b)),
    fc.tuple(below, below).map(([a, b]) => q.subtract(a, b)),
    fc.tuple(below, fc.integer({ min: -3, max: 3 })).map(([a, b]) => q.multiply(a, b)),
    fc.tuple(below, below, fc.integer({ min: 0, max: 4 })).map(([a, b, scale]) => q.ratio(a, b, scale)),
    fc.tuple(below, below).chain(([a, b]) => fc.constantFrom(q.firstKnown(a, b), q.least(a, b), q.greatest(a, b))),
    fc.tuple(date(leaves, depth - 1), date(leaves, depth - 1)).map(([a, b]) => q.daysBetween(a, b)),
    fc
      .tuple(fc.constantFrom("year", "month", "day", "weekday" as const), date(leaves, depth - 1))
      .map(([p, d]) => q.datePart(p, d)),
    fc.tuple(condition(leaves, depth - 1), below, below).map(([when, a, b]) => q.choose([[when, a]], b)),
  );
}

function date(leaves: Leaves, depth: number): Any {
  if (depth === 0) return leaves.date;
  const below = date(leaves, depth - 1);
  return fc.oneof(
    leaves.date,
    fc.tuple(below, fc.integer({ min: -400, max: 400 })).map(([d, n]) => q.shiftDays(d, n)),
    fc.tuple(below, below).map(([a, b]) => q.greatest(a, b)),
  );
}

function text(leaves: Leaves, depth: number): Any {
  if (depth === 0) return leaves.text;
  return fc.oneof(
    leaves.text,
    fc
      .tuple(leaves.text, leaves.text)
      .chain(([a, b]) => fc.constantFrom(q.least(a, b), q.greatest(a, b), q.firstKnown(a, b))),
    number(leaves, depth - 1).map(
      (value): Expression =>
        q.bands(
          value,
          [
            ["0", "负"],
            [100, "low"],
          ],
          "high",
        ),
    ),
    fc.tuple(condition(leaves, depth - 1), leaves.text).map(([when, a]) => q.choose([[when, a]])),
  );
}

function condition(leaves: Leaves, depth: number): Any {
  const flat = fc.oneof(
    leaves.boolean,
    fc.tuple(leaves.integer, comparison, leaves.integer).map(([a, o, b]) => q.compare(a, o, b)),
    fc.tuple(leaves.text, comparison, leaves.text).map(([a, o, b]) => q.compare(a, o, b)),
    fc.tuple(leaves.date, comparison, leaves.date).map(([a, o, b]) => q.compare(a, o, b)),
    fc.oneof(leaves.text, leaves.integer, leaves.boolean).map(q.isKnown),
    leaves.text.map((value) => q.isIn(value, ["abc", "乌龙茶", "share"])),
  );
  if (depth === 0) return flat;
  const below = condition(leaves, depth - 1);
  return fc.oneof(
    flat,
    fc.tuple(number(leaves, depth - 1), comparison, number(leaves, depth - 1)).map(([a, o, b]) => q.compare(a, o, b)),
    fc.array(below, { maxLength: 3 }).map((parts) => q.and(...parts)),
    fc.array(below, { maxLength: 3 }).map((parts) => q.or(...parts)),
    below.map(q.not),
  );
}

const windows = (table: Table): fc.Arbitrary<Window | undefined> =>
  fc.oneof(
    fc.constant(undefined),
    fc.tuple(fc.constantFrom(1, 7, 30, 90, 365), fc.constantFrom(0, 7, 90)).map(([n, back]) => q.lastDays(n, back)),
    fc
      .tuple(fc.constantFrom("month", "year" as const), fc.integer({ min: 0, max: 2 }))
      .map(([unit, back]) => q.calendar(unit, back)),
    fc.constant({ kind: "between", from: dayBefore(90), to: dayBefore(-2) } as const),
    ...(table === "orders" ? [fc.constant(q.on("attributed_day", q.lastDays(30)))] : []),
  );

const rows = (table: Table) =>
  fc.tuple(windows(table), fc.option(condition(tables[table], 1), { nil: undefined })).map(([window, where]) => ({
    ...(window === undefined ? {} : { window }),
    ...(where === undefined ? {} : { where }),
  }));

const table = fc.constantFrom<Table>("orders", "events");
const via = fc.constant({
  via: { relation: "events", column: "counterpart_member_id", where: q.equals(q.column("kind"), "referral") },
});

const integerMeasure: Any = table.chain((name) =>
  rows(name).chain((of) =>
    fc.oneof(
      fc.constant(q.count(name, of)),
      via.map((through) => q.count(name, { ...of, ...through })),
      fc
        .tuple(fc.constantFrom(q.sum, q.minimum, q.maximum, q.median), tables[name].integer)
        .map(([make, value]) => make(name, value, of)),
      fc.tuple(fc.constantFrom("count", "min", "max", "median" as const)).map(([f]) => q.gaps(name, f, of)),
      tables[name].text.map((value) => q.countDistinct(name, typeof value === "string" ? value : value, of)),
      fc.constant(
        q.sequence(
          { relation: "events", where: q.equals(q.column("kind"), "share"), ...of2(of, name) },
          { relation: name },
          7,
        ),
      ),
    ),
  ),
);
function of2(of: { window?: Window }, name: Table): { window?: Window } {
  return name === "events" && of.window !== undefined ? { window: of.window } : {};
}
const decimalMeasure: Any = rows("orders").chain((of) =>
  fc.constantFrom(
    q.sum("orders", "quantity", of),
    q.maximum("orders", "quantity", of),
    q.median("orders", "quantity", of),
  ),
);
const textMeasure: Any = table.chain((name) =>
  fc
    .tuple(rows(name), text(tables[name], 1))
    .chain(([of, value]) =>
      fc.constantFrom<Expression>(
        q.mode(name, value, of),
        q.mode(name, value, { ...of, weight: q.column(name === "orders" ? "net_minor" : "rating") }),
        q.minimum(name, value, of),
        q.maximum(name, value, of),
        q.first(name, value, of),
        q.last(name, value, of),
        q.last(name, value, { ...of, by: q.column(name === "orders" ? "net_minor" : "rating") }),
      ),
    ),
);
/** Over few different values, so that ties are the rule. */
const columnMeasure: Any = rows("orders").chain((of) =>
  fc.constantFrom<Expression>(
    q.mode("orders", "store_code", of),
    q.mode("orders", q.datePart("weekday", q.column("business_day")), { ...of, weight: q.column("discount_minor") }),
    q.first("orders", "store_code", of),
    q.last("orders", "store_code", { ...of, by: q.column("discount_minor") }),
  ),
);
const dateMeasure: Any = table.chain((name) =>
  rows(name).chain((of) =>
    fc.constantFrom<Expression>(
      q.nthDay(name, 1, of),
      q.nthDay(name, 2, of),
      q.maximum(name, "business_day", of),
      q.median(name, "business_day", of),
    ),
  ),
);
const booleanMeasure: Any = rows("orders").map((of): Expression => q.last("orders", "is_valid", of));

const memberLeaves: Leaves = {
  integer: fc.oneof(
    integers,
    profiles("birth_year", "birth_month"),
    integerMeasure,
    fc.constant(q.fullYears(q.member("birth_year"), q.member("birth_month"), q.member("birth_day"))),
  ),
  decimal: fc.oneof(decimals, profiles("score"), decimalMeasure),
  text: fc.oneof(labels, profiles("gender"), textMeasure),
  date: fc.oneof(dates, profiles("join_day"), dateMeasure),
  boolean: fc.oneof(profiles("phone_verified"), booleanMeasure),
};

/** Any tree at member scope that the checker takes (decimal scales may grow too far when put together at random). */
export function expressions(catalogue: Catalogue): Any {
  const whole = fc.oneof(
    number(memberLeaves, 2),
    text(memberLeaves, 2),
    date(memberLeaves, 2),
    condition(memberLeaves, 2),
  );
  // measures bare at the root as often as inside a tree: their ties and borders are where engines could part
  const any = fc.oneof(whole, fc.oneof(integerMeasure, textMeasure, columnMeasure, dateMeasure, decimalMeasure));
  return any.filter((tree) => checkTree(tree, catalogue).ok);
}
