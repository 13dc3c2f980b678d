import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type FormEvent, useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { SESSION_KEY, type SessionState } from "../../api/session.ts";
import { FormError, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { Door } from "../../shell/door.tsx";
import { useSignOut } from "../../shell/profile-menu.tsx";
import { ProofForm } from "../../shell/proof-form.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { SsoButton } from "./sso-button.tsx";
import { safeNext } from "./sso.ts";
import zh from "./zh.json";

addTexts("login", { zh, en });

/** @param owesProof the password was right, the second factor is still to be shown */
export function LoginPage({ owesProof }: { owesProof: boolean }) {
  const t = useTexts("login");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = `${t("title")} · ${t("shared:brand")}`;
  }, [t]);
  // of a session that still owes the second factor the door shows the second step by itself
  const enter = async () => {
    await client.refetchQueries({ queryKey: SESSION_KEY });
    if (client.getQueryData<SessionState>(SESSION_KEY)?.owes !== "prove")
      await navigate(safeNext(params.get("next")), { replace: true });
    setBusy(false);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.post("/api/session", { email: email.trim(), password });
      await enter();
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
      setBusy(false);
    }
  };
  if (owesProof) return <SecondStep onProved={enter} />;
  return (
    <Door>
      <h1>{t("title")}</h1>
      <p className="ht-note">{t("text")}</p>
      <form className="ht-form" onSubmit={(event) => void submit(event)}>
        <FormError text={error} />
        <TextField
          label={t("email")}
          type="email"
          autoComplete="username"
          autoFocus
          value={email}
          onChange={setEmail}
        />
        <TextField
          label={t("password")}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          hint={t("forgot")}
        />
        <Button type="primary" htmlType="submit" size="large" block loading={busy}>
          {t("submit")}
        </Button>
      </form>
      <SsoButton next={safeNext(params.get("next"))} />
    </Door>
  );
}

/** The password was right: the second factor, or the way back. */
function SecondStep({ onProved }: { onProved: () => Promise<void> }) {
  const t = useTexts("login");
  const signOut = useSignOut();
  return (
    <Door>
      <h1>{t("second")}</h1>
      <p className="ht-note">{t("second_text")}</p>
      <ProofForm onProved={onProved} />
      <button type="button" className="ht-link-button" onClick={() => void signOut()}>
        {t("other")}
      </button>
    </Door>
  );
}
