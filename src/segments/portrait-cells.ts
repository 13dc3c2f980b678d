import type { Ground } from "../ground.ts";
import { build as q, type Expression } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import { codeNames, type CodeNames, type CodeRelation, displayNumber, displayValue } from "../tags/index.ts";
import type { Fact } from "./portrait-facts.ts";

/** A value or a band of a fact as people read it, and the condition that means it. */
export interface Named {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly condition: Expression;
}

type Language = "zh" | "en";

/** "0.1667000000" → "0.1667". */
function trimmed(value: string): string {
  return value.includes(".") ? value.replace(/\.?0+$/, "") : value;
}

/** A number of a fact in its unit. */
export function numberText(ground: Ground, fact: Fact, value: string, language: Language): string {
  return displayNumber(trimmed(value), fact.definition?.unit, ground.config.currency, language);
}

/** The names behind the codes that a portrait shows. */
export async function namesFor(
  tx: Tx,
  ground: Ground,
  facts: readonly { readonly fact: Fact; readonly values: readonly string[] }[],
): Promise<CodeNames> {
  const wanted = new Map<CodeRelation, string[]>();
  for (const { fact, values } of facts) {
    const codes = fact.definition?.codes;
    if (codes !== undefined) wanted.set(codes, [...(wanted.get(codes) ?? []), ...values]);
  }
  return codeNames(tx, ground, wanted);
}

const YES: Readonly<Record<string, { zh: string; en: string }>> = {
  true: { zh: "是", en: "yes" },
  false: { zh: "否", en: "no" },
};

/** One value of a fact. */
export function namedValue(ground: Ground, fact: Fact, value: string, names: CodeNames): Named {
  const shown = { currency: ground.config.currency, names };
  const text = (language: Language) =>
    fact.definition === undefined
      ? (YES[value]?.[language] ?? value)
      : displayValue(fact.definition, value, shown, language);
  const known = value === "true" || value === "false";
  const flag = fact.definition === undefined && known;
  const condition = flag ? q.equals(fact.subject, value === "true") : q.isIn(fact.subject, [value]);
  return { value, zh: text("zh"), en: text("en"), condition };
}

/** Chinese after Chinese without a space, after a figure with one. */
function beside(text: string, more: string): string {
  return /\p{Script=Han}$/u.test(text) ? `${text}${more}` : `${text} ${more}`;
}

/** One band of a number: from one border to below the next. @param place of the band, from the lowest. */
export function namedBand(ground: Ground, fact: Fact, borders: readonly string[], place: number): Named {
  const [from, to] = [borders[place - 1], borders[place]];
  const text = (language: Language) => {
    const low = from === undefined ? undefined : numberText(ground, fact, from, language);
    const high = to === undefined ? undefined : numberText(ground, fact, to, language);
    if (low === undefined && high === undefined) return language === "zh" ? "有值" : "any";
    if (low === undefined) return language === "zh" ? `不到 ${high}` : `below ${high}`;
    if (high === undefined) return language === "zh" ? beside(low, "及以上") : `${low} or more`;
    return language === "zh" ? `${beside(low, "至不到")} ${high}` : `${low} to below ${high}`;
  };
  const parts: Expression[] = [];
  if (from !== undefined) parts.push(q.compare(fact.subject, ">=", border(from)));
  if (to !== undefined) parts.push(upper(fact, from, to));
  const condition = parts.length === 1 && parts[0] !== undefined ? parts[0] : q.and(...parts);
  return { value: String(place), zh: text("zh"), en: text("en"), condition };
}

function border(value: string): Expression {
  return value.includes(".") ? q.decimal(trimmed(value)) : { node: "integer", value: Number(value) };
}

/** Of whole numbers "between a and b − 1", which the builder writes as one sentence. */
function upper(fact: Fact, from: string | undefined, to: string): Expression {
  if (from === undefined || from.includes(".") || to.includes(".")) return q.compare(fact.subject, "<", border(to));
  return q.compare(fact.subject, "<=", { node: "integer", value: Number(to) - 1 });
}
