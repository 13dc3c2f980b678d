import { useMutation } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { Instant, RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonText } from "../../parts/states.tsx";
import { sayError } from "../../parts/toast.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Chain, useChain } from "./audit-data.ts";

const RECEIVER_TONES: Readonly<Record<Chain["receiver"]["state"], Tone>> = {
  none: "warn",
  answering: "good",
  silent: "bad",
  refusing: "bad",
  forked: "bad",
};

function Fact({ label, children, note }: { label: string; children: ReactNode; note?: ReactNode }) {
  return (
    <div className="ht-audit-fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
      {note === undefined ? null : <dd className="ht-note">{note}</dd>}
    </div>
  );
}

function Verified({ chain, t }: { chain: Chain; t: Translate }) {
  const { verified } = chain;
  if (verified === null) return <StatusDot tone="neutral">{t("never_verified")}</StatusDot>;
  return (
    <StatusDot tone={verified.result.ok ? "good" : "bad"}>
      {verified.result.ok ? t("intact", { n: formatCount(verified.result.last_sequence ?? 0) }) : t("broken")}
    </StatusDot>
  );
}

function Receiver({ receiver, t }: { receiver: Chain["receiver"]; t: Translate }) {
  const note = receiver.failing_since === null ? receiver.answered_at : receiver.failing_since;
  return (
    <Fact
      label={t("receiver")}
      note={
        receiver.state === "none" ? (
          t("receiver_none_note")
        ) : note === null ? undefined : (
          <>
            {receiver.failing_since === null ? t("answered") : t("failing")} <RelativeTime at={note} />
            {receiver.fault === null ? null : ` · ${receiver.fault}`}
          </>
        )
      }
    >
      <StatusDot tone={RECEIVER_TONES[receiver.state]}>{t(`receiver_state.${receiver.state}`)}</StatusDot>
    </Fact>
  );
}

function Facts({ chain }: { chain: Chain }) {
  const t = useTexts("audit");
  const { verified, newest, receiver } = chain;
  const point = receiver.state === "none" ? chain.checkpoint : chain.witnessed;
  return (
    <>
      <dl className="ht-audit-facts">
        <Fact
          label={t("chain_state")}
          note={
            verified === null ? undefined : (
              <>
                <RelativeTime at={verified.at} /> · {t(`against_${verified.against}`)}
              </>
            )
          }
        >
          <Verified chain={chain} t={t} />
        </Fact>
        <Fact label={t("newest")} note={newest === null ? undefined : <Instant at={newest.at} seconds />}>
          {newest === null ? t("none") : t("row", { n: formatCount(newest.sequence) })}
        </Fact>
        <Fact label={t("checkpoint")} note={point === null ? undefined : <RelativeTime at={point.made_at} />}>
          {point === null
            ? t("none")
            : t("point", {
                n: formatCount(point.sequence),
                open: formatCount(Math.max(0, (newest?.sequence ?? 0) - point.sequence)),
              })}
        </Fact>
        <Receiver receiver={receiver} t={t} />
        <Fact label={t("kept")} note={chain.oldest_at === null ? undefined : <Instant at={chain.oldest_at} />}>
          {t("days", { n: formatCount(chain.retention_days) })}
        </Fact>
      </dl>
      {verified === null || verified.result.ok ? null : (
        <div className="ht-audit-broken" role="alert">
          {pick(verified.sentences_zh.join(" "), verified.sentences_en.join(" "))}
        </div>
      )}
    </>
  );
}

/** Whether the log is as it was written: last verification, checkpoints, the receiver's answer. */
export function ChainCard() {
  const t = useTexts("audit");
  const [asked_at, setAskedAt] = useState<string | null>(null);
  const query = useChain(asked_at !== null);
  const answered = asked_at !== null && query.data?.verified != null && query.data.verified.at >= asked_at;
  if (answered) setAskedAt(null);
  const verify = useMutation({
    mutationFn: () => api.post<{ job_id: string }>("/api/audit/verification"),
    onSuccess: () => setAskedAt(new Date(Date.now() - 5_000).toISOString()),
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
  return (
    <Card
      title={t("chain")}
      note={t("chain_note")}
      extra={
        <Button size="small" loading={verify.isPending || asked_at !== null} onClick={() => verify.mutate()}>
          {t("verify_now")}
        </Button>
      }
    >
      <Loaded query={query} small skeleton={<SkeletonText lines={3} />}>
        {(chain) => <Facts chain={chain} />}
      </Loaded>
    </Card>
  );
}
