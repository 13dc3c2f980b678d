import { addDays, daysBetween, isoWeekday } from "../platform/index.ts";
import { targetOf, typeOf } from "./annotations.ts";
import { borderUnits } from "./check-scalars.ts";
import type { CheckedTree } from "./check.ts";
import { measureRows, type MeasureContext } from "./evaluate-measures.ts";
import type { Comparison, Expression, Measure, NodeKind } from "./node.ts";
import { type Catalogue, columnOf, type Relation } from "./relation.ts";
import { compareValues, type DataRow, type DataSet, type Value } from "./value.ts";
import { commonType, parseDecimal, scaleOf, typeOfColumn, type ValueType } from "./value-type.ts";

type Kind<K extends NodeKind> = Extract<Expression, { node: K }>;

/**
 * The meaning of a tree, written as plainly as possible and without an engine: the reference for property tests and for
 * worked examples. Slow on purpose; never on the way of a request.
 */
export function evaluate(tree: CheckedTree, data: DataSet, catalogue: Catalogue, member: number, today: string): Value {
  return new Evaluator(data, catalogue, member, today).value(tree.root, null);
}

/** The same for an expression at row scope. A condition is true or false. */
export function evaluateRow(
  node: Expression,
  relation: Relation,
  row: DataRow,
  catalogue: Catalogue,
  today: string,
): Value {
  const evaluator = new Evaluator({}, catalogue, 0, today);
  const at = { relation, row };
  return typeOf(node).kind === "boolean" ? evaluator.holds(node, at) : evaluator.value(node, at);
}

interface RowAt {
  readonly relation: Relation;
  readonly row: DataRow;
}

class Evaluator {
  readonly #data: DataSet;
  readonly #catalogue: Catalogue;
  readonly #member: number;
  readonly #today: string;

  constructor(data: DataSet, catalogue: Catalogue, member: number, today: string) {
    this.#data = data;
    this.#catalogue = catalogue;
    this.#member = member;
    this.#today = today;
  }

  value(node: Expression, at: RowAt | null): Value {
    switch (node.node) {
      case "integer":
        return BigInt(node.value);
      case "decimal":
        return parseDecimal(node.value)?.units ?? null;
      case "text":
      case "date":
      case "boolean":
        return node.value;
      case "today":
        return this.#today;
      case "column":
        return at === null ? null : stored(at.relation, at.row, node.column);
      case "profile":
        return this.#profile(node);
      case "tag":
      case "segment":
        return this.value(targetOf(node), at);
      case "compare":
      case "in":
      case "is_known":
      case "and":
      case "or":
      case "not":
        return this.holds(node, at);
      default:
        return this.#composed(node, at);
    }
  }

  /** A condition; a missing value does not hold. */
  holds(node: Expression, at: RowAt | null): boolean {
    switch (node.node) {
      case "compare":
        return this.#compare(node.operator, node.left, node.right, at);
      case "in": {
        const value = this.value(node.value, at);
        return value !== null && node.options.some((option) => String(option) === String(value));
      }
      case "is_known":
        return this.value(node.value, at) !== null;
      case "and":
        return node.parts.every((part) => this.holds(part, at));
      case "or":
        return node.parts.some((part) => this.holds(part, at));
      case "not":
        return !this.holds(node.part, at);
      default:
        return this.value(node, at) === true;
    }
  }

  #composed(node: Expression, at: RowAt | null): Value {
    switch (node.node) {
      case "add":
      case "subtract":
      case "multiply":
        return this.#arithmetic(node, at);
      case "ratio":
        return this.#ratio(node, at);
      case "first_known":
      case "least":
      case "greatest":
        return this.#choice(node, at);
      case "case": {
        const branch = node.branches.find(({ when }) => this.holds(when, at));
        const chosen = branch?.then ?? node.otherwise;
        return chosen === undefined ? null : this.#scaled(chosen, typeOf(node), at);
      }
      case "bands":
        return this.#bands(node, at);
      case "days_between":
      case "shift_days":
      case "date_part":
      case "full_years":
        return this.#dates(node, at);
      default:
        return measureRows(node as Measure, this.#context());
    }
  }

  #context(): MeasureContext {
    return {
      today: this.#today,
      catalogue: this.#catalogue,
      member: this.#member,
      rowsOf: (relation, member) => (this.#data[relation] ?? []).filter((row) => row["member_id"] === member),
      value: (node, relation, row) => this.value(node, { relation, row }),
      holds: (node, relation, row) => this.holds(node, { relation, row }),
    };
  }

