import Button from "antd/es/button";
import { useState } from "react";
import { Choices, StatusDot, type Tone } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { EmptyState, ErrorState, Loaded, SkeletonTable, SkeletonText } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Delivery, useDeliveries, useDelivery, useSendAgain } from "./webhooks-data.ts";

const TONES: Readonly<Record<Delivery["state"], Tone>> = {
  waiting: "warn",
  sending: "info",
  delivered: "good",
  failed: "bad",
};
const STATES = ["all", "waiting", "delivered", "failed"] as const;

function How({ row }: { row: Delivery }) {
  const t = useTexts("webhooks");
  if (row.last_outcome === null) return <span className="ht-none">—</span>;
  const status = row.last_status === null ? "" : ` ${row.last_status}`;
  return (
    <span className="ht-cell-two">
      <span>
        {t(`outcomes.${row.last_outcome}`)}
        {status}
      </span>
      <small>{t("latency", { ms: row.last_latency_ms ?? 0 })}</small>
    </span>
  );
}

/** What was sent to an endpoint or waits for it; one opens with what it says and each attempt. */
export function DeliveryLog({ endpoint_id, may }: { endpoint_id: number; may: boolean }) {
  const t = useTexts("webhooks");
  const [state, setState] = useState<(typeof STATES)[number]>("all");
  const [open, setOpen] = useState<Delivery | null>(null);
  const query = useDeliveries(endpoint_id, state);
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (open !== null) return <OneDelivery endpoint_id={endpoint_id} row={open} may={may} onBack={() => setOpen(null)} />;
  return (
    <div className="ht-stack">
      <Choices
        label={t("log")}
        value={state}
        items={STATES.map((key) => ({ key, label: t(`delivery_states.${key}`) }))}
        onChange={setState}
      />
      {query.isPending ? <SkeletonTable columns={4} rows={4} /> : null}
      {query.isError ? <ErrorState small error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data === undefined ? null : (
        <DataTable
          label={t("log")}
          rows={rows}
          rowKey={(row) => row.delivery_id}
          onRow={setOpen}
          empty={<EmptyState small title={t("log_empty")} text={t("log_empty_text")} />}
          more={
            query.hasNextPage
              ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
              : undefined
          }
          columns={[
            {
              key: "kind",
              title: t("message"),
              render: (row) => (
                <span className="ht-cell-two">
                  <Button type="link" className="wh-open" onClick={() => setOpen(row)}>
                    {row.kind}
                  </Button>
                  <small>
                    <Instant at={row.occurred_at} seconds />
                  </small>
                </span>
              ),
            },
            {
              key: "state",
              title: t("state"),
              wrap: true,
              render: (row) => <StatusDot tone={TONES[row.state]}>{t(`delivery_states.${row.state}`)}</StatusDot>,
            },
            { key: "tries", title: t("attempts"), numeric: true, hide: "phone", render: (row) => row.attempts },
            { key: "how", title: t("answer"), render: (row) => <How row={row} /> },
          ]}
        />
      )}
    </div>
  );
}

interface OneProps {
  readonly endpoint_id: number;
  readonly row: Delivery;
  readonly may: boolean;
  readonly onBack: () => void;
}

function OneDelivery({ endpoint_id, row, may, onBack }: OneProps) {
  const t = useTexts("webhooks");
  const query = useDelivery(endpoint_id, row.delivery_id);
  const again = useSendAgain(endpoint_id, () => {
    say(t("sent_again"));
    onBack();
  });
  return (
    <section className="ht-stack" aria-label={row.webhook_id}>
      <p className="wh-head">
        <Button onClick={onBack}>{t("back")}</Button>
        <span className="ht-code wh-address">{row.webhook_id}</span>
      </p>
      {row.state === "waiting" && row.attempts > 0 ? (
        <p className="ht-note">{t("next_try", { at: formatInstant(row.next_try_at) })}</p>
      ) : null}
      <Loaded query={query} skeleton={<SkeletonText lines={6} />} small>
        {({ data, attempts }) => (
          <>
            <pre className="wh-body" tabIndex={0} aria-label={t("body")}>
              {JSON.stringify({ type: row.kind, timestamp: row.occurred_at, data }, null, 2)}
            </pre>
            <DataTable
              label={t("attempts")}
              rows={attempts}
              rowKey={({ round, attempt, at }) => `${round} ${attempt} ${at}`}
              empty={<EmptyState small title={t("no_attempt")} text={t("no_attempt_text")} />}
              columns={[
                {
                  key: "n",
                  title: t("attempt"),
                  render: ({ round, attempt }) => (round > 1 ? `${round} · ${attempt}` : attempt),
                },
                { key: "at", title: t("at"), render: ({ at }) => formatInstant(at, { seconds: true }) },
                {
                  key: "how",
                  title: t("answer"),
                  wrap: true,
                  render: ({ outcome, status }) => `${t(`outcomes.${outcome}`)}${status === null ? "" : ` ${status}`}`,
                },
                {
                  key: "ms",
                  title: t("took"),
                  numeric: true,
                  hide: "phone",
                  render: ({ latency_ms }) => t("latency", { ms: latency_ms }),
                },
              ]}
            />
          </>
        )}
      </Loaded>
      {may ? (
        <Button className="wh-again" loading={again.isPending} onClick={() => again.mutate(row.delivery_id)}>
          {t("send_again")}
        </Button>
      ) : null}
    </section>
  );
}
