import Button from "antd/es/button";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { AddedList } from "../../parts/added-list.tsx";
import { CopyText } from "../../parts/copy-text.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Count, RelativeTime } from "../../parts/figures.tsx";
import { OnceDialog } from "../../parts/once-dialog.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { EndpointDialog } from "./endpoint-dialog.tsx";
import { EndpointForm } from "./endpoint-form.tsx";
import { EndpointState } from "./endpoint-state.tsx";
import { type Endpoint, useEndpoints } from "./webhooks-data.ts";
import "./webhooks.css";
import zh from "./zh.json";

addTexts("webhooks", { zh, en });

function EndpointTable({ items, onOpen }: { items: readonly Endpoint[]; onOpen: (endpoint_id: number) => void }) {
  const t = useTexts("webhooks");
  return (
    <DataTable
      label={t("title")}
      rows={items}
      rowKey={(row) => row.endpoint_id}
      onRow={(row) => onOpen(row.endpoint_id)}
      empty={<EmptyState title={t("empty")} text={t("empty_text")} />}
      columns={[
        {
          key: "name",
          title: t("name"),
          wrap: true,
          render: (row) => (
            <span className="ht-cell-two">
              <span>{row.name}</span>
              <small className="ht-code wh-address">{row.address_shown}</small>
            </span>
          ),
        },
        { key: "kinds", title: t("kinds"), hide: "tablet", render: (row) => t("kinds_n", { n: row.kinds.length }) },
        { key: "state", title: t("state"), wrap: true, render: (row) => <EndpointState endpoint={row} /> },
        {
          key: "day",
          title: t("delivered_day"),
          numeric: true,
          hide: "phone",
          render: (row) => <Count value={row.delivered_day} />,
        },
        {
          key: "waiting",
          title: t("waiting"),
          numeric: true,
          hide: "phone",
          render: (row) => <Count value={row.waiting} />,
        },
        {
          key: "ok",
          title: t("last_ok"),
          numeric: true,
          hide: "phone",
          render: (row) => <RelativeTime at={row.last_ok_at} real />,
        },
        {
          key: "act",
          title: <span className="ht-hidden">{t("open")}</span>,
          numeric: true,
          // there a touch of the row opens it
          hide: "phone",
          render: (row) => (
            <Button size="small" aria-label={t("open_of", { name: row.name })} onClick={() => onOpen(row.endpoint_id)}>
              {t("open")}
            </Button>
          ),
        },
      ]}
    />
  );
}

export function WebhooksPage() {
  const t = useTexts("webhooks");
  const query = useEndpoints();
  const may = useCan("channels.connect");
  const [params, setParams] = useSearchParams();
  const [form, setForm] = useState<Endpoint | "new" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const open = (endpoint_id: number | null) =>
    setParams(endpoint_id === null ? {} : { open: String(endpoint_id) }, { replace: true });
  const opened = query.data?.items.find((one) => String(one.endpoint_id) === params.get("open"));
  return (
    <AddedList
      title={t("title")}
      note={t("note")}
      add={t("add")}
      ready={() => may}
      onAdd={() => setForm("new")}
      query={query}
      columns={6}
      list={({ items }) => <EndpointTable items={items} onOpen={open} />}
    >
      {form === null ? null : (
        <EndpointForm
          endpoint={form === "new" ? null : form}
          onClose={() => setForm(null)}
          onSaved={(made) => {
            setForm(null);
            setSecret(made);
          }}
        />
      )}
      {opened !== undefined && form === null && secret === null ? (
        <EndpointDialog
          endpoint={opened}
          onClose={() => open(null)}
          onEdit={() => setForm(opened)}
          onSecret={setSecret}
        />
      ) : null}
      {secret === null ? null : (
        <OnceDialog title={t("secret_title")} done={t("secret_kept")} onClose={() => setSecret(null)}>
          <p>{t("secret_text")}</p>
          <CopyText text={secret} label={t("secret")} />
        </OnceDialog>
      )}
    </AddedList>
  );
}
