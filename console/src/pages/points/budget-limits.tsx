import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Bar } from "../../parts/bar.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { say } from "../../parts/toast.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { NumberField } from "./fields.tsx";
import { type Budget, type BudgetLimit, usePointsOverview } from "./points-data.ts";

type LimitUse = Budget["limits"][number];

const PERIODS = ["day", "week", "month", "quarter", "year", "ever"] as const;
type Units = Partial<Record<string, "points" | "minor">>;
type Amounts = Partial<Record<string, number | undefined>>;

const WHOLE = 10_000;
const WARN = 8_000;

const toneOf = (share: number) => (share >= WHOLE ? "bad" : share >= WARN ? "warn" : "accent");

/** What of a limit is used: "本月已用 3,000 / 5,000 分 · 60%". */
function useWords(use: LimitUse, t: Translate): string {
  const words =
    use.unit === "minor"
      ? { used: formatMoney(use.used_minor ?? 0), all: formatMoney(use.amount) }
      : { used: formatCount(use.used), all: t("n_points", { n: formatCount(use.amount) }) };
  return t("limits.used", { ...words, period: t(`limits.this_${use.period}`), percent: Math.floor(use.share / 100) });
}

/** A bar for each limit of a budget, with what is used in words. */
export function LimitBars({ limits, t }: { limits: readonly LimitUse[]; t: Translate }) {
  return (
    <ul className="po-limit-bars">
      {limits.map((use) => {
        const tone = toneOf(use.share);
        const words = useWords(use, t);
        return (
          <li key={use.period}>
            <span className={tone === "accent" ? "ht-note" : `ht-tone-${tone}`}>
              {words}
              {tone === "bad" ? ` · ${t("limits.reached")}` : null}
            </span>
            <Bar part={use.share / WHOLE} tone={tone} label={words} />
          </li>
        );
      })}
    </ul>
  );
}

/** Budgets with limits beside the rules that draw on them; nothing is shown where there are none. */
export function LimitsCard({ t }: { t: Translate }) {
  const { data } = usePointsOverview();
  const manage = useCan("points.manage");
  const limited = data?.budgets.filter(({ limits }) => limits.length > 0) ?? [];
  if (limited.length === 0) return null;
  return (
    <Card
      title={t("limits.title")}
      note={t("limits.note")}
      extra={manage ? <Link to="/points/liability#budgets">{t("limits.manage")}</Link> : undefined}
    >
      <ul className="po-list">
        {limited.map(({ budget, limits }) => (
          <li key={budget}>
            <strong>{budget}</strong>
            <LimitBars limits={limits} t={t} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface FieldsProps {
  readonly amounts: Amounts;
  readonly units: Units;
  readonly onAmount: (period: string, amount: number | undefined) => void;
  readonly onUnit: (period: string, unit: "points" | "minor") => void;
  readonly t: Translate;
}

/** One line for each kind of period: how much, in points or money; empty is no limit. */
export function LimitFields({ amounts, units, onAmount, onUnit, t }: FieldsProps) {
  return (
    <>
      {PERIODS.map((period) => {
        const unit = units[period] ?? "points";
        return (
          <div key={period} className="po-limit-row">
            <NumberField
              key={unit}
              label={t(`limits.per_${period}`)}
              scale={unit === "minor" ? 100 : 1}
              value={amounts[period]}
              onChange={(amount) => onAmount(period, amount)}
            />
            <SelectField
              label={t("limits.unit", { period: t(`limits.per_${period}`) })}
              value={unit}
              onChange={(next) => onUnit(period, next as "points" | "minor")}
              options={[
                { value: "points", label: t("unit.points") },
                { value: "minor", label: t("limits.yuan") },
              ]}
            />
          </div>
        );
      })}
    </>
  );
}

/** What is typed as limits; what has no amount is none. */
export function useLimitDraft(limits: readonly BudgetLimit[]) {
  const [amounts, setAmounts] = useState<Amounts>(() =>
    Object.fromEntries(limits.map(({ period, amount }) => [period, amount])),
  );
  const [units, setUnits] = useState<Units>(() => Object.fromEntries(limits.map(({ period, unit }) => [period, unit])));
  const drafted = PERIODS.flatMap((period): BudgetLimit[] => {
    const amount = amounts[period];
    return amount === undefined || amount === 0 ? [] : [{ period, unit: units[period] ?? "points", amount }];
  });
  const fields = {
    amounts,
    units,
    onAmount: (period: string, amount: number | undefined) => setAmounts((known) => ({ ...known, [period]: amount })),
    // an amount in another unit is another amount
    onUnit: (period: string, unit: "points" | "minor") => {
      setUnits((known) => ({ ...known, [period]: unit }));
      setAmounts((known) => ({ ...known, [period]: undefined }));
    },
  };
  return { drafted, fields };
}

/** Changes the limits of a budget. */
export function LimitsDialog({ budget, onClose, t }: { budget: Budget; onClose: () => void; t: Translate }) {
  const client = useQueryClient();
  const { drafted, fields } = useLimitDraft(budget.limits);
  const act = useMutation({
    mutationFn: () => api.put(`/api/points/budgets/${budget.budget}/limits`, { limits: drafted }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["points"] });
      say(t("limits.saved", { budget: budget.budget }));
      onClose();
    },
  });
  return (
    <FormDialog
      title={t("limits.edit_title", { budget: budget.budget })}
      act={t("limits.save")}
      ready
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate()}
    >
      <p className="ht-note">{t("limits.text")}</p>
      <LimitFields {...fields} t={t} />
    </FormDialog>
  );
}
