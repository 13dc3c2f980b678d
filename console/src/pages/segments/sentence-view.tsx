import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, CopyOutlined, GroupOutlined } from "@ant-design/icons";
import { type ReactNode, useState } from "react";
import { useLanguage, useTexts } from "../../texts/texts.ts";
import { ChipEditor } from "./chip-editor.tsx";
import { FilterAdder } from "./filter-editor.tsx";
import { isComplete, type SentenceNode } from "./model/draft.ts";
import { sentenceParts, sentenceText, type Side, slotKey } from "./model/sentence.ts";
import { fieldsOfStep } from "./model/sequence.ts";
import type { SubjectInfo, Vocabulary } from "./model/vocabulary.ts";

export interface SentenceActs {
  readonly replace: (node: SentenceNode, mark?: string) => void;
  readonly remove: () => void;
  readonly move: ((by: -1 | 1) => void) | null;
  readonly wrap: (() => void) | null;
  readonly duplicate: (() => void) | null;
}

interface SentenceViewProps {
  readonly node: SentenceNode;
  readonly subject: SubjectInfo | undefined;
  readonly vocabulary: Vocabulary;
  readonly number: number;
  /** The chip whose editor is open, if one of this sentence is. */
  readonly open: string | null;
  readonly onOpen: (slot: string | null) => void;
  readonly acts: SentenceActs;
}

/** One condition as a sentence: words, and chips that open a small editor in place. */
export function SentenceView(props: SentenceViewProps) {
  const { node, subject, vocabulary, number, open, onOpen, acts } = props;
  const t = useTexts("segments");
  const language = useLanguage();
  const parts = sentenceParts(node, subject, language, vocabulary);
  return (
    <div
      className={`sg-sentence${isComplete(node) ? "" : " sg-waiting"}`}
      role="group"
      aria-label={`${t("builder.sentence", { n: number })} ${sentenceText(node, subject, language, vocabulary)}`}
      data-node={node.id}
      onKeyDown={(event) => {
        if (!event.altKey || acts.move === null || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
        event.preventDefault();
        acts.move(event.key === "ArrowUp" ? -1 : 1);
      }}
    >
      <div className="sg-words">
        {parts.map((part, index) =>
          // A sentence has its parts in a fixed order.
          part.kind === "words" ? (
            <span key={index} className={/^[，、,]$/.test(part.text) ? "sg-punctuation" : undefined}>
              {part.text}
            </span>
          ) : part.kind === "add" ? (
            <Adder key={index} {...props} side={part.side} />
          ) : (
            <ChipButton
              key={index}
              text={part.text}
              waiting={part.waiting}
              open={open === slotKey(part.slot)}
              onToggle={() => onOpen(open === slotKey(part.slot) ? null : slotKey(part.slot))}
            >
              <ChipEditor
                node={node}
                subject={subject}
                vocabulary={vocabulary}
                slot={part.slot}
                label={t("editor.edit", { text: part.text })}
                onChange={acts.replace}
                onClose={() => onOpen(null)}
              />
            </ChipButton>
          ),
        )}
        {node.type === "behaviour" ? <Adder {...props} /> : null}
      </div>
      <Acts acts={acts} />
    </div>
  );
}

/** Narrows the records of a behaviour, or of one step of a sequence; the editor of the new filter opens. */
function Adder({ node, subject, vocabulary, open, onOpen, acts, side }: SentenceViewProps & { side?: Side }) {
  if (node.type === "attribute") return null;
  const { where } = node.type === "behaviour" ? node : node[side ?? "first"];
  const fields =
    node.type === "behaviour" ? (subject?.fields ?? []) : fieldsOfStep(vocabulary, node[side ?? "first"].step);
  const name = side === undefined ? "add" : `add.${side}`;
  return (
    <FilterAdder
      where={where}
      fields={fields}
      open={open === name}
      onOpen={(wanted) => onOpen(wanted ? name : null)}
      onAdd={(next) => {
        if (node.type === "behaviour") acts.replace({ ...node, where: next });
        else if (side !== undefined) acts.replace({ ...node, [side]: { ...node[side], where: next } });
        onOpen(slotKey({ at: "filter", index: where.length, ...(side === undefined ? {} : { side }) }));
      }}
    />
  );
}

interface ChipButtonProps {
  readonly text: string;
  readonly waiting: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
}

function ChipButton({ text, waiting, open, onToggle, children }: ChipButtonProps) {
  return (
    <span className="sg-chip-place">
      <button
        type="button"
        className={waiting ? "sg-chip sg-chip-waiting" : "sg-chip"}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={onToggle}
      >
        {text}
      </button>
      {open ? children : null}
    </span>
  );
}

/** What can be done with the whole sentence; quiet until it is pointed at, and behind "⋯" where nothing can point. */
function Acts({ acts }: { acts: SentenceActs }) {
  const t = useTexts("segments");
  const [open, setOpen] = useState(false);
  const { move, wrap, duplicate, remove } = acts;
  const items: readonly [string, ReactNode, (() => void) | null][] = [
    [t("builder.up"), <ArrowUpOutlined key="up" aria-hidden="true" />, move === null ? null : () => move(-1)],
    [t("builder.down"), <ArrowDownOutlined key="down" aria-hidden="true" />, move === null ? null : () => move(1)],
    [t("builder.wrap"), <GroupOutlined key="wrap" aria-hidden="true" />, wrap],
    [t("builder.copy"), <CopyOutlined key="copy" aria-hidden="true" />, duplicate],
  ];
  const button = (label: string, icon: ReactNode, act: () => void, always?: string) => (
    <button key={label} type="button" className={always} aria-label={label} title={label} onClick={act}>
      {icon}
    </button>
  );
  return (
    <div className="sg-acts" data-open={open}>
      {items.map(([label, icon, act]) => (act === null ? null : button(label, icon, act)))}
      {button(t("builder.more"), "⋯", () => setOpen(!open), "sg-always sg-more")}
      {button(t("builder.remove"), <CloseOutlined aria-hidden="true" />, remove, "sg-always")}
    </div>
  );
}
