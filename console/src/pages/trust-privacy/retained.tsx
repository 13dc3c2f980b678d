import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { useSession } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { businessDay } from "../../texts/business-time.ts";
import { formatDay, formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Retained, type RetainedContent, useOpenRetained, useRetained } from "./registers-data.ts";

/** L4 in the outcomes of a permission, L1 first. */
const STRICTEST = 3;

/** What law wants kept of members who were erased: what, by which law, until when; its content only step by step. */
export function RetainedView() {
  const t = useTexts("privacy");
  const query = useRetained();
  const outcome = useSession()?.outcomes["privacy.retained"]?.[STRICTEST] ?? "deny";
  const open = useOpenRetained();
  const [shown, setShown] = useState<RetainedContent>();
  const may = outcome !== "deny";
  const close = () => {
    setShown(undefined);
    open.reset();
  };
  return (
    <Card flush title={t("store.title")} note={t("store.note")}>
      <Loaded query={query} skeleton={<SkeletonTable columns={5} rows={6} />}>
        {({ items }) => (
          <>
            <DataTable
              label={t("store.title")}
              rows={items}
              rowKey={(row) => row.retained_id}
              rowTone={(row) => (row.deleted_at === null ? undefined : "quiet")}
              empty={<EmptyState title={t("store.none")} text={t("store.none_text")} />}
              columns={[
                ...COLUMNS.map(({ key, hide, render }) => ({
                  key,
                  title: t(`store.${key}`),
                  ...(hide === undefined ? {} : { hide }),
                  render: (row: Retained) => render(row, t),
                })),
                {
                  key: "act",
                  title: t("column.state"),
                  render: (row) =>
                    row.deleted_at !== null ? (
                      <Chip tone="neutral">
                        {t("store.destroyed", { day: formatDay(businessDay(new Date(row.deleted_at))) })}
                      </Chip>
                    ) : may ? (
                      <Button
                        size="small"
                        loading={open.isPending && open.variables === row.retained_id}
                        onClick={() => open.mutate(row.retained_id, { onSuccess: setShown })}
                      >
                        {t("store.open")}
                      </Button>
                    ) : (
                      <Chip tone="good">{t("store.kept")}</Chip>
                    ),
                },
              ]}
            />
            {items.length === 0 ? null : (
              <p className="ht-note tp-foot">{t(may ? "store.open_note" : "store.closed")}</p>
            )}
          </>
        )}
      </Loaded>
      {shown === undefined ? null : <ContentDialog row={shown} onClose={close} />}
    </Card>
  );
}

type Words = ReturnType<typeof useTexts>;
interface StoreColumn {
  readonly key: "what" | "law" | "made";
  readonly hide?: "phone" | "tablet";
  readonly render: (row: Retained, t: Words) => React.ReactNode;
}

const COLUMNS: readonly StoreColumn[] = [
  {
    key: "what",
    render: (row, t) => (
      <span className="ht-cell-two">
        {t(`retained.${row.kind}`)}
        <small>
          <Link to={`/trust/privacy/requests/${row.request_id}`}>№ {row.request_id}</Link>
        </small>
      </span>
    ),
  },
  {
    key: "law",
    render: (row, t) => (
      <span className="ht-cell-two">
        {row.legal_basis}
        <small>{t("store.until_day", { day: formatDay(row.delete_on, true) })}</small>
      </span>
    ),
  },
  { key: "made", hide: "phone", render: (row) => <Instant at={row.made_at} /> },
];

function ContentDialog({ row, onClose }: { row: RetainedContent; onClose: () => void }) {
  const t = useTexts("privacy");
  const { content } = row;
  return (
    <Dialog open wide title={`${t(`retained.${row.kind}`)} № ${row.request_id}`} onClose={onClose}>
      <div className="ht-stack">
        <p className="ht-note">{t("store.open_note")}</p>
        {content === null ? <p>{t("store.no_content")}</p> : <Content content={content} />}
      </div>
    </Dialog>
  );
}

function Content({ content }: { content: NonNullable<RetainedContent["content"]> }) {
  const t = useTexts("privacy");
  const consents = content.consent_evidence ?? [];
  const orders = content.transactions ?? [];
  return (
    <>
      <Lines
        title={t("store.identifiers")}
        rows={content.identifiers.map(({ kind, value }) => [t(`identifier.${kind}`, { defaultValue: kind }), value])}
      />
      <Lines
        title={t("store.consents")}
        rows={consents.map(({ purpose, medium, state, text_version, at }) => [
          `${t(`shared:purpose.${purpose}`, { defaultValue: purpose })} · ${t(`medium.${medium}`, { defaultValue: medium })} · ${t(`store.${state}`, { defaultValue: state })}`,
          `${formatInstant(at)}${text_version === null ? "" : ` · ${text_version}`}`,
        ])}
      />
      <Lines
        title={t("store.orders")}
        rows={orders.map(({ order_no, placed_at, store_code }) => [
          order_no,
          `${formatInstant(placed_at)} · ${store_code}`,
        ])}
      />
    </>
  );
}

function Lines({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl className="tp-facts">
        {rows.map(([name, value]) => (
          <div key={`${name} ${value}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
