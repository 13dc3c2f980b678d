import { Graph, layout } from "@dagrejs/dagre";
import { type Drawn, waysOf } from "./graph.ts";

export const NODE_WIDTH = 248;
const HEAD_HEIGHT = 28;
const LINE_HEIGHT = 20;
const FOOT_HEIGHT = 10;
const LINES_MAX = 3;
/** Units of a line, where a Chinese character takes two and a Latin one. */
const LINE_UNITS = 32;

/** The entry's place in the picture, which is no key of a node. */
export const ENTRY = "@entry";

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedNode extends Point {
  readonly key: string;
  readonly height: number;
  /** Of each way out, its place from the left, so that no two ways cross at the start. */
  readonly slots: readonly number[];
}

export interface PlacedWay {
  readonly from: string;
  readonly way: number;
  /** How many ways leave the same node. */
  readonly ways: number;
  readonly to: string;
  /** From border to border, turns between. */
  readonly points: readonly Point[];
  readonly label: Point;
}

export interface Picture {
  readonly nodes: readonly PlacedNode[];
  readonly ways: readonly PlacedWay[];
}

/** Lines that a sentence takes in a node, and whether a problem stands below it. */
function heightOf(text: string, trouble: boolean): number {
  let units = 0;
  for (const character of text) units += (character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1;
  const lines = Math.min(LINES_MAX, Math.max(1, Math.ceil(units / LINE_UNITS)));
  return HEAD_HEIGHT + lines * LINE_HEIGHT + (trouble ? LINE_HEIGHT * 2 : 0) + FOOT_HEIGHT;
}

/**
 * Places nodes in layers from top to bottom, with room for what stands on the ways: nobody has to tidy a journey by hand,
 * and no label lies on a line.
 * @param textOf a node's sentence; @param troubled nodes with a problem; @param labelOf room for what stands on a way, px
 */
export function placed(
  { start, nodes }: Drawn,
  textOf: (key: string) => string,
  troubled: ReadonlySet<string>,
  label: { readonly width: number; readonly height: number },
): Picture {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 26, edgesep: 20, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const heights = new Map<string, number>();
  for (const key of [ENTRY, ...Object.keys(nodes)]) {
    const height = heightOf(textOf(key), troubled.has(key));
    heights.set(key, height);
    graph.setNode(key, { width: NODE_WIDTH, height });
  }
  const ways: Omit<PlacedWay, "points" | "label">[] = [];
  const lead = (from: string, ends: readonly string[]) => {
    for (const [way, to] of ends.entries()) {
      if (nodes[to] === undefined) continue;
      ways.push({ from, way, ways: ends.length, to });
      graph.setEdge(from, to, { ...label, labelpos: "c", weight: way === 0 ? 2 : 1 }, String(way));
    }
  };
  lead(ENTRY, [start]);
  for (const [key, node] of Object.entries(nodes)) lead(key, waysOf(node));
  layout(graph);
  const placedWays = ways.map((one) => {
    const edge = graph.edge(one.from, one.to, String(one.way)) as Partial<Point> & { points: Point[] };
    return { ...one, points: edge.points, label: { x: edge.x ?? 0, y: edge.y ?? 0 } };
  });
  return {
    nodes: [...heights].map(([key, height]) => {
      const { x = 0, y = 0 } = graph.node(key) as Partial<Point>;
      const count = key === ENTRY ? 1 : waysOf(nodes[key] ?? { kind: "exit" }).length;
      const slots = slotsOf(placedWays, key, count);
      return { key, height, slots, x: x - NODE_WIDTH / 2, y: y - height / 2 };
    }),
    ways: placedWays,
  };
}

function slotsOf(ways: readonly PlacedWay[], from: string, count: number): number[] {
  const turn = (way: number) => ways.find((one) => one.from === from && one.way === way)?.points[1]?.x ?? 0;
  const order = Array.from({ length: count }, (_, way) => way).toSorted((a, b) => turn(a) - turn(b));
  return Array.from({ length: count }, (_, way) => order.indexOf(way));
}
