import { targetOf, typeOf } from "./annotations.ts";
import { borderUnits } from "./check-scalars.ts";
import type { Dialect } from "./dialects/dialect.ts";
import type { CompareNode, Expression, Measure, NodeKind } from "./node.ts";
import { columnOf, type Relation } from "./relation.ts";
import { commonType, parseDecimal, scaleOf, typeOfColumn, type ValueType } from "./value-type.ts";

type Kind<K extends NodeKind> = Extract<Expression, { node: K }>;

/** What names mean at a place: the row's relation and alias, or the member's profiles and measures. */
export interface Names {
  readonly row?: { readonly relation: Relation; readonly alias: string };
  profile(relation: string): { readonly alias: string; readonly relation: Relation };
  measure(node: Measure): string;
}

const CONDITIONS: ReadonlySet<NodeKind> = new Set(["compare", "in", "is_known", "and", "or", "not"]);

/** Prints expressions for one engine on one day. Decimals are printed as integers of 10^-scale throughout. */
export class ScalarPrinter {
  readonly dialect: Dialect;
  readonly today: string;

  constructor(dialect: Dialect, today: string) {
    this.dialect = dialect;
    this.today = today;
  }

  /** A value; a condition as a value is never null. */
  value(node: Expression, names: Names): string {
    if (CONDITIONS.has(node.node)) return this.exact(node, names);
    switch (node.node) {
      case "integer":
        return String(node.value);
      case "decimal":
        return String(parseDecimal(node.value)?.units ?? 0n);
      case "text":
        return this.dialect.text(node.value);
      case "date":
        return `date '${node.value}'`;
      case "boolean":
        return String(node.value);
      case "today":
        return `date '${this.today}'`;
      case "column":
        return this.#column(node, names);
      case "profile":
        return this.#profile(node, names);
      case "tag":
      case "segment":
        return this.value(targetOf(node), names);
      default:
        return this.#composed(node, names);
    }
  }

  /** A condition where null does as well as false: where, filter, when. */
  condition(node: Expression, names: Names): string {
    switch (node.node) {
      case "compare":
        return this.#comparison(node, names);
      case "in":
        return `${this.value(node.value, names)} in (${this.#options(node).join(", ")})`;
      case "and":
      case "or":
        return this.#group(node, (part) => this.condition(part, names));
      case "is_known":
        return `${this.value(node.value, names)} is not null`;
      case "not":
        return `not ${this.exact(node.part, names)}`;
      case "tag":
      case "segment":
        return this.condition(targetOf(node), names);
      default:
        return this.value(node, names);
    }
  }

  /** A condition that is true or false, never null. */
  exact(node: Expression, names: Names): string {
    switch (node.node) {
      case "is_known":
      case "not":
        return `(${this.condition(node, names)})`;
      case "and":
      case "or":
        return this.#group(node, (part) => this.exact(part, names));
      case "boolean":
        return String(node.value);
      case "tag":
      case "segment":
        return this.exact(targetOf(node), names);
      default:
        return `coalesce(${this.condition(node, names)}, false)`;
    }
  }

  /** A number brought to a greater scale; anything else as it is. */
  scaled(node: Expression, type: ValueType, names: Names): string {
    const shift = scaleOf(type) - scaleOf(typeOf(node));
    const sql = this.value(node, names);
    return shift > 0 ? `(${this.dialect.toInteger(sql)} * ${10 ** shift})` : sql;
  }

