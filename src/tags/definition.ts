import type { DataRow, Expression, Sensitivity } from "../query/index.ts";

export type TagFamily = "basic" | "consumption" | "social";

/** How a number is shown: amounts in major units, shares as percent. */
export type TagUnit =
  | "minor"
  | "share"
  | "days"
  | "times"
  | "people"
  | "kinds"
  | "points"
  | "stars"
  | "month"
  | "number";

/** One value a tag may take, and what it says about a member. */
export interface TagValueMeaning {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly meaning_zh: string;
  readonly meaning_en: string;
}

/** Why a member has the value: a sentence with {names} of expressions that are computed for that member. */
export interface TagReason {
  readonly zh: string;
  readonly en: string;
  /** `{value}` needs no part. */
  readonly parts?: Readonly<Record<string, { readonly expression: Expression; readonly unit?: TagUnit }>>;
}

/** Rows in, value out; a test runs it on every engine. `value` is the stored form: a text, a number as text, a date. */
export interface TagExample {
  readonly today: string;
  readonly rows: Readonly<Record<string, readonly DataRow[]>>;
  readonly value: string | null;
  readonly zh: string;
}

/**
 * A tag as data. The files under definitions/ only wrap this object; what people make in the console is the same object
 * in the database. Nothing of it is ever evaluated as code.
 */
export interface TagDefinition {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  /** One sentence that tells an operator what the tag means. */
  readonly sentence_zh: string;
  readonly sentence_en: string;
  /** The role that answers for the definition. */
  readonly owner: "operations" | "analytics" | "data";
  readonly family: TagFamily;
  /** The closed list of values; absent for numbers, dates and open texts. */
  readonly values?: readonly TagValueMeaning[];
  /** The values are codes of this relation, shown by the name it has for them. */
  readonly codes?: "stores" | "products";
  readonly unit?: TagUnit;
  readonly window_zh: string;
  readonly window_en: string;
  /** `event`: changes within seconds of a record; `day`: changes at the turn of the day at the latest. */
  readonly freshness: "event" | "day";
  readonly privacy: Sensitivity;
  /** It judges or predicts habits, interests, means or worth: those who refuse profiling (PIPL 24) have no value. */
  readonly profiling?: true;
  /** Not computed until a person switches it on. */
  readonly default?: "off";
  readonly expression: Expression;
  readonly reason: TagReason;
  readonly example: TagExample;
}

/** Figures of one measurement in the example world; to be shown as such, never as those of an installation. */
export interface ExampleAccuracy {
  /** Last day of the world. */
  readonly until: string;
  readonly members: number;
  readonly tags: Readonly<
    Record<string, { readonly judged: number; readonly right: number; readonly coverage: number } | undefined>
  >;
}

/** Wraps a definition so that its type is checked where it is written. */
export function defineTag(definition: TagDefinition): TagDefinition {
  return definition;
}
