import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useTexts } from "../../texts/texts.ts";
import { AddCondition, type Chosen } from "./add-condition.tsx";
import {
  type ConditionNode,
  depthOf,
  emptyDraft,
  findParent,
  GROUP_DEPTH_MAX,
  type GroupNode,
  insertInto,
  isComplete,
  moveNode,
  nextId,
  removeNode,
  replaceNode,
  SENTENCES_MAX,
  sentenceFor,
  type SentenceNode,
  sentences,
  updateGroup,
  wrapNode,
} from "./model/draft.ts";
import { findSubject, type SubjectInfo, type Vocabulary } from "./model/vocabulary.ts";
import { type SentenceActs, SentenceView } from "./sentence-view.tsx";

/** What of the builder is open: one chip's editor, or the search of one group. */
export interface Opened {
  readonly node: string;
  readonly slot: string;
}

export interface GroupViewProps {
  readonly root: GroupNode;
  readonly group: GroupNode;
  readonly vocabulary: Vocabulary;
  readonly opened: Opened | null;
  readonly onOpen: (opened: Opened | null) => void;
  readonly change: (root: GroupNode, mark?: string) => void;
}

/** The sentences of a group with their connecting word between; groups stand indented inside groups. */
export function GroupView(props: GroupViewProps) {
  const { root, group } = props;
  const numbers = sentences(root).map((sentence) => sentence.id);
  return (
    <div className={group.id === root.id ? "sg-group" : "sg-group sg-inner"}>
      {group.children.map((child, index) => (
        <div key={child.id} className="sg-step">
          {index > 0 ? <Connector {...props} /> : null}
          {child.type === "group" ? (
            <InnerGroup {...props} child={child} />
          ) : (
            <Sentence {...props} node={child} number={numbers.indexOf(child.id) + 1} />
          )}
        </div>
      ))}
      <AddRow {...props} />
    </div>
  );
}

/** 并且 or 或者 between two sentences; a press changes it for the whole group. */
function Connector({ root, group, change }: GroupViewProps) {
  const t = useTexts("segments");
  const other = group.join === "all" ? "any" : "all";
  const label = t("builder.switch", { word: t(`builder.join_${other}`) });
  return (
    <button
      type="button"
      className="sg-connector"
      title={label}
      aria-label={`${t(`builder.join_${group.join}`)}，${label}`}
      onClick={() => change(updateGroup(root, group.id, { join: other }))}
    >
      {t(`builder.join_${group.join}`)}
    </button>
  );
}

function InnerGroup(props: GroupViewProps & { child: GroupNode }) {
  const { root, child, change } = props;
  const t = useTexts("segments");
  const other = child.join === "all" ? "any" : "all";
  return (
    <section className="sg-box" aria-label={t("builder.group_label")}>
      <div className="sg-box-head">
        {child.negated ? <span className="sg-not">{t("builder.group_negated")}</span> : null}
        <button
          type="button"
          className="sg-connector"
          title={t("builder.switch", { word: t(`builder.group_${other}`) })}
          onClick={() => change(updateGroup(root, child.id, { join: other }))}
        >
          {t(`builder.group_${child.join}`)}
        </button>
        <button
          type="button"
          className="sg-connector"
          aria-pressed={child.negated}
          onClick={() => change(updateGroup(root, child.id, { negated: !child.negated }))}
        >
          {t(child.negated ? "builder.un_negate" : "builder.negate")}
        </button>
        <button
          type="button"
          className="sg-box-close"
          aria-label={t("builder.remove_group")}
          title={t("builder.remove_group")}
          onClick={() => change(removeNode(root, child.id))}
        >
          <CloseOutlined aria-hidden="true" />
        </button>
      </div>
      <GroupView {...props} group={child} />
    </section>
  );
}

/** A copy with an id of its own. */
const copied = (node: SentenceNode, id: string): SentenceNode => ({ ...node, id });

function Sentence(props: GroupViewProps & { node: SentenceNode; number: number }) {
  const { root, group, node, vocabulary, opened, onOpen, change, number } = props;
  const place = findParent(root, node.id);
  const full = sentences(root).length >= SENTENCES_MAX;
  const acts: SentenceActs = {
    replace: (next, mark) => change(replaceNode(root, next), mark),
    remove: () => {
      onOpen(null);
      change(removeNode(root, node.id));
    },
    move: group.children.length > 1 ? (by) => change(moveNode(root, node.id, by)) : null,
    wrap: depthOf(root, node.id) < GROUP_DEPTH_MAX ? () => change(wrapNode(root, node.id, nextId(root), "any")) : null,
    duplicate: full
      ? null
      : () => change(insertInto(root, group.id, copied(node, nextId(root)), (place?.index ?? 0) + 1)),
  };
  return (
    <SentenceView
      node={node}
      subject={findSubject(vocabulary, node.subject)}
      vocabulary={vocabulary}
      number={number}
      open={opened?.node === node.id ? opened.slot : null}
      onOpen={(slot) => onOpen(slot === null ? null : { node: node.id, slot })}
      acts={acts}
    />
  );
}

/** The first chip that waits for a value, so that its editor opens by itself. */
function firstWaiting(node: ConditionNode): string | null {
  if (node.type === "group" || isComplete(node)) return null;
  const filter = node.type === "behaviour" ? node.where.findIndex((one) => one.values.length === 0) : -1;
  return filter >= 0 ? `filter.${filter}` : "comparison";
}

function AddRow({ root, group, vocabulary, opened, onOpen, change }: GroupViewProps) {
  const t = useTexts("segments");
  const empty = root.children.length === 0;
  const adding = opened?.node === group.id && opened.slot === "search";
  const full = sentences(root).length >= SENTENCES_MAX;
  const add = (subject: SubjectInfo, chosen: Chosen | null) => {
    const node = sentenceFor(subject, nextId(root), chosen);
    change(insertInto(root, group.id, node));
    const slot = firstWaiting(node);
    onOpen(slot === null ? null : { node: node.id, slot });
  };
  const addGroup = () => {
    const id = nextId(root);
    change(insertInto(root, group.id, { ...emptyDraft(), id, join: "any" }));
    onOpen({ node: id, slot: "search" });
  };
  if (full) return <p className="ht-note">{t("builder.full", { n: SENTENCES_MAX })}</p>;
  if (empty) return <AddCondition vocabulary={vocabulary} onAdd={add} />;
  const close = () => {
    onOpen(null);
    // A group that never got a sentence goes again.
    if (group.children.length === 0 && group.id !== root.id) change(removeNode(root, group.id));
  };
  if (adding) return <AddCondition vocabulary={vocabulary} onAdd={add} onClose={close} />;
  return (
    <div className="sg-add">
      <Button icon={<PlusOutlined aria-hidden="true" />} onClick={() => onOpen({ node: group.id, slot: "search" })}>
        {t("builder.add")}
      </Button>
      {depthOf(root, group.id) + 1 < GROUP_DEPTH_MAX ? (
        <Button icon={<PlusOutlined aria-hidden="true" />} onClick={addGroup}>
          {t("builder.add_group")}
        </Button>
      ) : null}
    </div>
  );
}
