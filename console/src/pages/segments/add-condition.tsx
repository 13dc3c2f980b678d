import { SearchOutlined } from "@ant-design/icons";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { type Language, useLanguage, useTexts } from "../../texts/texts.ts";
import {
  matchedValue,
  named,
  searchVocabulary,
  type SubjectInfo,
  type ValueOption,
  type Vocabulary,
} from "./model/vocabulary.ts";
import "./add-condition.css";

export interface Chosen {
  readonly field: string | null;
  readonly option: ValueOption;
}

interface AddConditionProps {
  readonly vocabulary: Vocabulary;
  readonly onAdd: (subject: SubjectInfo, chosen: Chosen | null) => void;
  /** Absent where the search always stands open (an empty segment). */
  readonly onClose?: () => void;
}

interface Hit {
  readonly subject: SubjectInfo;
  readonly chosen: Chosen | null;
  readonly group: string;
}

/** Type what is meant; subjects come by their names and by the values they may take. Arrows and Enter choose. */
export function AddCondition({ vocabulary, onAdd, onClose }: AddConditionProps) {
  const t = useTexts("segments");
  const language = useLanguage();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const hits = useMemo(() => hitsOf(vocabulary, text, language), [vocabulary, text, language]);
  useEffect(() => {
    if (onClose !== undefined) input.current?.focus();
  }, [onClose]);
  const go = (next: number) => {
    const index = Math.max(0, Math.min(hits.length - 1, next));
    setAt(index);
    list.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const keys = (event: React.KeyboardEvent) => {
    const hit = hits[at];
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Enter" && hit !== undefined) onAdd(hit.subject, hit.chosen);
    else if (event.key === "Escape" && onClose !== undefined) onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="ac">
      <label className="ac-field">
        <SearchOutlined aria-hidden="true" />
        <input
          ref={input}
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={hits[at] === undefined ? undefined : `${id}-${at}`}
          aria-label={t("builder.search_label")}
          placeholder={t("builder.search")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={keys}
        />
      </label>
      <div ref={list} id={id} role="listbox" aria-label={t("builder.search_label")} className="ac-list" tabIndex={-1}>
        {hits.map((hit, index) => (
          <Item
            key={hit.subject.subject}
            hit={hit}
            id={`${id}-${index}`}
            index={index}
            active={index === at}
            first={hits[index - 1]?.group !== hit.group}
            language={language}
            onChoose={() => onAdd(hit.subject, hit.chosen)}
          />
        ))}
      </div>
      {hits.length === 0 ? <p className="ht-note ac-none">{t("builder.none")}</p> : null}
    </div>
  );
}

function hitsOf(vocabulary: Vocabulary, text: string, language: Language): readonly Hit[] {
  return searchVocabulary(vocabulary, text).flatMap((group) =>
    group.subjects.map((subject) => ({ subject, chosen: matchedValue(subject, text), group: named(group, language) })),
  );
}

interface ItemProps {
  readonly hit: Hit;
  readonly id: string;
  readonly index: number;
  readonly active: boolean;
  readonly first: boolean;
  readonly language: Language;
  readonly onChoose: () => void;
}

function Item({ hit, id, index, active, first, language, onChoose }: ItemProps) {
  const { subject, chosen, group } = hit;
  const field = subject.fields?.find((one) => one.field === chosen?.field);
  const sentence = language === "zh" ? subject.sentence_zh : subject.sentence_en;
  return (
    <>
      {first ? (
        <div className="ac-group" role="presentation">
          {group}
        </div>
      ) : null}
      <div
        id={id}
        role="option"
        aria-selected={active}
        data-index={index}
        className="ac-item"
        onPointerDown={(event) => event.preventDefault()}
        onClick={onChoose}
      >
        <strong>{named(subject, language)}</strong>
        {chosen === null ? null : (
          <span className="ac-value">
            {field === undefined ? "" : `${named(field, language)} `}
            {named(chosen.option, language)}
          </span>
        )}
        {sentence ? <small>{sentence}</small> : null}
      </div>
    </>
  );
}
