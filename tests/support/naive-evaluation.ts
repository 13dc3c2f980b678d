import type { Question } from "../../src/benefits/coupons/calculate.ts";
import type { Candidate } from "../../src/benefits/coupons/candidate.ts";

/**
 * A second reckoning of a basket, written from the sentences of docs/guides/coupons.md and without the product's own
 * arithmetic: exact fractions, one fen at a time. It knows what the property tests vary, and nothing else.
 */
export function naiveEvaluation({ basket, coupons, rules, limits }: Question) {
  const left = basket.lines.map((line) => line.amount_minor);
  const floor = basket.lines.map((line) => {
    const share = Math.ceil((line.amount_minor * rules.floor_percent) / 100);
    return Math.min(line.amount_minor, Math.max(share, line.floor_minor));
  });
  let freight = basket.freight_minor;
  const budgets = new Map([...(limits ?? [])].map(([id, { budget_left_minor }]) => [id, budget_left_minor]));
  const uses = new Map([...(limits ?? [])].map(([id, { uses_left }]) => [id, uses_left]));
  const used: Candidate[] = [];
  const answers: [ref: string, what: string, discount: number][] = [];

  for (const candidate of inOrder(coupons)) {
    const { definition, ref, batch_id } = candidate;
    const reject = (code: string) => answers.push([ref, code, 0]);
    const { benefit, conditions, scope, stacking } = definition;
    const scoped = (i: number) =>
      (scope.skus.length === 0 || scope.skus.includes(basket.lines[i]?.sku ?? "")) &&
      !scope.except_categories.some((category) => basket.lines[i]?.categories.includes(category));
    const all = basket.lines.map((_, i) => i);
    const about = all.filter((i) => (benefit.kind === "exchange" ? basket.lines[i]?.sku === benefit.sku : scoped(i)));
    const counted = all.filter(
      (i) => scoped(i) && !(benefit.kind === "exchange" && basket.lines[i]?.sku === benefit.sku),
    );
    if (benefit.kind === "free_shipping" && basket.freight_minor === 0) {
      reject("no_freight");
      continue;
    }
    if (about.length === 0) {
      reject("no_matching_item");
      continue;
    }
    if (used.filter((one) => one.definition.key === definition.key).length >= stacking.per_order_max) {
      reject("order_limit");
      continue;
    }
    const excludes = used.some(
      ({ definition: other }) =>
        stacking.exclusive ||
        other.stacking.exclusive ||
        (other.key !== definition.key && stacking.group !== null && other.stacking.group === stacking.group),
    );
    if (excludes) {
      reject("exclusive_with");
      continue;
    }
    if (used.length >= rules.coupons_max) {
      reject("order_limit");
      continue;
    }
    const batch = batch_id ?? -1;
    if ((uses.get(batch) ?? 1) < 1) {
      reject("used_up");
      continue;
    }
    const reached = counted.reduce(
      (sum, i) => sum + (conditions.minimum_of === "before" ? (basket.lines[i]?.amount_minor ?? 0) : (left[i] ?? 0)),
      0,
    );
    if (conditions.minimum_minor !== null && reached < conditions.minimum_minor) {
      reject("minimum_not_reached");
      continue;
    }
    const most = definition.max_discount_minor ?? Number.MAX_SAFE_INTEGER;
    let parts = all.map(() => 0);
    let shipping = 0;
    if (benefit.kind === "free_shipping") {
      shipping = Math.min(freight, most);
      if (shipping === 0) {
        reject("no_freight");
        continue;
      }
    } else {
      const { weights, tops, total } = wanted(candidate, basket, left, floor, about);
      const giving = Math.min(total, most);
      parts = poured(giving, weights, tops);
      if (parts.every((part) => part === 0)) {
        reject(total > 0 && about.some((i) => (left[i] ?? 0) > 0) ? "floor_reached" : "no_effect");
        continue;
      }
    }
    const discount = parts.reduce((a, b) => a + b, 0) + shipping;
    const budget = budgets.get(batch);
    if (typeof budget === "number" && discount > budget) {
      reject("budget_exhausted");
      continue;
    }
    for (const i of all) left[i] = (left[i] ?? 0) - (parts[i] ?? 0);
    freight -= shipping;
    if (typeof budget === "number") budgets.set(batch, budget - discount);
    const times = uses.get(batch);
    if (typeof times === "number") uses.set(batch, times - 1);
    used.push(candidate);
    answers.push([ref, "applied", discount]);
  }
  return { coupons: answers, payable: left, freight };
}

