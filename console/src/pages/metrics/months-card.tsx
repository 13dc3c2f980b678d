import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import Input from "antd/es/input";
import { useId, useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { StatusDot } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Card } from "../../parts/page-header.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatCount, formatInstant } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { metricText } from "./metric-figures.ts";
import type { Detail, MonthRow } from "./metrics-data.ts";

/** Months as closed and as known now; closing and opening for those who may. */
export function MonthsCard({ detail, t }: { detail: Detail; t: Translate }) {
  const may = useCan("metrics.manage");
  const [asked, setAsked] = useState<string>();
  const { definition, currency, closing } = detail;
  const close = useClose(t);
  const text = (value: number | null) => metricText(value, definition.unit, currency);
  const running = detail.day.slice(0, 7);
  const columns: readonly Column<MonthRow>[] = [
    { key: "month", title: t("month"), render: (row) => row.month },
    { key: "closed", title: t("closed_value"), numeric: true, render: (row) => text(row.closed_value) },
    { key: "now", title: t("value_now"), numeric: true, render: (row) => text(row.value) },
    { key: "difference", title: t("difference"), numeric: true, render: (row) => signed(row, text) },
    { key: "why", title: t("why"), hide: "phone", render: (row) => why(row, t) },
    {
      key: "state",
      title: t("state"),
      hide: "phone",
      render: (row) => (
        <StatusDot tone={row.closed_at === null ? "neutral" : "good"}>
          {row.closed_at === null
            ? t("open_state")
            : t("closed_on", { at: formatInstant(row.closed_at, { day: true }) })}
        </StatusDot>
      ),
    },
    ...(may
      ? [
          {
            key: "act",
            title: "",
            numeric: true,
            render: (row: MonthRow) =>
              row.closed_at !== null ? (
                <Button size="small" onClick={() => setAsked(row.month)}>
                  {t("reopen")}
                </Button>
              ) : row.month < running ? (
                <Button
                  size="small"
                  loading={close.isPending && close.variables === row.month}
                  onClick={() => close.mutate(row.month)}
                >
                  {t("close")}
                </Button>
              ) : null,
          },
        ]
      : []),
  ];
  return (
    <Card flush title={t("months")} note={t("months_note", { day: closing.day, hour: `0${closing.hour}`.slice(-2) })}>
      <DataTable label={t("months")} columns={columns} rows={detail.months} rowKey={(row) => row.month} />
      <ReopenDialog month={asked} onClose={() => setAsked(undefined)} t={t} />
    </Card>
  );
}

function signed(row: MonthRow, text: (value: number | null) => string): string {
  if (row.difference === null) return "—";
  if (row.difference === 0) return text(0);
  return `${row.difference > 0 ? "+" : "−"}${text(Math.abs(row.difference))}`;
}

function why({ since_close }: MonthRow, t: Translate): string {
  if (since_close === null) return "—";
  const { orders, refunds } = since_close;
  return orders === 0 && refunds === 0
    ? t("why_none")
    : t("why_text", { orders: formatCount(orders), refunds: formatCount(refunds) });
}

function useRefresh() {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "metric" || queryKey[0] === "metrics" });
}

function useClose(t: Translate) {
  const shared = useTexts();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (month: string) => api.post(`/api/metrics/months/${month}/close`),
    onSuccess: (_, month) => {
      say(t("closed_done", { month }));
      return refresh();
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
}

function ReopenDialog({ month, onClose, t }: { month: string | undefined; onClose: () => void; t: Translate }) {
  const shared = useTexts();
  const id = useId();
  const [reason, setReason] = useState("");
  const refresh = useRefresh();
  const reopen = useMutation({
    mutationFn: () => api.post(`/api/metrics/months/${month}/reopen`, { reason }),
    onSuccess: () => {
      say(t("reopened", { month }));
      setReason("");
      onClose();
      return refresh();
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
  return (
    <Dialog
      open={month !== undefined}
      title={t("reopen_title", { month })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            type="primary"
            disabled={reason.trim().length < 4}
            loading={reopen.isPending}
            onClick={() => reopen.mutate()}
          >
            {t("reopen")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <p>{t("reopen_text")}</p>
        <label htmlFor={id}>{t("reason")}</label>
        <Input
          id={id}
          value={reason}
          maxLength={400}
          placeholder={t("reason_hint")}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
    </Dialog>
  );
}
