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

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What a node of this kind names, from what is there. */
function useChoices(
  kind: string,
  left: (n: number) => string,
): { readonly field: string; readonly items: readonly Choice[] } {
  const { data } = useNodeChoices();
  if (kind === "coupon")
    return {
      field: "coupon",
      items: (data?.coupons ?? []).map(({ coupon, zh, en, left: n }) => ({
        value: coupon,
        label: `${pick(zh, en)} · ${left(n)}`,
      })),
    };
  if (kind === "benefit")
    return {
      field: "benefit",
      items: (data?.benefits ?? []).map(({ benefit, zh, en }) => ({ value: benefit, label: pick(zh, en) })),
    };
  if (kind === "tier")
    return {
      field: "tier",
      items: (data?.tiers ?? []).map(({ tier, zh, en }) => ({ value: tier, label: pick(zh, en) })),
    };
  if (kind === "webhook")
    return {
      field: "endpoint_id",
      items: (data?.endpoints ?? []).map(({ endpoint_id, name }) => ({ value: String(endpoint_id), label: name })),
    };
  return {
    field: "journey",
    items: (data?.journeys ?? []).map(({ journey, zh, en }) => ({
      value: journey,
      label: `${pick(zh, en)} ${journey}`,
    })),
  };
}

const PAGES: Readonly<Record<string, string>> = {
  coupon: "/coupons",
  benefit: "/benefits",
  tier: "/tiers",
  endpoint_id: "/data/webhooks",
  journey: "/journeys",
};

/** A coupon, a benefit, a tier, an endpoint or another journey. */
export function ChosenForm({ node, onChange, t }: FormProps) {
  const { field, items } = useChoices(node.kind, (n) => t("field.left", { n }));
  // an endpoint has a number; 0 is none yet
  const chosen = node[field] === 0 ? "" : textOf(node[field]);
  const known = items.some(({ value }) => value === chosen);
  return (
    <SelectField
      label={t(`field.${field}`)}
      value={chosen}
      options={known ? items : [{ value: chosen, label: chosen === "" ? t("field.choose") : chosen }, ...items]}
      hint={<Link to={PAGES[field] ?? "/"}>{t(`field.${field}_hint`)}</Link>}
      onChange={(value) => onChange({ [field]: field === "endpoint_id" ? Number(value) : value })}
    />
  );
}

/** For how long a tier is given. */
export function TierDaysForm({ node, onChange, t }: FormProps) {
  return (
    <TextField
      label={t("field.days")}
      type="number"
      value={textOf(node["days"])}
      onChange={(text) => onChange({ days: numberOf(text) }, "days")}
    />
  );
}

/** How often it leads back; where to is drawn. */
export function JumpForm({ node, onChange, t }: FormProps) {
  return (
    <TextField
      label={t("field.times")}
      type="number"
      value={textOf(node["times"])}
      hint={t("field.times_hint")}
      onChange={(text) => onChange({ times: numberOf(text) }, "times")}
    />
  );
}

/** The key under which members are split alike. */
export function ExperimentForm({ node, onChange, t }: FormProps) {
  return (
    <TextField
      label={t("field.experiment")}
      value={textOf(node["experiment"])}
      hint={t("field.experiment_hint")}
      onChange={(experiment) => onChange({ experiment }, "experiment")}
    />
  );
}
