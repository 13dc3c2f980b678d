import Button from "antd/es/button";
import { useState } from "react";
import { useSession } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { useTexts } from "../../texts/texts.ts";
import { formatInstant } from "../../texts/format.ts";
import { LinkDialog } from "./invite-dialog.tsx";
import { KEPT_FOR_OWNERS, type Person, useChangePerson, useResetLink, useTakeAway } from "./people-data.ts";
import { LeavingForm } from "./leaving-form.tsx";
import { StoresForm } from "./stores-form.tsx";
import "./account-dialog.css";

type Act = "reset_link" | "sessions" | "factors" | "unlink" | "disable";

interface AccountProps {
  readonly person: Person;
  readonly people: readonly Person[];
  /** Asks that a colleague does their work for a while. */
  readonly onLend: (person: Person) => void;
  readonly onClose: () => void;
}

/** What may be done to somebody's account, each with what it does; asked once more before it is done. */
export function AccountDialog({ person, people, onLend, onClose }: AccountProps) {
  const t = useTexts("people");
  const mine = useSession()?.person?.role;
  const [sure, setSure] = useState<Act | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const change = useChangePerson();
  const take = useTakeAway();
  const reset = useResetLink(setLink);
  if (link !== null)
    return (
      <LinkDialog
        title={t("link_title", { name: person.name })}
        text={t("reset_link_text")}
        label={t("reset_link")}
        link={link}
        onClose={onClose}
      />
    );
  const run = (act: Act) => {
    if (act === "reset_link") reset.mutate(person.id);
    else if (act === "disable") change.mutate({ id: person.id, disabled: true }, { onSuccess: onClose });
    else take.mutate({ id: person.id, what: act === "unlink" ? "sso-link" : act }, { onSuccess: onClose });
  };
  const acts: readonly Act[] = [
    "reset_link",
    "sessions",
    ...(person.has_factor ? (["factors"] as const) : []),
    ...(person.sso_linked_at === null ? [] : (["unlink"] as const)),
    "disable",
  ];
  const barred = KEPT_FOR_OWNERS.has(person.role) && mine !== "owner";
  const busy = change.isPending || take.isPending || reset.isPending;
  return (
    <Dialog open place="side" title={t("manage_title", { name: person.name })} onClose={onClose}>
      {barred ? <p>{t("owner_only")}</p> : null}
      <ul className="ht-account-acts">
        {acts.map((act) => (
          <li key={act}>
            <div>
              <strong>{t(`acts.${act}.title`)}</strong>
              <p className="ht-note">
                {t(`acts.${act}.text`, {
                  at: person.sso_linked_at === null ? "" : formatInstant(person.sso_linked_at, { day: true }),
                })}
              </p>
            </div>
            {sure === act ? (
              <Button type="primary" danger loading={busy} onClick={() => run(act)}>
                {t("acts.sure", { act: t(`acts.${act}.act`) })}
              </Button>
            ) : (
              <Button disabled={barred || busy} onClick={() => (act === "reset_link" ? run(act) : setSure(act))}>
                {t(`acts.${act}.act`)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <StoresForm key={`stores ${String(person.scope_stores)}`} person={person} barred={barred} />
      <LeavingForm
        key={`leaves ${String(person.leaves_at)}`}
        person={person}
        people={people}
        barred={barred}
        onLend={onLend}
      />
    </Dialog>
  );
}
