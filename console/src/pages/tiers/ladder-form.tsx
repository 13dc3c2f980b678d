import Button from "antd/es/button";
import { useId, useState } from "react";
import { SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { currentLanguage, pick, type Translate } from "../../texts/texts.ts";
import { benefitsOfLines, freshKey, type LadderDraft, readAmount, type TierDraft } from "./draft.ts";
import type { Ladder } from "./tier-data.ts";

interface FormProps {
  readonly draft: LadderDraft;
  readonly onChange: (draft: LadderDraft) => void;
  readonly t: Translate;
}

/** Measure, window and downgrade of a ladder, then its tiers. */
export function LadderForm(props: FormProps) {
  return (
    <>
      <Rules {...props} />
      <Tiers {...props} />
    </>
  );
}

function Rules({ draft, onChange, t }: FormProps) {
  const { ladder } = draft;
  const money = ladder.measure.kind === "net_spend";
  const change = (part: Partial<Ladder>) => onChange({ ...draft, ladder: { ...ladder, ...part } });
  const whole = (text: string) => Number(text.replaceAll(/\D/g, ""));
  return (
    <Card title={t("form.rules")} note={t(`form.measure_${ladder.measure.kind}`)}>
      <div className="tr-form">
        <TextField
          label={t("form.name")}
          value={pick(ladder.zh, ladder.en)}
          onChange={(text) => change(currentLanguage() === "en" ? { en: text } : { zh: text })}
        />
        <SelectField
          label={t("form.window")}
          value={ladder.window.kind}
          onChange={(kind) =>
            change({
              window: kind === "rolling" ? { kind, days: 365 } : { kind: kind as "calendar_year" | "anniversary" },
            })
          }
          options={["calendar_year", "anniversary", "rolling"].map((kind) => ({
            value: kind,
            label: t(`window.${kind}`, { n: ladder.window.days ?? 365 }),
          }))}
          hint={t(`form.window_${ladder.window.kind}`)}
        />
        {ladder.window.kind === "rolling" ? (
          <TextField
            label={t("form.days")}
            type="number"
            value={String(ladder.window.days ?? "")}
            onChange={(text) => change({ window: { kind: "rolling", days: whole(text) } })}
          />
        ) : null}
        <TextField
          label={t("form.grace")}
          type="number"
          value={String(ladder.grace_days)}
          onChange={(text) => change({ grace_days: whole(text) })}
          hint={t("form.grace_hint")}
        />
        <SelectField
          label={t("form.downgrade")}
          value={ladder.downgrade}
          onChange={(value) => change({ downgrade: value as Ladder["downgrade"] })}
          options={["one_step", "to_earned"].map((value) => ({ value, label: t(`form.${value}`) }))}
        />
        {money ? (
          <TextField
            label={t("form.cap")}
            required={false}
            value={draft.cap}
            onChange={(cap) => onChange({ ...draft, cap })}
            hint={t("form.cap_hint")}
            error={wrong(draft.cap, true, t)}
          />
        ) : null}
      </div>
      {money ? null : (
        <ul className="tr-parts">
          {(ladder.measure.parts ?? []).map((part) => (
            <li key={part.key}>{pick(part.zh, part.en)}</li>
          ))}
        </ul>
      )}
    </Card>
  );
}

const wrong = (text: string, money: boolean, t: Translate): string | null =>
  Number.isNaN(readAmount(text, money)) ? t(money ? "form.no_amount" : "form.no_points") : null;

function Tiers({ draft, onChange, t }: FormProps) {
  const { tiers } = draft;
  const put = (rank: number, part: Partial<TierDraft>) =>
    onChange({ ...draft, tiers: tiers.map((tier, at) => (at === rank ? { ...tier, ...part } : tier)) });
  const add = () =>
    onChange({
      ...draft,
      tiers: [
        ...tiers,
        {
          key: freshKey(tiers),
          zh: t("form.new_tier"),
          en: "New tier",
          amount: "",
          above: false,
          renewal: "",
          benefits: [],
        },
      ],
    });
  const remove = (rank: number) => onChange({ ...draft, tiers: tiers.filter((_, at) => at !== rank) });
  return (
    <Card title={t("form.tiers")} note={t("form.tiers_note")} extra={<Button onClick={add}>{t("form.add")}</Button>}>
      <ol className="tr-rows">
        {tiers
          .map((tier, rank) => ({ tier, rank }))
          .toReversed()
          .map(({ tier, rank }) => (
            <TierFields
              key={tier.key}
              draft={draft}
              tier={tier}
              rank={rank}
              put={(part) => put(rank, part)}
              remove={() => remove(rank)}
              t={t}
            />
          ))}
      </ol>
    </Card>
  );
}

interface FieldsProps {
  readonly draft: LadderDraft;
  readonly tier: TierDraft;
  readonly rank: number;
  readonly put: (part: Partial<TierDraft>) => void;
  readonly remove: () => void;
  readonly t: Translate;
}

function TierFields({ draft, tier, rank, put, remove, t }: FieldsProps) {
  const id = useId();
  const money = draft.ladder.measure.kind === "net_spend";
  const name = pick(tier.zh, tier.en);
  return (
    <li className="tr-row">
      <TextField
        label={t("form.tier_name")}
        value={name}
        onChange={(text) => put(currentLanguage() === "en" ? { en: text } : { zh: text })}
      />
      {rank === 0 ? (
        <p className="ht-note tr-lowest">{t("form.lowest")}</p>
      ) : (
        <>
          <div className="ht-field">
            <label htmlFor={id}>{t("form.border")}</label>
            <select
              id={id}
              className="ht-select"
              value={tier.above ? "above" : "at_least"}
              onChange={(event) => put({ above: event.target.value === "above" })}
            >
              <option value="at_least">{t("form.at_least")}</option>
              <option value="above">{t("form.above")}</option>
            </select>
          </div>
          <TextField
            label={t(money ? "form.amount_money" : "form.amount_points", { currency: draft.ladder.currency })}
            value={tier.amount}
            onChange={(amount) => put({ amount })}
            error={wrong(tier.amount, money, t)}
          />
          <TextField
            label={t("form.renewal")}
            required={false}
            value={tier.renewal}
            placeholder={tier.amount}
            onChange={(renewal) => put({ renewal })}
            error={wrong(tier.renewal, money, t)}
          />
          <Button danger type="text" onClick={remove} aria-label={t("form.remove", { name })}>
            {t("form.remove_short")}
          </Button>
        </>
      )}
      <Benefits tier={tier} put={put} t={t} />
    </li>
  );
}

/** What the tier gives, one sentence a line. The text is read when the field is left. */
function Benefits({ tier, put, t }: Pick<FieldsProps, "tier" | "put" | "t">) {
  const id = useId();
  const language = currentLanguage() === "en" ? "en" : "zh";
  const [text, setText] = useState<string | null>(null);
  return (
    <div className="ht-field tr-benefit-lines">
      <label htmlFor={id}>{t("form.benefits")}</label>
      <textarea
        id={id}
        className="ht-input"
        rows={Math.max(2, tier.benefits.length)}
        value={text ?? tier.benefits.map((benefit) => pick(benefit.zh, benefit.en)).join("\n")}
        placeholder={t("form.benefits_hint")}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => {
          if (text !== null) put({ benefits: benefitsOfLines(text, tier.benefits, language) });
          setText(null);
        }}
      />
    </div>
  );
}
