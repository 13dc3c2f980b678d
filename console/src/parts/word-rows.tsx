import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { useTexts } from "../texts/texts.ts";
import "./word-rows.css";

type Words = Readonly<Record<string, string>>;

interface WordRowsProps {
  /** The field whose codes the words stand for. */
  readonly label: string;
  readonly codes: readonly string[];
  /** Whether a word may also mean that nothing is known. */
  readonly mayBeEmpty: boolean;
  readonly words: Words;
  readonly onChange: (words: Words) => void;
}

/** What the data's own words mean, for a coded field: 男 → male. */
export function WordRows({ label, codes, mayBeEmpty, words, onChange }: WordRowsProps) {
  const t = useTexts();
  // Half-written rows stand only here.
  const [rows, setRows] = useState<readonly (readonly [string, string])[]>(() => Object.entries(words));
  const change = (next: typeof rows) => {
    setRows(next);
    onChange(
      Object.fromEntries(next.filter(([word]) => word.trim() !== "").map(([word, code]) => [word.trim(), code])),
    );
  };
  const set = (at: number, row: readonly [string, string]) => change(rows.map((old, i) => (i === at ? row : old)));
  return (
    <fieldset className="ht-words">
      <legend>{t("mapping.words", { field: label })}</legend>
      {rows.map(([word, code], at) => (
        <div key={at} className="ht-word-row">
          <input
            className="ht-input"
            aria-label={`${label} ${t("mapping.word")} ${at + 1}`}
            maxLength={200}
            placeholder={t("mapping.word")}
            value={word}
            onChange={(event) => set(at, [event.target.value, code])}
          />
          <span aria-hidden="true">→</span>
          <select
            className="ht-select"
            aria-label={`${label} ${word} ${t("mapping.code")}`}
            value={code}
            onChange={(event) => set(at, [word, event.target.value])}
          >
            {codes.map((one) => (
              <option key={one}>{one}</option>
            ))}
            {mayBeEmpty ? <option value="">{t("mapping.leave_empty")}</option> : null}
          </select>
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t("mapping.remove", { name: `${label} ${word}` })}
            onClick={() => change(rows.filter((_, i) => i !== at))}
          />
        </div>
      ))}
      <Button size="small" icon={<PlusOutlined />} onClick={() => change([...rows, ["", codes[0] ?? ""]])}>
        {t("mapping.add_word")}
      </Button>
    </fieldset>
  );
}
