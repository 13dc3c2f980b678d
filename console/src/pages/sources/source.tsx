import { useMutation } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { useParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { type Source, useSources } from "../../api/sources.ts";
import { Chip } from "../../parts/chips.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Count, Fact, RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import { KeyOnce, type Secrets } from "./source-dialogs.tsx";
import { MappingPanel } from "./mapping-panel.tsx";
import { CompletenessPanel, HowPanel, LimitsPanel, useChangeSource, VolumePanel } from "./source-panels.tsx";
import { SourceStatus } from "./sources.tsx";

function Summary({ source }: { source: Source }) {
  const t = useTexts("sources");
  return (
    <Card>
      <dl className="ht-facts ht-facts-wide">
        <Fact label={t("state")}>
          <SourceStatus source={source} />
        </Fact>
        <Fact label={t("last")}>
          <RelativeTime at={source.last_received_at} />
        </Fact>
        <Fact label={t("day")}>
          <Count value={source.received_24h} unit={t("shared:unit.records")} />
        </Fact>
        <Fact label={t("duplicates")}>
          <Count value={source.duplicates_24h} unit={t("shared:unit.records")} />
        </Fact>
        <Fact label={t("rejected")}>
          <Count value={source.rejected_24h} unit={t("shared:unit.records")} />
        </Fact>
        <Fact label={t("open")}>
          <Count value={source.rejects_open} to={`/data/rejects?source_id=${source.source_id}`} />
        </Fact>
        <Fact label={t("pending")}>
          <Count value={source.pending} unit={t("shared:unit.records")} />
        </Fact>
      </dl>
    </Card>
  );
}

type Asked = "rotate" | "pause" | null;

interface AskProps {
  readonly source: Source;
  readonly asked: Asked;
  readonly onClose: () => void;
  readonly onKey: (secrets: Secrets) => void;
}

/** Asks before a step that a source feels at once. */
function Ask({ source, asked, onClose, onKey }: AskProps) {
  const t = useTexts("sources");
  const change = useChangeSource(source);
  const rotate = useMutation({
    mutationFn: () => api.post<Secrets>(`/api/sources/${source.source_id}/rotate-key`, {}),
    onSuccess: onKey,
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
  const act = () => {
    if (asked === "rotate") rotate.mutate();
    else change.mutate({ state: "paused" }, { onSuccess: onClose });
  };
  const word = asked ?? "pause";
  return (
    <Dialog
      open={asked !== null}
      title={t(`${word}_title`, { name: source.name })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button type="primary" danger loading={rotate.isPending || change.isPending} onClick={act}>
            {t(`${word}_act`)}
          </Button>
        </>
      }
    >
      <p>{t(`${word}_text`)}</p>
    </Dialog>
  );
}

function SourceActions({ source, onAsk }: { source: Source; onAsk: (asked: Asked) => void }) {
  const t = useTexts("sources");
  const change = useChangeSource(source);
  if (!useCan("data.manage")) return null;
  return (
    <>
      {source.kind === "file" || source.kind === "pull" ? null : (
        <Button onClick={() => onAsk("rotate")}>{t("rotate")}</Button>
      )}
      {source.state === "live" ? (
        <Button onClick={() => onAsk("pause")}>{t("pause")}</Button>
      ) : (
        <Button type="primary" loading={change.isPending} onClick={() => change.mutate({ state: "live" })}>
          {t("resume")}
        </Button>
      )}
    </>
  );
}

function SourceBody({ source }: { source: Source }) {
  const t = useTexts("sources");
  const [asked, setAsked] = useState<Asked>(null);
  const [key, setKey] = useState<Secrets | null>(null);
  return (
    <>
      <PageHeader
        title={source.name}
        tags={<Chip>{t(`kind.${source.kind}`, { defaultValue: source.kind })}</Chip>}
        note={source.key}
        back={{ to: "/data/sources", label: t("title") }}
        actions={<SourceActions source={source} onAsk={setAsked} />}
      />
      <Summary source={source} />
      <VolumePanel source={source} />
      <div className="ht-grid">
        <div className="ht-span-5 ht-stack">
          <CompletenessPanel source={source} />
          <LimitsPanel source={source} />
        </div>
        <div className="ht-span-7 ht-stack">
          {source.kind === "webhook" ? <MappingPanel source={source} /> : null}
          <HowPanel source={source} />
        </div>
      </div>
      <Ask
        source={source}
        asked={asked}
        onClose={() => setAsked(null)}
        onKey={(made) => {
          setAsked(null);
          setKey(made);
        }}
      />
      {key === null ? null : <KeyOnce secrets={key} onClose={() => setKey(null)} />}
    </>
  );
}

export function SourcePage() {
  const t = useTexts("sources");
  const { sourceId } = useParams();
  const query = useSources();
  return (
    <div className="ht-page">
      <Loaded query={query} skeleton={<SkeletonBlock height={420} />}>
        {(data) => {
          const source = data.items.find((one) => String(one.source_id) === sourceId);
          return source ? <SourceBody source={source} /> : <EmptyState title={t("not_found")} />;
        }}
      </Loaded>
    </div>
  );
}
