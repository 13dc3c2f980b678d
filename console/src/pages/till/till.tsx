import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type FormEvent, useEffect, useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { SESSION_KEY } from "../../api/session.ts";
import { forgetPerson, type Till, type TillPerson, useTill } from "../../api/till.ts";
import { FormError, TextField } from "../../parts/form.tsx";
import { EmptyState, errorSentence, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatInstant } from "../../texts/format.ts";
import { DoorSign, OtherLanguage } from "../../shell/door-parts.tsx";
import { useTexts } from "../../texts/texts.ts";
import "../../parts/form.css";
import "../../parts/page.css";
import { KeyPad, PIN_DIGITS } from "./key-pad.tsx";
import "./till.css";
import "./texts.ts";

const SOON_MS = 14 * 86_400_000;
/** Where a turn begins: what a clerk is asked for most. */
const FIRST_PAGE = "/members";

/** The screen of a store's tablet: names, then a PIN. A browser that is none is asked for its code. */
export function TillPage() {
  const t = useTexts("till");
  const till = useTill();
  const client = useQueryClient();
  useEffect(() => forgetPerson(client), [client]);
  return (
    <main className="ht-till">
      <Loaded
        query={till}
        skeleton={<TillFrame title={t("loading")} till={undefined} body={<SkeletonBlock height={320} />} />}
      >
        {(data) => (data.tablet === null ? <Binding onBound={() => void till.refetch()} /> : <Turns till={data} />)}
      </Loaded>
    </main>
  );
}

function TillFrame({ title, till, body }: { title: string; till: Till["tablet"] | undefined; body: React.ReactNode }) {
  const t = useTexts("till");
  return (
    <div className="ht-till-frame">
      <header className="ht-till-head">
        <DoorSign className="ht-till-brand" size={28} />
        {till ? (
          <p className="ht-till-store">
            <strong>{till.store_name}</strong>
            <span>{till.name}</span>
          </p>
        ) : null}
      </header>
      <h1>{title}</h1>
      {body}
      <footer className="ht-till-foot">
        {till && new Date(till.expires_at).getTime() - Date.now() < SOON_MS ? (
          <p className="ht-till-soon">{t("soon", { until: formatInstant(till.expires_at, { day: true }) })}</p>
        ) : null}
        <Link to="/login">{t("own_login")}</Link>
        <OtherLanguage />
      </footer>
    </div>
  );
}

function Binding({ onBound }: { onBound: () => void }) {
  const t = useTexts("till");
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.post("/api/till/binding", { code });
      await client.invalidateQueries({ queryKey: SESSION_KEY });
      onBound();
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
      setBusy(false);
    }
  };
  return (
    <TillFrame
      title={t("bind_title")}
      till={undefined}
      body={
        <div className="ht-till-narrow">
          <p className="ht-note">{t("bind_text")}</p>
          <form className="ht-form" onSubmit={(event) => void submit(event)}>
            <FormError text={error} />
            <TextField label={t("code")} hint={t("code_hint")} autoFocus value={code} onChange={setCode} />
            <Button type="primary" htmlType="submit" size="large" block loading={busy} disabled={code.trim() === ""}>
              {t("bind")}
            </Button>
          </form>
        </div>
      }
    />
  );
}

function Turns({ till }: { till: Till }) {
  const t = useTexts("till");
  const [chosen, setChosen] = useState<TillPerson | null>(null);
  if (chosen !== null) return <PinEntry till={till} person={chosen} onBack={() => setChosen(null)} />;
  return (
    <TillFrame
      title={t("who")}
      till={till.tablet}
      body={
        till.people.length === 0 ? (
          <EmptyState title={t("nobody")} text={t("nobody_text")} />
        ) : (
          <ul className="ht-names">
            {till.people.map((person) => (
              <li key={person.person_id}>
                <button type="button" className="ht-name" disabled={!person.has_pin} onClick={() => setChosen(person)}>
                  <span className="ht-name-sign" aria-hidden>
                    {[...person.name][0]}
                  </span>
                  <span className="ht-name-text">
                    {person.name}
                    {person.has_pin ? null : <small>{t("no_pin")}</small>}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )
      }
    />
  );
}

function PinEntry({ till, person, onBack }: { till: Till; person: TillPerson; onBack: () => void }) {
  const t = useTexts("till");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [pin, setPin] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const enter = async (given: string) => {
    setBusy(true);
    try {
      await api.post("/api/till/session", { person_id: person.person_id, pin: given });
      forgetPerson(client);
      await client.refetchQueries({ queryKey: SESSION_KEY });
      await navigate(FIRST_PAGE, { replace: true });
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
      setPin("");
      setBusy(false);
    }
  };
  const change = (next: string) => {
    setPin(next);
    if (next !== "") setError(null);
    if (next.length === PIN_DIGITS) void enter(next);
  };
  return (
    <TillFrame
      title={t("hello", { name: person.name })}
      till={till.tablet}
      body={
        <div className="ht-till-narrow">
          <p className="ht-note">{t("pin_text")}</p>
          <FormError text={error} />
          <KeyPad value={pin} onChange={change} onBack={onBack} busy={busy} />
        </div>
      }
    />
  );
}
