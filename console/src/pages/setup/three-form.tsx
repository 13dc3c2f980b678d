import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { SESSION_KEY } from "../../api/session.ts";
import { CopyText } from "../../parts/copy-text.tsx";
import { FormError, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import {
  type AdminRole,
  forgetMade,
  type InvitedAdministrator,
  keepMade,
  type NamedPerson,
  THREE,
} from "./setup-data.ts";

type Three = Readonly<Record<AdminRole, NamedPerson>>;
const NOBODY: NamedPerson = { name: "", email: "" };
const EMPTY: Three = { system_admin: NOBODY, security_admin: NOBODY, audit_admin: NOBODY };

/** Names and mails of the three administrators, none of whom is another. */
export function ThreeForm({ token }: { token: string }) {
  const t = useTexts("setup");
  const client = useQueryClient();
  const [brand, setBrand] = useState("");
  const [three, setThree] = useState<Three>(EMPTY);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const change = (role: AdminRole, field: keyof NamedPerson) => (value: string) => {
    setError(null);
    setThree({ ...three, [role]: { ...three[role], [field]: value } });
  };
  const open = brand.trim() === "" || THREE.some((role) => three[role].name.trim() === "" || three[role].email === "");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const body = { token, brand_name: brand.trim(), administrators: three };
      const made = await api.post<{ administrators: readonly InvitedAdministrator[] }>(
        "/api/setup/administrators",
        body,
      );
      keepMade(client, made.administrators);
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
      setBusy(false);
    }
  };
  return (
    <form className="ht-form" onSubmit={(event) => void submit(event)}>
      <FormError text={error} />
      <TextField
        label={t("brand")}
        hint={t("brand_hint")}
        autoComplete="organization"
        value={brand}
        onChange={setBrand}
      />
      {THREE.map((role) => (
        <fieldset key={role} className="ht-setup-person">
          <legend>{t(`three.${role}.title`)}</legend>
          <p className="ht-note">{t(`three.${role}.text`)}</p>
          <TextField label={t("person_name")} value={three[role].name} onChange={change(role, "name")} />
          <TextField label={t("email")} type="email" value={three[role].email} onChange={change(role, "email")} />
        </fieldset>
      ))}
      <Button type="primary" htmlType="submit" size="large" block loading={busy} disabled={open}>
        {t("three_submit")}
      </Button>
    </form>
  );
}

/** The three links, each for one person; this page is the only place where they stand. */
export function ThreeLinks({ made }: { made: readonly InvitedAdministrator[] }) {
  const t = useTexts("setup");
  const client = useQueryClient();
  const navigate = useNavigate();
  const done = async () => {
    await client.refetchQueries({ queryKey: SESSION_KEY });
    await navigate("/login", { replace: true });
    forgetMade(client);
  };
  return (
    <>
      <h1>{t("links_title")}</h1>
      <p className="ht-note">{t("links_text")}</p>
      <ul className="ht-form">
        {made.map((one) => (
          <li key={one.role} className="ht-setup-person">
            <h2>{t(`three.${one.role}.title`)}</h2>
            <p className="ht-note">
              {one.name} · {one.email}
            </p>
            <CopyText text={one.link} label={t("link_of", { name: one.name })} />
          </li>
        ))}
        <li>
          <Button type="primary" size="large" block onClick={() => void done()}>
            {t("links_done")}
          </Button>
        </li>
      </ul>
    </>
  );
}
