import Button from "antd/es/button";
import { useState } from "react";
import { useSession } from "../../api/session.ts";
import { CopyText } from "../../parts/copy-text.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { OnceDialog } from "../../parts/once-dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { listText } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";

import { KEPT_FOR_OWNERS, type PermissionNames, type Role, useInvite } from "./people-data.ts";

/** What a role may do, in words. */
export function permissionsText(role: Role | undefined, names: PermissionNames): string {
  return listText((role?.permissions ?? []).map((one) => pick(names[one]?.zh ?? one, names[one]?.en ?? one)));
}

interface InviteProps {
  readonly roles: readonly Role[];
  readonly names: PermissionNames;
  /** The role that stands there at first. */
  readonly first: string;
  readonly onClose: () => void;
}

export function InviteDialog({ roles, names, first, onClose }: InviteProps) {
  const t = useTexts("people");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState(roles.find((one) => one.role === first)?.role ?? roles[0]?.role ?? "");
  const [stores, setStores] = useState("");
  const [link, setLink] = useState<string | null>(null);
  const invite = useInvite(setLink);
  const owner = useSession()?.person?.role === "owner";
  if (link)
    return (
      <LinkDialog
        title={t("link_title", { name })}
        text={t("link_text")}
        label={t("link")}
        link={link}
        onClose={onClose}
      />
    );
  const chosen = roles.find((one) => one.role === role);
  const error = invite.error ? errorSentence(invite.error, t("shared:state.offline")) : null;
  return (
    <Dialog
      open
      title={t("add_title")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button
            type="primary"
            loading={invite.isPending}
            disabled={name.trim() === "" || email.trim() === ""}
            onClick={() =>
              invite.mutate({ name: name.trim(), email: email.trim(), role, scope_stores: codesOf(stores) })
            }
          >
            {t("add_act")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <FormError text={error} />
        <TextField label={t("name")} autoFocus value={name} onChange={setName} />
        <TextField label={t("email")} type="email" value={email} onChange={setEmail} />
        <SelectField
          label={t("role")}
          value={role}
          onChange={setRole}
          options={roles
            .filter((one) => owner || !KEPT_FOR_OWNERS.has(one.role))
            .map((one) => ({ value: one.role, label: pick(one.zh, one.en) }))}
          hint={t("role_hint", { permissions: permissionsText(chosen, names) })}
        />
        <TextField
          label={t("stores")}
          value={stores}
          onChange={setStores}
          required={false}
          hint={t(role === "clerk" ? "stores_hint_clerk" : "stores_hint")}
        />
      </div>
    </Dialog>
  );
}

/** "HZ01，HZ02" → codes; null where none is named: not bound to stores. */
export function codesOf(text: string): string[] | null {
  const codes = text.split(/[\s,，、;；]+/).filter((code) => code !== "");
  return codes.length === 0 ? null : codes;
}

interface LinkProps {
  readonly title: string;
  readonly text: string;
  readonly label: string;
  readonly link: string;
  readonly onClose: () => void;
}

/** A one-time link to be handed over. */
export function LinkDialog({ title, text, label, link, onClose }: LinkProps) {
  const t = useTexts("people");
  return (
    <OnceDialog title={title} done={t("done")} onClose={onClose}>
      <p>{text}</p>
      <CopyText text={link} label={label} />
    </OnceDialog>
  );
}
