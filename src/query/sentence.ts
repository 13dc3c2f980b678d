import type { CompareNode, Expression, Measure, NodeKind, Window } from "./node.ts";
import { type Catalogue, type Column, columnOf, type Relation } from "./relation.ts";

type Language = "zh" | "en";
type Kind<K extends NodeKind> = Extract<Expression, { node: K }>;

/** Names that only later domains know. */
export interface SentenceNames {
  readonly tag?: (key: string) => { readonly zh: string; readonly en: string } | undefined;
  readonly tagValue?: (key: string, value: string) => { readonly zh: string; readonly en: string } | undefined;
  readonly segment?: (id: number) => string | undefined;
  /** What a whole group means, where its parts would be read as arithmetic. */
  readonly phrase?: (node: Expression) => { readonly zh: string; readonly en: string } | undefined;
}

/** A condition as a sentence in both languages, for steps, lists and records of what someone did. */
export function describe(
  node: Expression,
  catalogue: Catalogue,
  names: SentenceNames = {},
): { zh: string; en: string } {
  return { zh: new Describer(catalogue, names, "zh").text(node), en: new Describer(catalogue, names, "en").text(node) };
}

const FUNCTIONS: Readonly<Record<string, readonly [string, string]>> = {
  count: ["次数", "times"],
  sum: ["合计", "total"],
  min: ["最小", "smallest"],
  max: ["最大", "largest"],
  count_distinct: ["不同个数", "distinct"],
  median: ["中位数", "median"],
};
const WORDS: Partial<Record<NodeKind, readonly [string, string]>> = {
  add: [" + ", " + "],
  subtract: [" − ", " − "],
  multiply: [" × ", " × "],
  and: ["，且 ", " and "],
  or: ["，或 ", " or "],
};
const SIGNS = { "=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥" } as const;

class Describer {
  readonly #catalogue: Catalogue;
  readonly #names: SentenceNames;
  readonly #language: Language;

  constructor(catalogue: Catalogue, names: SentenceNames, language: Language) {
    this.#catalogue = catalogue;
    this.#names = names;
    this.#language = language;
  }

  text(node: Expression, row?: Relation): string {
    switch (node.node) {
      case "integer":
      case "decimal":
      case "text":
      case "date":
        return String(node.value);
      case "boolean":
        return node.value ? this.#say("是", "yes") : this.#say("否", "no");
      case "today":
        return this.#say("今天", "today");
      case "column":
        return this.#column(row, node.column);
      case "profile":
        return this.#column(this.#catalogue.find(node.relation), node.column);
      case "tag":
        return this.#names.tag?.(node.key)?.[this.#language] ?? node.key;
      case "segment":
        return this.#say(`属于人群“${this.#segment(node.id)}”`, `in segment “${this.#segment(node.id)}”`);
      case "compare":
        return this.#comparison(node, row);
      case "in":
        return this.#membership(node, row);
      case "is_known":
        return this.#say(`${this.text(node.value, row)}有值`, `${this.text(node.value, row)} is known`);
      case "not":
        return this.#not(node.part, row);
      default:
        return this.#composed(node, row);
    }
  }

