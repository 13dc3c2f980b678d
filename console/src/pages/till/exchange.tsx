import { useMutation } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type FormEvent, useState } from "react";
import { useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { FormError, TextField } from "../../parts/form.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { type Order, NOTHING, type Typed, wishOf } from "./exchange-data.ts";
import { BackCard, TakenCard } from "./exchange-lines.tsx";
import { DifferenceCard } from "./exchange-difference.tsx";
import "./exchange.css";
import "./texts.ts";

/** Lines of an order come back and others are taken: looked up, typed, tried, done in one act. */
export function ExchangePage() {
  const t = useTexts("till");
  const [params] = useSearchParams();
  const [order, setOrder] = useState<Order | null>(null);
  const [typed, setTyped] = useState<Typed>(() => ({ ...NOTHING, member: params.get("member") ?? "" }));
  const found = (next: Order | null) => {
    setOrder(next);
    setTyped((before) => ({ ...NOTHING, member: before.member, store_code: before.store_code }));
  };
  const wish = order === null ? undefined : wishOf(order, typed);
  return (
    <div className="ht-page">
      <PageHeader title={t("exchange.title")} note={t("exchange.note")} />
      <FindCard onFound={found} />
      {order === null ? null : (
        <>
          <BackCard order={order} typed={typed} onType={setTyped} t={t} />
          <TakenCard typed={typed} onType={setTyped} t={t} />
          <DifferenceCard
            key={JSON.stringify(wish)}
            wish={wish}
            currency={order.currency}
            onNext={() => found(null)}
            t={t}
          />
        </>
      )}
    </div>
  );
}

function FindCard({ onFound }: { onFound: (order: Order | null) => void }) {
  const t = useTexts("till");
  const [reference, setReference] = useState("");
  const [store, setStore] = useState("");
  const [channel, setChannel] = useState("store");
  const find = useMutation({
    mutationFn: () =>
      api.get<Order>("/api/exchanges/order", {
        order_reference: reference.trim(),
        channel: channel.trim(),
        ...(store.trim() === "" ? {} : { store_code: store.trim() }),
      }),
    onSuccess: onFound,
    onError: () => onFound(null),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find.mutate();
  };
  return (
    <Card title={t("exchange.find")} note={t("exchange.find_note")}>
      <form className="ht-stack" onSubmit={submit}>
        <div className="ex-fields">
          <TextField label={t("exchange.order")} value={reference} onChange={setReference} />
          <TextField label={t("exchange.store")} required={false} value={store} onChange={setStore} />
          <TextField label={t("exchange.channel")} value={channel} onChange={setChannel} />
        </div>
        <FormError text={find.error === null ? null : errorSentence(find.error, t("shared:state.offline"))} />
        <div className="ht-row">
          <Button type="primary" htmlType="submit" loading={find.isPending} disabled={reference.trim() === ""}>
            {t("exchange.look")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
