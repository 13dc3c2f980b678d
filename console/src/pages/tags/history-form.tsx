import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { useLanguage, useTexts } from "../../texts/texts.ts";
import { ComparisonEditor } from "../segments/comparison-editor.tsx";
import { defaultValues, type FieldFilter } from "../segments/model/draft.ts";
import { operatorWord, valuesText, windowText } from "../segments/model/sentence.ts";
import { type FieldInfo, findSubject, named, type SubjectInfo, type Vocabulary } from "../segments/model/vocabulary.ts";
import { Popover } from "../segments/popover.tsx";
import { WindowEditor } from "../segments/window-editor.tsx";
import { behaviours, type History, isNumeric, measuresOf } from "./model/history.ts";

interface HistoryFormProps {
  readonly history: History;
  readonly vocabulary: Vocabulary;
  /** Only what gives a number. */
  readonly numbers?: boolean;
  readonly onChange: (history: History) => void;
}

/** "过去 365 天 购买商品 的 净消费，只算 品类 是 乌龙茶": one sentence whose words are changed in place. */
export function HistoryForm({ history, vocabulary, numbers, onChange }: HistoryFormProps) {
  const t = useTexts("tags");
  const language = useLanguage();
  const [open, setOpen] = useState<string | null>(null);
  const subject = findSubject(vocabulary, history.subject);
  const measures = measuresOf(subject).filter(({ type }) => numbers !== true || isNumeric(type));
  const choose = (name: string) => {
    const next = measuresOf(findSubject(vocabulary, name)).filter(({ type }) => numbers !== true || isNumeric(type));
    const same = next.find(({ measure }) => measure === history.measure) ?? next[0];
    onChange({ ...history, subject: name, where: [], measure: same?.measure ?? "times" });
  };
  return (
    <div className="tm-history">
      <div className="tm-line">
        <span className="sg-chip-place">
          <button
            type="button"
            className="sg-chip"
            aria-haspopup="dialog"
            aria-expanded={open === "window"}
            onClick={() => setOpen(open === "window" ? null : "window")}
          >
            {windowText(history.window, language)}
          </button>
          {open === "window" ? (
            <Popover label={t("one.window")} onClose={() => setOpen(null)}>
              <WindowEditor window={history.window} onChange={(window) => onChange({ ...history, window })} />
            </Popover>
          ) : null}
        </span>
        <select
          className="ht-select"
          aria-label={t("make.what_happened")}
          value={history.subject}
          onChange={(event) => choose(event.target.value)}
        >
          {behaviours(vocabulary).map((one) => (
            <option key={one.subject} value={one.subject}>
              {named(one, language)}
            </option>
          ))}
        </select>
        <span>{t("make.of")}</span>
        <select
          className="ht-select"
          aria-label={t("make.measure")}
          value={history.measure}
          onChange={(event) => onChange({ ...history, measure: event.target.value })}
        >
          {measures.map((one) => (
            <option key={one.measure} value={one.measure}>
              {named(one, language)}
            </option>
          ))}
        </select>
      </div>
      <Filters history={history} subject={subject} open={open} setOpen={setOpen} onChange={onChange} />
    </div>
  );
}

interface FiltersProps {
  readonly history: History;
  readonly subject: SubjectInfo | undefined;
  readonly open: string | null;
  readonly setOpen: (open: string | null) => void;
  readonly onChange: (history: History) => void;
}

function Filters({ history, subject, open, setOpen, onChange }: FiltersProps) {
  const t = useTexts("tags");
  const language = useLanguage();
  const fields = subject?.fields ?? [];
  const free = fields.filter(({ field }) => history.where.every((filter) => filter.field !== field));
  const set = (where: readonly FieldFilter[]) => onChange({ ...history, where });
  const add = (name: string) => {
    const field = fields.find((one) => one.field === name);
    const operator = field?.operators[0] ?? "in";
    set([...history.where, { field: name, operator, values: defaultValues(field?.type ?? "text", operator) }]);
    setOpen(`filter.${history.where.length}`);
  };
  return (
    <div className="tm-line">
      <span className="ht-note">{t(history.where.length === 0 ? "make.all_rows" : "make.only")}</span>
      {history.where.map((filter, index) => (
        <Filter
          key={filter.field}
          filter={filter}
          field={fields.find(({ field }) => field === filter.field)}
          open={open === `filter.${index}`}
          setOpen={(now) => setOpen(now ? `filter.${index}` : null)}
          onChange={(next) => set(history.where.map((one, at) => (at === index ? next : one)))}
          onRemove={() => {
            setOpen(null);
            set(history.where.filter((_, at) => at !== index));
          }}
        />
      ))}
      {free.length === 0 ? null : (
        <label className="tm-add">
          <PlusOutlined aria-hidden="true" />
          <select
            className="ht-select"
            aria-label={t("make.add_filter")}
            value=""
            onChange={(event) => add(event.target.value)}
          >
            <option value="">{t("make.add_filter")}</option>
            {free.map((field) => (
              <option key={field.field} value={field.field}>
                {named(field, language)}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

interface FilterProps {
  readonly filter: FieldFilter;
  readonly field: FieldInfo | undefined;
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
  readonly onChange: (filter: FieldFilter) => void;
  readonly onRemove: () => void;
}

function Filter({ filter, field, open, setOpen, onChange, onRemove }: FilterProps) {
  const t = useTexts("tags");
  const language = useLanguage();
  const name = field === undefined ? filter.field : named(field, language);
  const values = valuesText(filter.operator, filter.values, field ?? { type: "text" }, language);
  return (
    <span className="sg-chip-place">
      <button
        type="button"
        className="sg-chip"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {name} {operatorWord(filter.operator, language)} {values}
      </button>
      {open ? (
        <Popover label={name} onClose={() => setOpen(false)}>
          <ComparisonEditor
            type={field?.type ?? "text"}
            operators={field?.operators ?? [filter.operator]}
            options={field?.values}
            unit={field?.unit}
            value={filter}
            onChange={(value) => onChange({ ...filter, ...value })}
          />
          <div className="sg-popover-foot">
            <Button size="small" icon={<CloseOutlined aria-hidden="true" />} onClick={onRemove}>
              {t("make.remove")}
            </Button>
          </div>
        </Popover>
      ) : null}
    </span>
  );
}