function inOrder(coupons: readonly Candidate[]): Candidate[] {
  const kinds = ["new_price", "exchange", "percent", "amount", "free_shipping"];
  const rank = ({ definition: d, ref }: Candidate) =>
    [
      String(d.stacking.priority).padStart(4, "0"),
      kinds.indexOf(d.benefit.kind),
      d.benefit.kind === "exchange" || d.scope.skus.length > 0 ? 0 : 1,
      d.key,
      ref,
    ].join(" ");
  return [...coupons].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** For each line how it is weighed and the most it gives; and the total before maximum and floors. */
function wanted(
  { definition: { benefit } }: Candidate,
  basket: Question["basket"],
  left: readonly number[],
  floor: readonly number[],
  about: readonly number[],
) {
  const weights = left.map(() => 0);
  const tops = left.map((rest, i) => (about.includes(i) ? Math.max(0, rest - (floor[i] ?? 0)) : 0));
  let total = 0;
  if (benefit.kind === "amount") {
    for (const i of about) weights[i] = left[i] ?? 0;
    total = benefit.amount_minor;
  }
  if (benefit.kind === "percent") {
    for (const i of about)
      weights[i] = benefit.of === "original" ? (basket.lines[i]?.amount_minor ?? 0) : (left[i] ?? 0);
    const exact = weights.reduce((a, b) => a + b, 0) * benefit.percent_off;
    total = Math.floor(exact / 100) + (exact % 100 >= 50 ? 1 : 0);
  }
  if (benefit.kind === "new_price" || benefit.kind === "exchange") {
    const units = about.flatMap((i) => {
      const pieces = basket.lines[i]?.quantity ?? 1;
      const each = (left[i] ?? 0) / pieces;
      return each > benefit.unit_price_minor ? Array.from({ length: pieces }, () => ({ i, each })) : [];
    });
    units.sort((a, b) => b.each - a.each || a.i - b.i);
    const chosen = units.slice(0, benefit.quantity_max ?? units.length);
    for (const i of about) {
      const count = chosen.filter((unit) => unit.i === i).length;
      const pieces = basket.lines[i]?.quantity ?? 1;
      const worth = Math.floor((2 * (left[i] ?? 0) * count + pieces) / (2 * pieces));
      weights[i] = Math.max(0, worth - benefit.unit_price_minor * count);
      tops[i] = Math.min(weights[i] ?? 0, tops[i] ?? 0);
      total += weights[i] ?? 0;
    }
  }
  return { weights, tops, total };
}

/** Shares by weight; whoever would run over is filled and steps aside, and the rest is shared anew. */
function poured(total: number, weights: readonly number[], tops: readonly number[]): number[] {
  const parts = weights.map(() => 0);
  let waiting = weights.map((_, i) => i).filter((i) => (tops[i] ?? 0) > 0);
  let rest = Math.min(
    total,
    tops.reduce((a, b) => a + b, 0),
  );
  while (rest > 0) {
    const whole = waiting.reduce((sum, i) => sum + BigInt(weights[i] ?? 0), 0n);
    const share = new Map(waiting.map((i) => [i, Number((BigInt(rest) * BigInt(weights[i] ?? 0)) / whole)]));
    let over = rest - [...share.values()].reduce((a, b) => a + b, 0);
    const byRemainder = [...waiting].sort((a, b) => {
      const [x, y] = [a, b].map((i) => (BigInt(rest) * BigInt(weights[i] ?? 0)) % whole) as [bigint, bigint];
      return x === y ? a - b : x > y ? -1 : 1;
    });
    for (const i of byRemainder) {
      if (over === 0) break;
      share.set(i, (share.get(i) ?? 0) + 1);
      over -= 1;
    }
    const filled = waiting.filter((i) => (share.get(i) ?? 0) > (tops[i] ?? 0));
    for (const i of filled.length === 0 ? waiting : filled) {
      parts[i] = filled.length === 0 ? (share.get(i) ?? 0) : (tops[i] ?? 0);
      rest -= parts[i] ?? 0;
    }
    waiting = waiting.filter((i) => !filled.includes(i));
  }
  return parts;
}
