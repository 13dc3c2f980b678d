import { DeleteOutlined, RedoOutlined, UndoOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { pick, type Translate } from "../../texts/texts.ts";
import { JourneyCanvas } from "./canvas.tsx";
import type { CanvasView } from "./canvas-parts.tsx";
import { DryLegend, dryCounts, useDry } from "./dry-run-panel.tsx";
import { type Journey, type JourneyDefinition, nodeOf } from "./journeys-data.ts";
import { changeNode, connect, insertOn, isRemovable, removeNode } from "./model/graph.ts";
import { ENTRY } from "./model/layout.ts";
import { NodeForm, WaysForm } from "./node-form.tsx";
import { ICONS } from "./nodes.tsx";
import { Problems } from "./problems.tsx";
import { SettingsForm } from "./settings-form.tsx";
import { type Draft, useDraft } from "./use-draft.ts";

interface Props {
  readonly data: Journey;
  readonly definition: JourneyDefinition;
  readonly onDone: () => void;
  readonly t: Translate;
}

/** A draft on the canvas: nodes are put on ways, changed at the side, and checked as one goes. */
export function JourneyEditor({ data, definition, onDone, t }: Props) {
  const draft = useDraft(data, definition);
  const [selected, setSelected] = useState<string | null>(ENTRY);
  const [offering, setOffering] = useState<string | null>(null);
  const { drawn, change, problems } = draft;
  const dry = useDry(data.journey, drawn.entry?.kind, draft.saving === "saved" && problems.length === 0, t);
  useKeys(draft, selected, () => {
    if (selected === null || selected === ENTRY || !isRemovable(drawn, selected)) return;
    change(removeNode(drawn, selected));
    setSelected(null);
  });
  const troubled = useMemo(() => new Set(problems.flatMap((one) => placeOf(nodeOf(one)))), [problems]);
  const view: CanvasView = {
    ...shownOf(draft, t),
    editing: true,
    selected,
    waiting: () => 0,
    passed: () => undefined,
    onSelect: setSelected,
    onWaiting: () => undefined,
    onPassed: () => undefined,
    offering,
    onOffer: setOffering,
    onInsert: (on, kind) => {
      const inserted = insertOn(drawn, on, kind);
      change(inserted.drawn);
      setSelected(inserted.key);
    },
    t,
    ...dryCounts(dry, t),
  };
  return (
    <>
      <Bar draft={draft} dry={dry.button} onDone={onDone} t={t} />
      <Problems problems={problems} onOpen={(key) => setSelected(key ?? ENTRY)} t={t} />
      {dry.panel}
      <DryLegend dry={dry} t={t} />
      <div className="jc-bench">
        <JourneyCanvas
          drawn={drawn}
          view={view}
          troubled={troubled}
          onConnect={(from, way, to) => change(connect(drawn, { from, way }, to))}
        />
        <Panel draft={draft} selected={selected} view={view} onSelect={setSelected} t={t} />
      </div>
    </>
  );
}

/** What a problem of no node is about stands at the entry. */
const placeOf = (key: string | undefined): string[] => [key ?? ENTRY];

function shownOf({ drawn, sentences, problems, coming }: Draft, t: Translate) {
  const words = (key: string) => sentences[key];
  return {
    kindOf: (key: string) => (key === ENTRY ? "entry" : (drawn.nodes[key]?.kind ?? "exit")),
    textOf: (key: string) =>
      key === ENTRY
        ? pick(coming.zh, coming.en) || t(`entry.${drawn.entry?.kind ?? "event"}`)
        : pick(words(key)?.zh, words(key)?.en) || t("no_words"),
    troubleOf: (key: string) => {
      const found = problems.find((one) => (nodeOf(one) ?? ENTRY) === key);
      return found === undefined ? undefined : pick(found.zh, found.en);
    },
    wayText: (from: string, way: number) => pick(words(from)?.ways[way]?.zh, words(from)?.ways[way]?.en),
  };
}

interface BarProps {
  readonly draft: Draft;
  readonly dry: ReactNode;
  readonly onDone: () => void;
  readonly t: Translate;
}

function Bar({ draft, dry, onDone, t }: BarProps) {
  const { undo, redo, saving } = draft;
  return (
    <div className="jc-bar">
      <Button icon={<UndoOutlined />} disabled={undo === null} onClick={() => undo?.()}>
        {t("undo")}
      </Button>
      <Button icon={<RedoOutlined />} disabled={redo === null} onClick={() => redo?.()}>
        {t("redo")}
      </Button>
      <span className="jc-saving" role="status">
        {t(`saving.${saving}`)}
      </span>
      {dry}
      <Button type="primary" onClick={onDone}>
        {t("drawn")}
      </Button>
    </div>
  );
}

interface PanelProps {
  readonly draft: Draft;
  readonly selected: string | null;
  readonly view: CanvasView;
  readonly onSelect: (key: string | null) => void;
  readonly t: Translate;
}

/** The chosen node's fields, or those of the journey as a whole. */
function Panel({ draft, selected, view, onSelect, t }: PanelProps) {
  const { drawn, change } = draft;
  const node = selected === null ? undefined : drawn.nodes[selected];
  if (selected === null || node === undefined)
    return (
      <section className="jc-panel ht-stack" aria-label={t("settings")}>
        <h3>{t("settings")}</h3>
        <SettingsForm
          drawn={drawn}
          coming={draft.coming}
          onChange={(part, field) => change({ ...drawn, ...part }, field)}
          t={t}
        />
      </section>
    );
  const set = (part: Readonly<Record<string, unknown>>, field?: string) =>
    change(changeNode(drawn, selected, part), field === undefined ? undefined : `${selected} ${field}`);
  const others = Object.keys(drawn.nodes)
    .filter((key) => key !== selected)
    .map((key) => ({ key, label: `${t(`kind.${view.kindOf(key)}`)} · ${view.textOf(key)}`.slice(0, 60) }));
  return (
    <section className="jc-panel ht-stack" aria-label={t(`kind.${node.kind}`)}>
      <h3>
        <span aria-hidden="true">{ICONS[node.kind]}</span> {t(`kind.${node.kind}`)}
      </h3>
      <NodeForm
        key={selected}
        node={node}
        nodeKey={selected}
        drawn={drawn}
        labelOf={(key) => view.textOf(key).slice(0, 40)}
        sentence={view.textOf(selected)}
        onChange={set}
        t={t}
      />
      <WaysForm node={node} others={others} wayText={(way) => view.wayText(selected, way)} onChange={set} t={t} />
      <Button
        danger
        icon={<DeleteOutlined />}
        disabled={!isRemovable(drawn, selected)}
        onClick={() => {
          change(removeNode(drawn, selected));
          onSelect(null);
        }}
      >
        {t("remove_node")}
      </Button>
    </section>
  );
}

/** Ctrl/⌘ + Z and Y, Delete for the chosen node; a field keeps its own. */
function useKeys({ undo, redo }: Draft, selected: string | null, remove: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return;
      if (document.querySelector("dialog[open]") !== null) return;
      const key = event.key.toLowerCase();
      const held = event.ctrlKey || event.metaKey;
      const forward = held && (key === "y" || (key === "z" && event.shiftKey));
      const act = forward ? redo : held && key === "z" ? undo : !held && key === "delete" ? remove : null;
      if (act === null) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [undo, redo, remove, selected]);
}
