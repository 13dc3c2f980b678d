import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { SESSION_KEY } from "../../api/session.ts";
import { FormError } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { Door } from "../../shell/door.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { takeNext } from "./sso.ts";
import zh from "./zh.json";

addTexts("login", { zh, en });

/** Where the identity provider leads back to: hands its answer over once, and goes on to the page that was wanted. */
export function SsoPage() {
  const t = useTexts("login");
  const client = useQueryClient();
  const navigate = useNavigate();
  const handed = useRef(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    if (handed.current) return;
    handed.current = true;
    const query = location.search;
    // the code is good for once; it need not stand in the history
    history.replaceState(null, "", "/sso");
    const enter = async () => {
      try {
        await api.post("/api/session/sso", { query });
        await client.refetchQueries({ queryKey: SESSION_KEY });
        await navigate(takeNext(), { replace: true });
      } catch (problem) {
        setError(errorSentence(problem, t("shared:state.offline")));
      }
    };
    void enter();
  }, [client, navigate, t]);
  return (
    <Door>
      <h1>{t("title")}</h1>
      {error === null ? <p className="ht-note">{t("sso_wait")}</p> : null}
      <FormError text={error} />
      {error === null ? null : (
        <p>
          <Link to="/login">{t("sso_again")}</Link>
        </p>
      )}
    </Door>
  );
}
