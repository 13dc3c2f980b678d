import { personalKindOf } from "../../personal-pattern.ts";
import { detectDateFormat } from "./date-text.ts";
import type { Mapping, TargetSource } from "./mapping.ts";
import { IMPORT_KINDS, type ImportKind, type Target } from "./target.ts";

/** What a column seems to be, and how sure that is (0–1): its name counts most, what its values look like decides ties. */
export interface ColumnGuess {
  readonly field: string;
  readonly confidence: number;
}

export interface TableGuess {
  readonly record_kind: string | null;
  readonly mapping: Mapping;
  readonly columns: readonly (ColumnGuess | null)[];
}

/** The spelling under which column names are compared: lower case, without blanks, `_`, `-`, `.`, brackets and their content. */
export function plainName(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[（(【[].*?[)）】\]]/g, "")
    .replace(/[\s_\-.:：*#/]/g, "");
}

const ALL_ALIASES = new Set(
  IMPORT_KINDS.flatMap((kind) => kind.targets.flatMap((target) => target.aliases.map(plainName))),
);

export function isKnownName(name: string): boolean {
  return ALL_ALIASES.has(plainName(name));
}

type Shape =
  | "phone"
  | "email"
  | "id_number"
  | "time"
  | "number"
  | "integer"
  | "openid"
  | "boolean"
  | "code"
  | "text"
  | "empty";

/** What the values of a column look like, when nine of ten of them agree. */
export function shapeOf(samples: readonly string[]): Shape {
  const filled = samples.map((text) => text.trim()).filter((text) => text !== "");
  if (filled.length === 0) return "empty";
  const most = (test: (text: string) => boolean) => filled.filter(test).length >= filled.length * 0.9;
  for (const kind of ["phone", "email", "id_number"] as const) {
    if (most((text) => personalKindOf(text.replace(/\.0$/, "")) === kind)) return kind;
  }
  if (most((text) => /^o[\w-]{27}$/.test(text))) return "openid";
  if (most((text) => /^1\d{2}\*{3,5}\d{4}$/.test(text))) return "phone";
  if (detectDateFormat(filled) !== undefined) return "time";
  if (most((text) => /^-?\d+$/.test(text))) return "integer";
  if (most((text) => /^[-+(]?[¥￥$€£]?[\d,]*\.?\d+\)?(元)?$/.test(text))) return "number";
  return "text";
}

const FITS: Readonly<Record<Target["type"], readonly Shape[]>> = {
  text: ["text", "integer", "number", "phone", "email", "id_number", "openid", "code", "boolean", "time", "empty"],
  code: ["text", "integer", "code", "boolean", "empty"],
  boolean: ["text", "integer", "boolean", "code", "empty"],
  integer: ["integer", "number", "empty"],
  decimal: ["integer", "number", "empty"],
  money: ["integer", "number", "empty"],
  instant: ["time", "empty"],
  date: ["time", "empty"],
  list: [],
  object: [],
};

function nameScore(column: string, target: Target): number {
  const name = plainName(column);
  if (name === "") return 0;
  const aliases = target.aliases.map(plainName);
  const at = aliases.indexOf(name);
  // The earlier a name stands among the aliases, the more it means this field.
  if (at >= 0) return 0.95 - Math.min(at, 20) * 0.005;
  const contained = aliases
    .filter((alias) => alias.length >= 3 && name.includes(alias))
    .sort((a, b) => b.length - a.length)[0];
  return contained === undefined ? 0 : 0.35 + (0.35 * contained.length) / name.length;
}

function score(column: string, samples: readonly string[], shape: Shape, target: Target): number {
  const named = nameScore(column, target);
  const identity = target.name.startsWith("identity.") ? target.name.slice(9) : undefined;
  if (identity === shape) return Math.max(named, 0.6) + 0.04;
  if (named === 0) return 0;
  // A few bad cells among the first rows say nothing against a name that fits.
  if (!FITS[target.type].includes(shape)) return named * (mostlyFits(samples, target) ? 0.8 : 0.3);
  if (identity === "phone" && named < 0.8 && (shape === "text" || shape === "time")) return named * 0.5;
  // Codes that fit the listed values are surer than codes by name alone.
  if (
    target.type === "code" &&
    target.values !== undefined &&
    samples.some((text) => target.values?.includes(text.toLowerCase()))
  ) {
    return Math.min(0.99, named + 0.03);
  }
  return named;
}

function mostlyFits(samples: readonly string[], target: Target): boolean {
  const filled = samples.filter((text) => text.trim() !== "");
  return filled.filter((text) => FITS[target.type].includes(shapeOf([text]))).length * 2 >= filled.length;
}

/** Guesses what a table holds. With a kind given, only how its columns map onto that kind. */
export function guessTable(
  columns: readonly string[],
  samples: readonly (readonly string[])[],
  wanted?: string,
): TableGuess {
  const shapes = columns.map((_, i) => shapeOf(samples.map((row) => row[i] ?? "")));
  const kinds = wanted === undefined ? IMPORT_KINDS : IMPORT_KINDS.filter((kind) => kind.kind === wanted);
  let best:
    | { kind: ImportKind; chosen: Map<Target, { column: number; confidence: number }>; total: number }
    | undefined;
  for (const kind of kinds) {
    const chosen = assign(kind, columns, samples, shapes);
    const total = kindScore(kind, chosen);
    if (best === undefined || total > best.total) best = { kind, chosen, total };
  }
  if (best === undefined || (wanted === undefined && best.total <= 0)) {
    return { record_kind: null, mapping: {}, columns: columns.map(() => null) };
  }
  const mapping: Record<string, TargetSource> = {};
  const guesses: (ColumnGuess | null)[] = columns.map(() => null);
  for (const [target, { column, confidence }] of best.chosen) {
    const format = formatOf(
      target,
      samples.map((row) => row[column] ?? ""),
    );
    mapping[target.name] = { column, ...(format === undefined ? {} : { format }) };
    guesses[column] = { field: target.name, confidence: Math.round(confidence * 100) / 100 };
  }
  return { record_kind: best.kind.kind, mapping, columns: guesses };
}

const CONFIDENCE_MIN = 0.55;

/** Each target gets at most one column and each column one target, the surest pairs first. */
function assign(
  kind: ImportKind,
  columns: readonly string[],
  samples: readonly (readonly string[])[],
  shapes: readonly Shape[],
): Map<Target, { column: number; confidence: number }> {
  const pairs: { target: Target; column: number; confidence: number }[] = [];
  for (const [column, name] of columns.entries()) {
    const values = samples.map((row) => row[column] ?? "");
    for (const target of kind.targets) {
      const confidence = score(name, values, shapes[column] ?? "text", target);
      if (confidence >= CONFIDENCE_MIN) pairs.push({ target, column, confidence });
    }
  }
  pairs.sort((a, b) => b.confidence - a.confidence || a.column - b.column);
  const chosen = new Map<Target, { column: number; confidence: number }>();
  const used = new Set<number>();
  for (const { target, column, confidence } of pairs) {
    if (chosen.has(target) || used.has(column)) continue;
    chosen.set(target, { column, confidence });
    used.add(column);
  }
  return chosen;
}

/** How well a kind explains a table: what it needs must be there, then every sure column counts. */
function kindScore(kind: ImportKind, chosen: ReadonlyMap<Target, { confidence: number }>): number {
  const has = (name: string) => [...chosen.keys()].some((target) => target.name === name);
  const lines = [...chosen.keys()].some((target) => target.group === "line");
  const missing = kind.targets.filter((t) => t.required && !has(t.name) && (t.group !== "line" || lines)).length;
  const identified = [...chosen.keys()].some((target) => target.group === "identity");
  let total = [...chosen.values()].reduce((sum, { confidence }) => sum + confidence, 0);
  total -= missing * 2;
  if (kind.personal && !kind.document && !identified) total -= 3;
  if (kind.nature === "fact" && !has("occurred_at")) total -= 0.5;
  // A table about people without anything that happens is a list of members.
  if (kind.kind === "member" && !identified) total -= 3;
  if (kind.kind === "custom") total -= 2;
  return total;
}

function formatOf(target: Target, samples: readonly string[]): string | undefined {
  const filled = samples.map((text) => text.trim()).filter((text) => text !== "");
  if (filled.length === 0) return undefined;
  if (target.type === "instant" || target.type === "date") {
    const format = detectDateFormat(filled)?.format;
    return format === "auto" ? undefined : format;
  }
  if (target.type === "money" || target.type === "decimal") {
    const comma = filled.some((text) => /\d,\d{1,2}$/.test(text)) && filled.every((text) => !/\.\d{1,2}$/.test(text));
    return comma ? "comma" : undefined;
  }
  // Identifiers that went through a column of binary fractions: 17850.0 is 17850.
  if (target.type === "text" && filled.every((text) => /^\d+\.0$/.test(text))) return "strip_decimal";
  return undefined;
}
