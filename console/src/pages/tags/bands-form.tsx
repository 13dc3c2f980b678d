import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { Choices } from "../../parts/chips.tsx";
import { useLanguage, useTexts } from "../../texts/texts.ts";
import { named, type Vocabulary } from "../segments/model/vocabulary.ts";
import { HistoryForm } from "./history-form.tsx";
import { EMPTY_HISTORY, numericFacts } from "./model/history.ts";
import { type Band, type MadeDraft, nextValue, sourceOf } from "./model/made-tag.ts";

const BANDS_MAX = 20;

interface BandsFormProps {
  readonly draft: MadeDraft;
  readonly vocabulary: Vocabulary;
  readonly onChange: (draft: MadeDraft) => void;
}

/** A number cut into named bands: from a history, or from a number that is already known of a member. */
export function BandsForm({ draft, vocabulary, onChange }: BandsFormProps) {
  const t = useTexts("tags");
  const language = useLanguage();
  const { source } = draft;
  const facts = numericFacts(vocabulary);
  return (
    <div className="tm-rules">
      <Choices
        label={t("make.number_from")}
        value={source.from}
        items={(["history", "fact"] as const).map((key) => ({ key, label: t(`make.from_${key}`) }))}
        onChange={(from) => {
          if (from === source.from) return;
          const fact = facts[0]?.subject ?? "";
          const history = { ...EMPTY_HISTORY, measure: "net" };
          onChange({ ...draft, source: from === "fact" ? { from, subject: fact } : { from, history } });
        }}
      />
      {source.from === "history" ? (
        <HistoryForm
          numbers
          history={source.history}
          vocabulary={vocabulary}
          onChange={(history) => onChange({ ...draft, source: { from: "history", history } })}
        />
      ) : (
        <select
          className="ht-select"
          aria-label={t("make.from_fact")}
          value={source.subject}
          onChange={(event) => onChange({ ...draft, source: { from: "fact", subject: event.target.value } })}
        >
          {facts.map((fact) => (
            <option key={fact.subject} value={fact.subject}>
              {named(fact, language)}
            </option>
          ))}
        </select>
      )}
      <Bands draft={draft} vocabulary={vocabulary} onChange={onChange} />
    </div>
  );
}

function Bands({ draft, vocabulary, onChange }: BandsFormProps) {
  const t = useTexts("tags");
  const { bands } = draft;
  const type = sourceOf(draft.source, vocabulary)?.type ?? "integer";
  const set = (next: readonly Band[]) => onChange({ ...draft, bands: next });
  const change = (index: number, part: Partial<Band>) =>
    set(bands.map((band, at) => (at === index ? { ...band, ...part } : band)));
  const add = () => set([...bands.slice(0, -1), { value: nextValue(bands), label: "", below: "" }, ...bands.slice(-1)]);
  const unit = type === "money" ? "¥" : type === "ratio" ? "%" : "";
  return (
    <div className="tm-bands">
      {bands.map((band, index) => (
        <div key={band.value} className="tm-band">
          <input
            className="ht-input"
            aria-label={t("make.band_label", { n: index + 1 })}
            placeholder={t("make.label_placeholder")}
            maxLength={60}
            value={band.label}
            onChange={(event) => change(index, { label: event.target.value })}
          />
          {index < bands.length - 1 ? (
            <label className="tm-border">
              <span>{t("make.below")}</span>
              {unit === "¥" ? <span aria-hidden="true">¥</span> : null}
              <input
                className="ht-input"
                inputMode="decimal"
                aria-label={t("make.band_below", { n: index + 1 })}
                value={band.below}
                onChange={(event) => change(index, { below: event.target.value })}
              />
              {unit === "%" ? <span aria-hidden="true">%</span> : null}
            </label>
          ) : (
            <span className="ht-note">{t("make.and_more")}</span>
          )}
          <Button
            size="small"
            type="text"
            icon={<CloseOutlined aria-hidden="true" />}
            aria-label={t("make.remove")}
            disabled={bands.length <= 2 || index === bands.length - 1}
            onClick={() => set(bands.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button icon={<PlusOutlined aria-hidden="true" />} disabled={bands.length >= BANDS_MAX} onClick={add}>
          {t("make.add_band")}
        </Button>
      </div>
    </div>
  );
}
