import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip, StatusDot } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import { useTrustAct } from "../trust-risks/trust-data.ts";
import "./alerts.css";
import { ChannelDialog } from "./channel-dialog.tsx";
import en from "./en.json";
import { RosterCard } from "./roster-card.tsx";
import zh from "./zh.json";

addTexts("trust-alerts", { zh, en });

export interface Channel {
  readonly channel_id: number;
  readonly kind: "wecom" | "dingtalk" | "feishu" | "mail";
  readonly name: string;
  readonly address_shown: string;
  readonly level_min: "warn" | "alarm";
  readonly enabled: boolean;
  readonly simulated: boolean;
  readonly failures: number;
  readonly paused_until: string | null;
  readonly attempts: readonly {
    readonly at: string;
    readonly ok: boolean;
    readonly code: string;
    readonly text: string;
  }[];
}

interface Channels {
  readonly items: readonly Channel[];
  readonly mail_ready: boolean;
  readonly simulator: string | null;
}

function useChannels() {
  return useQuery({
    queryKey: ["trust", "channels"],
    queryFn: ({ signal }) => api.get<Channels>("/api/trust/channels", {}, signal),
    refetchInterval: 20_000,
  });
}

function noMail(channels: Channels | undefined): boolean {
  if (channels === undefined || channels.mail_ready) return false;
  return !channels.items.some(({ kind, simulated }) => kind === "mail" && simulated);
}

function State({ channel }: { channel: Channel }) {
  const t = useTexts("trust-alerts");
  const last = channel.attempts[0];
  if (!channel.enabled) return <StatusDot tone="neutral">{t("off")}</StatusDot>;
  if (channel.paused_until !== null && new Date(channel.paused_until).getTime() > Date.now())
    return <StatusDot tone="bad">{t("paused")}</StatusDot>;
  if (last === undefined) return <StatusDot tone="neutral">{t("unused")}</StatusDot>;
  return (
    <span className="ht-cell-two">
      <StatusDot tone={last.ok ? "good" : "bad"}>
        {last.ok ? t("fine") : t(`code.${last.code}`, { defaultValue: `${last.code} ${last.text}` })}
      </StatusDot>
      <small>
        <RelativeTime at={last.at} real />
      </small>
    </span>
  );
}

function Acts({ channel, onEdit }: { channel: Channel; onEdit: () => void }) {
  const t = useTexts("trust-alerts");
  const test = useTrustAct(async () => {
    const sent = await api.post<{ ok: boolean; code: string; text: string }>(
      `/api/trust/channels/${channel.channel_id}/test`,
    );
    if (sent.ok) say(t("test_arrived", { name: channel.name }));
    else sayError(new Error(t("test_failed", { code: sent.code, text: sent.text })), t("shared:state.offline"));
  });
  return (
    <span className="ht-actions">
      <Button size="small" loading={test.isPending} onClick={() => test.mutate(undefined)}>
        {t("test")}
      </Button>
      <Button size="small" onClick={onEdit}>
        {t("edit")}
      </Button>
    </span>
  );
}

function ChannelTable({ channels, onEdit }: { channels: Channels; onEdit: (channel: Channel) => void }) {
  const t = useTexts("trust-alerts");
  const may = useCan("trust.manage");
  return (
    <DataTable
      label={t("channels")}
      rows={channels.items}
      rowKey={(row) => row.channel_id}
      empty={<EmptyState small title={t("none")} text={t("none_text")} />}
      columns={[
        {
          key: "name",
          title: t("channel"),
          wrap: true,
          render: (row) => (
            <span className="ht-cell-two">
              <span>
                {row.name} {row.simulated ? <Chip tone="info">{t("simulated")}</Chip> : null}
              </span>
              <small>
                {t(`kind.${row.kind}`)}
                {row.address_shown === "" ? "" : ` · ${row.address_shown}`}
              </small>
            </span>
          ),
        },
        { key: "level", title: t("from_level"), hide: "phone", render: (row) => t(`level_min.${row.level_min}`) },
        { key: "state", title: t("state"), wrap: true, render: (row) => <State channel={row} /> },
        {
          key: "acts",
          title: <span className="ht-hidden">{t("edit")}</span>,
          render: (row) => (may ? <Acts channel={row} onEdit={() => onEdit(row)} /> : null),
        },
      ]}
    />
  );
}

export function AlertsPage() {
  const t = useTexts("trust-alerts");
  const query = useChannels();
  const may = useCan("trust.manage");
  const [edited, setEdited] = useState<Channel | "new" | null>(null);
  const simulator = query.data?.simulator ?? null;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={t("note")}
        back={{ to: "/trust/risks", label: t("back") }}
        actions={
          may ? (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited("new")}>
              {t("add")}
            </Button>
          ) : undefined
        }
      />
      <Card title={t("channels")} note={noMail(query.data) ? t("no_mail") : undefined} flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={4} rows={4} />}>
          {(channels) => <ChannelTable channels={channels} onEdit={setEdited} />}
        </Loaded>
        {simulator === null ? null : (
          <p className="ta-simulator">
            {t("simulator")}{" "}
            <a href={simulator} target="_blank" rel="noreferrer">
              {simulator}
            </a>
          </p>
        )}
      </Card>
      <RosterCard />
      {edited === null ? null : (
        <ChannelDialog channel={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      )}
    </div>
  );
}
