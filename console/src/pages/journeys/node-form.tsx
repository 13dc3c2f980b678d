import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { SelectField, TextField } from "../../parts/form.tsx";
import { pick, type Translate } from "../../texts/texts.ts";
import { ChosenForm, ExperimentForm, JumpForm, RobotForm, StaffTaskForm, TierDaysForm } from "./act-forms.tsx";
import { ConditionDialog } from "./condition-dialog.tsx";
import { type FormProps, numberOf, textOf } from "./form-values.ts";
import { useNodeChoices } from "./journeys-data.ts";
import { MessageForm } from "./message-form.tsx";
import { type NodeData, waysOf, withWay } from "./model/graph.ts";

const BRANCHES_MAX = 12;
const UNITS = ["minutes", "hours", "days"] as const;
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** What one node says, as fields. */
export function NodeForm(props: FormProps) {
  switch (props.node.kind) {
    case "wait":
      return <WaitForm {...props} />;
    case "wait_until":
      return <WaitUntilForm {...props} />;
    case "window":
      return <WindowForm {...props} />;
    case "condition":
      return <ConditionForm {...props} />;
    case "random":
      return <RandomForm {...props} />;
    case "message":
      return <MessageForm {...props} />;
    case "points":
      return <PointsForm {...props} />;
    case "coupon":
    case "benefit":
    case "enter":
    case "webhook":
      return <ChosenForm {...props} />;
    case "tier":
      return (
        <>
          <ChosenForm {...props} />
          <TierDaysForm {...props} />
        </>
      );
    case "jump":
      return <JumpForm {...props} />;
    case "ab":
      return (
        <>
          <ExperimentForm {...props} />
          <RandomForm {...props} />
        </>
      );
    case "staff_task":
      return <StaffTaskForm {...props} />;
    case "robot":
      return <RobotForm {...props} />;
    default:
      return <p className="ht-field-hint">{props.t("exit_note")}</p>;
  }
}

function SpanFields({ node, part, onChange, t }: FormProps & { readonly part: "for" | "within" }) {
  const span = (node[part] ?? {}) as { amount?: unknown; unit?: string };
  return (
    <div className="jc-pair">
      <TextField
        label={t(part === "for" ? "field.wait" : "field.at_most")}
        type="number"
        value={textOf(span.amount)}
        onChange={(text) => onChange({ [part]: { ...span, amount: numberOf(text) } }, part)}
      />
      <SelectField
        label={t("field.unit")}
        value={span.unit ?? "days"}
        options={UNITS.map((unit) => ({ value: unit, label: t(`unit.${unit}`) }))}
        onChange={(unit) => onChange({ [part]: { ...span, unit } })}
      />
    </div>
  );
}

/** A time of day. */
export function ClockField({ label, value, onChange, hint }: ClockProps) {
  return (
    <TextField
      label={label}
      value={textOf(value)}
      required={false}
      placeholder="10:00"
      hint={hint}
      onChange={(text) => onChange(text === "" ? undefined : text)}
    />
  );
}

interface ClockProps {
  readonly label: string;
  readonly value: unknown;
  readonly onChange: (value: string | undefined) => void;
  readonly hint?: string;
}

function WaitForm(props: FormProps) {
  const { node, onChange, t } = props;
  return (
    <>
      <SpanFields {...props} part="for" />
      <ClockField
        label={t("field.then_at")}
        value={node["at"]}
        hint={t("field.then_at_hint")}
        onChange={(at) => onChange({ at }, "at")}
      />
    </>
  );
}

/** One of the kinds of records. */
export function EventField({ label, value, onChange }: EventProps) {
  const { data } = useNodeChoices();
  const events = data?.events ?? [];
  const known = events.some(({ kind }) => kind === value) || value === "";
  const options = events.map(({ kind, zh, en }) => ({ value: kind, label: pick(zh, en) }));
  return (
    <SelectField
      label={label}
      value={value}
      options={known ? options : [{ value, label: value }, ...options]}
      onChange={onChange}
    />
  );
}

interface EventProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (event: string) => void;
}

function WaitUntilForm(props: FormProps) {
  const { node, onChange, t } = props;
  return (
    <>
      <EventField label={t("field.event")} value={textOf(node["event"])} onChange={(event) => onChange({ event })} />
      <SpanFields {...props} part="within" />
    </>
  );
}

function WindowForm({ node, onChange, t }: FormProps) {
  return (
    <>
      <div className="jc-pair">
        <ClockField label={t("field.from")} value={node["from"]} onChange={(from) => onChange({ from }, "from")} />
        <ClockField label={t("field.until")} value={node["until"]} onChange={(until) => onChange({ until }, "until")} />
      </div>
      <WeekdaysField
        label={t("field.weekdays")}
        hint={t("field.weekdays_hint")}
        days={node["weekdays"]}
        onChange={(weekdays) => onChange({ weekdays })}
        t={t}
      />
    </>
  );
}

interface WeekdaysProps {
  readonly label: string;
  readonly hint?: string;
  readonly days: unknown;
  readonly onChange: (days: readonly number[] | undefined) => void;
  readonly t: Translate;
}

