import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { Count, Fact, Money, RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatInstant } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { CallbackAct } from "./callback-act.tsx";
import { CarrierDialog } from "./carrier-dialog.tsx";
import { PushAct } from "./push-act.tsx";
import { type Carrier, useMessageAct, useStops } from "./messages-data.ts";
import { StopDialog } from "./stop-card.tsx";

function standing(carrier: Carrier, t: Translate): readonly [Tone, string] {
  if (carrier.stopped) return ["bad", t("carrier.stopped")];
  if (!carrier.ready) return ["warn", t(carrier.channel === "webhook" ? "carrier.unheard" : "carrier.not_ready")];
  if (carrier.paused_until !== null)
    return ["bad", t("carrier.paused", { until: formatInstant(carrier.paused_until, { seconds: true }) })];
  if (carrier.failures > 0) return ["warn", t("carrier.failing", { n: carrier.failures })];
  return ["good", t("carrier.ok")];
}

/** Channels whose service says whether what it took arrived. */
const TELLING: ReadonlySet<string> = new Set(["sms", "wechat"]);

const ENDS = ["accepted", "held", "refused", "unknown"] as const;

/** One channel: how it does, what waits, how the last day went, and its service. */
export function CarrierCard({ carrier }: { carrier: Carrier }) {
  const t = useTexts("messages");
  const { channel } = carrier;
  const [tone, word] = standing(carrier, t);
  return (
    <Card title={t(`channel.${channel}`)} extra={<StatusDot tone={tone}>{word}</StatusDot>}>
      <dl className="ms-facts">
        {ENDS.map((state) => (
          <Fact key={state} label={t("carrier.day", { what: t(`choice.${state}`) })}>
            <Count value={carrier[`${state}_day`]} to={`/messages?channel=${channel}&state=${state}`} />
          </Fact>
        ))}
        {TELLING.has(channel) ? (
          <Fact label={t("carrier.arrived")}>
            <Count value={carrier.delivered_day} to={`/messages?channel=${channel}&delivery=delivered`} /> /{" "}
            <Count value={carrier.failed_day} to={`/messages?channel=${channel}&delivery=failed`} />
          </Fact>
        ) : null}
        {channel === "wecom" ? (
          <Fact label={t("carrier.prepared")}>
            <Count value={carrier.prepared} to="/messages?channel=wecom&state=prepared" />
          </Fact>
        ) : null}
        <Fact label={t("carrier.waiting")}>
          <Count value={carrier.waiting + carrier.under_way} to={`/messages?channel=${channel}&state=open`} />
          {carrier.oldest_due_at === null ? null : (
            <span className="ht-note">
              {" "}
              {t("carrier.oldest")} <RelativeTime at={carrier.oldest_due_at} />
            </span>
          )}
        </Fact>
        <Fact label={t("carrier.last")}>
          <RelativeTime at={carrier.last_accepted_at} />
        </Fact>
        {carrier.kind === "service" ? (
          <>
            <Fact label={t("carrier.cost")}>
              <Money minor={carrier.cost_minor} /> · {t("carrier.cost_day")} <Money minor={carrier.cost_day_minor} />
            </Fact>
            <Fact label={t("carrier.service")}>
              <span className="ht-code ms-wrap">{carrier.settings_shown === "" ? "—" : carrier.settings_shown}</span>
            </Fact>
            {TELLING.has(channel) ? (
              <Fact label={t("carrier.told")}>
                {carrier.heard_at === null ? (
                  t(
                    carrier.callback_at !== null
                      ? "carrier.not_heard"
                      : channel === "wechat"
                        ? "carrier.no_push"
                        : "carrier.no_callback",
                  )
                ) : (
                  <RelativeTime at={carrier.heard_at} />
                )}
              </Fact>
            ) : null}
          </>
        ) : null}
      </dl>
      <Acts carrier={carrier} />
    </Card>
  );
}

function Acts({ carrier }: { carrier: Carrier }) {
  const t = useTexts("messages");
  const { channel } = carrier;
  const connect = useCan("channels.connect");
  const manage = useCan("channels.manage");
  const stops = useStops().data?.items ?? [];
  const stop = stops.find(({ what }) => what === channel);
  const [open, setOpen] = useState<"service" | "stop">();
  const test = useMessageAct(
    () => api.post<{ ok: boolean; code: string; text: string }>(`/api/messages/carriers/${channel}/test`),
    {
      onDone: ({ ok, code, text }) => {
        if (ok) say(t("carrier.test_ok"));
        else {
          const why = t(`test_code.${code.replaceAll(".", "_")}`, {
            defaultValue: [code, text].filter(Boolean).join(" · "),
          });
          sayError(new Error(t("carrier.test_failed", { why })), t("shared:state.offline"));
        }
      },
    },
  );
  const service = carrier.kind === "service";
  return (
    <div className="ht-actions ms-acts">
      {service && connect ? (
        <>
          <Button onClick={() => setOpen("service")}>{t(carrier.ready ? "carrier.change" : "carrier.connect")}</Button>
          <Button disabled={!carrier.ready} loading={test.isPending} onClick={() => test.mutate(undefined)}>
            {t("carrier.test")}
          </Button>
        </>
      ) : null}
      {channel === "sms" && connect ? <CallbackAct /> : null}
      {channel === "wechat" && connect && carrier.ready ? <PushAct /> : null}
      {channel === "webhook" ? <Link to="/data/webhooks">{t("carrier.endpoints")}</Link> : null}
      {manage ? (
        <Button danger={stop === undefined} onClick={() => setOpen("stop")}>
          {t(stop === undefined ? "carrier.stop" : "carrier.lift")}
        </Button>
      ) : null}
      {open === "service" ? <CarrierDialog carrier={carrier} onClose={() => setOpen(undefined)} /> : null}
      {open === "stop" ? <StopDialog what={channel} stop={stop} onClose={() => setOpen(undefined)} /> : null}
    </div>
  );
}
