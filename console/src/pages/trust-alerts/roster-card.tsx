import { useQuery } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence, Loaded } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { useTrustAct } from "../trust-risks/trust-data.ts";

interface Member {
  readonly person_id: number;
  readonly name: string;
  readonly role: string;
}
interface Roster {
  readonly members: readonly Member[];
  readonly on_call: readonly Member[];
  readonly rotation_days: number;
  readonly starts_on: string;
  readonly staff: readonly Member[];
}

interface OrderProps {
  readonly ids: readonly number[];
  readonly nameOf: (id: number) => string;
  readonly onChange: (change: (before: number[]) => number[]) => void;
}

/** Who is called in which order. */
function Order({ ids, nameOf, onChange }: OrderProps) {
  const t = useTexts("trust-alerts");
  const move = (at: number, by: number) =>
    onChange((before) => {
      const next = [...before];
      const [taken] = next.splice(at, 1);
      if (taken !== undefined) next.splice(at + by, 0, taken);
      return next;
    });
  return (
    <ol className="ta-roster">
      {ids.map((id, at) => (
        <li key={id}>
          <span>
            {at + 1}. {nameOf(id)}
          </span>
          <Button
            size="small"
            disabled={at === 0}
            aria-label={t("earlier", { name: nameOf(id) })}
            onClick={() => move(at, -1)}
          >
            ↑
          </Button>
          <Button
            size="small"
            disabled={at === ids.length - 1}
            aria-label={t("later", { name: nameOf(id) })}
            onClick={() => move(at, 1)}
          >
            ↓
          </Button>
          <Button size="small" onClick={() => onChange((before) => before.filter((one) => one !== id))}>
            {t("take_off")}
          </Button>
        </li>
      ))}
    </ol>
  );
}

function RosterForm({ roster, onDone }: { roster: Roster; onDone: () => void }) {
  const t = useTexts("trust-alerts");
  const [ids, setIds] = useState(roster.members.map(({ person_id }) => person_id));
  const [days, setDays] = useState(String(roster.rotation_days));
  const [starts_on, setStartsOn] = useState(roster.starts_on);
  const save = useTrustAct(
    () => api.put("/api/trust/roster", { person_ids: ids, rotation_days: Number(days), starts_on }),
    onDone,
  );
  const nameOf = (id: number) => roster.staff.find(({ person_id }) => person_id === id)?.name ?? String(id);
  const rest = roster.staff.filter(({ person_id }) => !ids.includes(person_id));
  return (
    <div className="ht-stack">
      <Order ids={ids} nameOf={nameOf} onChange={setIds} />
      {rest.length === 0 ? null : (
        <SelectField
          label={t("put_on")}
          value=""
          onChange={(value) => (value === "" ? undefined : setIds((before) => [...before, Number(value)]))}
          options={[
            { value: "", label: t("choose") },
            ...rest.map(({ person_id, name, role }) => ({
              value: String(person_id),
              label: `${name} · ${t(`shared:role.${role}`, { defaultValue: role })}`,
            })),
          ]}
        />
      )}
      <div className="ht-row">
        <TextField label={t("rotation_days")} type="number" value={days} onChange={setDays} />
        <TextField label={t("starts_on")} value={starts_on} onChange={setStartsOn} />
      </div>
      <FormError text={save.error ? errorSentence(save.error, t("shared:state.offline")) : null} />
      <div className="ht-actions">
        <Button onClick={onDone}>{t("shared:act.cancel")}</Button>
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate(undefined)}>
          {t("shared:act.save")}
        </Button>
      </div>
    </div>
  );
}

function OnCall({ roster }: { roster: Roster }) {
  const t = useTexts("trust-alerts");
  if (roster.on_call.length === 0) return <p className="ht-note">{t("nobody")}</p>;
  return (
    <>
      <ol className="ta-roster">
        {roster.on_call.map((member, at) => (
          <li key={member.person_id}>
            <span>
              {member.name} <small>{t(`shared:role.${member.role}`, { defaultValue: member.role })}</small>
            </span>
            {at === 0 ? (
              <Chip tone="accent">{t("first")}</Chip>
            ) : (
              <span className="ht-note">{t("after_hours", { n: at })}</span>
            )}
          </li>
        ))}
      </ol>
      <p className="ht-note">
        {roster.members.length === 0
          ? t("owners_only")
          : t("rotation", { n: roster.rotation_days, day: roster.starts_on })}
      </p>
    </>
  );
}

/** Who is called first, and who next. */
export function RosterCard() {
  const t = useTexts("trust-alerts");
  const [editing, setEditing] = useState(false);
  const may = useCan("trust.manage");
  const query = useQuery({
    queryKey: ["trust", "roster"],
    queryFn: ({ signal }) => api.get<Roster>("/api/trust/roster", {}, signal),
  });
  return (
    <Card
      title={t("roster")}
      note={t("roster_note")}
      extra={
        may && !editing ? (
          <Button size="small" onClick={() => setEditing(true)}>
            {t("edit")}
          </Button>
        ) : undefined
      }
    >
      <Loaded query={query} small>
        {(roster) =>
          editing ? <RosterForm roster={roster} onDone={() => setEditing(false)} /> : <OnCall roster={roster} />
        }
      </Loaded>
    </Card>
  );
}
