import { KeyOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { type FormEvent, useState } from "react";
import { api, ApiProblem } from "../api/client.ts";
import { canUsePasskeys, provePasskey } from "../api/passkeys.ts";
import { useSecurity } from "../api/security.ts";
import { FormError, TextField } from "../parts/form.tsx";
import { errorSentence } from "../parts/states.tsx";
import { useTexts } from "../texts/texts.ts";

/** Asks for the second factor: a code, or a passkey where the person has one and the browser can ask it. */
export function ProofForm({ onProved }: { onProved: () => Promise<void> | void }) {
  const t = useTexts();
  const security = useSecurity();
  const [code, setCode] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const prove = async (how: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await how();
      await onProved();
    } catch (problem) {
      setError(problem instanceof ApiProblem ? errorSentence(problem, t("state.offline")) : t("proof.passkey_failed"));
      setCode("");
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void prove(() => api.post("/api/session/code", { code: code.trim() }));
  };
  const factors = security.data?.factors ?? [];
  if (security.data !== undefined && factors.length === 0) return <p className="ht-note">{t("proof.no_factor")}</p>;
  const passkey = canUsePasskeys() && factors.some(({ kind }) => kind === "passkey");
  return (
    <form className="ht-form" onSubmit={submit}>
      <FormError text={error} />
      {passkey ? (
        <>
          <Button icon={<KeyOutlined />} size="large" block disabled={busy} onClick={() => void prove(provePasskey)}>
            {t("proof.passkey")}
          </Button>
          <p className="ht-note">{t("proof.or")}</p>
        </>
      ) : null}
      <TextField
        label={t("proof.code")}
        autoComplete="one-time-code"
        autoFocus
        value={code}
        onChange={setCode}
        hint={t("proof.code_hint")}
      />
      <Button type="primary" htmlType="submit" size="large" block loading={busy}>
        {t("proof.submit")}
      </Button>
    </form>
  );
}
