import { CheckOutlined } from "@ant-design/icons";
import { useId, useMemo, useRef, useState } from "react";
import { formatCount } from "../../texts/format.ts";
import { type Language, useLanguage, useTexts } from "../../texts/texts.ts";
import { named, type ValueOption } from "./model/vocabulary.ts";
import "./choice-list.css";

const SHOWN_MAX = 200;
const SEARCH_FROM = 8;

interface ChoiceListProps {
  readonly label: string;
  readonly options: readonly ValueOption[];
  readonly chosen: readonly string[];
  readonly multiple: boolean;
  readonly onChange: (chosen: readonly string[]) => void;
}

function matches(options: readonly ValueOption[], text: string): readonly ValueOption[] {
  const word = text.trim().toLowerCase();
  const found =
    word === "" ? options : options.filter((one) => `${one.zh} ${one.en} ${one.value}`.toLowerCase().includes(word));
  return found.slice(0, SHOWN_MAX);
}

/** A list of values to choose from: type to narrow, arrows to move, Enter or Space to choose. */
export function ChoiceList({ label, options, chosen, multiple, onChange }: ChoiceListProps) {
  const t = useTexts("segments");
  const language = useLanguage();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const shown = useMemo(() => matches(options, text), [options, text]);
  const searchable = options.length >= SEARCH_FROM;
  const toggle = (value: string) => onChange(withToggled(chosen, value, multiple));
  const keys = (event: React.KeyboardEvent) => {
    const option = shown[at];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = Math.max(0, Math.min(shown.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)));
      setAt(next);
      list.current?.children[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" || (event.key === " " && !searchable)) {
      if (option !== undefined) toggle(option.value);
    } else return;
    event.preventDefault();
  };
  const active = shown[at] === undefined ? undefined : `${id}-${at}`;
  return (
    <div className="cl">
      {searchable ? (
        <Narrow
          id={id}
          active={active}
          text={text}
          label={t("editor.search")}
          onKeyDown={keys}
          onText={(next) => {
            setText(next);
            setAt(0);
          }}
        />
      ) : null}
      <ul
        ref={list}
        id={id}
        role="listbox"
        aria-label={label}
        aria-multiselectable={multiple}
        tabIndex={searchable ? -1 : 0}
        data-first={searchable ? undefined : true}
        aria-activedescendant={searchable ? undefined : active}
        onKeyDown={searchable ? undefined : keys}
      >
        {shown.map((option, index) => (
          <Option
            key={option.value}
            id={`${id}-${index}`}
            option={option}
            language={language}
            chosen={chosen.includes(option.value)}
            active={index === at}
            onChoose={() => {
              setAt(index);
              toggle(option.value);
            }}
          />
        ))}
      </ul>
      {shown.length === 0 ? <p className="ht-note">{t("editor.none_plain")}</p> : null}
    </div>
  );
}

function withToggled(chosen: readonly string[], value: string, multiple: boolean): readonly string[] {
  if (!multiple) return [value];
  return chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
}

interface NarrowProps {
  readonly id: string;
  readonly active: string | undefined;
  readonly text: string;
  readonly label: string;
  readonly onText: (text: string) => void;
  readonly onKeyDown: (event: React.KeyboardEvent) => void;
}

/** The field that narrows a long list and steers it. */
function Narrow({ id, active, text, label, onText, onKeyDown }: NarrowProps) {
  return (
    <input
      className="ht-input"
      role="combobox"
      aria-expanded="true"
      aria-controls={id}
      aria-activedescendant={active}
      aria-label={label}
      placeholder={label}
      value={text}
      data-first
      onChange={(event) => onText(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

interface OptionProps {
  readonly id: string;
  readonly option: ValueOption;
  readonly language: Language;
  readonly chosen: boolean;
  readonly active: boolean;
  readonly onChoose: () => void;
}

function Option({ id, option, language, chosen, active, onChoose }: OptionProps) {
  return (
    <li
      id={id}
      role="option"
      aria-selected={chosen}
      className={active ? "cl-active" : undefined}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      <CheckOutlined aria-hidden="true" className="cl-check" />
      <span>{named(option, language)}</span>
      {option.members === undefined ? null : <small>{formatCount(option.members)}</small>}
    </li>
  );
}
