import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { useTexts } from "../../texts/texts.ts";
import { GroupView, type Opened } from "../segments/group-view.tsx";
import { emptyDraft } from "../segments/model/draft.ts";
import type { Vocabulary } from "../segments/model/vocabulary.ts";
import { type MadeDraft, nextValue, type Rule } from "./model/made-tag.ts";

const RULES_MAX = 20;

interface RulesFormProps {
  readonly draft: MadeDraft;
  readonly vocabulary: Vocabulary;
  readonly onChange: (draft: MadeDraft) => void;
}

/** Conditions in order, each with the value it gives; the first that holds wins, the rest is other or none. */
export function RulesForm({ draft, vocabulary, onChange }: RulesFormProps) {
  const t = useTexts("tags");
  const { rules } = draft;
  const set = (next: readonly Rule[]) => onChange({ ...draft, rules: next });
  const move = (index: number, by: -1 | 1) => {
    const next = [...rules];
    const [rule] = next.splice(index, 1);
    if (rule !== undefined) next.splice(index + by, 0, rule);
    set(next);
  };
  return (
    <div className="tm-rules">
      {rules.map((rule, index) => (
        <RuleBox
          key={rule.value}
          rule={rule}
          number={index + 1}
          vocabulary={vocabulary}
          onChange={(next) => set(rules.map((one, at) => (at === index ? next : one)))}
          onUp={index > 0 ? () => move(index, -1) : undefined}
          onDown={index < rules.length - 1 ? () => move(index, 1) : undefined}
          onRemove={rules.length > 1 ? () => set(rules.filter((_, at) => at !== index)) : undefined}
        />
      ))}
      <div>
        <Button
          icon={<PlusOutlined aria-hidden="true" />}
          disabled={rules.length >= RULES_MAX}
          onClick={() => set([...rules, { value: nextValue(rules), label: "", condition: emptyDraft() }])}
        >
          {t("make.add_rule")}
        </Button>
      </div>
      <label className="tm-rest">
        <span>{t("make.otherwise")}</span>
        <input
          className="ht-input"
          value={draft.otherwise}
          maxLength={60}
          placeholder={t("make.otherwise_none")}
          onChange={(event) => onChange({ ...draft, otherwise: event.target.value })}
        />
      </label>
    </div>
  );
}

interface RuleBoxProps {
  readonly rule: Rule;
  readonly number: number;
  readonly vocabulary: Vocabulary;
  readonly onChange: (rule: Rule) => void;
  readonly onUp: (() => void) | undefined;
  readonly onDown: (() => void) | undefined;
  readonly onRemove: (() => void) | undefined;
}

function RuleBox({ rule, number, vocabulary, onChange, onUp, onDown, onRemove }: RuleBoxProps) {
  const t = useTexts("tags");
  const [opened, setOpened] = useState<Opened | null>(null);
  return (
    <section className="tm-rule" aria-label={t("make.rule", { n: number })}>
      <div className="tm-rule-head">
        <span className="tm-number" aria-hidden="true">
          {number}
        </span>
        <label>
          <span>{t("make.gives")}</span>
          <input
            className="ht-input"
            value={rule.label}
            maxLength={60}
            placeholder={t("make.label_placeholder")}
            onChange={(event) => onChange({ ...rule, label: event.target.value })}
          />
        </label>
        <span className="ht-note">{t("make.when")}</span>
        <div className="ht-actions tm-rule-acts">
          <Button
            size="small"
            icon={<ArrowUpOutlined aria-hidden="true" />}
            aria-label={t("make.up")}
            disabled={onUp === undefined}
            onClick={onUp}
          />
          <Button
            size="small"
            icon={<ArrowDownOutlined aria-hidden="true" />}
            aria-label={t("make.down")}
            disabled={onDown === undefined}
            onClick={onDown}
          />
          <Button
            size="small"
            icon={<CloseOutlined aria-hidden="true" />}
            aria-label={t("make.remove")}
            disabled={onRemove === undefined}
            onClick={onRemove}
          />
        </div>
      </div>
      <GroupView
        root={rule.condition}
        group={rule.condition}
        vocabulary={vocabulary}
        opened={opened}
        onOpen={setOpened}
        change={(condition) => onChange({ ...rule, condition })}
      />
    </section>
  );
}
