/**
 * The expression tree: plain JSON for tags, segments, conditions and metrics.
 *
 * Two scopes. At *member* scope an expression has one value per member. Inside an aggregate's `where`, `value`, `weight`
 * and `by` it is at *row* scope and sees the columns of that relation. Every expression has a type of the fixed number
 * system (value-type.ts). A condition is true or false, never unknown: a comparison with a missing value is false.
 */
export type Expression =
  | Constant
  | TodayNode
  | ColumnNode
  | ProfileNode
  | TagNode
  | SegmentNode
  | ParameterNode
  | ArithmeticNode
  | RatioNode
  | ChoiceNode
  | DaysBetweenNode
  | ShiftDaysNode
  | FullYearsNode
  | DatePartNode
  | CompareNode
  | InNode
  | KnownNode
  | GroupNode
  | NotNode
  | CaseNode
  | BandsNode
  | Measure;

/** What reads many rows of one member. */
export type Measure = AggregateNode | ModeNode | EdgeNode | GapsNode | NthDayNode | SequenceNode;

export type NodeKind = Expression["node"];

export type Constant =
  | { readonly node: "integer"; readonly value: number }
  /** Its scale is the number of digits after the point: "0.50" has scale 2. */
  | { readonly node: "decimal"; readonly value: string }
  | { readonly node: "text"; readonly value: string }
  | { readonly node: "date"; readonly value: string }
  | { readonly node: "boolean"; readonly value: boolean };

/** The business day for which everything is computed. */
export interface TodayNode {
  readonly node: "today";
}

/** A column of the row at hand (row scope only). */
export interface ColumnNode {
  readonly node: "column";
  readonly column: string;
}

/** A column of a relation that has at most one row per member. */
export interface ProfileNode {
  readonly node: "profile";
  readonly relation: string;
  readonly column: string;
}

/** The value of another tag; it stands for that tag's expression. */
export interface TagNode {
  readonly node: "tag";
  readonly key: string;
}

/** Whether the member is in a segment; it stands for that segment's condition. */
export interface SegmentNode {
  readonly node: "segment";
  readonly id: number;
}

/** A constant that is known only when a tree is used (a currency, a frozen threshold); bound before checking (parameters.ts). */
export interface ParameterNode {
  readonly node: "parameter";
  readonly name: string;
}

export interface ArithmeticNode {
  readonly node: "add" | "subtract" | "multiply";
  readonly left: Expression;
  readonly right: Expression;
}

/** numerator ÷ denominator, rounded half away from zero to `scale` digits; missing when the denominator is 0 or missing. */
export interface RatioNode {
  readonly node: "ratio";
  readonly numerator: Expression;
  readonly denominator: Expression;
  readonly scale: number;
  readonly rounding: "half_up";
}

/** `first_known` is SQL's coalesce; `least` and `greatest` pass over missing values. */
export interface ChoiceNode {
  readonly node: "first_known" | "least" | "greatest";
  readonly parts: readonly Expression[];
}

/** Days from `from` to `to`; negative when `to` is earlier. */
export interface DaysBetweenNode {
  readonly node: "days_between";
  readonly from: Expression;
  readonly to: Expression;
}

export interface ShiftDaysNode {
  readonly node: "shift_days";
  readonly date: Expression;
  readonly days: number;
}

/** Completed years since a date given by its parts (an age); someone born on 29 February completes a year on 1 March. */
export interface FullYearsNode {
  readonly node: "full_years";
  readonly year: Expression;
  readonly month: Expression;
  readonly day: Expression;
}

/** `weekday`: 1 = Monday … 7 = Sunday. */
export interface DatePartNode {
  readonly node: "date_part";
  readonly part: "year" | "month" | "day" | "weekday";
  readonly date: Expression;
}

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** False when a side is missing, also for `!=`. Text compares by code point. */
export interface CompareNode {
  readonly node: "compare";
  readonly operator: Comparison;
  readonly left: Expression;
  readonly right: Expression;
}

export interface InNode {
  readonly node: "in";
  readonly value: Expression;
  readonly options: readonly (string | number)[];
}

export interface KnownNode {
  readonly node: "is_known";
  readonly value: Expression;
}

/** `and` of nothing is true, `or` of nothing is false. */
export interface GroupNode {
  readonly node: "and" | "or";
  readonly parts: readonly Expression[];
}

export interface NotNode {
  readonly node: "not";
  readonly part: Expression;
}

/** The first branch whose condition holds; without `otherwise` missing. */
export interface CaseNode {
  readonly node: "case";
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise?: Expression;
}

/** The label of the first band with value < `below`, or `last`; missing when the value is missing. Borders rise strictly. */
export interface BandsNode {
  readonly node: "bands";
  readonly value: Expression;
  readonly bands: readonly { readonly below: number | string; readonly label: string }[];
  readonly last: string;
}

/**
 * Which rows count, by the relation's business day (or by another date column, `on`). Nothing after today is ever seen.
 * `days`: the last n days up to and including today, moved back by `back` days: (today − back − n, today − back].
 * `calendar`: the month or year of today, moved back by `back` of them. `between`: both ends included.
 */
export type Window =
  | { readonly kind: "days"; readonly days: number; readonly back?: number; readonly on?: string }
  | { readonly kind: "calendar"; readonly unit: "month" | "year"; readonly back?: number; readonly on?: string }
  | { readonly kind: "between"; readonly from: string; readonly to: string; readonly on?: string };

/** The rows of the members to whom `column` of `relation` leads, e.g. the orders of those a member invited. */
export interface Via {
  readonly relation: string;
  readonly column: string;
  readonly where?: Expression;
}

interface Rows {
  readonly relation: string;
  readonly where?: Expression;
  /** Absent: every row up to today. */
  readonly window?: Window;
}

/** `median` is the nearest rank: of n values the ⌈n/2⌉-th smallest. A count or sum of nothing is 0, the others missing. */
export interface AggregateNode extends Rows {
  readonly node: "aggregate";
  readonly function: "count" | "sum" | "min" | "max" | "count_distinct" | "median";
  /** Not for count. */
  readonly value?: Expression;
  readonly via?: Via;
}

/** The commonest value: greatest weight (rows, or the sum of `weight`), then latest day, then smallest value. */
export interface ModeNode extends Rows {
  readonly node: "mode";
  readonly value: Expression;
  readonly weight?: Expression;
}

/** The value of the first or last row by `by` (default: the instant, or the day), ties by the relation's key. */
export interface EdgeNode extends Rows {
  readonly node: "first" | "last";
  readonly value: Expression;
  readonly by?: Expression;
}

/** Over the days between consecutive distinct days of the rows; fewer than two days: missing (count: 0). */
export interface GapsNode extends Rows {
  readonly node: "gaps";
  readonly function: "count" | "min" | "max" | "median";
}

/** The n-th distinct day of the rows, counted from the first (1). */
export interface NthDayNode extends Rows {
  readonly node: "nth_day";
  readonly n: number;
}

/** How many rows of the first step are followed, later and within `within_days` days, by a row of the second. */
export interface SequenceNode {
  readonly node: "sequence";
  readonly first: Rows;
  readonly then: Omit<Rows, "window">;
  readonly within_days: number;
}

/**
 * Bounds of a tree, so that no definition or request can be heavier than this: four hundred nodes of whoever wrote it, and
 * the few by which a tag leaves out those who refuse profiling.
 */
export const NODES_MAX = 410;
export const DEPTH_MAX = 24;
export const OPTIONS_MAX = 500;
export const WINDOW_DAYS_MAX = 3660;
export const SCALE_MAX = 6;
