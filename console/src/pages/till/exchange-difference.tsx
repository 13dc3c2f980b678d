import { useMutation } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { Chip } from "../../parts/chips.tsx";
import { Fact } from "../../parts/figures.tsx";
import { FormError } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import type { Exchanged } from "./exchange-data.ts";

interface DifferenceProps {
  readonly wish: Readonly<Record<string, unknown>> | undefined;
  readonly currency: string;
  readonly onNext: () => void;
  readonly t: Translate;
}

/** First what the exchange would do to money and points; then the act itself, to the difference that was told. */
export function DifferenceCard({ wish, currency, onNext, t }: DifferenceProps) {
  const [key] = useState(() => crypto.randomUUID());
  const trial = useMutation({ mutationFn: () => api.post<Exchanged>("/api/exchanges/preview", wish) });
  const act = useMutation({
    mutationFn: (expected_difference_minor: number) =>
      api.once<Exchanged>("/api/exchanges", key, { ...wish, expected_difference_minor }),
    onSuccess: () => say(t("exchange.done")),
  });
  const shown = act.data ?? trial.data;
  const error = act.error ?? trial.error;
  return (
    <Card
      title={t("exchange.difference")}
      extra={act.data === undefined ? undefined : <Chip tone="good">✓ {t("exchange.done")}</Chip>}
    >
      <div className="ht-stack">
        {shown === undefined ? (
          <p className="ht-note">{t(wish === undefined ? "exchange.incomplete" : "exchange.try_first")}</p>
        ) : (
          <Figures exchanged={shown} currency={currency} t={t} />
        )}
        <FormError text={error === null ? null : errorSentence(error, t("shared:state.offline"))} />
        <div className="ht-row">
          {act.data === undefined ? (
            <>
              <Button
                type={trial.data === undefined ? "primary" : "default"}
                disabled={wish === undefined}
                loading={trial.isPending}
                onClick={() => trial.mutate()}
              >
                {t("exchange.try")}
              </Button>
              {trial.data === undefined ? null : (
                <Button type="primary" loading={act.isPending} onClick={() => act.mutate(trial.data.difference_minor)}>
                  {t("exchange.act")}
                </Button>
              )}
            </>
          ) : (
            <Button onClick={onNext}>{t("exchange.next")}</Button>
          )}
        </div>
      </div>
    </Card>
  );
}

function Figures({ exchanged, currency, t }: { exchanged: Exchanged; currency: string; t: Translate }) {
  const { points, returned, taken, refund_minor, due_minor, difference_minor } = exchanged;
  const money = (minor: number) => formatMoney(minor, currency);
  const words = difference_minor > 0 ? "pay" : difference_minor < 0 ? "get" : "even";
  const signed = (n: number) => `${n > 0 ? "+" : n < 0 ? "−" : ""}${formatCount(Math.abs(n))}`;
  const change = points.returned - points.burned - points.taken_back + points.earned;
  return (
    <>
      <p className="ex-difference" role="status">
        {t(`exchange.${words}`, words === "even" ? {} : { money: money(Math.abs(difference_minor)) })}
      </p>
      <dl className="ht-facts">
        <Fact label={t("exchange.refund")}>{money(refund_minor)}</Fact>
        <Fact label={t("exchange.due")}>{money(due_minor)}</Fact>
        <Fact label={t("exchange.coupon_off")}>{money(taken.discount_minor)}</Fact>
        <Fact label={t("exchange.coupons_back")}>{formatCount(returned.given_back.length)}</Fact>
      </dl>
      <dl className="ht-facts">
        <Fact label={t("exchange.points_returned")}>{signed(points.returned)}</Fact>
        <Fact label={t("exchange.points_burned")}>{signed(-points.burned)}</Fact>
        <Fact label={t("exchange.points_taken_back")}>{signed(-points.taken_back)}</Fact>
        <Fact label={t("exchange.points_earned")}>{signed(points.earned)}</Fact>
        <Fact label={t("exchange.points_change")}>{signed(change)}</Fact>
      </dl>
    </>
  );
}
