import { useQuery } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormError } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { keepNext } from "./sso.ts";

/** The way in by the company's identity provider; nothing where there is none. */
export function SsoButton({ next }: { next: string }) {
  const t = useTexts("login");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { data } = useQuery({
    queryKey: ["sso"],
    queryFn: ({ signal }) => api.get<{ label: string | null }>("/api/session/sso", {}, signal),
  });
  if (!data?.label) return null;
  const go = async () => {
    setBusy(true);
    try {
      keepNext(next);
      const { url } = await api.post<{ url: string }>("/api/session/sso/begin");
      location.assign(url);
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
      setBusy(false);
    }
  };
  return (
    <div className="ht-form">
      <FormError text={error} />
      <Button size="large" block loading={busy} onClick={() => void go()}>
        {t("sso", { provider: data.label })}
      </Button>
    </div>
  );
}
