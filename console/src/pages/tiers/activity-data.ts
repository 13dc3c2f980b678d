import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

export type Tree = Readonly<Record<string, unknown>>;

export interface Rule {
  readonly rule: string;
  readonly version: number;
  readonly origin: "shipped" | "console";
  readonly created_at: string;
  readonly definition: {
    readonly key: string;
    readonly zh: string;
    readonly en: string;
    readonly level: "level" | "kind";
    readonly sentence_zh: string;
    readonly sentence_en: string;
    readonly expression: Tree;
    readonly example: { readonly zh: string; readonly value: boolean };
  };
}

export interface MonthRow {
  readonly month: string;
  readonly rule: string;
  readonly version: number;
  readonly members: number;
  readonly through_day: string;
  readonly is_closed: boolean;
  readonly computed_at: string;
}

export interface Activity {
  readonly today: string;
  readonly members: number;
  readonly rules: readonly Rule[];
  readonly months: readonly MonthRow[];
}

export interface Tried {
  readonly members: number;
  readonly before: number;
  readonly gained: number;
  readonly lost: number;
}

export function useActivity() {
  return useQuery({
    queryKey: ["tiers", "activity"],
    queryFn: ({ signal }) => api.get<Activity>("/api/tiers/activity", {}, signal),
    staleTime: 15_000,
  });
}

/** A number of a rule that a person may change: "at least 3 log-in sessions". */
export interface Knob {
  readonly path: readonly (string | number)[];
  readonly value: number;
  /** What is counted. */
  readonly subject: string;
}

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** The least counts that a rule asks for, in the order in which it says them; conditions on rows are no knobs. */
export function knobsOf(tree: unknown, path: readonly (string | number)[] = []): readonly Knob[] {
  if (Array.isArray(tree)) return tree.flatMap((part, at) => knobsOf(part, [...path, at]));
  if (!isTree(tree)) return [];
  const { node, operator, left, right } = tree;
  if (node === "compare" && operator === ">=" && isTree(left) && isTree(right) && right["node"] === "integer")
    return [{ path: [...path, "right", "value"], value: Number(right["value"]), subject: subjectOf(left) }];
  return Object.entries(tree).flatMap(([name, part]) => knobsOf(part, [...path, name]));
}

function subjectOf(measure: Tree): string {
  const relation = String(measure["relation"] ?? "");
  if (relation !== "events") return relation;
  return JSON.stringify(measure["where"] ?? "").includes('"content_read"') ? "content" : "comments";
}

/** The rule with another number at a place. */
export function withKnob(tree: unknown, path: readonly (string | number)[], value: number): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(tree)) return tree.map((part, at) => (at === first ? withKnob(part, rest, value) : part));
  if (!isTree(tree)) return tree;
  return { ...tree, [first]: withKnob(tree[first], rest, value) };
}
