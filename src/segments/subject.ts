import { build as q, type Column, type Expression, type Relation, type Window } from "../query/index.ts";

/** How a value is entered and compared in the builder. */
export type ValueType = "code" | "text" | "integer" | "decimal" | "money" | "ratio" | "date" | "boolean";
export type Operator =
  | "in"
  | "not_in"
  | "eq"
  | "ne"
  | "gte"
  | "lte"
  | "gt"
  | "lt"
  | "between"
  | "within_last"
  | "not_within_last"
  | "within_next"
  | "known"
  | "unknown";

export interface ValueOption {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly members?: number;
}
export interface Unit {
  readonly zh: string;
  readonly en: string;
}
/** A column by which the rows of a behaviour are narrowed. */
export interface Field {
  readonly field: string;
  readonly zh: string;
  readonly en: string;
  readonly type: ValueType;
  readonly operators: readonly Operator[];
  readonly values?: readonly ValueOption[];
  readonly unit?: Unit;
  readonly expression: Expression;
}
/** What is counted over the rows of a behaviour; window and filters go into every aggregate of the expression. */
export interface Measure {
  readonly measure: string;
  readonly zh: string;
  readonly en: string;
  readonly type: ValueType;
  readonly operators: readonly Operator[];
  readonly unit?: Unit;
  readonly expression: Expression;
}
/** Which row's or which value of a field: of the first row, of the last, or the commonest. */
export interface Pick {
  readonly pick: "first" | "last" | "most";
  readonly zh: string;
  readonly en: string;
  /** The expression is complete; window and filters go into it as into a measure. */
  readonly fields: readonly Field[];
}
/** What can stand in a sequence. */
export interface Step {
  readonly step: string;
  readonly zh: string;
  readonly en: string;
  readonly rows: { readonly relation: string; readonly where?: Expression };
}
/** A condition to choose as a whole. */
export interface Choice {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly members?: number;
  readonly expression: Expression;
}
/** A time window to choose; `days`, `back`, `from` and `to` may be changed. */
export interface WindowOption {
  readonly window: string;
  readonly zh: string;
  readonly en: string;
  readonly expression: Window | null;
}
export interface Subject {
  readonly subject: string;
  readonly zh: string;
  readonly en: string;
  readonly type: ValueType | "behaviour" | "segment" | "sequence" | "choice";
  readonly operators: readonly Operator[];
  readonly values?: readonly ValueOption[];
  readonly unit?: Unit;
  readonly sentence_zh?: string;
  readonly sentence_en?: string;
  readonly expression?: Expression;
  readonly measures?: readonly Measure[];
  readonly fields?: readonly Field[];
  readonly picks?: readonly Pick[];
  readonly steps?: readonly Step[];
  readonly within_days_max?: number;
  readonly choices?: readonly Choice[];
}
export interface SubjectGroup {
  readonly group: string;
  readonly zh: string;
  readonly en: string;
  readonly subjects: readonly Subject[];
}

/** Values that this installation's data has, to choose from. */
export interface Lists {
  /** By column name: store codes with names, categories, brands, SKUs … */
  readonly columns: ReadonlyMap<string, readonly ValueOption[]>;
  /** By tag: its commonest values. */
  readonly tags: ReadonlyMap<string, readonly { readonly value: string; readonly members: number }[]>;
}

const NUMBERS: readonly Operator[] = ["gte", "lte", "gt", "lt", "eq", "between", "known", "unknown"];
const OPERATORS: Readonly<Record<ValueType, readonly Operator[]>> = {
  code: ["in", "not_in", "known", "unknown"],
  text: ["in", "not_in", "eq", "ne", "known", "unknown"],
  integer: NUMBERS,
  decimal: NUMBERS,
  money: NUMBERS,
  ratio: NUMBERS,
  date: ["within_last", "not_within_last", "within_next", "between", "gte", "lte", "known", "unknown"],
  boolean: ["eq", "known", "unknown"],
};
export const MEASURED: readonly Operator[] = ["gte", "lte", "eq", "between", "gt", "lt"];

/** The first is what the builder offers. */
export function operatorsOf(type: ValueType): readonly Operator[] {
  return OPERATORS[type];
}

export function columnType(column: Column, lists: Lists): ValueType {
  if (column.unit === "minor") return "money";
  if (column.type === "text") return (column.values ?? lists.columns.get(column.name)) === undefined ? "text" : "code";
  if (column.type.startsWith("decimal")) return "decimal";
  return column.type as ValueType;
}

export function fieldOf(column: Column, lists: Lists): Field {
  const type = columnType(column, lists);
  const values = column.values ?? lists.columns.get(column.name);
  return {
    field: column.name,
    zh: column.zh,
    en: column.en,
    type,
    operators: operatorsOf(type),
    ...(values === undefined ? {} : { values }),
    expression: q.column(column.name),
  };
}

const PICKS = [
  { pick: "first", zh: "第一次的", en: "First" },
  { pick: "last", zh: "最近一次的", en: "Last" },
  { pick: "most", zh: "最多的", en: "Most frequent" },
] as const;
const PICKED = { first: q.first, last: q.last, most: q.mode };

/** The value of each field in the first row, in the last, and the commonest one. */
export function picksOf(relation: Relation, fields: readonly Field[], where: Expression | undefined): Pick[] {
  const rows = where === undefined ? {} : { where };
  return PICKS.map(({ pick, zh, en }) => ({
    pick,
    zh,
    en,
    fields: fields
      .filter((field) => field.type !== "boolean")
      .map((field) => ({
        ...field,
        expression: PICKED[pick](relation.name, field.field, rows),
      })),
  }));
}
