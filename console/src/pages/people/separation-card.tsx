import Button from "antd/es/button";
import { useSession } from "../../api/session.ts";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { Card } from "../../parts/page-header.tsx";
import { listText } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { KEPT_FOR_OWNERS, type Person, type Role } from "./people-data.ts";

const THREE = ["system_admin", "security_admin", "audit_admin"] as const;
type State = "missing" | "invited" | "no_factor" | "stands";
const TONES: Readonly<Record<State, Tone>> = { missing: "bad", invited: "warn", no_factor: "warn", stands: "good" };

function stateOf(holders: readonly Person[]): State {
  if (holders.length === 0) return "missing";
  const come = holders.filter((person) => !person.invited);
  if (come.length === 0) return "invited";
  return come.every((person) => person.has_factor) ? "stands" : "no_factor";
}

interface SeparationProps {
  readonly people: readonly Person[];
  readonly roles: readonly Role[];
  readonly onInvite: (role: string) => void;
}

/** Who of the three separated administrators is missing; gone once all of them stand. */
export function SeparationCard({ people, roles, onInvite }: SeparationProps) {
  const t = useTexts("people");
  const owner = useSession()?.person?.role === "owner";
  const lines = THREE.map((role) => {
    const holders = people.filter((person) => person.role === role && !person.disabled);
    return { role, holders, state: stateOf(holders) };
  });
  if (lines.every(({ state }) => state === "stands")) return null;
  const nameOf = (role: string) => {
    const found = roles.find((one) => one.role === role);
    return found === undefined ? role : pick(found.zh, found.en);
  };
  return (
    <Card title={t("separation.title")} note={t("separation.note")}>
      <ul className="ht-separation">
        {lines.map(({ role, holders, state }) => (
          <li key={role}>
            <div>
              <strong>{nameOf(role)}</strong>{" "}
              <StatusDot tone={TONES[state]}>
                {t(`separation.${state}`, { names: listText(holders.map((person) => person.name)) })}
              </StatusDot>
              <p className="ht-note">{t(`separation.does.${role}`)}</p>
            </div>
            {state !== "missing" ? null : KEPT_FOR_OWNERS.has(role) && !owner ? (
              <span className="ht-note">{t("separation.by_owner")}</span>
            ) : (
              <Button onClick={() => onInvite(role)}>{t("separation.invite", { role: nameOf(role) })}</Button>
            )}
          </li>
        ))}
      </ul>
      {owner ? <p className="ht-note">{t("separation.owner")}</p> : null}
    </Card>
  );
}
