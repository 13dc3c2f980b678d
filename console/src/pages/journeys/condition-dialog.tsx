import { useMemo, useState } from "react";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { usePaused } from "../../parts/paused.ts";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { GroupView, type Opened } from "../segments/group-view.tsx";
import { emptyDraft } from "../segments/model/draft.ts";
import { fromTree } from "../segments/model/reading.ts";
import { toTree } from "../segments/model/tree.ts";
import type { TreeNode, Vocabulary } from "../segments/model/vocabulary.ts";
import { useCount, useVocabulary } from "../segments/segment-data.ts";
import "../segments/segment.css";
import "../segments/texts.ts";

interface Props {
  readonly condition: unknown;
  readonly onDone: (condition: TreeNode) => void;
  readonly onClose: () => void;
}

/** A condition in sentences, as segments have them, with how many members meet it today. */
export function ConditionDialog(props: Props) {
  const vocabulary = useVocabulary();
  return (
    <Loaded query={vocabulary} skeleton={<SkeletonBlock height={120} />}>
      {(words) => <Editor {...props} vocabulary={words} />}
    </Loaded>
  );
}

function Editor({ condition, vocabulary, onDone, onClose }: Props & { readonly vocabulary: Vocabulary }) {
  const t = useTexts("journeys");
  const [draft, setDraft] = useState(
    () => (condition === null ? null : fromTree(condition as TreeNode, vocabulary)) ?? emptyDraft(),
  );
  const [opened, setOpened] = useState<Opened | null>(null);
  const tree = useMemo(() => toTree(draft, vocabulary), [draft, vocabulary]);
  const count = useCount(usePaused(tree === null ? "" : JSON.stringify(tree)));
  return (
    <FormDialog
      title={t("condition_title")}
      act={t("condition_done")}
      ready={tree !== null}
      busy={false}
      onClose={onClose}
      onAct={() => {
        if (tree !== null) onDone(tree);
      }}
    >
      <GroupView
        root={draft}
        group={draft}
        vocabulary={vocabulary}
        opened={opened}
        onOpen={setOpened}
        change={(next) => setDraft(next)}
      />
      <p className="ht-field-hint" aria-live="polite">
        {tree === null || count.data === undefined
          ? t("condition_note")
          : t("condition_count", { n: formatCount(count.data.count), total: formatCount(count.data.total) })}
      </p>
    </FormDialog>
  );
}
