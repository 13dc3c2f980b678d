import Button from "antd/es/button";
import { useState } from "react";
import { useSession } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { useTexts } from "../../texts/texts.ts";
import { LinkDialog } from "./invite-dialog.tsx";
import { KEPT_FOR_OWNERS, type Person, useChangePerson, useResetLink, useTakeAway } from "./people-data.ts";
import "./account-dialog.css";

type Act = "reset_link" | "sessions" | "factors" | "disable";

/** What may be done to somebody's account, each with what it does; asked once more before it is done. */
export function AccountDialog({ person, onClose }: { person: Person; onClose: () => void }) {
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
    else take.mutate({ id: person.id, what: act }, { onSuccess: onClose });
  };
  const acts: readonly Act[] = [
    "reset_link",
    "sessions",
    ...(person.has_factor ? (["factors"] as const) : []),
    "disable",
  ];
  const barred = KEPT_FOR_OWNERS.has(person.role) && mine !== "owner";
  const busy = change.isPending || take.isPending || reset.isPending;
  return (
    <Dialog open title={t("manage_title", { name: person.name })} onClose={onClose}>
      {barred ? <p>{t("owner_only")}</p> : null}
      <ul className="ht-account-acts">
        {acts.map((act) => (
          <li key={act}>
            <div>
              <strong>{t(`acts.${act}.title`)}</strong>
              <p className="ht-note">{t(`acts.${act}.text`)}</p>
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
    </Dialog>
  );
}
