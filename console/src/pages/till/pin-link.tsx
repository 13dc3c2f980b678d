import Button from "antd/es/button";
import { type FormEvent, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { FormError, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { Door } from "../../shell/door.tsx";
import { useTexts } from "../../texts/texts.ts";
import { PIN_DIGITS } from "./key-pad.tsx";
import "./texts.ts";

/** Where a clerk sets their PIN by the link that their manager handed over. */
export function PinLinkPage() {
  const t = useTexts("till");
  const [params] = useSearchParams();
  const token = params.get("token");
  const [pin, setPin] = useState("");
  const [again, setAgain] = useState("");
  const [error, setError] = useState<string | null>(token ? null : t("no_token"));
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const differs = again.length === PIN_DIGITS && again !== pin;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.post("/api/pin", { token, pin });
      setDone(true);
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
    }
    setBusy(false);
  };
  if (done)
    return (
      <Door>
        <h1>{t("set_done")}</h1>
        <p className="ht-note">{t("set_done_text")}</p>
        <p>
          <Link to="/till">{t("to_till")}</Link>
        </p>
      </Door>
    );
  return (
    <Door>
      <h1>{t("set_title")}</h1>
      <p className="ht-note">{t("set_text")}</p>
      <form className="ht-form" onSubmit={(event) => void submit(event)}>
        <FormError text={error} />
        <TextField label={t("pin")} hint={t("pin_hint")} type="password" autoFocus value={pin} onChange={setPin} />
        <TextField
          label={t("again")}
          type="password"
          value={again}
          error={differs ? t("differs") : null}
          onChange={setAgain}
        />
        <Button
          type="primary"
          htmlType="submit"
          size="large"
          block
          loading={busy}
          disabled={!token || pin.length !== PIN_DIGITS || again !== pin}
        >
          {t("set")}
        </Button>
      </form>
    </Door>
  );
}