  #profile(node: Kind<"profile">): Value {
    const row = (this.#data[node.relation] ?? []).find((candidate) => candidate["member_id"] === this.#member);
    return row === undefined ? null : stored(this.#catalogue.get(node.relation), row, node.column);
  }

  #scaled(node: Expression, type: ValueType, at: RowAt | null): Value {
    const value = this.value(node, at);
    return typeof value === "bigint" ? value * 10n ** BigInt(scaleOf(type) - scaleOf(typeOf(node))) : value;
  }

  #arithmetic(node: Kind<"add" | "subtract" | "multiply">, at: RowAt | null): Value {
    if (node.node === "multiply") {
      const [a, b] = [this.value(node.left, at), this.value(node.right, at)];
      return typeof a === "bigint" && typeof b === "bigint" ? a * b : null;
    }
    const type = typeOf(node);
    const [a, b] = [this.#scaled(node.left, type, at), this.#scaled(node.right, type, at)];
    if (typeof a !== "bigint" || typeof b !== "bigint") return null;
    return node.node === "add" ? a + b : a - b;
  }

  #ratio(node: Kind<"ratio">, at: RowAt | null): Value {
    const [a, b] = [this.value(node.numerator, at), this.value(node.denominator, at)];
    if (typeof a !== "bigint" || typeof b !== "bigint" || b === 0n) return null;
    const dividend = a * 10n ** BigInt(scaleOf(typeOf(node.denominator)) + node.scale);
    const divisor = b * 10n ** BigInt(scaleOf(typeOf(node.numerator)));
    const negative = dividend < 0n !== divisor < 0n;
    const [over, under] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
    const rounded = over / under + ((over % under) * 2n >= under ? 1n : 0n);
    return negative ? -rounded : rounded;
  }

  #choice(node: Kind<"first_known" | "least" | "greatest">, at: RowAt | null): Value {
    const type = typeOf(node);
    const known = node.parts.map((part) => this.#scaled(part, type, at)).filter((value) => value !== null);
    if (node.node === "first_known") return known[0] ?? null;
    const sorted = known.sort(compareValues);
    return (node.node === "least" ? sorted[0] : sorted.at(-1)) ?? null;
  }

  #bands(node: Kind<"bands">, at: RowAt | null): Value {
    const value = this.value(node.value, at);
    if (typeof value !== "bigint") return null;
    const band = node.bands.find(({ below }) => value < (borderUnits(below, typeOf(node.value)) ?? 0n));
    return band?.label ?? node.last;
  }

  #dates(node: Kind<"days_between" | "shift_days" | "date_part" | "full_years">, at: RowAt | null): Value {
    switch (node.node) {
      case "days_between": {
        const [from, to] = [this.value(node.from, at), this.value(node.to, at)];
        return typeof from === "string" && typeof to === "string" ? BigInt(daysBetween(from, to)) : null;
      }
      case "shift_days": {
        const day = this.value(node.date, at);
        return typeof day === "string" ? addDays(day, node.days) : null;
      }
      case "date_part": {
        const day = this.value(node.date, at);
        if (typeof day !== "string") return null;
        if (node.part === "weekday") return BigInt(isoWeekday(day));
        return BigInt(day.split("-")[["year", "month", "day"].indexOf(node.part)] ?? 0);
      }
      case "full_years": {
        const [year, month, day] = [node.year, node.month, node.day].map((part) => this.value(part, at));
        if (typeof year !== "bigint" || typeof month !== "bigint" || typeof day !== "bigint") return null;
        const number = BigInt(this.#today.replaceAll("-", "")) - (year * 10000n + month * 100n + day);
        return number >= 0n ? number / 10000n : null;
      }
    }
  }

  #compare(operator: Comparison, left: Expression, right: Expression, at: RowAt | null): boolean {
    const type = commonType(typeOf(left), typeOf(right)) ?? typeOf(left);
    const [a, b] = [this.#scaled(left, type, at), this.#scaled(right, type, at)];
    if (a === null || b === null) return false;
    const order = compareValues(a, b);
    switch (operator) {
      case "=":
        return order === 0;
      case "!=":
        return order !== 0;
      case "<":
        return order < 0;
      case "<=":
        return order <= 0;
      case ">":
        return order > 0;
      case ">=":
        return order >= 0;
    }
  }
}

function stored(relation: Relation, row: DataRow, name: string): Value {
  const raw = row[name] ?? null;
  if (raw === null || typeof raw === "boolean") return raw;
  const type = typeOfColumn(columnOf(relation, name)?.type ?? "text");
  if (type.kind === "integer") return BigInt(raw);
  if (type.kind !== "decimal") return String(raw);
  const parsed = parseDecimal(String(raw));
  return parsed === undefined ? null : parsed.units * 10n ** BigInt(type.scale - parsed.scale);
}
