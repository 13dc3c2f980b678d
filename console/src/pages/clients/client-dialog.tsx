import Button from "antd/es/button";
import { useState } from "react";
import { StatusDot } from "../../parts/chips.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { SelectField } from "../../parts/form.tsx";
import { formatInstant, listText } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { ClientForm } from "./client-form.tsx";
import { type Client, type ClientKey, type Clients, type MadeKey, useEnd, useRotate } from "./clients-data.ts";

const OVERLAPS = ["0", "1", "24", "72", "168"] as const;
const EXPIRY_DAYS = 90;

interface DialogProps {
  readonly data: Clients;
  readonly client: Client;
  readonly onClose: () => void;
  readonly onMade: (made: MadeKey) => void;
}

/** One client: what it may do, its keys, and how it is changed over or ended. */
export function ClientDialog({ data, client, onClose, onMade }: DialogProps) {
  const t = useTexts("clients");
  const [changing, setChanging] = useState(false);
  if (changing) return <ClientForm data={data} client={client} onClose={() => setChanging(false)} />;
  return (
    <Dialog
      open
      place="side"
      title={t("manage_title", { name: client.name })}
      onClose={onClose}
      footer={<Button onClick={() => setChanging(true)}>{t("change")}</Button>}
    >
      <div className="ht-stack">
        <Facts data={data} client={client} />
        <section className="ht-stack" aria-label={t("keys")}>
          <h3>{t("keys")}</h3>
          <ul className="ht-client-keys">
            {client.keys.map((key) => (
              <KeyRow key={key.key_id} client={client} of={key} />
            ))}
          </ul>
          <Rotate client={client} onMade={onMade} />
        </section>
        <EndClient client={client} onDone={onClose} />
      </div>
    </Dialog>
  );
}

function Facts({ data, client }: { data: Clients; client: Client }) {
  const t = useTexts("clients");
  const nameOf = (permission: string) => {
    const named = data.permissions.find((one) => one.permission === permission);
    return named === undefined ? permission : pick(named.zh, named.en);
  };
  const facts: readonly (readonly [string, string])[] = [
    [t("owner"), client.owner_name],
    [t("permissions"), listText(client.permissions.map(nameOf))],
    [t("rows"), client.stores === null ? t("all_rows") : client.stores.join("、")],
    [t("addresses"), client.addresses.length === 0 ? t("any_address") : client.addresses.join("、")],
    [t("rate"), String(client.rate_per_minute)],
    [
      t("used"),
      client.last_used_at === null
        ? t("never")
        : `${formatInstant(client.last_used_at)} · ${client.last_used_ip ?? ""}`,
    ],
    ...(client.last_refused_at === null
      ? []
      : [
          [
            t("refused"),
            `${formatInstant(client.last_refused_at)} · ${client.last_refused_ip ?? ""} · ${t(
              `why.${(client.last_refused_why ?? "").replace("access.", "")}`,
              { defaultValue: client.last_refused_why ?? "" },
            )}`,
          ] as const,
        ]),
  ];
  return (
    <dl className="ht-client-facts">
      {facts.map(([label, text]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function KeyRow({ client, of: key }: { client: Client; of: ClientKey }) {
  const t = useTexts("clients");
  const [sure, setSure] = useState(false);
  const end = useEnd(() => setSure(false));
  return (
    <li>
      <span className="ht-cell-two">
        <span className="ht-code">{key.prefix}…</span>
        <small>{t("key_until", { until: formatInstant(key.expires_at) })}</small>
      </span>
      <StatusDot tone={key.good ? "good" : "neutral"}>{t(key.good ? "good" : "ended")}</StatusDot>
      {key.good ? (
        <Button
          size="small"
          danger={sure}
          loading={end.isPending}
          onClick={() => (sure ? end.mutate({ client_id: client.client_id, key_id: key.key_id }) : setSure(true))}
        >
          {t(sure ? "end_key_sure" : "end_key")}
        </Button>
      ) : null}
    </li>
  );
}

function Rotate({ client, onMade }: { client: Client; onMade: (made: MadeKey) => void }) {
  const t = useTexts("clients");
  const [overlap, setOverlap] = useState<string>("24");
  const rotate = useRotate(onMade);
  return (
    <div className="ht-client-rotate">
      <SelectField
        label={t("overlap")}
        value={overlap}
        onChange={setOverlap}
        options={OVERLAPS.map((hours) => ({
          value: hours,
          label: hours === "0" ? t("overlap_none") : t("overlap_hours", { n: hours }),
        }))}
      />
      <Button
        loading={rotate.isPending}
        onClick={() =>
          rotate.mutate({ client_id: client.client_id, overlap_hours: Number(overlap), expiry_days: EXPIRY_DAYS })
        }
      >
        {t("rotate")}
      </Button>
    </div>
  );
}

function EndClient({ client, onDone }: { client: Client; onDone: () => void }) {
  const t = useTexts("clients");
  const [sure, setSure] = useState(false);
  const end = useEnd(onDone);
  return (
    <div className="ht-client-end">
      <p className="ht-note">{t("end_text")}</p>
      <Button
        danger
        type={sure ? "primary" : "default"}
        loading={end.isPending}
        onClick={() => (sure ? end.mutate({ client_id: client.client_id }) : setSure(true))}
      >
        {t(sure ? "end_sure" : "end")}
      </Button>
    </div>
  );
}
