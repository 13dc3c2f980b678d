import { useState } from "react";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { LongTextField, SelectField } from "../../parts/form.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Activity, type AssessmentDraft, RISKS, TRIGGERS, useRegisterAct } from "./registers-data.ts";

const ANSWERS = ["necessity", "effects", "measures"] as const;
const LETTERS_MIN = 20;

/** What the version itself already says asks for an assessment. */
function triggersOf(activity: Activity): AssessmentDraft["triggers"] {
  return TRIGGERS.filter(
    (one) =>
      (one === "purpose" && activity.purpose !== null) ||
      (one === "automated_decision" && activity.is_automated) ||
      (one === "sensitive" && activity.is_sensitive) ||
      (one === "abroad" && activity.is_abroad) ||
      (one === "entrusted" && activity.recipients.length > 0),
  );
}

/** The impact assessment of one version (PIPL 55, 56); somebody else approves it. */
export function AssessmentForm({ activity, onClose }: { activity: Activity; onClose: () => void }) {
  const t = useTexts("privacy");
  const save = useRegisterAct(onClose);
  const [draft, setDraft] = useState<AssessmentDraft>({
    activity: activity.activity,
    version: activity.version,
    triggers: triggersOf(activity),
    necessity: "",
    effects: "",
    measures: "",
    risk: "middle",
  });
  const ready = draft.triggers.length > 0 && ANSWERS.every((answer) => draft[answer].trim().length >= LETTERS_MIN);
  return (
    <FormDialog
      title={t("register.assess_title", { version: activity.version })}
      act={t("register.assess_save")}
      wide
      ready={ready}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() => save.mutate({ path: "assessments", body: draft })}
    >
      <fieldset className="tp-consents">
        <legend>{t("register.triggers")}</legend>
        {TRIGGERS.map((one) => (
          <label key={one}>
            <input
              type="checkbox"
              checked={draft.triggers.includes(one)}
              onChange={(event) =>
                setDraft({
                  ...draft,
                  triggers: event.target.checked
                    ? [...draft.triggers, one]
                    : draft.triggers.filter((other) => other !== one),
                })
              }
            />{" "}
            {t(`trigger.${one}`)}
          </label>
        ))}
      </fieldset>
      {ANSWERS.map((answer) => (
        <LongTextField
          key={answer}
          label={t(`register.${answer}`)}
          hint={`${t(`register.${answer}_hint`)} ${t("register.letters", { n: formatCount(draft[answer].trim().length), min: LETTERS_MIN })}`}
          rows={3}
          autoFocus={answer === "necessity"}
          value={draft[answer]}
          onChange={(value) => setDraft({ ...draft, [answer]: value })}
        />
      ))}
      <SelectField
        label={t("register.risk")}
        value={draft.risk}
        options={RISKS.map((value) => ({ value, label: t(`risk.${value}`) }))}
        onChange={(risk) => setDraft({ ...draft, risk: risk as AssessmentDraft["risk"] })}
      />
    </FormDialog>
  );
}
