import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useId, useState } from "react";
import { api } from "../../api/client.ts";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonText } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import type { Role } from "./people-data.ts";
import "./policy-card.css";

interface Policy {
  readonly profile: "mlps3" | "asvs";
  readonly second_factor_roles: readonly string[];
  readonly session_idle_minutes: number;
  readonly session_hours_max: number;
  readonly attempts_max: number;
  readonly lock_minutes: number;
}

const KEY = ["security-policy"] as const;
/** Bounds as the server has them; it refuses what is outside. */
const NUMBERS = [
  { name: "session_idle_minutes", min: 5, max: 60 },
  { name: "session_hours_max", min: 1, max: 24 },
  { name: "attempts_max", min: 3, max: 10 },
  { name: "lock_minutes", min: 5, max: 1440 },
] as const;

/** What log-in asks of everybody: passwords, second factors by role, sessions, lock-out. */
export function PolicyCard({ roles }: { roles: readonly Role[] }) {
  const t = useTexts("people");
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<{ policy: Policy }>("/api/security/policy", {}, signal),
  });
  return (
    <Card title={t("policy.title")} note={t("policy.note")}>
      <Loaded query={query} skeleton={<SkeletonText lines={4} />}>
        {({ policy }) => <PolicyForm key={JSON.stringify(policy)} kept={policy} roles={roles} />}
      </Loaded>
    </Card>
  );
}

function PolicyForm({ kept, roles }: { kept: Policy; roles: readonly Role[] }) {
  const t = useTexts("people");
  const id = useId();
  const client = useQueryClient();
  const [policy, setPolicy] = useState(kept);
  const save = useMutation({
    mutationFn: () => api.put("/api/security/policy", policy),
    onSuccess: () => {
      say(t("policy.saved"));
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
  const changed = JSON.stringify(policy) !== JSON.stringify(kept);
  const turn = (role: string, on: boolean) => {
    const others = policy.second_factor_roles.filter((one) => one !== role);
    setPolicy({ ...policy, second_factor_roles: on ? [...others, role] : others });
  };
  return (
    <form
      className="ht-policy"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <label htmlFor={`${id}-profile`}>{t("policy.profile")}</label>
      <div>
        <select
          id={`${id}-profile`}
          className="ht-select"
          value={policy.profile}
          onChange={(event) => setPolicy({ ...policy, profile: event.target.value as Policy["profile"] })}
        >
          <option value="mlps3">{t("policy.profiles.mlps3")}</option>
          <option value="asvs">{t("policy.profiles.asvs")}</option>
        </select>
        <p className="ht-field-hint">{t(`policy.profile_text.${policy.profile}`)}</p>
      </div>
      <NeededBy roles={roles} needed={policy.second_factor_roles} onTurn={turn} />
      {NUMBERS.map(({ name, min, max }) => (
        <Number
          key={name}
          label={t(`policy.${name}`)}
          unit={t(`policy.units.${name}`)}
          value={policy[name]}
          min={min}
          max={max}
          onChange={(value) => setPolicy({ ...policy, [name]: value })}
        />
      ))}
      <span />
      <div className="ht-actions">
        <Button type="primary" htmlType="submit" disabled={!changed} loading={save.isPending}>
          {t("shared:act.save")}
        </Button>
        {changed ? <Button onClick={() => setPolicy(kept)}>{t("shared:act.cancel")}</Button> : null}
      </div>
    </form>
  );
}

interface NeededByProps {
  readonly roles: readonly Role[];
  readonly needed: readonly string[];
  readonly onTurn: (role: string, on: boolean) => void;
}

function NeededBy({ roles, needed, onTurn }: NeededByProps) {
  const t = useTexts("people");
  const id = useId();
  return (
    <>
      <span id={id}>{t("policy.roles")}</span>
      <div className="ht-policy-roles" role="group" aria-labelledby={id}>
        {roles.map(({ role, zh, en }) => (
          <label key={role}>
            <input
              type="checkbox"
              checked={needed.includes(role)}
              onChange={(event) => onTurn(role, event.target.checked)}
            />
            {pick(zh, en)}
          </label>
        ))}
      </div>
    </>
  );
}

interface NumberProps {
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}

function Number({ label, unit, value, min, max, onChange }: NumberProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <span>
        <input
          id={id}
          className="ht-policy-number"
          type="number"
          required
          min={min}
          max={max}
          value={value}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />{" "}
        <span className="ht-unit">
          {unit} ({min}–{max})
        </span>
      </span>
    </>
  );
}
