import Button from "antd/es/button";
import { useState } from "react";
import { useCan } from "../../api/session.ts";
import { Fact } from "../../parts/figures.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { type Rules, useRules, useSaveRules } from "./offline-data.ts";
import "./offline.css";

const NUMBERS = ["till_points", "member_points", "hours"] as const;

/** How much tills may burn while they are offline. */
export function RulesCard({ t }: { t: Translate }) {
  const query = useRules();
  return (
    <Card title={t("rules.title")} note={t("rules.note")}>
      <Loaded query={query} skeleton={<SkeletonBlock height={60} />}>
        {(rules) => <Body key={JSON.stringify(rules)} rules={rules} t={t} />}
      </Loaded>
    </Card>
  );
}

const typedFrom = (rules: Rules): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(NUMBERS.map((name) => [name, String(rules[name])])),
  shortfall: rules.shortfall,
});

function Body({ rules, t }: { rules: Rules; t: Translate }) {
  const may = useCan("points.manage");
  const [typed, setTyped] = useState<Readonly<Record<string, string>> | null>(null);
  const save = useSaveRules();
  if (typed === null)
    return (
      <div className="ht-stack">
        <dl className="ht-facts">
          {NUMBERS.map((name) => (
            <Fact key={name} label={t(`rules.${name}`)}>
              {formatCount(rules[name])}
            </Fact>
          ))}
          <Fact label={t("rules.shortfall")}>{t(`rules.${rules.shortfall}`)}</Fact>
        </dl>
        {may ? (
          <div className="ht-row">
            <Button onClick={() => setTyped(typedFrom(rules))}>{t("rules.change")}</Button>
          </div>
        ) : null}
      </div>
    );
  const number = (name: (typeof NUMBERS)[number]) =>
    /^[1-9]\d{0,8}$/.test(typed[name] ?? "") ? Number(typed[name]) : 0;
  const wish = {
    till_points: number("till_points"),
    member_points: number("member_points"),
    hours: number("hours"),
    shortfall: typed["shortfall"] === "refuse" ? ("refuse" as const) : ("debt" as const),
  };
  return (
    <div className="ht-stack">
      <div className="of-fields">
        {NUMBERS.map((name) => (
          <TextField
            key={name}
            label={t(`rules.${name}`)}
            value={typed[name] ?? ""}
            onChange={(value) => setTyped({ ...typed, [name]: value })}
          />
        ))}
        <SelectField
          label={t("rules.shortfall")}
          value={wish.shortfall}
          onChange={(value) => setTyped({ ...typed, shortfall: value })}
          options={(["debt", "refuse"] as const).map((value) => ({ value, label: t(`rules.${value}`) }))}
        />
      </div>
      <div className="ht-row">
        <Button
          type="primary"
          loading={save.isPending}
          disabled={NUMBERS.some((name) => wish[name] === 0)}
          onClick={() => save.mutate(wish, { onSuccess: () => setTyped(null) })}
        >
          {t("rules.save")}
        </Button>
        <Button onClick={() => setTyped(null)}>{t("rules.cancel")}</Button>
      </div>
    </div>
  );
}
