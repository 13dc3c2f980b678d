import {
  Background,
  type Connection,
  Controls,
  type Edge,
  MarkerType,
  type Node,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { useEffect, useMemo } from "react";
import { CanvasContext, type CanvasView, StepNode, WayEdge } from "./canvas-parts.tsx";
import type { Drawn } from "./model/graph.ts";
import { ENTRY, NODE_WIDTH, type Picture, placed } from "./model/layout.ts";
import "@xyflow/react/dist/base.css";
import "./canvas.css";

const NODE_TYPES = { step: StepNode };
const EDGE_TYPES = { way: WayEdge };
const FIT = { padding: 0.08, maxZoom: 1, minZoom: 0.4 } as const;
/** Room for what stands on a way; in a draft the plus stands there too. */
const LABEL = {
  shown: { width: 84, height: 26 },
  edited: { width: 96, height: 32 },
  /** A draft with the numbers of its dry run. */
  counted: { width: 148, height: 32 },
} as const;

interface CanvasProps {
  readonly drawn: Drawn;
  readonly view: CanvasView;
  readonly troubled: ReadonlySet<string>;
  /** A way was dragged to another node. */
  readonly onConnect: (from: string | null, way: number, to: string) => void;
}

const HANDLE = { width: 8, height: 8 } as const;

/** Sizes and handles are told, not measured: measuring them anew with each change let all ways vanish for a moment. */
function flowNodes({ nodes }: Picture): Node[] {
  return nodes.map(({ key, x, y, height, slots }) => {
    const size = { width: NODE_WIDTH, height };
    const at = (part: number, y: number) => ({ ...HANDLE, x: NODE_WIDTH * part - 4, y: y - 4 });
    const ins = key === ENTRY ? [] : [{ type: "target" as const, position: Position.Top, ...at(0.5, 0) }];
    const outs = slots.map((slot, way) => ({
      id: String(way),
      type: "source" as const,
      position: Position.Bottom,
      ...at((slot + 1) / (slots.length + 1), height),
    }));
    const data = { height, slots };
    return { id: key, type: "step", position: { x, y }, data, ...size, measured: size, handles: [...ins, ...outs] };
  });
}

function flowEdges({ ways }: Picture): Edge[] {
  return ways.map((way) => ({
    id: `${way.from} ${way.way}`,
    type: "way",
    source: way.from,
    sourceHandle: String(way.way),
    target: way.to,
    data: { ...way },
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
    focusable: false,
  }));
}

/** The journey as a picture: laid out by itself, nodes in sentences, counts on the ways. */
export function JourneyCanvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <CanvasContext.Provider value={props.view}>
        <Flow {...props} />
      </CanvasContext.Provider>
    </ReactFlowProvider>
  );
}

function Flow({ drawn, view, troubled, onConnect }: CanvasProps) {
  const { editing, textOf, t, onSelect } = view;
  const texts = [ENTRY, ...Object.keys(drawn.nodes)].map(textOf).join("\n");
  const trouble = [...troubled].join(" ");
  const label = view.countsTitle !== undefined ? "counted" : editing ? "edited" : "shown";
  // the picture depends on the words of the nodes, which are new functions with every render
  // biome-ignore lint/correctness/useExhaustiveDependencies: texts and trouble stand for textOf and troubled
  const picture = useMemo(() => placed(drawn, textOf, troubled, LABEL[label]), [drawn, texts, trouble, label]);
  const nodes = useMemo(() => flowNodes(picture), [picture]);
  const edges = useMemo(() => flowEdges(picture), [picture]);
  const bottom = Math.max(...picture.nodes.map(({ y, height }) => y + height));
  const flow = useReactFlow();
  const size = nodes.length;
  useEffect(() => {
    // a node more or less moves all others: the whole is shown again
    if (size > 0) void flow.fitView({ ...FIT, duration: 200 });
  }, [flow, size]);
  const connect = ({ source, sourceHandle, target }: Connection) => {
    if (target !== ENTRY) onConnect(source === ENTRY ? null : source, Number(sourceHandle ?? 0), target);
  };
  return (
    <div className="jc-canvas" style={{ height: Math.min(Math.max(bottom + 60, 380), 760) }}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        nodesConnectable={editing}
        edgesReconnectable={editing}
        onConnect={connect}
        onReconnect={(_old, next) => connect(next)}
        onPaneClick={() => onSelect(null)}
        fitView
        fitViewOptions={FIT}
        minZoom={0.3}
        maxZoom={1.5}
        zoomOnScroll={false}
        preventScrolling={false}
        aria-label={t("canvas")}
      >
        <Background gap={18} />
        <Controls showInteractive={false} position="bottom-right" />
      </ReactFlow>
    </div>
  );
}
