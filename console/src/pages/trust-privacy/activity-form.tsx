import { useState } from "react";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { useTexts } from "../../texts/texts.ts";
import { Changes } from "./register-parts.tsx";
import { activityChanges } from "./register-words.ts";
import { type Activity, type ActivityDraft, BASES, useRegisterAct } from "./registers-data.ts";

const CODE = /^[a-z][a-z0-9_]{1,39}$/;
const DAYS_MAX = 36_500;
const FLAGS = ["is_automated", "is_sensitive", "is_abroad"] as const;
const BY_CONSENT: ReadonlySet<string> = new Set(["consent", "separate_consent"]);
const EMPTY: ActivityDraft = {
  activity: "",
  purpose: null,
  zh: "",
  en: "",
  data_classes: [],
  legal_basis: "consent",
  retention_days: 1_095,
  recipients: [],
  is_automated: false,
  is_sensitive: false,
  is_abroad: false,
};

export const wordsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,，、;；]+/)
      .map((word) => word.trim())
      .filter((word) => word !== ""),
  ),
];

interface ActivityFormProps {
  /** The version that the draft starts from; none: a new activity. */
  readonly start?: Activity | undefined;
  readonly inForce?: Activity | undefined;
  /** Codes that are taken. */
  readonly taken: readonly string[];
  /** An assessment of the draft exists, which a new draft makes void. */
  readonly voids: boolean;
  readonly onClose: () => void;
}

/** Drafts a processing activity or its next version; what changes against the version in force is shown while typing. */
export function ActivityForm({ start, inForce, taken, voids, onClose }: ActivityFormProps) {
  const t = useTexts("privacy");
  const save = useRegisterAct(onClose);
  const [draft, setDraft] = useState<ActivityDraft>(start === undefined ? EMPTY : draftOf(start));
  const [purpose, setPurpose] = useState(start?.purpose ?? "");
  const [classes, setClasses] = useState(draft.data_classes.join("，"));
  const [recipients, setRecipients] = useState(draft.recipients.join("，"));
  const [days, setDays] = useState(String(draft.retention_days));
  const set = (part: Partial<ActivityDraft>) => setDraft({ ...draft, ...part });
  const by_consent = BY_CONSENT.has(draft.legal_basis);
  const whole: ActivityDraft = {
    ...draft,
    zh: draft.zh.trim(),
    en: draft.en.trim(),
    purpose: by_consent ? purpose.trim() || draft.activity : null,
    data_classes: wordsOf(classes),
    recipients: wordsOf(recipients),
    retention_days: Number(days),
  };
  const code_error = codeError(draft.activity, start === undefined ? taken : [], t);
  const days_wrong = !(
    Number.isInteger(whole.retention_days) &&
    whole.retention_days >= 1 &&
    whole.retention_days <= DAYS_MAX
  );
  const ready =
    CODE.test(whole.activity) &&
    code_error === null &&
    (whole.purpose === null || CODE.test(whole.purpose)) &&
    whole.zh !== "" &&
    whole.en !== "" &&
    whole.data_classes.length > 0 &&
    !days_wrong;
  return (
    <FormDialog
      title={t(
        start === undefined
          ? "register.new_activity"
          : start.state === "draft"
            ? "register.edit_draft"
            : "register.new_version",
      )}
      act={t("register.save_draft")}
      wide
      ready={ready}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() => save.mutate({ path: "activities", body: whole })}
    >
      {voids ? <p className="tp-lacks">{t("register.voids")}</p> : null}
      {start === undefined ? (
        <TextField
          label={t("register.code")}
          hint={t("register.code_hint")}
          error={code_error}
          autoFocus
          value={draft.activity}
          onChange={(activity) => set({ activity })}
        />
      ) : null}
      <div className="tp-pair">
        <TextField label={t("register.name_zh")} value={draft.zh} onChange={(zh) => set({ zh })} />
        <TextField label={t("register.name_en")} value={draft.en} onChange={(en) => set({ en })} />
        <SelectField
          label={t("register.basis")}
          value={draft.legal_basis}
          options={BASES.map((value) => ({ value, label: t(`basis.${value}`) }))}
          onChange={(basis) => set({ legal_basis: basis as ActivityDraft["legal_basis"] })}
        />
        {by_consent ? (
          <TextField
            label={t("register.purpose")}
            hint={t("register.purpose_hint")}
            required={false}
            placeholder={draft.activity}
            value={purpose}
            onChange={setPurpose}
          />
        ) : null}
        <TextField
          label={t("register.retention_days")}
          type="number"
          error={days_wrong ? t("register.days_wrong") : null}
          value={days}
          onChange={setDays}
        />
      </div>
      <TextField label={t("register.data")} hint={t("register.data_hint")} value={classes} onChange={setClasses} />
      <TextField
        label={t("register.recipients")}
        hint={t("register.recipients_hint")}
        required={false}
        value={recipients}
        onChange={setRecipients}
      />
      <fieldset className="tp-consents">
        <legend>{t("register.circumstances")}</legend>
        {FLAGS.map((flag) => (
          <label key={flag}>
            <input type="checkbox" checked={draft[flag]} onChange={(event) => set({ [flag]: event.target.checked })} />{" "}
            {t(`register.${flag}`)}
          </label>
        ))}
      </fieldset>
      {inForce === undefined ? null : (
        <section>
          <h3>{t("register.against", { version: inForce.version })}</h3>
          <Changes changes={activityChanges(inForce, whole, t)} none={t("register.no_changes")} />
        </section>
      )}
    </FormDialog>
  );
}

function codeError(code: string, taken: readonly string[], t: ReturnType<typeof useTexts>): string | null {
  if (code === "") return null;
  if (!CODE.test(code)) return t("register.code_wrong");
  return taken.includes(code) ? t("register.code_taken") : null;
}

function draftOf(row: Activity): ActivityDraft {
  const { activity, purpose, zh, en, data_classes, legal_basis, retention_days, recipients } = row;
  const { is_automated, is_sensitive, is_abroad } = row;
  return {
    activity,
    purpose,
    zh,
    en,
    data_classes,
    legal_basis,
    retention_days,
    recipients,
    is_automated,
    is_sensitive,
    is_abroad,
  };
}