  #column(node: Kind<"column">, names: Names): string {
    if (names.row === undefined) throw new Error("a column outside of a row");
    const { relation, alias } = names.row;
    return this.#stored(alias, relation, node.column);
  }

  #profile(node: Kind<"profile">, names: Names): string {
    const { alias, relation } = names.profile(node.relation);
    return this.#stored(alias, relation, node.column);
  }

  #stored(alias: string, relation: Relation, name: string): string {
    const column = columnOf(relation, name);
    if (column === undefined) throw new Error(`no column ${relation.name}.${name}`);
    const type = typeOfColumn(column.type);
    const sql =
      column.json_of === undefined
        ? `${alias}.${this.dialect.quoted(name)}`
        : this.dialect.fromJson(`${alias}.${this.dialect.quoted(column.json_of)}`, name, column.type);
    return type.kind === "decimal" ? this.dialect.units(sql, type.scale) : sql;
  }

  #composed(node: Expression, names: Names): string {
    const { dialect } = this;
    switch (node.node) {
      case "add":
      case "subtract":
      case "multiply":
        return this.#arithmetic(node, names);
      case "ratio":
        return this.#ratio(node, names);
      case "first_known":
      case "least":
      case "greatest":
        return this.#choice(node, names);
      case "days_between":
        return dialect.daysBetween(this.value(node.from, names), this.value(node.to, names));
      case "shift_days":
        return dialect.shiftDays(this.value(node.date, names), node.days);
      case "date_part":
        return dialect.datePart(node.part, this.value(node.date, names));
      case "full_years":
        return this.#fullYears(node, names);
      case "case":
        return this.#cases(node, names);
      case "bands":
        return this.#bands(node, names);
      default:
        return names.measure(node as Measure);
    }
  }

  #arithmetic(node: Kind<"add" | "subtract" | "multiply">, names: Names): string {
    // one side made 64 bits wide, or two 32-bit columns or constants would overflow
    if (node.node === "multiply") {
      return `(${this.dialect.toInteger(this.value(node.left, names))} * ${this.value(node.right, names)})`;
    }
    const type = typeOf(node);
    const sign = node.node === "add" ? "+" : "-";
    const left = this.dialect.toInteger(this.scaled(node.left, type, names));
    return `(${left} ${sign} ${this.scaled(node.right, type, names)})`;
  }

  /** (2|a| + |b|) whole-divided by 2|b| is |a ÷ b| rounded half up, in integers; the sign is set afterwards. */
  #ratio(node: Kind<"ratio">, names: Names): string {
    const { dialect } = this;
    const a = dialect.wide(this.value(node.numerator, names));
    const b = dialect.wide(this.value(node.denominator, names));
    const shift = scaleOf(typeOf(node.denominator)) + node.scale - scaleOf(typeOf(node.numerator));
    const dividend = `2 * abs(${a})${shift > 0 ? ` * ${10 ** shift}` : ""}`;
    const divisor = `abs(${b})${shift < 0 ? ` * ${10 ** -shift}` : ""}`;
    const magnitude = dialect.wholeDivision(`${dividend} + ${divisor}`, `2 * ${divisor}`);
    return `case when ${b} <> 0 then ${dialect.toInteger(`${dialect.sign(a)} * ${dialect.sign(b)} * ${magnitude}`)} end`;
  }

  #choice(node: Kind<"first_known" | "least" | "greatest">, names: Names): string {
    const type = typeOf(node);
    const parts = node.parts.map((part) => this.scaled(part, type, names));
    if (parts.length === 1) return parts[0] ?? "null";
    const name = node.node === "first_known" ? "coalesce" : node.node;
    const ordered = node.node !== "first_known" && type.kind === "text";
    return `${name}(${parts.map((part) => (ordered ? this.dialect.byCodePoint(part) : part)).join(", ")})`;
  }

  /** (yyyymmdd of today − yyyymmdd of the birth) ÷ 10000 is the age; missing for a date to come. */
  #fullYears(node: Kind<"full_years">, names: Names): string {
    const [year, month, day] = [node.year, node.month, node.day].map((part) => this.value(part, names));
    const number = `(${this.today.replaceAll("-", "")} - (${year} * 10000 + ${month} * 100 + ${day}))`;
    const whole = this.dialect.wholeDivision(this.dialect.wide(number), this.dialect.wide("10000"));
    return `case when ${number} >= 0 then ${this.dialect.toInteger(whole)} end`;
  }

  #cases(node: Kind<"case">, names: Names): string {
    const type = typeOf(node);
    const branches = node.branches.map(
      ({ when, then }) => `when ${this.condition(when, names)} then ${this.scaled(then, type, names)}`,
    );
    const otherwise = node.otherwise === undefined ? "" : ` else ${this.scaled(node.otherwise, type, names)}`;
    return `case ${branches.join(" ")}${otherwise} end`;
  }

  #bands(node: Kind<"bands">, names: Names): string {
    const value = this.value(node.value, names);
    const type = typeOf(node.value);
    const branches = node.bands.map(
      ({ below, label }) => `when ${value} < ${borderUnits(below, type)} then ${this.dialect.text(label)}`,
    );
    return `case when ${value} is null then null ${branches.join(" ")} else ${this.dialect.text(node.last)} end`;
  }

  #comparison(node: CompareNode, names: Names): string {
    const type = commonType(typeOf(node.left), typeOf(node.right)) ?? typeOf(node.left);
    const operator = node.operator === "!=" ? "<>" : node.operator;
    const byOrder = type.kind === "text" && operator !== "=" && operator !== "<>";
    const side = (part: Expression): string => {
      const sql = this.scaled(part, type, names);
      return byOrder ? this.dialect.byCodePoint(`(${sql})`) : sql;
    };
    return `(${side(node.left)} ${operator} ${side(node.right)})`;
  }

  #options(node: Kind<"in">): string[] {
    return node.options.map((option) => (typeof option === "number" ? String(option) : this.dialect.text(option)));
  }

  #group(node: Kind<"and" | "or">, print: (part: Expression) => string): string {
    if (node.parts.length === 0) return node.node === "and" ? "true" : "false";
    return `(${node.parts.map(print).join(` ${node.node} `)})`;
  }
}
