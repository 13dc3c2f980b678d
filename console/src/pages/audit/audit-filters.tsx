import Button from "antd/es/button";
import Input from "antd/es/input";
import { useEffect, useId, useState } from "react";
import { useTexts } from "../../texts/texts.ts";
import { SelectField } from "../../parts/form.tsx";
import type { Filter } from "./audit-data.ts";

const TYPING_MS = 350;
const ACTORS = [
  "owner",
  "operator",
  "manager",
  "analyst",
  "agent",
  "clerk",
  "engineer",
  "system_admin",
  "security_admin",
  "audit_admin",
  "privacy_officer",
  "client",
  "anonymous",
  "command",
  "system",
];

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly type?: "search" | "date";
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}

/** A field that waits until the typing rests before it asks. */
function Field({ label, value, type = "search", placeholder, onChange }: FieldProps) {
  const id = useId();
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onChange(typed.trim()), type === "date" ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, type, onChange]);
  return (
    <div className="ht-field">
      <label htmlFor={id}>{label}</label>
      <Input
        id={id}
        type={type}
        value={typed}
        maxLength={100}
        placeholder={placeholder ?? ""}
        onChange={(event) => setTyped(event.target.value)}
      />
    </div>
  );
}

export function AuditFilters({ filter, onChange }: { filter: Filter; onChange: (change: Filter) => void }) {
  const t = useTexts("audit");
  const set = (name: keyof Filter) => (value: string) => onChange({ [name]: value });
  const field = (
    name: "text" | "action" | "object" | "from" | "to",
    more: { type?: "date"; placeholder?: string } = {},
  ) => <Field key={name} label={t(`filter.${name}`)} value={filter[name] ?? ""} onChange={set(name)} {...more} />;
  const active = Object.keys(filter).length > 0;
  return (
    <search className="ht-audit-filters">
      {field("text", { placeholder: t("filter.text_hint") })}
      {field("action", { placeholder: "members." })}
      {field("object", { placeholder: t("filter.object_hint") })}
      <SelectField
        label={t("filter.actor")}
        value={filter.actor ?? ""}
        onChange={set("actor")}
        options={[
          { value: "", label: t("filter.all") },
          ...ACTORS.map((actor) => ({
            value: actor,
            label: t(`actor.${actor}`, { defaultValue: t(`shared:role.${actor}`, { defaultValue: actor }) }),
          })),
        ]}
      />
      <SelectField
        label={t("filter.result")}
        value={filter.result ?? ""}
        onChange={set("result")}
        options={["", "done", "refused", "unknown"].map((value) => ({
          value,
          label: value === "" ? t("filter.all") : t(`filter.result_${value}`),
        }))}
      />
      {field("from", { type: "date" })}
      {field("to", { type: "date" })}
      {active ? (
        <Button onClick={() => onChange({ text: "", action: "", object: "", actor: "", result: "", from: "", to: "" })}>
          {t("filter.clear")}
        </Button>
      ) : null}
    </search>
  );
}
