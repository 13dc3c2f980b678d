import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { CarrierCard } from "./carrier-card.tsx";
import { useCarriers, usePolicy } from "./messages-data.ts";
import { PolicyCard } from "./policy-card.tsx";
import { StopCard } from "./stop-card.tsx";
import "./messages.css";
import "./texts.ts";

/** Whether anything may go out, how each channel does, and the rules of the gate. */
export function ChannelsPage() {
  const t = useTexts("messages");
  const carriers = useCarriers();
  const policy = usePolicy();
  const simulator = carriers.data?.simulator ?? null;
  return (
    <div className="ht-page">
      <PageHeader title={t("channels.title")} note={t("channels.note")} />
      <StopCard />
      {simulator === null ? null : (
        <p className="ms-simulator">
          {t("channels.simulator")}{" "}
          <a href={simulator} target="_blank" rel="noreferrer">
            {simulator}
          </a>
        </p>
      )}
      <Loaded query={carriers} skeleton={<SkeletonBlock height={220} />}>
        {({ items }) => (
          <div className="ms-carriers">
            {items.map((one) => (
              <CarrierCard key={one.channel} carrier={one} />
            ))}
          </div>
        )}
      </Loaded>
      <Loaded query={policy} skeleton={<SkeletonBlock height={360} />}>
        {(rules) => <PolicyCard key={JSON.stringify(rules)} policy={rules} />}
      </Loaded>
      <Card title={t("order.title")} note={t("order.note")}>
        <ol className="ms-order">
          {(["words", "stopped", "who", "may", "when", "much"] as const).map((step) => (
            <li key={step}>
              <b>{t(`order.${step}`)}</b> <span className="ht-note">{t(`order.${step}_text`)}</span>
            </li>
          ))}
        </ol>
      </Card>
    </div>
  );
}
