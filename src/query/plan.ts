import { targetOf } from "./annotations.ts";
import type { CheckedTree } from "./check.ts";
import { type AnyWindow, type DayRange, dayRange } from "./day-range.ts";
import type { AggregateNode, EdgeNode, Expression, GapsNode, Measure, ModeNode, NthDayNode, Via } from "./node.ts";
import type { Catalogue, Relation } from "./relation.ts";

/** Rows that a measure reads, with its window turned into days. */
export interface RowFilter {
  readonly where?: Expression;
  readonly range?: DayRange;
}

export interface RowSlot extends RowFilter {
  readonly name: string;
  readonly measure: AggregateNode | EdgeNode;
}

/** One pass over a relation, grouped by member: every plain aggregate over it, whatever its window and filter. */
export interface RowsScan {
  readonly kind: "rows";
  readonly name: string;
  readonly relation: Relation;
  readonly via?: Via;
  readonly viaRelation?: Relation;
  readonly viaRange?: DayRange;
  readonly slots: RowSlot[];
}

/** Distinct days of the filtered rows, numbered, with the gap to the day before. */
export interface DaysScan extends RowFilter {
  readonly kind: "days";
  readonly name: string;
  readonly relation: Relation;
  readonly slots: { readonly name: string; readonly measure: GapsNode | NthDayNode }[];
}

/** Two levels: by member and value, then the best value. (`mode()` of DuckDB has no tie-break and was 2–4 times slower.) */
export interface ModeScan extends RowFilter {
  readonly kind: "mode";
  readonly name: string;
  readonly relation: Relation;
  readonly slots: { readonly name: string; readonly measure: ModeNode }[];
}

export interface SequenceScan {
  readonly kind: "sequence";
  readonly name: string;
  readonly first: RowFilter & { readonly relation: Relation };
  readonly then: RowFilter & { readonly relation: Relation };
  readonly within_days: number;
  readonly slots: { readonly name: string }[];
}

export type Scan = RowsScan | DaysScan | ModeScan | SequenceScan;

/** Where the value of a measure comes from. `empty`: its value for a member without rows. */
export interface SlotReference {
  readonly scan: string;
  readonly slot: string;
  readonly empty: "0" | null;
}

export interface Output {
  readonly name: string;
  readonly tree: CheckedTree;
  /** `text`: the value as people write it ("0.1667", "2026-11-22"); otherwise in the units of its type. */
  readonly as?: "text";
}

/** Several trees together, so that each relation is read as few times as possible. */
export interface Plan {
  readonly today: string;
  readonly outputs: readonly Output[];
  readonly scans: readonly Scan[];
  readonly profiles: readonly Relation[];
  slotOf(measure: Measure): SlotReference;
}

/** Collects what the outputs read on business day `today`. Equal measures share a slot, equal sources a scan. */
export function planOutputs(outputs: readonly Output[], catalogue: Catalogue, today: string): Plan {
  const planner = new Planner(catalogue, today);
  for (const output of outputs) planner.visit(output.tree.root);
  return {
    today,
    outputs,
    scans: planner.scans,
    profiles: [...planner.profiles.values()],
    slotOf: (measure) => {
      const found = planner.references.get(JSON.stringify(measure));
      if (found === undefined) throw new Error(`measure ${measure.node} was not planned`);
      return found;
    },
  };
}

class Planner {
  readonly scans: Scan[] = [];
  readonly profiles = new Map<string, Relation>();
  readonly references = new Map<string, SlotReference>();
  readonly #byKey = new Map<string, Scan>();
  readonly #catalogue: Catalogue;
  readonly #today: string;

  constructor(catalogue: Catalogue, today: string) {
    this.#catalogue = catalogue;
    this.#today = today;
  }

