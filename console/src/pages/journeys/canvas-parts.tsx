import { LoginOutlined, PlusOutlined, WarningFilled } from "@ant-design/icons";
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, Handle, type NodeProps, Position } from "@xyflow/react";
import { createContext, useContext, useEffect, useRef } from "react";
import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { type Kind, KINDS, type Way } from "./model/graph.ts";
import { ENTRY, NODE_WIDTH, type PlacedWay } from "./model/layout.ts";
import { ICONS } from "./nodes.tsx";

/** What nodes and ways on the canvas show and do. */
export interface CanvasView {
  readonly editing: boolean;
  readonly selected: string | null;
  readonly kindOf: (key: string) => string;
  readonly textOf: (key: string) => string;
  readonly troubleOf: (key: string) => string | undefined;
  readonly waiting: (key: string) => number;
  readonly wayText: (from: string, way: number) => string;
  /** Members who went this way; undefined where nobody counts. */
  readonly passed: (from: string, way: number) => number | undefined;
  /** What the numbers say, where they are not those of members who really went. */
  readonly countsTitle?: { readonly waiting: (n: number) => string; readonly passed: (n: number) => string };
  readonly onSelect: (key: string | null) => void;
  readonly onWaiting: (key: string) => void;
  readonly onPassed: (from: string, way: number) => void;
  /** The way whose menu of new nodes is open; kept above the ways, which come and go with each change. */
  readonly offering: string | null;
  readonly onOffer: (way: string | null) => void;
  readonly onInsert: (on: Way, kind: Kind) => void;
  readonly t: Translate;
}

export const CanvasContext = createContext<CanvasView | null>(null);

function useCanvas(): CanvasView {
  const view = useContext(CanvasContext);
  if (view === null) throw new Error("a part of the canvas stands outside of it");
  return view;
}

/** A node: what it does in a sentence, what is wrong with it, who is there. */
export function StepNode({ id, data }: NodeProps) {
  const view = useCanvas();
  const { t } = view;
  const { height, slots } = data as { height: number; slots: readonly number[] };
  const kind = view.kindOf(id);
  const trouble = view.troubleOf(id);
  const waiting = view.waiting(id);
  const tone = `${view.selected === id ? " jc-selected" : ""}${trouble === undefined ? "" : " jc-bad"}`;
  return (
    <div className={`jc-node jc-${kind}${tone}`} style={{ width: NODE_WIDTH, height }}>
      {id === ENTRY ? null : <Handle type="target" position={Position.Top} isConnectable={view.editing} />}
      <div className="jc-head">
        <span aria-hidden="true">{id === ENTRY ? <LoginOutlined /> : ICONS[kind]}</span>
        <span>{t(`kind.${kind}`)}</span>
        {waiting > 0 ? (
          <button
            type="button"
            className="jc-waiting"
            title={view.countsTitle?.waiting(waiting)}
            onClick={() => view.onWaiting(id)}
          >
            <b>{formatCount(waiting)}</b> {t("here")}
          </button>
        ) : null}
      </div>
      <button
        type="button"
        className="jc-text"
        data-node={id}
        aria-pressed={view.selected === id}
        onClick={() => view.onSelect(id)}
      >
        {view.textOf(id)}
      </button>
      {trouble === undefined ? null : (
        <p className="jc-trouble" title={trouble}>
          <WarningFilled aria-hidden="true" /> {trouble}
        </p>
      )}
      {slots.map((slot, way) => (
        <Handle
          // biome-ignore lint/suspicious/noArrayIndexKey: a way is its place
          key={way}
          id={String(way)}
          type="source"
          position={Position.Bottom}
          isConnectable={view.editing}
          style={{ left: `${((slot + 1) / (slots.length + 1)) * 100}%` }}
        />
      ))}
    </div>
  );
}

/** A curve through points that leaves and reaches each of them upright. */
function curve(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...others] = points;
  if (first === undefined) return "";
  let path = `M ${first.x} ${first.y}`;
  let from = first;
  for (const to of others) {
    const middle = (from.y + to.y) / 2;
    path += ` C ${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
    from = to;
  }
  return path;
}

/** A way: its word, how many went it, and in a draft the place where a node can be put. */
export function WayEdge({ id, data, sourceX, sourceY, targetX, targetY, markerEnd }: EdgeProps) {
  const view = useCanvas();
  const { t } = view;
  const placed = data as unknown as PlacedWay;
  const { from, way, label, points } = placed;
  const turns = points.slice(1, -1);
  const path = curve([{ x: sourceX, y: sourceY }, ...turns, { x: targetX, y: targetY }]);
  const word = view.wayText(from, way);
  const passed = view.passed(from, way);
  return (
    <>
      <BaseEdge id={id} path={path} {...(markerEnd === undefined ? {} : { markerEnd })} />
      <EdgeLabelRenderer>
        <div className="jc-way" style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}>
          {word === "" ? null : <span className="jc-word">{word}</span>}
          {passed === undefined || passed === 0 ? null : (
            <button
              type="button"
              className="jc-passed"
              title={view.countsTitle?.passed(passed)}
              onClick={() => view.onPassed(from, way)}
            >
              <b>{formatCount(passed)}</b> {t("people")}
            </button>
          )}
          {view.editing ? <Inserter id={id} on={{ from: from === ENTRY ? null : from, way }} /> : null}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

/** The plus on a way, and the kinds of nodes that it offers. */
function Inserter({ id, on }: { readonly id: string; readonly on: Way }) {
  const { t, onInsert, offering, onOffer } = useCanvas();
  const open = offering === id;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>(".jc-menu button")?.focus();
    const outside = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) onOffer(null);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open, onOffer]);
  return (
    <div
      ref={box}
      className="jc-inserter nodrag nopan"
      onKeyDown={(event) => {
        if (event.key === "Escape") onOffer(null);
      }}
    >
      <button
        type="button"
        className="jc-plus"
        aria-label={t("insert")}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => onOffer(open ? null : id)}
      >
        <PlusOutlined />
      </button>
      {open ? (
        <div className="jc-menu" role="menu" aria-label={t("insert")}>
          {KINDS.map((kind) => (
            <button
              key={kind}
              type="button"
              role="menuitem"
              onClick={() => {
                onOffer(null);
                onInsert(on, kind);
              }}
            >
              <span aria-hidden="true">{ICONS[kind]}</span> {t(`kind.${kind}`)}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
