import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Money } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { formatCount, formatDay, formatMoney, formatRatio } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import type { Clv, Judgement } from "./value-data.ts";

type HoldOut = NonNullable<Clv["hold_out"]>;

/** Both ways asked a year ago, beside what happened: sums, errors, and tenths. */
export function HoldOutCard({ clv }: { clv: Clv }) {
  const t = useTexts("value");
  if (clv.hold_out === null)
    return (
      <Card title={t("hold_out.title")}>
        <EmptyState small title={t("hold_out.none")} text={t("hold_out.none_text")} />
      </Card>
    );
  const { hold_out } = clv;
  return (
    <Card
      title={t("hold_out.title")}
      note={t("hold_out.note", { day: formatDay(hold_out.business_day), n: formatCount(hold_out.members) })}
    >
      <p>{verdict(hold_out, t)}</p>
      <Errors hold_out={hold_out} currency={clv.currency} t={t} />
      <h3 className="vl-sub">{t("hold_out.deciles")}</h3>
      <Deciles hold_out={hold_out} currency={clv.currency} t={t} />
    </Card>
  );
}

/** Which was nearer for a member, and which for the sum; said as it is. */
function verdict({ judgements }: HoldOut, t: Translate): string {
  const by = (errorOf: (one: Judgement) => number) =>
    judgements.reduce((best, one) => (errorOf(one) < errorOf(best) ? one : best));
  const member = by((one) => one.spend_minor.mae);
  const sum = by((one) => Math.abs(one.spend_minor.predicted - one.spend_minor.actual));
  return t("hold_out.verdict", { member: t(`hold_out.${member.model}`), sum: t(`hold_out.${sum.model}`) });
}

interface PartProps {
  readonly hold_out: HoldOut;
  readonly currency: string;
  readonly t: Translate;
}

function Errors({ hold_out, currency, t }: PartProps) {
  const off = (one: Judgement) => {
    const { predicted, actual } = one.spend_minor;
    return actual === 0 ? "—" : formatRatio(predicted / actual - 1);
  };
  const money = (minor: number) => <Money minor={Math.round(minor)} currency={currency} />;
  const columns: readonly Column<Judgement>[] = [
    { key: "model", title: t("hold_out.model"), render: (row) => <strong>{t(`hold_out.${row.model}`)}</strong> },
    {
      key: "predicted",
      title: t("hold_out.predicted"),
      numeric: true,
      render: (row) => money(row.spend_minor.predicted),
    },
    {
      key: "actual",
      title: t("hold_out.actual"),
      numeric: true,
      hide: "phone",
      render: (row) => money(row.spend_minor.actual),
    },
    { key: "off", title: t("hold_out.off"), numeric: true, render: off },
    { key: "mae", title: t("hold_out.mae"), numeric: true, render: (row) => money(row.spend_minor.mae) },
    {
      key: "rmse",
      title: t("hold_out.rmse"),
      numeric: true,
      hide: "phone",
      render: (row) => money(row.spend_minor.rmse),
    },
    {
      key: "purchases",
      title: t("hold_out.purchases"),
      numeric: true,
      hide: "tablet",
      render: (row) => `${formatCount(row.purchases.predicted)} / ${formatCount(row.purchases.actual)}`,
    },
    {
      key: "purchases_mae",
      title: t("hold_out.purchases_mae"),
      numeric: true,
      hide: "tablet",
      render: (row) => formatCount(row.purchases.mae, 2),
    },
  ];
  return (
    <DataTable label={t("hold_out.title")} columns={columns} rows={hold_out.judgements} rowKey={(row) => row.model} />
  );
}

interface DecileRow {
  readonly decile: number;
  readonly parts: readonly { readonly model: string; readonly predicted: number; readonly actual: number }[];
}

function Deciles({ hold_out, currency, t }: PartProps) {
  const rows = Array.from(
    { length: 10 },
    (_, i): DecileRow => ({
      decile: i + 1,
      parts: hold_out.judgements.map((one) => {
        const { members = 0, predicted = 0, actual = 0 } = one.deciles[i] ?? {};
        const each = Math.max(1, members);
        return { model: one.model, predicted: predicted / each, actual: actual / each };
      }),
    }),
  );
  const columns: readonly Column<DecileRow>[] = [
    { key: "decile", title: t("hold_out.decile"), render: (row) => t("hold_out.decile_n", { n: String(row.decile) }) },
    ...hold_out.judgements.flatMap((one, at): Column<DecileRow>[] => [
      {
        key: `${one.model} predicted`,
        title: `${t(`hold_out.${one.model}`)} ${t("hold_out.predicted_each")}`,
        numeric: true,
        render: (row) => formatMoney(Math.round(row.parts[at]?.predicted ?? 0), currency),
      },
      {
        key: `${one.model} actual`,
        title: t("hold_out.actual_each"),
        numeric: true,
        render: (row) => formatMoney(Math.round(row.parts[at]?.actual ?? 0), currency),
      },
    ]),
  ];
  return <DataTable label={t("hold_out.deciles")} columns={columns} rows={rows} rowKey={(row) => row.decile} />;
}

/** The fitted parameters, for those who want to check them. */
export function ModelsCard({ clv }: { clv: Clv }) {
  const t = useTexts("value");
  if (clv.models === null) return null;
  const { bgnbd, gamma_gamma } = clv.models;
  const digits = (value: number) => formatCount(value, 3);
  return (
    <Card title={t("models.title")} note={t("models.note", { n: formatCount(bgnbd.members) })}>
      <p>
        BG/NBD: r {digits(bgnbd.r)} · α {digits(bgnbd.alpha)} {t("models.days")} · a {digits(bgnbd.a)} · b{" "}
        {digits(bgnbd.b)} · LL {formatCount(bgnbd.log_likelihood, 1)}
      </p>
      {gamma_gamma === null ? (
        <p>{t("models.no_spend")}</p>
      ) : (
        <p>
          Gamma-Gamma: p {digits(gamma_gamma.p)} · q {digits(gamma_gamma.q)} · v{" "}
          {formatMoney(Math.round(gamma_gamma.v), clv.currency)} · LL {formatCount(gamma_gamma.log_likelihood, 1)}
        </p>
      )}
      <p className="ht-note">{t("models.text")}</p>
    </Card>
  );
}
