import { useMemo } from "react";
import type { JourneyDefinition } from "./journeys-data.ts";
import { type Drawn, waysOf } from "./model/graph.ts";

const [WIDTH, HEIGHT, GAP_X, GAP_Y] = [26, 12, 12, 12];
const LAYERS_SHOWN = 12;

interface Dot {
  readonly key: string;
  readonly kind: string;
  readonly x: number;
  readonly y: number;
}

/** Nodes in layers, each one below the last that leads to it, in the order in which one comes to them. */
function dotsOf({ start, nodes }: Drawn): readonly Dot[] {
  const layer = new Map<string, number>();
  const visit = (key: string, at: number, path: readonly string[]) => {
    const node = nodes[key];
    if (node === undefined || path.includes(key) || (layer.get(key) ?? -1) >= at) return;
    layer.set(key, at);
    for (const way of waysOf(node)) visit(way, at + 1, [...path, key]);
  };
  visit(start, 0, []);
  return [...layer].map(([key, at]) => {
    const beside = [...layer].filter(([, one]) => one === at).map(([other]) => other);
    return {
      key,
      kind: nodes[key]?.kind ?? "exit",
      x: (beside.indexOf(key) - (beside.length - 1) / 2) * (WIDTH + GAP_X),
      y: at * (HEIGHT + GAP_Y),
    };
  });
}

/** The flow of a journey as a small picture without words: what stands beside it says the rest. */
export function ScenePicture({ journey }: { readonly journey: JourneyDefinition }) {
  const dots = useMemo(() => dotsOf(journey), [journey]);
  const at = new Map(dots.map((dot) => [dot.key, dot]));
  const width = Math.max(...dots.map(({ x }) => Math.abs(x))) * 2 + WIDTH + 8;
  const rows = Math.min(LAYERS_SHOWN, Math.max(...dots.map(({ y }) => y)) / (HEIGHT + GAP_Y) + 1);
  const height = rows * (HEIGHT + GAP_Y) - GAP_Y + 8;
  return (
    <svg
      className="jo-flow"
      viewBox={`${-width / 2} -4 ${width} ${height}`}
      width={width}
      height={height}
      aria-hidden="true"
    >
      {dots.flatMap((from) =>
        waysOf(journey.nodes[from.key] ?? { kind: "exit" }).map((way, number) => {
          const to = at.get(way);
          return to === undefined || to.y <= from.y ? null : (
            <path
              // biome-ignore lint/suspicious/noArrayIndexKey: a way is its number
              key={`${from.key} ${number}`}
              d={`M${from.x} ${from.y + HEIGHT} C${from.x} ${from.y + HEIGHT + GAP_Y} ${to.x} ${to.y - GAP_Y} ${to.x} ${to.y}`}
            />
          );
        }),
      )}
      {dots.map(({ key, kind, x, y }) => (
        <rect key={key} className={`jo-flow-${kind}`} x={x - WIDTH / 2} y={y} width={WIDTH} height={HEIGHT} rx={4} />
      ))}
    </svg>
  );
}
