import { targetOf } from "./annotations.ts";
import { type CheckedTree, checkedTree } from "./check.ts";
import { type AnyWindow, periodStart } from "./day-range.ts";
import type { Expression, Measure, NodeKind, Window } from "./node.ts";
import { childrenOf } from "./plan.ts";
import type { Catalogue } from "./relation.ts";

type Kind<K extends NodeKind> = Extract<Expression, { node: K }>;

/**
 * The first later day on which a tree's value may change although nothing happens: rows leave or enter a window, days
 * pass a border, someone has a birthday. Never too late, sometimes too early (rows are not filtered by `where`), so a
 * member who is computed again on that day and on every event always has the value of the day.
 * @returns a tree of type date to compute beside the value, or undefined when the value does not depend on the day.
 */
export function wakeTree(tree: CheckedTree, catalogue: Catalogue, today: string): CheckedTree | undefined {
  const found = new Map<string, Expression>();
  new Waker(today, catalogue, (candidate) => found.set(JSON.stringify(candidate), candidate)).visit(tree.root);
  if (found.size === 0) return undefined;
  return checkedTree({ node: "least", parts: [...found.values()] }, catalogue, { internal: true });
}

const TODAY: Expression = { node: "today" };
const integer = (value: number): Expression => ({ node: "integer", value });
const plusDays = (date: Expression, days: number): Expression => ({ node: "shift_days", date, days });
const below = (left: Expression, border: number): Expression => ({
  node: "compare",
  operator: "<",
  left,
  right: integer(border),
});

class Waker {
  readonly #today: string;
  readonly #catalogue: Catalogue;
  readonly #add: (candidate: Expression) => void;

  constructor(today: string, catalogue: Catalogue, add: (candidate: Expression) => void) {
    this.#today = today;
    this.#catalogue = catalogue;
    this.#add = add;
  }

  visit(node: Expression): void {
    switch (node.node) {
      case "today":
        return this.#add(plusDays(TODAY, 1));
      case "tag":
      case "segment":
        return this.visit(targetOf(node));
      case "date_part":
        // the month or year of today stands until the next one begins
        if (node.date.node === "today" && (node.part === "month" || node.part === "year")) {
          return this.#add({ node: "date", value: periodStart(this.#today, node.part, 1) });
        }
        break;
      case "compare":
        if (!this.#borders(node.left, comparedWith(node.right))) break;
        // which of several borders holds may itself hang on rows
        if (node.right.node === "case") this.visit(node.right);
        return;
      case "bands":
        if (
          this.#borders(
            node.value,
            node.bands.map(({ below: border }) => Number(border)),
          )
        )
          return;
        break;
      case "full_years":
        this.#add(this.#birthday(node));
        break;
      case "aggregate":
      case "mode":
      case "first":
      case "last":
      case "gaps":
      case "nth_day":
      case "sequence":
        return this.#measure(node);
      default:
    }
    for (const child of childrenOf(node)) this.visit(child);
  }

  /**
   * Days since a date that itself stands still, held against fixed borders: it changes when the next border is reached,
   * not every day. @returns whether the node was of that form.
   */
  #borders(node: Expression, borders: readonly number[]): boolean {
    const value = node.node === "tag" ? targetOf(node) : node;
    if (value.node !== "days_between" || value.to.node !== "today" || borders.length === 0) return false;
    if (!borders.every(Number.isSafeInteger)) return false;
    this.visit(value.from);
    const branches = borders.map((border) => ({ when: below(value, border), then: plusDays(value.from, border) }));
    this.#add({ node: "case", branches });
    return true;
  }

  /** The first day of the birthday's month, inside that month every day until it has passed. */
  #birthday(node: Kind<"full_years">): Expression {
    const month = Number(this.#today.slice(5, 7));
    const inMonth = (value: number): Expression => ({
      node: "compare",
      operator: "=",
      left: node.month,
      right: integer(value),
    });
    const start = (value: number): Expression => {
      const next = periodStart(this.#today, "month", value > month ? value - month : value - month + 12);
      return { node: "date", value: next };
    };
    const branches = Array.from({ length: 12 }, (_, index) => index + 1).map((value) => ({
      when: inMonth(value),
      then: start(value),
    }));
    const pending: Expression = {
      node: "and",
      parts: [
        inMonth(month),
        { node: "compare", operator: ">", left: node.day, right: integer(Number(this.#today.slice(8))) },
      ],
    };
    return { node: "case", branches: [{ when: pending, then: plusDays(TODAY, 1) }, ...branches] };
  }

  #measure(node: Measure): void {
    if (node.node === "sequence") {
      this.#window(node.first.relation, node.first.window);
      this.#window(node.then.relation, undefined);
      for (const where of [node.first.where, node.then.where]) if (where) this.visit(where);
      return;
    }
    const via = node.node === "aggregate" ? node.via : undefined;
    this.#window(node.relation, node.window, via);
    const inside: (Expression | undefined)[] = [node.where, via?.where];
    if ("value" in node) inside.push(node.value);
    if ("weight" in node) inside.push(node.weight);
    if ("by" in node) inside.push(node.by);
    for (const part of inside) if (part !== undefined && mentionsToday(part)) this.#add(plusDays(TODAY, 1));
  }

  /** When the next row leaves a window, and when the next one enters it. */
  #window(relation: string, window: Window | undefined, via?: Kind<"aggregate">["via"]): void {
    const column = window?.on ?? this.#catalogue.get(relation).day;
    if (column === undefined) return;
    const dated = (given: AnyWindow): Expression => ({
      node: "aggregate",
      function: "min",
      relation,
      value: { node: "column", column },
      window: given as Window,
      ...(via === undefined ? {} : { via: { relation: via.relation, column: via.column } }),
    });
    const on = window?.on === undefined ? {} : { on: window.on };
    if (via !== undefined) this.#window(via.relation, undefined);
    if (window?.kind === "calendar") {
      this.#add({ node: "date", value: periodStart(this.#today, window.unit, 1) });
    }
    const back = window?.kind === "days" ? (window.back ?? 0) : 0;
    this.#add(plusDays(dated({ kind: "ahead", back, ...on }), back));
    if (window?.kind === "days") this.#add(plusDays(dated(window), window.days + back));
  }
}

/** Borders of a comparison with a fixed number, or with one of several that a case chooses; in rising order. */
function comparedWith(right: Expression): number[] {
  if (right.node === "integer") return [right.value, right.value + 1];
  if (right.node !== "case" || right.otherwise === undefined) return [];
  const chosen = [...right.branches.map(({ then }) => then), right.otherwise];
  const borders = chosen.map(comparedWith);
  if (borders.some((found) => found.length === 0)) return [];
  return [...new Set(borders.flat())].sort((a, b) => a - b);
}

function mentionsToday(node: Expression): boolean {
  return node.node === "today" || childrenOf(node).some(mentionsToday);
}
