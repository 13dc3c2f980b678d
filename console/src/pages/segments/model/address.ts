import type { ConditionNode, FieldFilter, GroupNode, SequenceStep, TimeWindow } from "./draft.ts";

/** A condition in the address bar may be this long; a longer one has to be saved to be shared. */
export const ADDRESS_CHARACTERS_MAX = 6000;

export type Packed = readonly unknown[];

/** Packs the draft into short arrays without ids, then base64url of UTF-8: a link a colleague can open. */
export const toAddress = (root: GroupNode): string => (root.children.length === 0 ? "" : writeWord(pack(root)));

/** Plain data as base64url of UTF-8. */
export function writeWord(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @throws where the text is none that `writeWord` gives. */
export function readWord(text: string): unknown {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

/** The draft of an address, or null when the text is not one (cut off in a chat, typed by hand). */
export function fromAddress(text: string): GroupNode | null {
  try {
    return unpackGroup(readWord(text));
  } catch {
    return null;
  }
}

/** The group that `pack` gave, with ids anew. */
export function unpackGroup(packed: unknown): GroupNode | null {
  const node = unpack(packed, { ids: 0 });
  return node?.type === "group" ? { ...node, id: "root" } : null;
}

export function pack(node: ConditionNode): Packed {
  if (node.type === "group") return ["g", node.join, node.negated ? 1 : 0, node.children.map(pack)];
  if (node.type === "attribute") return ["a", node.subject, node.operator, node.values];
  if (node.type === "sequence") {
    const steps = [node.first, node.then].map(({ step, where }) => [step, packFilters(where)]);
    return ["s", node.subject, ...steps, node.within_days, node.days, node.times];
  }
  return [
    "b",
    node.subject,
    packWindow(node.window),
    packFilters(node.where),
    node.measure,
    node.operator,
    node.values,
  ];
}

export const packFilters = (where: readonly FieldFilter[]): Packed =>
  where.map((filter) => [filter.field, filter.operator, filter.values]);

export const unpackFilters = (packed: readonly unknown[]): FieldFilter[] =>
  packed.map((one) => {
    const [field, operator, values] = one as [string, FieldFilter["operator"], FieldFilter["values"]];
    return { field, operator, values };
  });

export function packWindow(window: TimeWindow): Packed {
  if (window.kind === "ever") return [];
  if (window.kind === "last") return [window.days];
  if (window.kind === "ago") return [window.from_days, window.to_days];
  if (window.kind === "calendar") return [window.unit, window.back];
  return [window.from, window.to];
}

function unpack(packed: unknown, count: { ids: number }): ConditionNode | null {
  if (!Array.isArray(packed)) return null;
  count.ids += 1;
  const id = `n${count.ids}`;
  const [tag, ...rest] = packed;
  if (tag === "g") {
    const [join, negated, children] = rest;
    if ((join !== "all" && join !== "any") || !Array.isArray(children)) return null;
    const nodes = children.map((child) => unpack(child, count));
    if (nodes.some((node) => node === null)) return null;
    return { type: "group", id, join, negated: negated === 1, children: nodes.filter((node) => node !== null) };
  }
  if (tag === "a") {
    const [subject, operator, values] = rest;
    if (typeof subject !== "string" || typeof operator !== "string" || !Array.isArray(values)) return null;
    return { type: "attribute", id, subject, operator: operator as never, values };
  }
  if (tag === "s") return unpackSequence(rest, id);
  return tag === "b" ? unpackBehaviour(rest, id) : null;
}

function unpackSequence(rest: readonly unknown[], id: string): ConditionNode | null {
  const [subject, first, then, within_days, days, times] = rest;
  if (typeof subject !== "string" || !Array.isArray(first) || !Array.isArray(then)) return null;
  if (typeof within_days !== "number" || typeof days !== "number" || typeof times !== "number") return null;
  const step = ([name, where]: unknown[]): SequenceStep => ({
    step: String(name),
    where: Array.isArray(where) ? unpackFilters(where) : [],
  });
  return { type: "sequence", id, subject, first: step(first), then: step(then), within_days, days, times };
}

function unpackBehaviour(rest: readonly unknown[], id: string): ConditionNode | null {
  const [subject, window, where, measure, operator, values] = rest;
  if (typeof subject !== "string" || typeof measure !== "string" || typeof operator !== "string") return null;
  if (!Array.isArray(window) || !Array.isArray(where) || !Array.isArray(values)) return null;
  return {
    type: "behaviour",
    id,
    subject,
    window: unpackWindow(window),
    where: unpackFilters(where),
    measure,
    operator: operator as never,
    values,
  };
}

export function unpackWindow(packed: readonly unknown[]): TimeWindow {
  const [first, second] = packed;
  if (typeof first === "number" && typeof second === "number")
    return { kind: "ago", from_days: first, to_days: second };
  if (typeof first === "number") return { kind: "last", days: first };
  if ((first === "month" || first === "year") && typeof second === "number")
    return { kind: "calendar", unit: first, back: second };
  if (typeof first === "string" && typeof second === "string") return { kind: "dates", from: first, to: second };
  return { kind: "ever" };
}
