import { Link } from "react-router";
import { LongTextField, SelectField, TextField } from "../../parts/form.tsx";
import { pick } from "../../texts/texts.ts";
import { type FormProps, numberOf, textOf } from "./form-values.ts";
import { useNodeChoices } from "./journeys-data.ts";

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

/** A robot that does something for the member, with what it is given this time. */
export function RobotForm({ node, onChange, t }: FormProps) {
  const robots = useNodeChoices().data?.robots ?? [];
  const chosen = robots.find(({ robot_id }) => robot_id === node["robot_id"]);
  const inputs = (node["inputs"] ?? {}) as Readonly<Record<string, string>>;
  const give = (name: string, value: string) => {
    const { [name]: _, ...others } = inputs;
    const next = value === "" ? others : { ...others, [name]: value };
    onChange({ inputs: Object.keys(next).length === 0 ? undefined : next }, `inputs.${name}`);
  };
  return (
    <>
      <SelectField
        label={t("field.robot")}
        value={textOf(node["robot_id"])}
        hint={<Link to="/robots">{t("field.robot_hint")}</Link>}
        options={[
          ...(chosen === undefined ? [{ value: textOf(node["robot_id"]), label: t("field.robot_none") }] : []),
          ...robots.map(({ robot_id, name }) => ({ value: String(robot_id), label: name })),
        ]}
        onChange={(robot_id) => onChange({ robot_id: Number(robot_id), inputs: undefined })}
      />
      {chosen?.inputs.map(({ name, zh, en }) => (
        <TextField
          key={name}
          label={pick(zh, en)}
          required={false}
          hint={t("field.robot_input_hint")}
          value={inputs[name] ?? ""}
          onChange={(value) => give(name, value)}
        />
      ))}
    </>
  );
}
