import Button from "antd/es/button";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { EMPTY_LINE, type Order, type OrderLine, type TakenLine, type Typed } from "./exchange-data.ts";

interface TypedProps {
  readonly typed: Typed;
  readonly onType: (typed: Typed) => void;
  readonly t: Translate;
}

/** What comes back: so many pieces of each line. */
export function BackCard({ order, typed, onType, t }: TypedProps & { order: Order }) {
  const columns: readonly Column<OrderLine>[] = [
    { key: "sku", title: t("exchange.sku"), wrap: true, render: (line) => line.sku },
    {
      key: "paid",
      title: t("exchange.paid"),
      numeric: true,
      render: (line) => formatMoney(line.paid_minor, order.currency),
    },
    { key: "left", title: t("exchange.left"), numeric: true, render: (line) => formatCount(line.quantity) },
    {
      key: "back",
      title: t("exchange.back"),
      numeric: true,
      render: (line) =>
        line.quantity === 0 ? (
          <span className="ht-none">{t("exchange.gone")}</span>
        ) : (
          <input
            className="ht-input ex-count"
            inputMode="numeric"
            aria-label={t("exchange.back_of", { sku: line.sku })}
            aria-invalid={Number(typed.back[line.line_id] ?? 0) > line.quantity}
            value={typed.back[line.line_id] ?? ""}
            placeholder="0"
            onChange={(event) => onType({ ...typed, back: { ...typed.back, [line.line_id]: event.target.value } })}
          />
        ),
    },
  ];
  return (
    <Card
      flush
      title={t("exchange.back_title", { order: order.order_reference })}
      note={order.points_left > 0 ? t("exchange.points_left", { n: formatCount(order.points_left) }) : undefined}
    >
      <DataTable
        label={t("exchange.back_label")}
        columns={columns}
        rows={order.lines}
        rowKey={(line) => line.line_id}
      />
    </Card>
  );
}

/** What is taken for it, and how it is paid. */
export function TakenCard({ typed, onType, t }: TypedProps) {
  const change = (id: number, part: Partial<TakenLine>) =>
    onType({ ...typed, lines: typed.lines.map((line) => (line.id === id ? { ...line, ...part } : line)) });
  const next = Math.max(0, ...typed.lines.map((line) => line.id)) + 1;
  const field = (name: "order_reference" | "store_code" | "member" | "codes" | "points", required = true) => (
    <TextField
      label={t(`exchange.${name}`)}
      hint={t(`exchange.${name}_hint`)}
      required={required}
      value={typed[name]}
      onChange={(value) => onType({ ...typed, [name]: value })}
    />
  );
  return (
    <Card title={t("exchange.taken")}>
      <div className="ht-stack">
        {typed.lines.map((line) => (
          <div key={line.id} className="ex-line">
            <TextField
              label={t("exchange.sku_n", { n: line.id })}
              value={line.sku}
              onChange={(sku) => change(line.id, { sku })}
            />
            <TextField
              label={t("exchange.quantity_n", { n: line.id })}
              value={line.quantity}
              onChange={(quantity) => change(line.id, { quantity })}
            />
            <TextField
              label={t("exchange.price_n", { n: line.id })}
              value={line.price}
              onChange={(price) => change(line.id, { price })}
            />
            <Button
              disabled={typed.lines.length === 1}
              onClick={() => onType({ ...typed, lines: typed.lines.filter((one) => one !== line) })}
            >
              {t("exchange.remove")}
            </Button>
          </div>
        ))}
        <div className="ht-row">
          <Button onClick={() => onType({ ...typed, lines: [...typed.lines, { id: next, ...EMPTY_LINE }] })}>
            {t("exchange.add")}
          </Button>
        </div>
        <div className="ex-fields">
          {field("order_reference")}
          {field("store_code")}
          {field("member", false)}
          {field("codes", false)}
          {field("points", false)}
        </div>
      </div>
    </Card>
  );
}
