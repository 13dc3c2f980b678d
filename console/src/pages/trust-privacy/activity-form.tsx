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

const wordsOf = (text: string): string[] => [
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

/** What is being typed, and what of it is wrong. */
interface Typing {
  readonly draft: ActivityDraft;
  readonly purpose: string;
  readonly classes: string;
  readonly recipients: string;
  readonly days: string;
}

function typingOf(start: Activity | undefined): Typing {
  const draft = start === undefined ? EMPTY : draftOf(start);
  return {
    draft,
    purpose: draft.purpose ?? "",
    classes: draft.data_classes.join("，"),
    recipients: draft.recipients.join("，"),
    days: String(draft.retention_days),
  };
}

/** The draft as it would be kept. */
function wholeOf({ draft, purpose, classes, recipients, days }: Typing): ActivityDraft {
  return {
    ...draft,
    zh: draft.zh.trim(),
    en: draft.en.trim(),
    purpose: BY_CONSENT.has(draft.legal_basis) ? purpose.trim() || draft.activity : null,
    data_classes: wordsOf(classes),
    recipients: wordsOf(recipients),
    retention_days: Number(days),
  };
}

const daysFit = ({ retention_days }: ActivityDraft) =>
  Number.isInteger(retention_days) && retention_days >= 1 && retention_days <= DAYS_MAX;

const isWhole = (draft: ActivityDraft) =>
  CODE.test(draft.activity) &&
  (draft.purpose === null || CODE.test(draft.purpose)) &&
  draft.zh !== "" &&
  draft.en !== "" &&
  draft.data_classes.length > 0 &&
  daysFit(draft);

/** Drafts a processing activity or its next version; what changes against the version in force is shown while typing. */
export function ActivityForm({ start, inForce, taken, voids, onClose }: ActivityFormProps) {
  const t = useTexts("privacy");
  const save = useRegisterAct(onClose);
  const [typing, setTyping] = useState(() => typingOf(start));
  const { draft } = typing;
  const set = (part: Partial<ActivityDraft>) => setTyping({ ...typing, draft: { ...draft, ...part } });
  const whole = wholeOf(typing);
  const code_error = codeError(draft.activity, start === undefined ? taken : [], t);
  return (
    <FormDialog
      title={t(titleOf(start))}
      act={t("register.save_draft")}
      wide
      ready={isWhole(whole) && code_error === null}
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
      <Essentials typing={typing} set={set} setTyping={setTyping} />
      <TextField
        label={t("register.data")}
        hint={t("register.data_hint")}
        value={typing.classes}
        onChange={(classes) => setTyping({ ...typing, classes })}
      />
      <TextField
        label={t("register.recipients")}
        hint={t("register.recipients_hint")}
        required={false}
        value={typing.recipients}
        onChange={(recipients) => setTyping({ ...typing, recipients })}
      />
      <Circumstances draft={draft} set={set} />
      {inForce === undefined ? null : (
        <section>
          <h3>{t("register.against", { version: inForce.version })}</h3>
          <Changes changes={activityChanges(inForce, whole, t)} none={t("register.no_changes")} />
        </section>
      )}
    </FormDialog>
  );
}

function titleOf(start: Activity | undefined): string {
  if (start === undefined) return "register.new_activity";
  return start.state === "draft" ? "register.edit_draft" : "register.new_version";
}

interface EssentialsProps {
  readonly typing: Typing;
  readonly set: (part: Partial<ActivityDraft>) => void;
  readonly setTyping: (typing: Typing) => void;
}

/** Names, basis, purpose and for how long. */
function Essentials({ typing, set, setTyping }: EssentialsProps) {
  const t = useTexts("privacy");
  const { draft, purpose, days } = typing;
  return (
    <div className="tp-pair">
      <TextField label={t("register.name_zh")} value={draft.zh} onChange={(zh) => set({ zh })} />
      <TextField label={t("register.name_en")} value={draft.en} onChange={(en) => set({ en })} />
      <SelectField
        label={t("register.basis")}
        value={draft.legal_basis}
        options={BASES.map((value) => ({ value, label: t(`basis.${value}`) }))}
        onChange={(basis) => set({ legal_basis: basis as ActivityDraft["legal_basis"] })}
      />
      {BY_CONSENT.has(draft.legal_basis) ? (
        <TextField
          label={t("register.purpose")}
          hint={t("register.purpose_hint")}
          required={false}
          placeholder={draft.activity}
          value={purpose}
          onChange={(text) => setTyping({ ...typing, purpose: text })}
        />
      ) : null}
      <TextField
        label={t("register.retention_days")}
        type="number"
        error={daysFit(wholeOf(typing)) ? null : t("register.days_wrong")}
        value={days}
        onChange={(text) => setTyping({ ...typing, days: text })}
      />
    </div>
  );
}

function Circumstances({ draft, set }: { draft: ActivityDraft; set: (part: Partial<ActivityDraft>) => void }) {
  const t = useTexts("privacy");
  return (
    <fieldset className="tp-consents">
      <legend>{t("register.circumstances")}</legend>
      {FLAGS.map((flag) => (
        <label key={flag}>
          <input type="checkbox" checked={draft[flag]} onChange={(event) => set({ [flag]: event.target.checked })} />{" "}
          {t(`register.${flag}`)}
        </label>
      ))}
    </fieldset>
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
