import Button from "antd/es/button";
import { useId, useState } from "react";
import { Link } from "react-router";
import { Loaded, SkeletonText } from "../../parts/states.tsx";
import { businessDay, businessMinute, instantOf } from "../../texts/business-time.ts";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Owned, type Person, useHandOver, useLeaving, useOwned } from "./people-data.ts";

const LAST_MINUTE = "23:59";

interface FormProps {
  readonly person: Person;
  readonly people: readonly Person[];
  readonly barred: boolean;
  readonly onLend: (person: Person) => void;
}

/** When somebody leaves, what ends then by itself, and what is to be handed over before. */
export function LeavingForm({ person, people, barred, onLend }: FormProps) {
  const t = useTexts("people");
  const owned = useOwned(person.id);
  return (
    <section className="ht-account-part" aria-label={t("leaving.title")}>
      <h3>{t("leaving.title")}</h3>
      <p className="ht-note">{t("leaving.text")}</p>
      <EndDate person={person} barred={barred} />
      <h3>{t("owned.title")}</h3>
      <Loaded query={owned} small skeleton={<SkeletonText lines={2} />}>
        {(data) => <OwnedList person={person} people={people} owned={data} onLend={onLend} />}
      </Loaded>
    </section>
  );
}

function EndDate({ person, barred }: { person: Person; barred: boolean }) {
  const t = useTexts("people");
  const id = useId();
  const leaving = useLeaving();
  const now = new Date();
  const [at, setAt] = useState(
    person.leaves_at === null ? `${businessDay(now)}T${LAST_MINUTE}` : businessMinute(new Date(person.leaves_at)),
  );
  const date = instantOf(at);
  const past = !(date.getTime() > now.getTime());
  const set = (leaves_at: string | null) => leaving.mutate({ id: person.id, leaves_at });
  return (
    <div className="ht-field">
      <label htmlFor={id}>{t("leaving.at")}</label>
      <div className="ht-actions">
        <input
          id={id}
          className="ht-input"
          type="datetime-local"
          required
          min={businessMinute(now)}
          value={at}
          aria-describedby={`${id}-hint`}
          disabled={barred}
          onChange={(event) => setAt(event.target.value)}
        />
        <Button disabled={barred || past} loading={leaving.isPending} onClick={() => set(date.toISOString())}>
          {t(person.leaves_at === null ? "leaving.set" : "leaving.move")}
        </Button>
        {person.leaves_at === null ? null : (
          <Button disabled={barred || leaving.isPending} onClick={() => set(null)}>
            {t("leaving.stay")}
          </Button>
        )}
      </div>
      <p id={`${id}-hint`} className="ht-field-hint">
        {person.leaves_at === null
          ? t(past ? "leaving.past" : "leaving.none")
          : t("leaving.ends", { at: formatInstant(person.leaves_at, { day: true }) })}
      </p>
    </div>
  );
}

interface OwnedProps {
  readonly person: Person;
  readonly people: readonly Person[];
  readonly owned: Owned;
  readonly onLend: (person: Person) => void;
}

function OwnedList({ person, people, owned, onLend }: OwnedProps) {
  const t = useTexts("people");
  const { clients, matrix_versions, delegations } = owned;
  return (
    <ul className="ht-account-acts">
      <li>
        <div>
          <strong>{t("owned.clients", { n: clients.length })}</strong>
          {clients.length === 0 ? (
            <p className="ht-note">{t("owned.clients_none")}</p>
          ) : (
            <p className="ht-note">
              {clients.map(({ client_id, name }, at) => (
                <span key={client_id}>
                  {at === 0 ? "" : "、"}
                  <Link to={`/trust/clients?open=${client_id}`}>{name}</Link>
                </span>
              ))}
            </p>
          )}
        </div>
        {clients.length === 0 ? null : <HandOver person={person} people={people} owned={owned} />}
      </li>
      <li>
        <div>
          <strong>{t("owned.work")}</strong>
          <p className="ht-note">{t("owned.work_text", { n: delegations.length })}</p>
        </div>
        <Button onClick={() => onLend(person)}>{t("lend.ask")}</Button>
      </li>
      {matrix_versions.length === 0 ? null : (
        <li>
          <div>
            <strong>{t("owned.matrix", { n: matrix_versions.length })}</strong>
            <p className="ht-note">{t("owned.matrix_text")}</p>
          </div>
          <Link className="ht-button" to="/trust/matrix">
            {t("owned.see")}
          </Link>
        </li>
      )}
    </ul>
  );
}

function HandOver({ person, people, owned }: { person: Person; people: readonly Person[]; owned: Owned }) {
  const t = useTexts("people");
  const others = people.filter(({ id, disabled, invited }) => id !== person.id && !disabled && !invited);
  const [to, setTo] = useState(String(others[0]?.id ?? ""));
  const give = useHandOver(person.id);
  return (
    <span className="ht-actions">
      <select
        className="ht-select"
        aria-label={t("owned.to")}
        value={to}
        onChange={(event) => setTo(event.target.value)}
      >
        {others.map(({ id, name, role }) => (
          <option key={id} value={id}>
            {name} · {t(`shared:role.${role}`, { defaultValue: role })}
          </option>
        ))}
      </select>
      <Button
        disabled={to === ""}
        loading={give.isPending}
        onClick={() => give.mutate({ clients: owned.clients.map(({ client_id }) => client_id), owner_id: Number(to) })}
      >
        {t("owned.give")}
      </Button>
    </span>
  );
}
