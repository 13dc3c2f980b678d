import type { CodeNames } from "./code-names.ts";
import type { TagDefinition, TagUnit } from "./definition.ts";

export type Language = "zh" | "en";

/** What values are shown with: the brand's currency and the names behind codes. */
export interface Shown {
  readonly currency: string;
  readonly names?: CodeNames;
}

/** A stored value as people read it: labels of listed values, names of codes, amounts in major units, shares in percent. */
export function displayValue(
  definition: Pick<TagDefinition, "values" | "codes" | "unit">,
  value: string,
  shown: Shown,
  language: Language,
): string {
  const listed = definition.values?.find((candidate) => candidate.value === value);
  if (listed !== undefined) return listed[language];
  if (definition.codes !== undefined) return shown.names?.get(definition.codes)?.get(value) ?? value;
  return displayNumber(value, definition.unit, shown.currency, language);
}

const UNITS: Partial<Record<TagUnit, readonly [string, string]>> = {
  days: [" 天", " days"],
  times: [" 次", ""],
  people: [" 人", " people"],
  kinds: [" 种", " kinds"],
  points: [" 分", " points"],
  stars: [" 分", " stars"],
  month: [" 月", ""],
};

/** As the console writes amounts: a hyphen would stand for a range. */
const MINUS = "−";

/** A number in its unit; a text or date as it is. */
export function displayNumber(value: string, unit: TagUnit | undefined, currency: string, language: Language): string {
  if (unit === undefined || !/^-?\d+(\.\d+)?$/.test(value)) return value;
  const locale = language === "zh" ? "zh-CN" : "en-US";
  if (unit === "minor") {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    return format.format(Number(value) / 100).replace("-", MINUS);
  }
  if (unit === "share") {
    return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(Number(value));
  }
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 }).format(Number(value));
  return `${number}${UNITS[unit]?.[language === "zh" ? 0 : 1] ?? ""}`;
}

/** Fills {names} of a sentence; a missing part reads 无 or none. */
export function fillSentence(
  sentence: string,
  parts: Readonly<Record<string, string | null>>,
  language: Language,
): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? (language === "zh" ? "无" : "none"));
}
