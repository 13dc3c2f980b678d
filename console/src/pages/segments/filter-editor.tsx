import { PlusOutlined } from "@ant-design/icons";
import { useLanguage, useTexts } from "../../texts/texts.ts";
import { ChoiceList } from "./choice-list.tsx";
import { type Compared, ComparisonEditor } from "./comparison-editor.tsx";
import { defaultValues, type FieldFilter } from "./model/draft.ts";
import type { FieldInfo } from "./model/vocabulary.ts";
import { Popover } from "./popover.tsx";

interface FilterEditorProps {
  readonly where: readonly FieldFilter[];
  readonly fields: readonly FieldInfo[];
  readonly index: number;
  readonly onChange: (where: readonly FieldFilter[]) => void;
}

/** One of the fields by which records are narrowed. */
export function FilterEditor({ where, fields, index, onChange }: FilterEditorProps) {
  const filter = where[index];
  const field = fields.find((candidate) => candidate.field === filter?.field);
  if (filter === undefined) return null;
  return (
    <ComparisonEditor
      type={field?.type ?? "text"}
      operators={field?.operators ?? [filter.operator]}
      options={field?.values}
      unit={field?.unit}
      value={filter}
      onChange={(value: Compared) => onChange(where.map((one, at) => (at === index ? { ...one, ...value } : one)))}
    />
  );
}

interface FilterAdderProps {
  readonly where: readonly FieldFilter[];
  readonly fields: readonly FieldInfo[];
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  /** The new filter stands last; its editor should open. */
  readonly onAdd: (where: readonly FieldFilter[]) => void;
}

/** "+ 限定": narrows records by one more field. Nothing where every field is used. */
export function FilterAdder({ where, fields, open, onOpen, onAdd }: FilterAdderProps) {
  const t = useTexts("segments");
  const language = useLanguage();
  const used = new Set(where.map((filter) => filter.field));
  const free = fields.filter((field) => !used.has(field.field));
  const add = ([name]: readonly string[]) => {
    const field = free.find((candidate) => candidate.field === name);
    if (field === undefined) return;
    const operator = field.operators[0] ?? "in";
    onAdd([...where, { field: field.field, operator, values: defaultValues(field.type, operator) }]);
  };
  if (free.length === 0) return null;
  return (
    <span className="sg-chip-place">
      <button
        type="button"
        className="sg-narrow"
        aria-haspopup="dialog"
        aria-expanded={open}
        lang={language}
        onClick={() => onOpen(!open)}
      >
        <PlusOutlined aria-hidden="true" /> {t("builder.filter")}
      </button>
      {open ? (
        <Popover label={t("editor.add_filter")} onClose={() => onOpen(false)}>
          <ChoiceList
            label={t("editor.add_filter")}
            options={free.map(({ field, zh, en }) => ({ value: field, zh, en }))}
            chosen={[]}
            multiple={false}
            onChange={add}
          />
        </Popover>
      ) : null}
    </span>
  );
}
