/** A journey while it is drawn: any part may be missing or wrong; the server says what is. */
export type NodeData = { readonly kind: string } & Readonly<Record<string, unknown>>;
export type Nodes = Readonly<Record<string, NodeData>>;

export interface Drawn {
  readonly start: string;
  readonly nodes: Nodes;
  readonly [part: string]: unknown;
}

/** Kinds that can be put on a way, in the order in which they are offered. */
export const KINDS = [
  "message",
  "points",
  "coupon",
  "benefit",
  "tier",
  "staff_task",
  "robot",
  "webhook",
  "wait",
  "wait_until",
  "window",
  "condition",
  "random",
  "ab",
  "jump",
  "enter",
] as const;
export type Kind = (typeof KINDS)[number];

interface Branch {
  readonly percent: number;
  readonly next: string;
}

const branchesOf = (node: NodeData): readonly Branch[] =>
  Array.isArray(node["branches"]) ? (node["branches"] as Branch[]) : [];

const isSplit = ({ kind }: NodeData) => kind === "random" || kind === "ab";

/** Where the ways out of a node lead, in their order. */
export function waysOf(node: NodeData): string[] {
  if (isSplit(node)) return branchesOf(node).map((branch) => branch.next);
  if (node.kind === "exit") return [];
  return endsOf(node).map((end) => String(node[end] ?? ""));
}

/** Fields in which a node says where its ways lead. */
function endsOf(node: NodeData): readonly string[] {
  if (node.kind === "condition" || node.kind === "wait_until") return ["then", "otherwise"];
  if (node.kind === "jump") return ["next", "to"];
  return node["otherwise"] === undefined ? ["next"] : ["next", "otherwise"];
}

/** The node with one of its ways leading elsewhere. */
export function withWay(node: NodeData, way: number, to: string): NodeData {
  if (isSplit(node))
    return { ...node, branches: branchesOf(node).map((one, at) => (at === way ? { ...one, next: to } : one)) };
  return { ...node, [endsOf(node)[way] ?? "next"]: to };
}

/** What a new node says before anybody has changed it. */
function blank(kind: Kind, next: string): NodeData {
  const day = { amount: 1, unit: "days" };
  switch (kind) {
    case "wait":
      return { kind, for: day, next };
    case "wait_until":
      return { kind, event: "order", within: { ...day, amount: 7 }, then: next, otherwise: next };
    case "window":
      return { kind, from: "10:00", until: "20:00", next };
    case "condition":
      return { kind, condition: null, then: next, otherwise: next };
    case "random":
      return {
        kind,
        branches: [
          { percent: 50, next },
          { percent: 50, next },
        ],
      };
    case "points":
      return { kind, points: 100, valid_days: 90, next };
    case "message":
      return { kind, template: "", next };
    case "coupon":
      return { kind, coupon: "", next };
    case "benefit":
      return { kind, benefit: "", next };
    case "tier":
      return { kind, tier: "", days: 30, next };
    case "webhook":
      return { kind, endpoint_id: 0, next };
    case "enter":
      return { kind, journey: "", next };
    case "jump":
      return { kind, to: next, times: 1, next };
    case "ab":
      return {
        kind,
        experiment: "",
        branches: [
          { variant: "a", percent: 50, next },
          { variant: "b", percent: 50, next },
        ],
      };
    case "staff_task":
      return { kind, text: "", due_days: 2, next };
    case "robot":
      return { kind, robot_id: 0, next };
  }
}

function freshKey(nodes: Nodes, kind: string): string {
  for (let n = 1; ; n += 1) if (nodes[`${kind}_${n}`] === undefined) return `${kind}_${n}`;
}

/** A way out of a node; of the entry, `from` is null. */
export interface Way {
  readonly from: string | null;
  readonly way: number;
}

/** The same journey with a way leading elsewhere. */
export function connect<D extends Drawn>(drawn: D, { from, way }: Way, to: string): D {
  if (from === null) return { ...drawn, start: to };
  const node = drawn.nodes[from];
  return node === undefined ? drawn : { ...drawn, nodes: { ...drawn.nodes, [from]: withWay(node, way, to) } };
}

const targetOf = (drawn: Drawn, { from, way }: Way): string =>
  from === null ? drawn.start : (waysOf(drawn.nodes[from] ?? { kind: "exit" })[way] ?? "");

/** Puts a new node on a way. @returns the journey and the new node's key */
export function insertOn<D extends Drawn>(drawn: D, on: Way, kind: Kind): { readonly drawn: D; readonly key: string } {
  const key = freshKey(drawn.nodes, kind);
  const nodes = { ...drawn.nodes, [key]: blank(kind, targetOf(drawn, on)) };
  return { drawn: connect({ ...drawn, nodes }, on, key), key };
}

/** Nodes that ways lead to from the start. */
export function reached({ start, nodes }: Drawn): ReadonlySet<string> {
  const found = new Set<string>();
  const ahead = [start];
  for (let key = ahead.pop(); key !== undefined; key = ahead.pop()) {
    const node = nodes[key];
    if (node === undefined || found.has(key)) continue;
    found.add(key);
    ahead.push(...waysOf(node));
  }
  return found;
}

/** Whether a node can be taken out: an end only while another one is left. */
export function isRemovable({ nodes }: Drawn, key: string): boolean {
  const node = nodes[key];
  if (node === undefined) return false;
  return node.kind !== "exit" || Object.entries(nodes).some(([other, { kind }]) => other !== key && kind === "exit");
}

/**
 * Takes a node out: whatever led to it leads to where its first way led, and what nobody comes to any more goes with it.
 * What was not reached before stays.
 */
export function removeNode<D extends Drawn>(drawn: D, key: string): D {
  const node = drawn.nodes[key];
  if (node === undefined || !isRemovable(drawn, key)) return drawn;
  const before = reached(drawn);
  const { [key]: _gone, ...left } = drawn.nodes;
  const exit = Object.keys(left).find((other) => left[other]?.kind === "exit") ?? "";
  const first = waysOf(node).find((way) => way !== key && left[way] !== undefined) ?? exit;
  const nodes = Object.fromEntries(
    Object.entries(left).map(([other, data]) => [
      other,
      waysOf(data).reduce((now, to, way) => (to === key ? withWay(now, way, first) : now), data),
    ]),
  );
  const next: D = { ...drawn, nodes, start: drawn.start === key ? first : drawn.start };
  const after = reached(next);
  const kept = Object.entries(nodes).filter(([other]) => after.has(other) || !before.has(other));
  return { ...next, nodes: Object.fromEntries(kept) };
}

/** The same journey with what one node says changed. */
export function changeNode<D extends Drawn>(drawn: D, key: string, change: Readonly<Record<string, unknown>>): D {
  const node = drawn.nodes[key];
  if (node === undefined) return drawn;
  const next = Object.fromEntries(Object.entries({ ...node, ...change }).filter(([, value]) => value !== undefined));
  return { ...drawn, nodes: { ...drawn.nodes, [key]: next as NodeData } };
}

/** What a new journey is before anything is drawn. */
export const EMPTY = {
  entry: { kind: "event", event: "order" },
  reentry: { kind: "again", after_days: 30 },
  goal: null,
  hold_out_percent: 0,
  start: "exit",
  nodes: { exit: { kind: "exit" } },
} as const;
