import type { Language } from "./rule-sentence.ts";

/** What a transfer is for, taken apart. */
export type Reference =
  | { readonly kind: "order" | "told" | "event"; readonly id: string; readonly rule: string; readonly owner: number }
  | { readonly kind: "grant"; readonly bulk: string; readonly owner: string }
  | { readonly kind: "opening"; readonly bulk: string; readonly row: string }
  | { readonly kind: "transfer"; readonly from: string; readonly to: string }
  | { readonly kind: "redeem" | "adjust" | "fund" | "active" | "expired"; readonly name: string }
  | { readonly kind: "other"; readonly name: string };

/** 'order:17:per_yuan:5' → its parts; what has no known form stays as it is. */
export function readReference(reference: string): Reference {
  const [word = "", ...rest] = reference.split(":");
  const name = rest.join(":");
  switch (word) {
    case "order":
    case "told":
    case "event": {
      const owner = Number(rest.at(-1));
      const rule = rest.at(-2);
      if (rest.length < 3 || rule === undefined || !Number.isSafeInteger(owner)) break;
      return { kind: word, id: rest.slice(0, -2).join(":"), rule, owner };
    }
    case "grant":
      if (rest.length === 2) return { kind: "grant", bulk: rest[0] ?? "", owner: rest[1] ?? "" };
      break;
    case "opening":
      if (rest.length === 3) return { kind: "opening", bulk: rest[0] ?? "", row: rest[1] ?? "" };
      break;
    case "transfer":
      if (rest.length === 2) return { kind: "transfer", from: rest[0] ?? "", to: rest[1] ?? "" };
      break;
    case "redeem":
    case "adjust":
    case "fund":
    case "active":
    case "expired":
      if (name !== "") return { kind: word, name };
      break;
    default:
  }
  return { kind: "other", name: reference };
}

/** Keys of people at the console are made by it and say nothing to a reader. */
const isMade = (key: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(key);

/**
 * Why points moved, in words. @param ruleName how the programme calls a rule @param dayText a day as the page writes it
 */
export function referenceWords(
  reference: string,
  language: Language,
  { ruleName, dayText }: { ruleName: (rule: string) => string; dayText: (day: string) => string },
): string {
  const zh = language === "zh";
  const read = readReference(reference);
  switch (read.kind) {
    case "order":
      return `${ruleName(read.rule)} · ${zh ? "订单" : "order"} ${read.id}`;
    case "told":
      return `${ruleName(read.rule)} · ${zh ? "换货的新订单" : "order taken in an exchange"}`;
    case "event":
      return `${ruleName(read.rule)} · ${zh ? "行为" : "event"} ${read.id}`;
    case "redeem":
      return `${zh ? "兑换" : "Redeemed for"} · ${read.name}`;
    case "adjust":
      return `${zh ? "人工增减" : "By hand"}${isMade(read.name) ? "" : ` · ${read.name}`}`;
    case "grant":
      return `${zh ? "批量发放" : "Grant to many"} ${read.bulk}`;
    case "opening":
      return zh ? `期初积分 · 文件第 ${read.row} 行` : `Opening points · row ${read.row} of the file`;
    case "transfer":
      return zh ? `转赠 · 会员 ${read.from} → 会员 ${read.to}` : `Given on · member ${read.from} → member ${read.to}`;
    case "fund":
      return `${zh ? "注入预算" : "Into the budget"} · ${read.name}`;
    case "active":
      return zh ? `${dayText(read.name)}起可用` : `Usable from ${dayText(read.name)}`;
    case "expired":
      return zh ? `${dayText(read.name)}到期` : `Expired on ${dayText(read.name)}`;
    case "other":
      return read.name;
  }
}
