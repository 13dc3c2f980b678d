import type { ColumnType } from "./relation.ts";

/** The type of an expression. Decimals are held as integers of 10^-scale, on every engine. */
export type ValueType =
  | { readonly kind: "integer" }
  | { readonly kind: "decimal"; readonly scale: number }
  | { readonly kind: "text" }
  | { readonly kind: "date" }
  | { readonly kind: "instant" }
  | { readonly kind: "boolean" };

export const INTEGER: ValueType = { kind: "integer" };
export const TEXT: ValueType = { kind: "text" };
export const DATE: ValueType = { kind: "date" };
export const BOOLEAN: ValueType = { kind: "boolean" };

export function decimalType(scale: number): ValueType {
  return { kind: "decimal", scale };
}

/** The type of a column: "decimal(18,3)" becomes a decimal of scale 3. */
export function typeOfColumn(type: ColumnType): ValueType {
  const decimal = /^decimal\(\d+,(\d+)\)$/.exec(type);
  if (decimal !== null) return decimalType(Number(decimal[1]));
  return { kind: type as Exclude<ValueType["kind"], "decimal"> };
}

export function isNumber(type: ValueType): boolean {
  return type.kind === "integer" || type.kind === "decimal";
}

/** Digits after the point: 0 for integers. */
export function scaleOf(type: ValueType): number {
  return type.kind === "decimal" ? type.scale : 0;
}

/** The type in which two values can be compared or chosen between; undefined when there is none. */
export function commonType(a: ValueType, b: ValueType): ValueType | undefined {
  if (isNumber(a) && isNumber(b)) {
    const scale = Math.max(scaleOf(a), scaleOf(b));
    return scale === 0 && a.kind === "integer" && b.kind === "integer" ? INTEGER : decimalType(scale);
  }
  return a.kind === b.kind ? a : undefined;
}

/** "12.50" → { units: 1250n, scale: 2 }. @returns undefined when the text is no plain decimal. */
export function parseDecimal(text: string): { units: bigint; scale: number } | undefined {
  const parts = /^(-?)(\d{1,18})(?:\.(\d{1,6}))?$/.exec(text);
  if (parts === null) return undefined;
  const fraction = parts[3] ?? "";
  const units = BigInt(`${parts[1]}${parts[2]}${fraction}`);
  return { units, scale: fraction.length };
}

/** 1250n of scale 2 → "12.50". */
export function formatDecimal(units: bigint, scale: number): string {
  if (scale === 0) return units.toString();
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const NAMES: Readonly<Record<ValueType["kind"] | "number", readonly [string, string]>> = {
  integer: ["整数", "an integer"],
  decimal: ["小数", "a decimal"],
  text: ["文本", "a text"],
  date: ["日期", "a date"],
  instant: ["时刻", "an instant"],
  boolean: ["条件（是/否）", "a condition (yes/no)"],
  number: ["数字", "a number"],
};

/** A type as people say it. */
export function typeName(type: ValueType | "number", language: "zh" | "en"): string {
  const names = NAMES[type === "number" ? "number" : type.kind];
  return names[language === "zh" ? 0 : 1];
}
