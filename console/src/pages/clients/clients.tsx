import Button from "antd/es/button";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { AddedList } from "../../parts/added-list.tsx";
import { Chip, StatusDot, type Tone } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { formatInstant } from "../../texts/format.ts";
import { addTexts, useTexts } from "../../texts/texts.ts";
import { ClientDialog } from "./client-dialog.tsx";
import { ClientForm } from "./client-form.tsx";
import { type Client, type Clients, type MadeKey, useClients } from "./clients-data.ts";
import "./clients.css";
import en from "./en.json";
import { KeyDialog } from "./key-dialog.tsx";
import zh from "./zh.json";

addTexts("clients", { zh, en });

const TONES: Readonly<Record<Client["state"], Tone>> = {
  active: "good",
  no_key: "bad",
  owner_gone: "bad",
  revoked: "neutral",
};
const SOON_MS = 14 * 86_400_000;

/** When the newest good key ends; close to it the word says so. */
function Expiry({ client }: { client: Client }) {
  const t = useTexts("clients");
  const key = client.keys.find((one) => one.good);
  if (key === undefined) return <span className="ht-none">—</span>;
  const soon = new Date(key.expires_at).getTime() - Date.now() < SOON_MS;
  return (
    <span className="ht-cell-two">
      <span>{formatInstant(key.expires_at, { day: true })}</span>
      {soon ? <Chip tone="warn">{t("soon")}</Chip> : null}
    </span>
  );
}

function ClientsTable({ data, onOpen }: { data: Clients; onOpen: (client: Client) => void }) {
  const t = useTexts("clients");
  return (
    <DataTable
      label={t("title")}
      rows={data.items}
      rowKey={(client) => client.client_id}
      rowTone={(client) => (client.state === "revoked" ? "quiet" : undefined)}
      empty={<EmptyState title={t("empty")} text={t("empty_text")} />}
      columns={[
        {
          key: "name",
          title: t("name"),
          render: (client) => (
            <span className="ht-cell-two">
              <span>{client.name}</span>
              <small className="ht-code">{client.keys[0]?.prefix}…</small>
            </span>
          ),
        },
        { key: "owner", title: t("owner"), hide: "phone", render: (client) => client.owner_name },
        {
          key: "may",
          title: t("may"),
          hide: "tablet",
          render: (client) =>
            t("may_text", {
              n: client.permissions.length,
              rows: client.stores === null ? t("all_rows") : t("stores_n", { n: client.stores.length }),
            }),
        },
        {
          key: "state",
          title: t("state"),
          render: (client) => <StatusDot tone={TONES[client.state]}>{t(`states.${client.state}`)}</StatusDot>,
        },
        { key: "expiry", title: t("expiry"), hide: "phone", render: (client) => <Expiry client={client} /> },
        {
          key: "used",
          title: t("used"),
          numeric: true,
          hide: "phone",
          render: (client) => <RelativeTime at={client.last_used_at} real />,
        },
        {
          key: "act",
          title: "",
          numeric: true,
          render: (client) =>
            client.state === "revoked" ? null : (
              <Button size="small" aria-label={t("manage_title", { name: client.name })} onClick={() => onOpen(client)}>
                {t("manage")}
              </Button>
            ),
        },
      ]}
    />
  );
}

export function ClientsPage() {
  const t = useTexts("clients");
  const query = useClients();
  const [adding, setAdding] = useState(false);
  const [params, setParams] = useSearchParams();
  const open = (client_id: number | null) =>
    setParams(client_id === null ? {} : { open: String(client_id) }, { replace: true });
  const [made, setMade] = useState<MadeKey | null>(null);
  const client = query.data?.items.find((one) => String(one.client_id) === params.get("open"));
  return (
    <AddedList
      title={t("title")}
      note={t("note")}
      add={t("add")}
      ready={() => true}
      onAdd={() => setAdding(true)}
      query={query}
      columns={6}
      list={(data) => <ClientsTable data={data} onOpen={(one) => open(one.client_id)} />}
    >
      {adding && query.data ? (
        <ClientForm
          data={query.data}
          onClose={() => setAdding(false)}
          onMade={(key) => {
            setAdding(false);
            setMade(key);
          }}
        />
      ) : null}
      {client && query.data && made === null ? (
        <ClientDialog data={query.data} client={client} onClose={() => open(null)} onMade={setMade} />
      ) : null}
      {made === null ? null : <KeyDialog made={made} onClose={() => setMade(null)} />}
    </AddedList>
  );
}
