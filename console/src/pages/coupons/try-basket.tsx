import Button from "antd/es/button";
import { useState } from "react";
import { Chip } from "../../parts/chips.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { formatMoney } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import type { Definition, Tried, TryBasket } from "./coupons-data.ts";
import { useTried } from "./coupons-data.ts";
import { named } from "./draft.ts";
import { InlineCodes, InlineCount, InlineMoney, InlineText } from "./inline.tsx";

interface Line {
  readonly id: number;
  readonly sku: string;
  readonly categories: readonly string[];
  readonly quantity: number;
  readonly unit_price_minor: number;
}

const FIRST: readonly Line[] = [
  { id: 1, sku: "SY-OL-01", categories: ["乌龙茶"], quantity: 2, unit_price_minor: 8_800 },
  { id: 2, sku: "SY-LH-01", categories: ["礼盒"], quantity: 1, unit_price_minor: 32_800 },
];

function basketOf(
  lines: readonly Line[],
  more: { store: string; channel: string; freight: number; currency: string },
): TryBasket {
  return {
    currency: more.currency,
    store_code: more.store === "" ? null : more.store,
    channel: more.channel === "" ? "store" : more.channel,
    freight_minor: more.freight,
    lines: lines.map(({ id, sku, categories, quantity, unit_price_minor }) => ({
      line_id: String(id),
      sku: sku === "" ? "?" : sku,
      categories,
      quantity,
      unit_price_minor,
      amount_minor: quantity * unit_price_minor,
    })),
  };
}

/** A basket to try the coupon on while it is edited: what it gives, line by line, or what is missing. */
export function TryBasketPanel({ coupon, t }: { coupon: Definition; t: Translate }) {
  const [lines, setLines] = useState<readonly Line[]>(FIRST);
  const [tier, setTier] = useState("");
  const [store, setStore] = useState("");
  const [channel, setChannel] = useState("store");
  const [freight, setFreight] = useState(0);
  const definition = named(coupon);
  const basket = basketOf(lines, { store, channel, freight, currency: coupon.currency });
  const { data, error } = useTried([definition], basket, tier, lines.length > 0);
  const put = (id: number, part: Partial<Line>) =>
    setLines(lines.map((line) => (line.id === id ? { ...line, ...part } : line)));
  const add = () => {
    const id = Math.max(0, ...lines.map((line) => line.id)) + 1;
    setLines([...lines, { id, sku: "", categories: [], quantity: 1, unit_price_minor: 5_000 }]);
  };
  return (
    <Card title={t("try.title")} note={t("try.note")}>
      <ul className="cp-basket">
        {lines.map((line) => (
          <LineRow
            key={line.id}
            line={line}
            result={data?.lines.find((one) => one.line_id === String(line.id))}
            currency={coupon.currency}
            put={(part) => put(line.id, part)}
            remove={() => setLines(lines.filter((one) => one.id !== line.id))}
            t={t}
          />
        ))}
      </ul>
      <p className="cp-words">
        <Button size="small" onClick={add}>
          {t("try.add")}
        </Button>
        {t("try.freight")}
        <InlineMoney label={t("try.freight")} width={56} value={freight} onChange={(minor) => setFreight(minor ?? 0)} />
      </p>
      <p className="cp-words">
        {t("try.tier")}
        <InlineText label={t("try.tier")} width={80} value={tier} onChange={setTier} />
        {t("try.store")}
        <InlineText label={t("try.store")} width={64} value={store} onChange={setStore} />
        {t("try.channel")}
        <InlineText label={t("try.channel")} width={64} value={channel} onChange={setChannel} />
      </p>
      <div aria-live="polite">
        {error === null ? (
          data === undefined ? null : (
            <Outcome data={data} currency={coupon.currency} t={t} />
          )
        ) : (
          <p className="ht-form-error">{errorSentence(error, t("shared:state.offline"))}</p>
        )}
      </div>
    </Card>
  );
}

interface LineRowProps {
  readonly line: Line;
  readonly result: Tried["lines"][number] | undefined;
  readonly currency: string;
  readonly put: (part: Partial<Line>) => void;
  readonly remove: () => void;
  readonly t: Translate;
}

function LineRow({ line, result, currency, put, remove, t }: LineRowProps) {
  return (
    <li>
      <InlineText label={t("try.sku")} width={84} value={line.sku} onChange={(sku) => put({ sku })} />
      <InlineCodes
        label={t("try.categories")}
        placeholder={t("try.categories")}
        width={84}
        value={line.categories}
        onChange={(categories) => put({ categories })}
      />
      <InlineCount
        label={t("try.quantity")}
        width={40}
        value={line.quantity}
        onChange={(count) => put({ quantity: Math.max(1, count ?? 1) })}
      />
      ×
      <InlineMoney
        label={t("try.price")}
        width={72}
        value={line.unit_price_minor}
        onChange={(minor) => put({ unit_price_minor: minor ?? 0 })}
      />
      <LineResult line={result} currency={currency} />
      <Button size="small" type="text" aria-label={t("try.remove")} onClick={remove}>
        ×
      </Button>
    </li>
  );
}

function LineResult({ line, currency }: { line: Tried["lines"][number] | undefined; currency: string }) {
  if (line === undefined) return <span className="cp-paid" />;
  return (
    <span className="cp-paid">
      {line.discount_minor === 0 ? null : <s>{formatMoney(line.amount_minor, currency)}</s>}
      <strong>{formatMoney(line.payable_minor, currency)}</strong>
    </span>
  );
}

function Outcome({ data, currency, t }: { data: Tried; currency: string; t: Translate }) {
  return (
    <div className="cp-outcome">
      {data.coupons.map((one) => (
        <p key={one.coupon} className="cp-told">
          {one.outcome === "applied" ? (
            <>
              <Chip tone="good">{t("try.applied")}</Chip>
              <span>
                {t("try.gives", {
                  base: formatMoney(one.base_minor ?? 0, currency),
                  discount: formatMoney(one.discount_minor ?? 0, currency),
                })}
                {one.limited_by ? t(`limited.${one.limited_by}`) : ""}
              </span>
            </>
          ) : (
            <>
              <Chip tone="warn">{t("try.rejected")}</Chip>
              <span>{pick(one.reason?.zh, one.reason?.en)}</span>
            </>
          )}
        </p>
      ))}
      <p className="cp-total">
        {t("try.total")} <strong>{formatMoney(data.payable_minor, currency)}</strong>
      </p>
    </div>
  );
}
