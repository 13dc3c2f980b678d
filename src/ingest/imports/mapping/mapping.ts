import { problem } from "../../../platform/index.ts";
import type { IdentityKind } from "../../vocabulary/identity-kinds.ts";
import { importKind, type ImportKind, type Target } from "./target.ts";

/** Where one target takes its value from: a column (from 0), or the same value for every row. */
export interface TargetSource {
  readonly column?: number;
  readonly value?: string;
  /** How the column writes its values: a date order, `minor` for amounts in fen, `strip_decimal` for ids like 17850.0. */
  readonly format?: string;
  /** What the file's own words mean, for coded fields: { "男": "male" }. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Targets by name, as a person confirms them and as they are stored for the next file with the same header. */
export type Mapping = Readonly<Record<string, TargetSource>>;

export interface ImportOptions {
  /** Zone of times without one, and currency of amounts without one. */
  readonly timezone: string;
  readonly currency: string;
  /** The day (or instant) that a file without a time column speaks of. */
  readonly as_of?: string;
  /** Namespace of identifiers that are unique only in theirs; the source's own by default. */
  readonly namespaces?: Readonly<Partial<Record<IdentityKind, string>>>;
  /** Whether the discount column already holds what coupons paid; otherwise both are added up. */
  readonly coupon_in_discount?: boolean;
}

export const DATE_FORMATS = ["auto", "ymd", "dmy", "mdy", "excel", "epoch_s", "epoch_ms"] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];
const NUMBER_FORMATS = ["plain", "comma", "minor"];
const TEXT_FORMATS = ["text", "strip_decimal"];

function formatsOf(target: Target): readonly string[] {
  if (target.type === "instant" || target.type === "date") return DATE_FORMATS;
  if (target.type === "money" || target.type === "decimal" || target.type === "integer") return NUMBER_FORMATS;
  return TEXT_FORMATS;
}

/**
 * Checks a mapping against the vocabulary and the file's columns.
 * @returns the kind; throws the first problem with a sentence.
 */
export function checkMapping(kind_name: string, mapping: Mapping, options: ImportOptions, columns: number): ImportKind {
  const kind = importKind(kind_name);
  if (kind === undefined) throw problem("import.unknown_kind", { kind: kind_name });
  checkOptions(options);
  const targets = new Map(kind.targets.map((target) => [target.name, target]));
  for (const [field, source] of Object.entries(mapping)) {
    const target = targets.get(field);
    if (target === undefined) throw problem("import.unknown_field", { kind: kind_name, field });
    const { column, format } = source;
    if (column !== undefined && (!Number.isInteger(column) || column < 0 || column >= columns)) {
      throw problem("import.unknown_column", { field, column: column + 1, columns });
    }
    if (format !== undefined && !formatsOf(target).includes(format)) {
      throw problem("import.bad_option", {
        option: `${field}.format`,
        value: format,
        reason: formatsOf(target).join(" | "),
      });
    }
  }
  checkRequired(kind, mapping, options);
  return kind;
}

function isMapped(mapping: Mapping, name: string): boolean {
  const source = mapping[name];
  return source !== undefined && (source.column !== undefined || (source.value ?? "") !== "");
}

function checkRequired(kind: ImportKind, mapping: Mapping, options: ImportOptions): void {
  const lines = kind.targets.some((target) => target.group === "line" && isMapped(mapping, target.name));
  for (const target of kind.targets) {
    if (!target.required || isMapped(mapping, target.name)) continue;
    // An order may be imported without its lines, and a refund may be computed from price and quantity.
    if (target.group === "line" && !lines) continue;
    throw problem("import.field_missing", {
      kind: kind.kind,
      field: target.name,
      field_zh: target.zh,
      field_en: target.en,
    });
  }
  const identified = kind.targets.some((target) => target.group === "identity" && isMapped(mapping, target.name));
  if (kind.personal && !kind.document && !identified) throw problem("import.identity_missing", { kind: kind.kind });
  if (kind.nature === "fact" && !isMapped(mapping, "occurred_at") && options.as_of === undefined) {
    throw problem("import.time_missing");
  }
}

function checkOptions(options: ImportOptions): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: options.timezone });
  } catch {
    throw problem("import.bad_option", { option: "timezone", value: options.timezone, reason: "IANA: Asia/Shanghai" });
  }
  if (!/^[A-Z]{3}$/.test(options.currency)) {
    throw problem("import.bad_option", { option: "currency", value: options.currency, reason: "ISO 4217: CNY" });
  }
  if (options.as_of !== undefined && Number.isNaN(Date.parse(options.as_of))) {
    throw problem("import.bad_option", { option: "as_of", value: options.as_of, reason: "2026-11-22" });
  }
}

/** The columns a mapping takes anything from. */
export function mappedColumns(mapping: Mapping): ReadonlySet<number> {
  return new Set(Object.values(mapping).flatMap((source) => (source.column === undefined ? [] : [source.column])));
}
