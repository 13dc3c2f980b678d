import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type FormEvent, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { SESSION_KEY } from "../../api/session.ts";
import { FormError, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { Door } from "../../shell/door.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import zh from "./zh.json";

addTexts("invite", { zh, en });

const PASSWORD_LENGTH_MIN = 10;

/** Where an invited person sets their password, and one who forgot it another one. */
export function InvitePage({ forgotten = false }: { forgotten?: boolean }) {
  const t = useTexts("invite");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const token = params.get("token");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(token ? null : t("no_token"));
  const [busy, setBusy] = useState(false);
  const missing = PASSWORD_LENGTH_MIN - [...password].length;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.post(forgotten ? "/api/reset" : "/api/invitation", { token, password });
      await client.refetchQueries({ queryKey: SESSION_KEY });
      await navigate("/", { replace: true });
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
      setBusy(false);
    }
  };
  return (
    <Door>
      <h1>{t(forgotten ? "reset_title" : "title")}</h1>
      <p className="ht-note">{t(forgotten ? "reset_text" : "text")}</p>
      <form className="ht-form" onSubmit={(event) => void submit(event)}>
        <FormError text={error} />
        <TextField
          label={t("password")}
          hint={t("password_hint")}
          error={password !== "" && missing > 0 ? t("password_short", { n: missing }) : null}
          type="password"
          autoComplete="new-password"
          autoFocus
          value={password}
          onChange={setPassword}
        />
        <Button type="primary" htmlType="submit" size="large" block loading={busy} disabled={!token || missing > 0}>
          {t("submit")}
        </Button>
      </form>
    </Door>
  );
}
