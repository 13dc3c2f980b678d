import Button from "antd/es/button";
import { Link } from "react-router";
import { StatusDot } from "../../parts/chips.tsx";
import { LongTextField, SelectField, TextField } from "../../parts/form.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Draft, TEXT_MAX, TITLE_MAX } from "./draft.ts";
import { parametersIn, useSigns } from "./messages-data.ts";
import { FilledField, InsertWechat, WechatFields } from "./wechat-fields.tsx";
import { SIGN_TONES } from "./signs-dialog.tsx";

/** Braces of Liquid in a sentence that has braces of its own. */
const BRACES = { open: "{{", close: "}}" };

/** Channels whose text is on file with a service. */
const FILED_HINTS = { sms: true, wechat: true };

export interface FieldsProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
}

/** What a channel's message is made of. */
export function ContentFields({ draft, set }: FieldsProps) {
  return (
    <div className="ht-stack">
      {draft.kind === "sms" ? <SignFields draft={draft} set={set} /> : null}
      {draft.kind === "wechat" ? <WechatFields draft={draft} set={set} /> : null}
      <WordFields draft={draft} set={set} />
      {"sms wechat".includes(draft.kind) ? <ParameterFields draft={draft} set={set} /> : null}
    </div>
  );
}

function SignFields({ draft, set }: FieldsProps) {
  const t = useTexts("messages");
  const signs = useSigns().data?.items ?? [];
  const sign = signs.find((one) => one.sign_name === draft.sign_name);
  const names = signs.map((one) => one.sign_name);
  const options = draft.sign_name === "" || names.includes(draft.sign_name) ? names : [...names, draft.sign_name];
  return (
    <div className="ms-fields">
      <SelectField
        label={t("field.sign")}
        value={draft.sign_name}
        onChange={(sign_name) => set({ sign_name })}
        options={[
          { value: "", label: t("field.sign_choose") },
          ...options.map((value) => ({ value, label: `【${value}】` })),
        ]}
        hint={
          draft.sign_name === "" ? (
            <>
              {t("field.sign_hint")} <Link to="/templates">{t("signs.title")}</Link>
            </>
          ) : sign === undefined ? (
            t("field.sign_unknown")
          ) : (
            <StatusDot tone={SIGN_TONES[sign.state]}>{t(`sign_state.${sign.state}`)}</StatusDot>
          )
        }
      />
      <TextField
        label={t("field.service_template")}
        hint={t("field.service_template_hint")}
        value={draft.service_template}
        onChange={(service_template) => set({ service_template })}
      />
    </div>
  );
}

/** So many of so many letters; beyond the limit it says so. */
function Left({ text, max }: { text: string; max: number }) {
  const t = useTexts("messages");
  const left = max - text.length;
  return (
    <span className={left < 0 ? "ht-tone-bad" : undefined}>
      {left < 0
        ? t("field.too_long", { n: formatCount(-left) })
        : t("field.left", { n: formatCount(text.length), left: formatCount(left) })}
    </span>
  );
}

function WordFields({ draft, set }: FieldsProps) {
  const t = useTexts("messages");
  const title_max = TITLE_MAX[draft.kind];
  const sms = draft.kind === "sms";
  const put = (what: string) => set({ text: `${draft.text}${what}` });
  return (
    <>
      {title_max === undefined ? null : (
        <TextField
          label={t("field.title")}
          value={draft.title}
          onChange={(title) => set({ title })}
          hint={<Left text={draft.title} max={title_max} />}
        />
      )}
      <LongTextField
        label={t("field.text")}
        rows={draft.kind === "email" ? 12 : 5}
        value={draft.text}
        onChange={(text) => set({ text })}
        hint={
          <>
            <Left text={draft.text} max={TEXT_MAX[draft.kind]} /> ·{" "}
            {t(draft.kind in FILED_HINTS ? `field.text_hint_${draft.kind}` : "field.text_hint", BRACES)}
          </>
        }
      />
      <div className="ht-row" role="group" aria-label={t("field.insert")}>
        <span className="ht-note">{t("field.insert")}</span>
        {sms ? (
          <>
            <Button size="small" onClick={() => put("${name}")}>
              {"${name}"}
            </Button>
            <Button size="small" onClick={() => put("${points}")}>
              {"${points}"}
            </Button>
            {draft.category === "marketing" && !draft.text.includes("拒收请回复R") ? (
              <Button size="small" onClick={() => put("拒收请回复R")}>
                拒收请回复R
              </Button>
            ) : null}
          </>
        ) : draft.kind === "wechat" ? (
          <InsertWechat text={draft.text} put={put} />
        ) : (
          <>
            <Button size="small" onClick={() => put("{{ member.name }}")}>
              {t("field.member_name")}
            </Button>
            <Button size="small" onClick={() => put("{{ points }}")}>
              {"{{ points }}"}
            </Button>
          </>
        )}
      </div>
      <WhereFields draft={draft} set={set} />
    </>
  );
}

/** Where a touch on the message leads. */
function WhereFields({ draft, set }: FieldsProps) {
  const t = useTexts("messages");
  return (
    <>
      {draft.kind === "wecom" ? (
        <div className="ms-fields">
          <TextField
            label={t("field.card_link")}
            hint={t("field.card_link_hint")}
            required={false}
            value={draft.link}
            onChange={(link) => set({ link })}
          />
          <TextField
            label={t("field.card_title")}
            required={false}
            value={draft.title}
            onChange={(title) => set({ title })}
          />
        </div>
      ) : null}
      {draft.kind === "inbox" ? (
        <TextField
          label={t("field.link")}
          hint={t("field.link_hint")}
          required={false}
          value={draft.link}
          onChange={(link) => set({ link })}
        />
      ) : null}
    </>
  );
}

/** Where the parameters of a filed text come from. */
function ParameterFields({ draft, set }: FieldsProps) {
  const t = useTexts("messages");
  const names = parametersIn(draft.kind, draft.text);
  if (names.length === 0) return null;
  return (
    <fieldset className="ms-box">
      <legend>{t("field.parameters")}</legend>
      <p className="ht-field-hint">{t("field.parameters_hint", BRACES)}</p>
      {names.map((name) => {
        const value = draft.parameters[name] ?? "";
        const put = (typed: string) => set({ parameters: { ...draft.parameters, [name]: typed } });
        return draft.kind === "wechat" ? (
          <FilledField key={name} name={name} filed={draft.text} value={value} onChange={put} />
        ) : (
          <TextField
            key={name}
            label={`\${${name}}`}
            placeholder={name === "name" ? "{{ member.name }}" : `{{ ${name.toLowerCase()} }}`}
            value={value}
            onChange={put}
          />
        );
      })}
    </fieldset>
  );
}
