import { useState } from "react";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Flow, type Robot, type Saved, useFlows, useSave } from "./robots-data.ts";

interface FormProps {
  readonly robot: Robot | null;
  readonly onClose: () => void;
  readonly onSaved: (saved: Saved) => void;
}

interface FieldsProps {
  readonly flow: Flow;
  readonly values: Readonly<Record<string, string>>;
  readonly onChange: (values: Readonly<Record<string, string>>) => void;
  /** Addresses are those of the robot: they are not asked for here. */
  readonly addresses?: boolean;
}

/** What a flow is given, field by field. */
export function InputFields({ flow, values, onChange, addresses = true }: FieldsProps) {
  const t = useTexts("robots");
  return (
    <>
      {flow.inputs
        .filter((field) => addresses || !field.address)
        .map((field) => (
          <TextField
            key={field.name}
            label={pick(field.zh, field.en)}
            value={values[field.name] ?? ""}
            required={field.required && field.default === null}
            placeholder={field.default ?? (field.address ? "https://" : "")}
            hint={field.address ? t("form.address_hint") : undefined}
            onChange={(value) => onChange({ ...values, [field.name]: value })}
          />
        ))}
    </>
  );
}

const PATIENCE_MAX = 120;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Makes a robot or changes one; what it is given only its owner changes. */
export function RobotForm({ robot, onClose, onSaved }: FormProps) {
  const t = useTexts("robots");
  const flows = useFlows().data?.items ?? [];
  const [flow_key, setFlow] = useState(robot?.flow ?? "");
  const flow = flows.find((one) => one.flow === flow_key) ?? flows[0];
  const [name, setName] = useState(robot?.name ?? "");
  const [inputs, setInputs] = useState(robot?.inputs ?? {});
  const [daily_at, setDailyAt] = useState(robot?.daily_at ?? "");
  const [patience, setPatience] = useState(String(robot?.patience_seconds ?? 20));
  const save = useSave(robot?.robot_id ?? null, onSaved);
  const seconds = Number(patience);
  const sound = (daily_at === "" || TIME.test(daily_at)) && seconds >= 1 && seconds <= PATIENCE_MAX;
  const mine = robot === null || robot.mine;
  return (
    <FormDialog
      title={robot === null ? t("new") : t("form.edit_of", { name: robot.name })}
      act={t("shared:act.save")}
      ready={flow !== undefined && name.trim() !== "" && sound}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() =>
        save.mutate({
          flow: flow?.flow ?? "",
          name: name.trim(),
          daily_at: daily_at === "" ? null : daily_at,
          patience_seconds: seconds,
          ...(mine ? { inputs } : {}),
        })
      }
    >
      {robot === null && flow !== undefined ? (
        <SelectField
          label={t("form.flow")}
          value={flow.flow}
          onChange={(key) => {
            setFlow(key);
            setInputs({});
          }}
          hint={pick(flow.sentence_zh, flow.sentence_en)}
          options={flows.map((one) => ({ value: one.flow, label: pick(one.zh, one.en) }))}
        />
      ) : null}
      <TextField label={t("form.name")} autoFocus value={name} onChange={setName} />
      {flow !== undefined && mine ? <InputFields flow={flow} values={inputs} onChange={setInputs} /> : null}
      {mine ? null : <p className="ht-note">{t("form.owner_only")}</p>}
      <TextField
        label={t("form.daily_at")}
        required={false}
        placeholder="06:30"
        hint={t("form.daily_hint")}
        value={daily_at}
        onChange={setDailyAt}
        error={daily_at === "" || TIME.test(daily_at) ? null : t("form.daily_wrong")}
      />
      <TextField
        label={t("form.patience")}
        type="number"
        hint={t("form.patience_hint")}
        value={patience}
        onChange={setPatience}
      />
    </FormDialog>
  );
}
