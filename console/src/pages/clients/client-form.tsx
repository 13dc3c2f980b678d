import Button from "antd/es/button";
import { useId, useState } from "react";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Client, type Clients, type MadeKey, useChangeClient, useMakeClient } from "./clients-data.ts";

const EXPIRY_DAYS = 90;
const RATE = 600;

interface FormProps {
  readonly data: Clients;
  /** The one that is changed; absent: a new one. */
  readonly client?: Client;
  readonly onClose: () => void;
  readonly onMade?: (made: MadeKey) => void;
}

/** "HZ01，HZ02" → words. */
const wordsOf = (text: string): string[] => text.split(/[\s,，、;；]+/).filter((word) => word !== "");

/** What a client is called, who answers for it, and what it may do. */
export function ClientForm({ data, client, onClose, onMade }: FormProps) {
  const t = useTexts("clients");
  const [name, setName] = useState(client?.name ?? "");
  const [owner, setOwner] = useState(String(client?.owner_id ?? data.people[0]?.id ?? ""));
  const [permissions, setPermissions] = useState<readonly string[]>(client?.permissions ?? []);
  const [stores, setStores] = useState((client?.stores ?? []).join("，"));
  const [addresses, setAddresses] = useState((client?.addresses ?? []).join("，"));
  const [rate, setRate] = useState(String(client?.rate_per_minute ?? RATE));
  const [days, setDays] = useState(String(EXPIRY_DAYS));
  const make = useMakeClient((made) => onMade?.(made));
  const change = useChangeClient(onClose);
  const error = make.error ?? change.error;
  const save = () => {
    const named = wordsOf(stores);
    const draft = {
      name: name.trim(),
      owner_id: Number(owner),
      permissions,
      stores: named.length === 0 ? null : named,
      addresses: wordsOf(addresses),
      rate_per_minute: Number(rate),
    };
    if (client === undefined) make.mutate({ ...draft, expiry_days: Number(days) });
    else change.mutate({ ...draft, client_id: client.client_id });
  };
  return (
    <Dialog
      open
      wide
      title={client === undefined ? t("add") : t("change_title", { name: client.name })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button
            type="primary"
            loading={make.isPending || change.isPending}
            disabled={name.trim() === "" || owner === "" || permissions.length === 0}
            onClick={save}
          >
            {client === undefined ? t("make") : t("shared:act.save")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <FormError text={error ? errorSentence(error, t("shared:state.offline")) : null} />
        <TextField label={t("name")} hint={t("name_hint")} autoFocus value={name} onChange={setName} />
        <Owner data={data} value={owner} onChange={setOwner} />
        <Permissions data={data} chosen={permissions} onChange={setPermissions} />
        <TextField label={t("stores")} hint={t("stores_hint")} required={false} value={stores} onChange={setStores} />
        <TextField
          label={t("addresses")}
          hint={t("addresses_hint")}
          required={false}
          placeholder="203.0.113.0/24"
          value={addresses}
          onChange={setAddresses}
        />
        <TextField label={t("rate")} type="number" value={rate} onChange={setRate} />
        {client === undefined ? (
          <TextField label={t("expiry_days")} type="number" hint={t("expiry_hint")} value={days} onChange={setDays} />
        ) : null}
      </div>
    </Dialog>
  );
}

function Owner({ data, value, onChange }: { data: Clients; value: string; onChange: (value: string) => void }) {
  const t = useTexts("clients");
  return (
    <SelectField
      label={t("owner")}
      hint={t("owner_hint")}
      value={value}
      onChange={onChange}
      options={data.people.map((person) => ({
        value: String(person.id),
        label: `${person.name} · ${t(`shared:role.${person.role}`, { defaultValue: person.role })}`,
      }))}
    />
  );
}

interface PermissionsProps {
  readonly data: Clients;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function Permissions({ data, chosen, onChange }: PermissionsProps) {
  const t = useTexts("clients");
  const id = useId();
  return (
    <div className="ht-field">
      <span id={id} className="ht-client-label">
        {t("permissions")}
      </span>
      <div className="ht-client-permissions" role="group" aria-labelledby={id}>
        {data.permissions.map(({ permission, zh, en }) => (
          <label key={permission} title={permission}>
            <input
              type="checkbox"
              checked={chosen.includes(permission)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, permission] : chosen.filter((one) => one !== permission))
              }
            />
            {pick(zh, en)}
          </label>
        ))}
      </div>
      <p className="ht-field-hint">{t("permissions_hint")}</p>
    </div>
  );
}
