import type { ReactNode } from "react";
import { SelectField, TextField } from "../../parts/form.tsx";
import { currentLanguage, pick, type Translate, useTexts } from "../../texts/texts.ts";
import type { CodeOptions } from "./code-names.ts";
import { WhenFields, WhereFields } from "./condition-fields.tsx";
import { ExpiryFields } from "./expiry-fields.tsx";
import { DayField, NumberField } from "./fields.tsx";
import type { Caps, Rule } from "./programme.ts";

export interface RuleFieldsProps {
  readonly rule: Rule;
  readonly options: CodeOptions;
  readonly budgets: readonly string[];
  readonly put: (part: Partial<Rule>) => void;
  readonly t: Translate;
}

/** Everything that can be said of one rule: what it gives, for what, up to how much, and how long the points live. */
export function RuleFields(props: RuleFieldsProps) {
  const { rule, options, put, t } = props;
  return (
    <div className="po-fields">
      <div className="po-form">
        <TextField
          label={t("setting.name")}
          value={pick(rule.zh, rule.en)}
          onChange={(text) => put(currentLanguage() === "en" ? { en: text } : { zh: text })}
        />
        <Gives {...props} />
      </div>
      {rule.kind === "multiplier" ? (
        <>
          <h3>{t("edit.when")}</h3>
          <WhenFields value={rule.when ?? {}} options={options} onChange={(when) => put({ when })} t={t} />
        </>
      ) : null}
      {rule.kind === "event" ? null : (
        <details open={rule.where !== undefined}>
          <summary>{t("edit.where")}</summary>
          <WhereFields value={rule.where ?? {}} options={options} onChange={(where) => put({ where })} t={t} />
        </details>
      )}
      <details open={rule.caps !== undefined || rule.budget !== undefined || rule.last_day !== undefined}>
        <summary>{t("edit.limits")}</summary>
        <Limits {...props} />
      </details>
      <details open={rule.expiry !== undefined || rule.pending_days !== undefined}>
        <summary>{t("edit.life")}</summary>
        <div className="po-form">
          <NumberField
            label={t("edit.own_pending")}
            unit={t("unit.days")}
            value={rule.pending_days}
            onChange={(pending_days) => put({ pending_days })}
            hint={t("edit.own_hint")}
          />
          <ExpiryFields
            label={t("setting.expiry")}
            value={rule.expiry}
            mayInherit
            onChange={(expiry) => put({ expiry })}
            t={t}
          />
        </div>
      </details>
    </div>
  );
}

const EVENTS = [
  "login",
  "content_read",
  "share",
  "review",
  "like",
  "referral",
  "group_buy",
  "browse",
  "search",
  "cart",
  "service_contact",
  "custom",
] as const;

/** What the rule gives, by its kind. */
function Gives({ rule, put, t }: RuleFieldsProps) {
  const points = (
    <NumberField
      label={t("setting.points")}
      unit={t("unit.points")}
      value={rule.points}
      onChange={(value) => put({ points: value })}
    />
  );
  switch (rule.kind) {
    case "amount":
      return (
        <>
          <NumberField
            label={t("setting.per_minor")}
            unit={t("unit.yuan")}
            scale={100}
            value={rule.per_minor}
            onChange={(per_minor) => put({ per_minor })}
          />
          {points}
          <SelectField
            label={t("setting.rounding")}
            value={rule.rounding ?? "down_per_order"}
            onChange={(rounding) => put({ rounding: rounding as NonNullable<Rule["rounding"]> })}
            options={["down_per_order", "down_per_line"].map((value) => ({ value, label: t(`rounding.${value}`) }))}
          />
        </>
      );
    case "order":
      return <OrderGives rule={rule} put={put} t={t} points={points} />;
    case "event":
      return <EventGives rule={rule} put={put} t={t} points={points} />;
    case "multiplier":
      return (
        <NumberField
          label={t("setting.percent")}
          unit={t("unit.times")}
          scale={100}
          value={rule.percent}
          onChange={(percent) => put({ percent })}
          hint={t("edit.times_hint")}
        />
      );
  }
}

interface PointsGiven extends Pick<RuleFieldsProps, "rule" | "put" | "t"> {
  readonly points: ReactNode;
}

function OrderGives({ rule, put, t, points }: PointsGiven) {
  return (
    <>
      <SelectField
        label={t("setting.first_only")}
        value={rule.first_only === true ? "first" : "each"}
        onChange={(value) => put({ first_only: value === "first" })}
        options={["first", "each"].map((value) => ({ value, label: t(`orders.${value}`) }))}
      />
      <NumberField
        label={t("setting.at_least_minor")}
        unit={t("unit.yuan")}
        scale={100}
        value={rule.at_least_minor}
        onChange={(at_least_minor) => put({ at_least_minor })}
      />
      {points}
    </>
  );
}

function EventGives({ rule, put, t, points }: PointsGiven) {
  const words = useTexts();
  return (
    <>
      <SelectField
        label={t("setting.event")}
        value={rule.event ?? ""}
        onChange={(event) => put({ event, subject: undefined })}
        options={EVENTS.map((value) => ({ value, label: words(`record_kind.${value}`) }))}
      />
      {rule.event === "custom" ? (
        <TextField
          label={t("setting.subject")}
          value={rule.subject ?? ""}
          onChange={(subject) => put({ subject: subject === "" ? undefined : subject })}
        />
      ) : null}
      {points}
    </>
  );
}

const CAPS = ["order", "member_day", "member_month", "member_ever"] as const;

/** Up to how much, from which budget, on which days. */
function Limits({ rule, budgets, put, t }: RuleFieldsProps) {
  const caps = rule.caps ?? {};
  const known = rule.budget === undefined || budgets.includes(rule.budget) ? budgets : [...budgets, rule.budget];
  return (
    <div className="po-form">
      {CAPS.map((name) => (
        <NumberField
          key={name}
          label={t(`setting.${name}`)}
          unit={t("unit.points")}
          value={caps[name]}
          onChange={(most) => put({ caps: { ...caps, [name]: most } satisfies Caps })}
        />
      ))}
      <SelectField
        label={t("setting.budget")}
        value={rule.budget ?? ""}
        onChange={(budget) => put({ budget: budget === "" ? undefined : budget })}
        options={[
          { value: "", label: t("edit.no_budget") },
          ...known.map((budget) => ({ value: budget, label: budget })),
        ]}
        hint={t("edit.budget_hint")}
      />
      <DayField label={t("setting.from_day")} value={rule.from_day} onChange={(from_day) => put({ from_day })} />
      <DayField label={t("setting.last_day")} value={rule.last_day} onChange={(last_day) => put({ last_day })} />
    </div>
  );
}
