import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type FormEvent, useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { SESSION_KEY } from "../../api/session.ts";
import { FormError, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { Door } from "../../shell/door.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { useMade } from "./setup-data.ts";
import "./setup.css";
import { ThreeForm, ThreeLinks } from "./three-form.tsx";
import zh from "./zh.json";

addTexts("setup", { zh, en });

const PASSWORD_LENGTH_MIN = 10;

interface Draft {
  readonly brand_name: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

function NoToken() {
  const t = useTexts("setup");
  return (
    <>
      <h1>{t("no_token_title")}</h1>
      <p className="ht-note">{t("no_token")}</p>
      <pre className="ht-copy" aria-label={t("show")}>
        set-up: {location.origin}/setup?token=…
      </pre>
      <p className="ht-note">{t("no_token_again")}</p>
    </>
  );
}

function useSetup(token: string, draft: Draft) {
  const t = useTexts("setup");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.post("/api/setup", { token, ...draft, email: draft.email.trim() });
      await client.refetchQueries({ queryKey: SESSION_KEY });
      await navigate("/", { replace: true });
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
      setBusy(false);
    }
  };
  return { submit, error, busy };
}

function OneForm({ token }: { token: string }) {
  const t = useTexts("setup");
  const [draft, setDraft] = useState<Draft>({ brand_name: "", name: "", email: "", password: "" });
  const { submit, error, busy } = useSetup(token, draft);
  const change = (field: keyof Draft) => (value: string) => setDraft({ ...draft, [field]: value });
  const missing = PASSWORD_LENGTH_MIN - [...draft.password].length;
  const short = draft.password !== "" && missing > 0 ? t("password_short", { n: missing }) : null;
  return (
    <form className="ht-form" onSubmit={(event) => void submit(event)}>
      <FormError text={error} />
      <TextField
        label={t("brand")}
        hint={t("brand_hint")}
        autoFocus
        autoComplete="organization"
        value={draft.brand_name}
        onChange={change("brand_name")}
      />
      <TextField label={t("name")} autoComplete="name" value={draft.name} onChange={change("name")} />
      <TextField
        label={t("email")}
        hint={t("email_hint")}
        type="email"
        autoComplete="username"
        value={draft.email}
        onChange={change("email")}
      />
      <TextField
        label={t("password")}
        hint={t("password_hint")}
        error={short}
        type="password"
        autoComplete="new-password"
        value={draft.password}
        onChange={change("password")}
      />
      <Button type="primary" htmlType="submit" size="large" block loading={busy} disabled={missing > 0}>
        {t("submit")}
      </Button>
    </form>
  );
}

const WAYS = ["three", "one"] as const;

/** One person for trying, or the three whom MLPS level 3 wants; said before anything is typed in. */
function SetupForm({ token }: { token: string }) {
  const t = useTexts("setup");
  const [way, setWay] = useState<(typeof WAYS)[number] | null>(null);
  return (
    <>
      <h1>{t("title")}</h1>
      <p className="ht-note">{t("text")}</p>
      <div className="ht-setup-ways" role="radiogroup" aria-label={t("way")}>
        {WAYS.map((one) => (
          <label key={one} className="ht-setup-way">
            <input type="radio" name="way" checked={way === one} onChange={() => setWay(one)} />
            <span>
              <strong>{t(`ways.${one}.title`)}</strong>
              <span className="ht-note">{t(`ways.${one}.text`)}</span>
            </span>
          </label>
        ))}
      </div>
      {way === "one" ? <OneForm token={token} /> : null}
      {way === "three" ? <ThreeForm token={token} /> : null}
    </>
  );
}

/** First run: reached by the one-time link the server printed. */
export function SetupPage() {
  const t = useTexts("setup");
  const [params] = useSearchParams();
  const token = params.get("token");
  const made = useMade();
  useEffect(() => {
    document.title = t("title");
  }, [t]);
  if (made !== undefined)
    return (
      <Door>
        <ThreeLinks made={made} />
      </Door>
    );
  return <Door>{token ? <SetupForm token={token} /> : <NoToken />}</Door>;
}
