import { useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client.ts";
import { RelativeTime } from "../../parts/figures.tsx";
import { FormError, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

interface OwnPin {
  readonly may_have: boolean;
  readonly set_at: string | null;
  readonly locked_until: string | null;
  readonly password_asked: boolean;
}

const KEY = ["my-pin"] as const;
const DIGITS = 6;

/** A clerk's PIN for the tablets of their stores; nobody else sees this. */
export function PinCard() {
  const t = useTexts("security");
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get<OwnPin>("/api/me/pin", {}, signal) });
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (data?.may_have !== true) return null;
  const run = async (act: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setError(null);
    try {
      await act();
      say(done);
      await client.invalidateQueries({ queryKey: KEY });
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card
      title={t("pin.title")}
      note={
        data.set_at === null ? (
          t("pin.none")
        ) : (
          <>
            {t("pin.set")} {<RelativeTime at={data.set_at} real />}
          </>
        )
      }
      extra={
        data.set_at === null ? undefined : (
          <Button disabled={busy} onClick={() => void run(() => api.delete("/api/me/pin"), t("pin.taken"))}>
            {t("pin.take")}
          </Button>
        )
      }
    >
      <p className="ht-note">{t("pin.text")}</p>
      <PinForm
        password_asked={data.password_asked}
        busy={busy}
        error={error}
        onSet={(given) => run(() => api.put("/api/me/pin", given), t("pin.done"))}
      />
    </Card>
  );
}

interface PinFormProps {
  readonly password_asked: boolean;
  readonly busy: boolean;
  readonly error: string | null;
  readonly onSet: (given: { pin: string; password?: string }) => Promise<void>;
}

function PinForm({ password_asked, busy, error, onSet }: PinFormProps) {
  const t = useTexts("security");
  const [pin, setPin] = useState("");
  const [password, setPassword] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await onSet(password_asked ? { pin, password } : { pin });
    setPin("");
    setPassword("");
  };
  return (
    <form className="ht-form ht-password-form" onSubmit={(event) => void submit(event)}>
      {error === null ? null : <FormError text={error} />}
      <TextField label={t("pin.new")} hint={t("pin.hint")} type="password" value={pin} onChange={setPin} />
      {password_asked ? (
        <TextField
          label={t("password.current")}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
        />
      ) : null}
      <Button
        htmlType="submit"
        type="primary"
        loading={busy}
        disabled={pin.length !== DIGITS || (password_asked && password === "")}
      >
        {t("pin.submit")}
      </Button>
    </form>
  );
}