/** Days of the week; none chosen is nothing said. */
export function WeekdaysField({ label, hint, days: given, onChange, t }: WeekdaysProps) {
  const days = (given as readonly number[] | undefined) ?? [];
  const toggle = (day: number) => {
    const next = days.includes(day) ? days.filter((one) => one !== day) : [...days, day].toSorted();
    onChange(next.length === 0 ? undefined : next);
  };
  return (
    <fieldset className="ht-field">
      <legend>{label}</legend>
      <div className="jc-days">
        {WEEKDAYS.map((day) => (
          <label key={day}>
            <input type="checkbox" checked={days.includes(day)} onChange={() => toggle(day)} /> {t(`weekday.${day}`)}
          </label>
        ))}
      </div>
      {hint === undefined ? null : <p className="ht-field-hint">{hint}</p>}
    </fieldset>
  );
}

type ConditionProps = Pick<FormProps, "sentence" | "onChange" | "t"> & {
  readonly node: Readonly<Record<string, unknown>>;
};

/** A condition as a sentence, changed in a dialog. */
export function ConditionForm({ node, sentence, onChange, t }: ConditionProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <p className="jc-condition">{sentence}</p>
      <Button onClick={() => setOpen(true)}>{t("field.change_condition")}</Button>
      {open ? (
        <ConditionDialog
          condition={node["condition"]}
          onClose={() => setOpen(false)}
          onDone={(condition) => {
            setOpen(false);
            onChange({ condition });
          }}
        />
      ) : null}
    </>
  );
}

interface Branch {
  readonly percent: unknown;
  readonly next: string;
  /** Of an experiment. */
  readonly variant?: unknown;
}

/** A name that no branch has: a, b, c … */
function freshVariant(branches: readonly Branch[]): string {
  const taken = new Set(branches.map(({ variant }) => variant));
  return [..."abcdefghijklmnop"].find((letter) => !taken.has(letter)) ?? "";
}

function RandomForm({ node, onChange, t }: FormProps) {
  const branches = (node["branches"] as readonly Branch[] | undefined) ?? [];
  const sum = branches.reduce((total, { percent }) => total + (Number(percent) || 0), 0);
  const change = (next: readonly unknown[], field?: string) => onChange({ branches: next }, field);
  const evenly = () => {
    const part = Math.floor(100 / branches.length);
    change(branches.map((one, at) => ({ ...one, percent: at === 0 ? 100 - part * (branches.length - 1) : part })));
  };
  const last = branches.at(-1);
  return (
    <>
      {branches.map((branch, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a branch is its place
        <div className="jc-branch" key={at}>
          {branch.variant === undefined ? null : (
            <TextField
              label={t("field.variant", { n: at + 1 })}
              value={textOf(branch.variant)}
              onChange={(variant) =>
                change(
                  branches.map((one, other) => (other === at ? { ...one, variant } : one)),
                  `variant${at}`,
                )
              }
            />
          )}
          <TextField
            label={t("field.branch", { n: at + 1 })}
            type="number"
            value={textOf(branch.percent)}
            onChange={(text) =>
              change(
                branches.map((one, other) => (other === at ? { ...one, percent: numberOf(text) } : one)),
                `branch${at}`,
              )
            }
          />
          <span className="ht-field-hint">%</span>
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t("field.remove_branch", { n: at + 1 })}
            disabled={branches.length <= 2}
            onClick={() => change(branches.filter((_, other) => other !== at))}
          />
        </div>
      ))}
      <p className={sum === 100 ? "ht-field-hint" : "ht-field-error"}>{t("field.sum", { sum })}</p>
      <div className="ht-row">
        <Button
          icon={<PlusOutlined />}
          disabled={branches.length >= BRANCHES_MAX || last === undefined}
          onClick={() =>
            change([
              ...branches,
              {
                ...(last?.variant === undefined ? {} : { variant: freshVariant(branches) }),
                percent: 1,
                next: last?.next ?? "",
              },
            ])
          }
        >
          {t("field.add_branch")}
        </Button>
        <Button onClick={evenly}>{t("field.evenly")}</Button>
      </div>
    </>
  );
}

function PointsForm({ node, onChange, t }: FormProps) {
  return (
    <>
      <div className="jc-pair">
        <TextField
          label={t("field.points")}
          type="number"
          value={textOf(node["points"])}
          onChange={(text) => onChange({ points: numberOf(text) }, "points")}
        />
        <TextField
          label={t("field.valid_days")}
          type="number"
          required={false}
          value={textOf(node["valid_days"])}
          hint={t("field.valid_days_hint")}
          onChange={(text) => onChange({ valid_days: numberOf(text) }, "valid_days")}
        />
      </div>
      <TextField
        label={t("field.budget")}
        required={false}
        value={textOf(node["budget"])}
        hint={<Link to="/points">{t("field.budget_hint")}</Link>}
        onChange={(text) => onChange({ budget: text === "" ? undefined : text }, "budget")}
      />
    </>
  );
}

interface WaysProps {
  readonly node: NodeData;
  readonly others: readonly { readonly key: string; readonly label: string }[];
  readonly wayText: (way: number) => string;
  readonly onChange: (change: Readonly<Record<string, unknown>>) => void;
  readonly t: Translate;
}

/** Where the ways out of a node lead: without a mouse the only way to draw. */
export function WaysForm({ node, others, wayText, onChange, t }: WaysProps) {
  return (
    <>
      {waysOf(node).map((to, way) => {
        const word = wayText(way);
        return (
          <SelectField
            // biome-ignore lint/suspicious/noArrayIndexKey: a way is its place
            key={way}
            label={word === "" ? t("field.then") : t("field.then_of", { word })}
            value={to}
            options={others.map(({ key, label }) => ({ value: key, label }))}
            onChange={(next) => onChange(withWay(node, way, next))}
          />
        );
      })}
    </>
  );
}
