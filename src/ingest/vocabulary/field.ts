/** How one field of a record looks: enough to validate it, map a file column onto it and document it. */
export type FieldType =
  | "text"
  | "integer"
  | "decimal"
  | "money"
  | "instant"
  | "date"
  | "boolean"
  | "code"
  | "list"
  | "object";

/** L1 public, L2 internal, L3 personal, L4 sensitive personal (GB/T 35273-2020 annex B). */
export type PrivacyClass = "L1" | "L2" | "L3" | "L4";

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly zh: string;
  readonly en: string;
  readonly privacy: PrivacyClass;
  readonly required?: boolean;
  /** For `code`: the closed list of values. */
  readonly values?: readonly string[];
  /** For numbers: the least and the greatest value that makes sense, both included. */
  readonly min?: number;
  readonly max?: number;
  /** For `list`: the fields of one element. */
  readonly items?: readonly Field[];
  /** Column names that importers take for this field, lower case, without spaces, `_` and `-`. */
  readonly aliases?: readonly string[];
  readonly example?: string;
}

type Options = Partial<Omit<Field, "name" | "type" | "zh" | "en">>;

/** One field; privacy is L2 unless said. */
export function field(name: string, type: FieldType, zh: string, en: string, options: Options = {}): Field {
  return { name, type, zh, en, privacy: "L2", ...options };
}
