import { useState } from "react";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { LongTextField, SelectField, TextField } from "../../parts/form.tsx";
import { TextDifference } from "../../parts/text-difference.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { purposeName } from "./register-words.ts";
import { type ConsentText, type Registers, type TextDraft, useRegisterAct } from "./registers-data.ts";

const VERSION = /^[A-Za-z0-9._-]{1,30}$/;
const LETTERS_MIN = 20;
const LETTERS_MAX = 20_000;
const LANGUAGES = ["zh", "en"] as const;

interface TextFormProps {
  readonly data: Registers;
  /** The purpose and language of a text that exists; none: chosen here. */
  readonly of?: Pick<TextDraft, "purpose" | "language"> | undefined;
  readonly onClose: () => void;
}

/** The version after the newest: "v2" after "v1", "2026-08.2" after "2026-08.1"; a number is set behind what has none. */
function nextVersion(newest: string | undefined): string {
  if (newest === undefined) return "v1";
  const match = /^(.*?)(\d+)$/.exec(newest);
  return match === null ? `${newest}.2` : `${match[1] ?? ""}${Number(match[2]) + 1}`;
}

/** What is being typed: whose text it is, its version and its words, each as it was before until somebody types. */
function useTextDraft({ data, of }: Pick<TextFormProps, "data" | "of">) {
  const purposes = [
    ...new Set(data.activities.filter(({ state }) => state !== "past").flatMap(({ purpose }) => purpose ?? [])),
  ];
  const [purpose, setPurpose] = useState(of?.purpose ?? purposes[0] ?? "");
  const [language, setLanguage] = useState<TextDraft["language"]>(of?.language ?? "zh");
  const [version, setVersion] = useState<string>();
  const [body, setBody] = useState<string>();
  const versions = data.texts.filter((row) => row.purpose === purpose && row.language === language);
  const draft = versions.find(({ state }) => state === "draft");
  const inForce = versions.find(({ state }) => state === "published");
  const named = version ?? draft?.version ?? nextVersion(versions[0]?.version);
  const text = body ?? draft?.body ?? inForce?.body ?? "";
  const taken = versions.some((row) => row.version === named && row.state !== "draft");
  const letters = text.trim().length;
  const ready = purpose !== "" && VERSION.test(named) && !taken && letters >= LETTERS_MIN && text.length <= LETTERS_MAX;
  const typed = { purpose, language, version: named, body: text.trim() };
  return { purposes, draft, inForce, typed, text, taken, letters, ready, setPurpose, setLanguage, setVersion, setBody };
}

/** Drafts a consent text or its next version; what changes against the text in force is shown while typing. */
export function ConsentTextForm({ data, of, onClose }: TextFormProps) {
  const t = useTexts("privacy");
  const save = useRegisterAct(onClose);
  const at = useTextDraft({ data, of });
  const { typed, inForce } = at;
  const version_error = VERSION.test(typed.version) ? null : t("register.version_wrong");
  return (
    <FormDialog
      title={t(titleOf(of, at.draft))}
      act={t("register.save_draft")}
      wide
      ready={at.ready}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() => save.mutate({ path: "texts", body: typed })}
    >
      {of === undefined && at.purposes.length === 0 ? <p className="tp-lacks">{t("register.no_purpose")}</p> : null}
      {of === undefined ? (
        <div className="tp-pair">
          <SelectField
            label={t("register.purpose")}
            value={typed.purpose}
            options={at.purposes.map((value) => ({ value, label: `${purposeName(data, value, t)} (${value})` }))}
            onChange={at.setPurpose}
          />
          <SelectField
            label={t("register.language")}
            value={typed.language}
            options={LANGUAGES.map((value) => ({ value, label: t(`language.${value}`) }))}
            onChange={(value) => at.setLanguage(value as TextDraft["language"])}
          />
        </div>
      ) : null}
      <TextField
        label={t("register.version")}
        hint={t("register.version_hint")}
        error={at.taken ? t("register.version_taken") : version_error}
        value={typed.version}
        onChange={at.setVersion}
      />
      <LongTextField
        label={t("register.body")}
        hint={t("register.letters", { n: formatCount(at.letters), min: LETTERS_MIN })}
        rows={8}
        autoFocus
        value={at.text}
        onChange={at.setBody}
      />
      {inForce === undefined ? null : <Against inForce={inForce} body={typed.body} />}
    </FormDialog>
  );
}

function Against({ inForce, body }: { inForce: ConsentText; body: string }) {
  const t = useTexts("privacy");
  return (
    <section>
      <h3>{t("register.against_text", { version: inForce.version })}</h3>
      {inForce.body === body ? (
        <p className="ht-note">{t("register.no_changes")}</p>
      ) : (
        <TextDifference before={inForce.body} after={body} />
      )}
    </section>
  );
}

function titleOf(of: TextFormProps["of"], draft: ConsentText | undefined): string {
  if (of === undefined) return "register.new_text";
  return draft === undefined ? "register.new_version" : "register.edit_draft";
}