  #composed(node: Expression, row?: Relation): string {
    switch (node.node) {
      case "and":
      case "or":
        return this.#names.phrase?.(node)?.[this.#language] ?? this.#group(node, row);
      case "add":
      case "subtract":
      case "multiply":
        return [node.left, node.right].map((part) => this.text(part, row)).join(this.#word(node.node));
      case "ratio":
        return `${this.text(node.numerator, row)} ÷ ${this.text(node.denominator, row)}`;
      case "shift_days":
        return this.#shifted(node, row);
      case "days_between":
        return this.#say(
          `${this.text(node.from, row)}到${this.text(node.to, row)}的天数`,
          `days from ${this.text(node.from, row)} to ${this.text(node.to, row)}`,
        );
      case "aggregate":
      case "mode":
      case "first":
      case "last":
      case "gaps":
      case "nth_day":
      case "sequence":
        return this.#measure(node);
      default:
        return this.#say("算出的值", "a computed value");
    }
  }

  #group(node: Kind<"and" | "or">, row?: Relation): string {
    if (node.parts.length === 0)
      return node.node === "and" ? this.#say("所有人", "everyone") : this.#say("没有人", "nobody");
    const parts = node.parts.map((part) => {
      const nested = (part.node === "and" || part.node === "or") && part.node !== node.node && part.parts.length > 1;
      return nested ? `（${this.text(part, row)}）` : this.text(part, row);
    });
    return parts.join(this.#word(node.node));
  }

  #not(part: Expression, row?: Relation): string {
    if (part.node === "in") return this.#membership(part, row, true);
    if (part.node === "segment") {
      return this.#say(`不属于人群“${this.#segment(part.id)}”`, `not in segment “${this.#segment(part.id)}”`);
    }
    if (part.node === "is_known")
      return this.#say(`${this.text(part.value, row)}没有值`, `${this.text(part.value, row)} is not known`);
    return this.#say(`不满足（${this.text(part, row)}）`, `not (${this.text(part, row)})`);
  }

  #comparison(node: CompareNode, row?: Relation): string {
    const left = this.text(node.left, row);
    const ago = node.right.node === "shift_days" && node.right.date.node === "today" ? -node.right.days : undefined;
    if (ago !== undefined && ago > 0 && node.operator === ">")
      return this.#say(`${left}在近 ${ago} 天内`, `${left} within the last ${ago} days`);
    if (ago !== undefined && ago > 0 && node.operator === "<=")
      return this.#say(`${left}早于近 ${ago} 天`, `${left} before the last ${ago} days`);
    return `${left} ${SIGNS[node.operator]} ${this.#value(node.left, node.right, row)}`;
  }

  #membership(node: Kind<"in">, row?: Relation, outside = false): string {
    const options = node.options.map((option) => this.#option(node.value, String(option), row));
    const list = options.join(this.#say("、", ", "));
    const left = this.text(node.value, row);
    if (outside) return this.#say(`${left}不是${list}`, `${left} is none of ${list}`);
    return this.#say(`${left}是${list}`, `${left} is ${options.length > 1 ? "one of " : ""}${list}`);
  }

  /** A constant as the left side shows it: listed values by name, amounts in major units. */
  #value(left: Expression, right: Expression, row?: Relation): string {
    if (right.node === "text") return this.#option(left, right.value, row);
    const number = right.node === "integer" || right.node === "decimal";
    if (number && left.node === "tag") return this.#option(left, String(right.value), row);
    const amount = this.#columnBehind(left, row)?.unit === "minor";
    if (right.node === "integer" && amount) return (right.value / 100).toFixed(2);
    return this.text(right, row);
  }

  #option(left: Expression, value: string, row?: Relation): string {
    if (left.node === "tag") return this.#names.tagValue?.(left.key, value)?.[this.#language] ?? value;
    const listed = this.#columnBehind(left, row)?.values?.find((candidate) => candidate.value === value);
    return listed?.[this.#language] ?? value;
  }

  #columnBehind(node: Expression, row?: Relation): Column | undefined {
    if (node.node === "column") return row === undefined ? undefined : columnOf(row, node.column);
    if (node.node === "aggregate" || node.node === "mode" || node.node === "first" || node.node === "last") {
      const relation = this.#catalogue.find(node.relation);
      return node.value === undefined || relation === undefined ? undefined : this.#columnBehind(node.value, relation);
    }
    if (node.node !== "profile") return undefined;
    const relation = this.#catalogue.find(node.relation);
    return relation === undefined ? undefined : columnOf(relation, node.column);
  }

  #measure(node: Measure): string {
    if (node.node === "sequence") {
      const [first, then] = [node.first, node.then].map((step) => this.#rows(step.relation, step.where));
      return this.#say(
        `${first}之后 ${node.within_days} 天内${then}的次数`,
        `${first} followed by ${then} within ${node.within_days} days`,
      );
    }
    const relation = this.#catalogue.find(node.relation);
    const rows = this.#rows(node.relation, node.where);
    const window = this.#window(node.window);
    const what = this.#what(node, relation);
    return this.#say(`${window}${rows}${what}`, `${rows} ${what}${window === "" ? "" : ` ${window}`}`);
  }

  #what(node: Exclude<Measure, { node: "sequence" }>, relation: Relation | undefined): string {
    const of = "value" in node && node.value !== undefined ? this.text(node.value, relation) : "";
    switch (node.node) {
      case "aggregate":
        return this.#say(
          `${of}${FUNCTIONS[node.function]?.[0] ?? ""}`,
          `${FUNCTIONS[node.function]?.[1] ?? ""} ${of}`.trim(),
        );
      case "mode":
        return this.#say(`最常见的${of}`, `commonest ${of}`);
      case "first":
        return this.#say(`第一次的${of}`, `first ${of}`);
      case "last":
        return this.#say(`最近一次的${of}`, `last ${of}`);
      case "gaps":
        return this.#say("相隔天数", "days between");
      case "nth_day":
        return this.#say(`第 ${node.n} 个日期`, `day number ${node.n}`);
    }
  }

  #rows(name: string, where: Expression | undefined): string {
    const relation = this.#catalogue.find(name);
    const base = relation?.[this.#language] ?? name;
    return where === undefined ? base : `${base}（${this.text(where, relation)}）`;
  }

  #window(window: Window | undefined): string {
    if (window === undefined) return "";
    const back = window.kind === "between" ? 0 : (window.back ?? 0);
    switch (window.kind) {
      case "days":
        if (back === 0) return this.#say(`近 ${window.days} 天`, `in the last ${window.days} days`);
        return this.#say(`${back + window.days} 至 ${back} 天前`, `${back} to ${back + window.days} days ago`);
      case "calendar": {
        const unit = window.unit === "month" ? this.#say("个月", "months") : this.#say("年", "years");
        if (back === 0)
          return window.unit === "month" ? this.#say("本月", "this month") : this.#say("今年", "this year");
        return this.#say(`${back} ${unit}前`, `${back} ${unit} ago`);
      }
      case "between":
        return this.#say(`${window.from} 至 ${window.to}`, `from ${window.from} to ${window.to}`);
    }
  }

  #shifted(node: Kind<"shift_days">, row?: Relation): string {
    const date = this.text(node.date, row);
    const days = Math.abs(node.days);
    return node.days < 0
      ? this.#say(`${date}前 ${days} 天`, `${days} days before ${date}`)
      : this.#say(`${date}后 ${days} 天`, `${days} days after ${date}`);
  }

  #column(relation: Relation | undefined, name: string): string {
    const column = relation === undefined ? undefined : columnOf(relation, name);
    return column?.[this.#language] ?? name;
  }

  #segment(id: number): string {
    return this.#names.segment?.(id) ?? String(id);
  }

  #word(kind: NodeKind): string {
    return WORDS[kind]?.[this.#language === "zh" ? 0 : 1] ?? " ";
  }

  #say(zh: string, en: string): string {
    return this.#language === "zh" ? zh : en;
  }
}