  visit(node: Expression): void {
    switch (node.node) {
      case "tag":
      case "segment":
        return this.visit(targetOf(node));
      case "profile":
        this.profiles.set(node.relation, this.#catalogue.get(node.relation));
        return;
      case "aggregate":
      case "mode":
      case "first":
      case "last":
      case "gaps":
      case "nth_day":
      case "sequence":
        return this.#measure(node);
      default:
        for (const child of childrenOf(node)) this.visit(child);
    }
  }

  #measure(node: Measure): void {
    const key = JSON.stringify(node);
    if (this.references.has(key)) return;
    const scan = this.#scanFor(node);
    const slot = `v${scan.slots.length + 1}`;
    const filter = node.node === "sequence" ? {} : this.#filter(node);
    (scan.slots as object[]).push({ name: slot, measure: node, ...filter });
    this.references.set(key, { scan: scan.name, slot, empty: countsFromZero(node) ? "0" : null });
  }

  #filter(node: { relation: string; where?: Expression; window?: AnyWindow }): RowFilter {
    const range = dayRange(this.#catalogue.get(node.relation), node.window, this.#today);
    return {
      ...(node.where === undefined ? {} : { where: node.where }),
      ...(range === undefined ? {} : { range }),
    };
  }

  #scanFor(node: Measure): Scan {
    const key = scanKey(node);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const scan = this.#newScan(node);
    this.#byKey.set(key, scan);
    this.scans.push(scan);
    return scan;
  }

  #newScan(node: Measure): Scan {
    if (node.node === "sequence") {
      const first = { relation: this.#catalogue.get(node.first.relation), ...this.#filter(node.first) };
      const then = { relation: this.#catalogue.get(node.then.relation), ...this.#filter(node.then) };
      return { kind: "sequence", name: this.#name("sequence"), first, then, within_days: node.within_days, slots: [] };
    }
    const relation = this.#catalogue.get(node.relation);
    if (node.node === "gaps" || node.node === "nth_day") {
      return { kind: "days", name: this.#name(`${relation.name}_days`), relation, ...this.#filter(node), slots: [] };
    }
    if (node.node === "mode") {
      return { kind: "mode", name: this.#name(`${relation.name}_mode`), relation, ...this.#filter(node), slots: [] };
    }
    const via = node.node === "aggregate" ? node.via : undefined;
    if (via === undefined) return { kind: "rows", name: this.#name(relation.name), relation, slots: [] };
    const viaRelation = this.#catalogue.get(via.relation);
    const viaRange = dayRange(viaRelation, undefined, this.#today);
    const name = this.#name(`${relation.name}_via`);
    return { kind: "rows", name, relation, via, viaRelation, ...(viaRange ? { viaRange } : {}), slots: [] };
  }

  #name(base: string): string {
    return `${base}_${this.scans.length + 1}`;
  }
}

function scanKey(node: Measure): string {
  switch (node.node) {
    case "sequence":
      return JSON.stringify(node);
    case "mode":
      return JSON.stringify(node);
    case "gaps":
    case "nth_day":
      return JSON.stringify(["days", node.relation, node.where ?? null, node.window ?? null]);
    case "aggregate":
      return JSON.stringify(["rows", node.relation, node.via ?? null]);
    case "first":
    case "last":
      return JSON.stringify(["rows", node.relation, null]);
  }
}

function countsFromZero(node: Measure): boolean {
  if (node.node === "sequence") return true;
  if (node.node === "gaps") return node.function === "count";
  return node.node === "aggregate" && ["count", "sum", "count_distinct"].includes(node.function);
}

/** The expressions directly below a node, at the same scope. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.node) {
    case "add":
    case "subtract":
    case "multiply":
    case "compare":
      return [node.left, node.right];
    case "ratio":
      return [node.numerator, node.denominator];
    case "first_known":
    case "least":
    case "greatest":
    case "and":
    case "or":
      return node.parts;
    case "days_between":
      return [node.from, node.to];
    case "shift_days":
    case "date_part":
      return [node.date];
    case "full_years":
      return [node.year, node.month, node.day];
    case "in":
    case "is_known":
    case "bands":
      return [node.value];
    case "not":
      return [node.part];
    case "case":
      return [
        ...node.branches.flatMap((branch) => [branch.when, branch.then]),
        ...(node.otherwise === undefined ? [] : [node.otherwise]),
      ];
    default:
      return [];
  }
}
