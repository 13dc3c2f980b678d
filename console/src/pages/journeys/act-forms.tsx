import { Link } from "react-router";
import { LongTextField, TextField } from "../../parts/form.tsx";
import { type FormProps, numberOf, textOf } from "./form-values.ts";

/** A task for the member's associate, waited for or not. */
export function StaffTaskForm({ node, onChange, t }: FormProps) {
  const waits = node["otherwise"] !== undefined;
  return (
    <>
      <LongTextField
        label={t("field.task")}
        rows={3}
        value={textOf(node["text"])}
        hint={t("field.task_hint")}
        onChange={(text) => onChange({ text }, "text")}
      />
      <TextField
        label={t("field.due_days")}
        type="number"
        value={textOf(node["due_days"])}
        hint={<Link to="/tasks">{t("field.due_days_hint")}</Link>}
        onChange={(text) => onChange({ due_days: numberOf(text) }, "due_days")}
      />
      <label className="jc-check">
        <input
          type="checkbox"
          checked={waits}
          onChange={() => onChange({ otherwise: waits ? undefined : textOf(node["next"]) })}
        />{" "}
        {t("field.task_waits")}
      </label>
    </>
  );
}
