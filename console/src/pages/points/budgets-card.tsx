import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Bar } from "../../parts/bar.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { say } from "../../parts/toast.tsx";
import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { LimitBars, LimitFields, LimitsDialog, useLimitDraft } from "./budget-limits.tsx";
import { NumberField } from "./fields.tsx";
import type { Budget } from "./points-data.ts";

interface BudgetsProps {
  readonly budgets: readonly Budget[];
  readonly t: Translate;
}

/** Points budgets with what is left of them; rules that name one can give no more. */
export function BudgetsCard({ budgets, t }: BudgetsProps) {
  const manage = useCan("points.manage");
  /** "" is a new one. */
  const [open, setOpen] = useState<string | null>(null);
  const [limiting, setLimiting] = useState<Budget | null>(null);
  return (
    <Card
      id="budgets"
      title={t("budgets.title")}
      note={t("budgets.note")}
      extra={manage ? <Button onClick={() => setOpen("")}>{t("budgets.add")}</Button> : undefined}
    >
      {budgets.length === 0 ? <p className="ht-note">{t("budgets.none")}</p> : null}
      <ul className="po-list">
        {budgets.map((one) => (
          <li key={one.budget}>
            <div className="po-line">
              <span>
                <strong>{one.budget}</strong> <Left budget={one} t={t} />
              </span>
              {manage ? (
                <span className="po-acts">
                  {one.is_funded ? <Button onClick={() => setOpen(one.budget)}>{t("budgets.fund")}</Button> : null}
                  <Button onClick={() => setLimiting(one)}>{t("limits.edit")}</Button>
                </span>
              ) : null}
            </div>
            {one.is_funded ? (
              <Bar
                part={one.funded === 0 ? 0 : one.balance / one.funded}
                tone={one.balance === 0 ? "bad" : one.balance * 5 < one.funded ? "warn" : "accent"}
                label={t("budgets.left", { left: formatCount(one.balance), all: formatCount(one.funded) })}
              />
            ) : null}
            <LimitBars limits={one.limits} t={t} />
          </li>
        ))}
      </ul>
      {limiting === null ? null : <LimitsDialog budget={limiting} onClose={() => setLimiting(null)} t={t} />}
      {open === null ? null : <BudgetDialog budget={open} onClose={() => setOpen(null)} t={t} />}
    </Card>
  );
}

/** What is left of what was put in; of a budget that nothing is put into, that its limits hold it. */
function Left({ budget: { balance, funded, is_funded, limits }, t }: { budget: Budget; t: Translate }) {
  if (!is_funded)
    return (
      <span className={limits.length === 0 ? "ht-tone-warn" : "ht-note"}>
        {t(limits.length === 0 ? "limits.none" : "limits.alone")}
      </span>
    );
  if (balance === 0) return <span className="ht-tone-bad">{t("budgets.empty", { all: formatCount(funded) })}</span>;
  return <span className="ht-note">{t("budgets.left", { left: formatCount(balance), all: formatCount(funded) })}</span>;
}

const KEY = /^[a-z][a-z0-9_]{0,39}$/;

/** Makes a budget and funds it, or funds one that is there. */
function BudgetDialog({ budget, onClose, t }: { budget: string; onClose: () => void; t: Translate }) {
  const client = useQueryClient();
  const isNew = budget === "";
  const [typed, setTyped] = useState(budget);
  const [points, setPoints] = useState<number>();
  // one key for this dialog, so that a second click has no second effect
  const [key] = useState(() => crypto.randomUUID());
  const [made, setMade] = useState(false);
  const [kind, setKind] = useState<"funded" | "limits">("funded");
  const { drafted, fields } = useLimitDraft([]);
  const byLimits = isNew && kind === "limits";
  const name = typed.trim();
  const act = useMutation({
    mutationFn: async () => {
      if (isNew && !made) {
        await api.post("/api/points/budgets", { budget: name, is_funded: !byLimits });
        setMade(true);
      }
      if (byLimits) await api.put(`/api/points/budgets/${name}/limits`, { limits: drafted });
      else await api.once(`/api/points/budgets/${name}/fund`, key, { points });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["points"] });
      say(
        byLimits
          ? t("limits.saved", { budget: name })
          : t("budgets.funded", { budget: name, n: formatCount(points ?? 0) }),
      );
      onClose();
    },
  });
  return (
    <FormDialog
      title={isNew ? t("budgets.add_title") : t("budgets.fund_title", { budget })}
      act={isNew ? t("budgets.add") : t("budgets.fund")}
      ready={KEY.test(name) && (byLimits ? drafted.length > 0 : points !== undefined && points > 0)}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate()}
    >
      <p className="ht-note">{t(byLimits ? "limits.text" : "budgets.text")}</p>
      {isNew ? (
        <TextField
          label={t("budgets.name")}
          value={typed}
          onChange={setTyped}
          autoFocus
          disabled={made}
          hint={t("budgets.name_hint")}
          error={name === "" || KEY.test(name) ? null : t("budgets.bad_name")}
        />
      ) : null}
      {isNew && !made ? (
        <SelectField
          label={t("budgets.kind")}
          value={kind}
          onChange={(next) => setKind(next as "funded" | "limits")}
          options={["funded", "limits"].map((value) => ({ value, label: t(`budgets.kind_${value}`) }))}
        />
      ) : null}
      {byLimits ? (
        <LimitFields {...fields} t={t} />
      ) : (
        <NumberField label={t("budgets.points")} unit={t("unit.points")} value={points} onChange={setPoints} />
      )}
    </FormDialog>
  );
}
