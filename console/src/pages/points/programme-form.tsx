import { DeleteOutlined, DownOutlined, UpOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useSearchParams } from "react-router";
import { Chip } from "../../parts/chips.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { currentLanguage, pick, type Translate } from "../../texts/texts.ts";
import { type CodeOptions, useCodeOptions, useNameOf } from "./code-names.ts";
import { ExpiryFields } from "./expiry-fields.tsx";
import { NumberField, type Problem, Problems } from "./fields.tsx";
import { usePointsOverview } from "./points-data.ts";
import { newRule, type Programme, type Rule, RULE_KINDS, tidied } from "./programme.ts";
import { RuleFields } from "./rule-fields.tsx";
import { RuleSentence } from "./rule-list.tsx";
import type { NameOf } from "./rule-sentence.ts";

interface FormProps {
  readonly draft: Programme;
  readonly problems: readonly Problem[];
  readonly onChange: (draft: Programme) => void;
  readonly t: Translate;
}

/** Rules as sentences that open where they are clicked, then what holds for all of them. */
export function ProgrammeForm(props: FormProps) {
  return (
    <>
      <Rules {...props} />
      <Terms {...props} />
    </>
  );
}

function Rules({ draft, problems, onChange, t }: FormProps) {
  const [params, setParams] = useSearchParams();
  const options = useCodeOptions();
  const nameOf = useNameOf(options);
  const budgets = usePointsOverview().data?.budgets.map(({ budget }) => budget) ?? [];
  const open = params.get("rule");
  const show = (key: string | null) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (key === null) next.delete("rule");
        else next.set("rule", key);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  const put = (at: number, part: Partial<Rule>) =>
    onChange({
      ...draft,
      rules: draft.rules.map((rule, index) => (index === at ? tidied({ ...rule, ...part }) : rule)),
    });
  const add = (kind: Rule["kind"]) => {
    const rule = newRule(draft.rules, kind);
    onChange({ ...draft, rules: [...draft.rules, rule] });
    show(rule.key);
  };
  return (
    <Card title={t("edit.rules")} note={t("edit.rules_note")}>
      <ol className="po-edit">
        {draft.rules.map((rule, at) => (
          <RuleItem
            key={rule.key}
            rule={rule}
            at={at}
            open={open === rule.key}
            problems={problems}
            options={options}
            nameOf={nameOf}
            budgets={budgets}
            onOpen={() => show(open === rule.key ? null : rule.key)}
            onRemove={() => onChange({ ...draft, rules: draft.rules.filter((_, index) => index !== at) })}
            put={(part) => put(at, part)}
            t={t}
          />
        ))}
      </ol>
      <Problems problems={problems} at={(path) => path === "/rules"} />
      <div className="po-add" role="group" aria-label={t("edit.add")}>
        <span className="ht-note">{t("edit.add")}</span>
        {RULE_KINDS.map((kind) => (
          <Button key={kind} onClick={() => add(kind)}>
            {t(`kind.${kind}`)}
          </Button>
        ))}
      </div>
    </Card>
  );
}

interface RuleItemProps {
  readonly rule: Rule;
  readonly at: number;
  readonly open: boolean;
  readonly problems: readonly Problem[];
  readonly options: CodeOptions;
  readonly nameOf: NameOf;
  readonly budgets: readonly string[];
  readonly onOpen: () => void;
  readonly onRemove: () => void;
  readonly put: (part: Partial<Rule>) => void;
  readonly t: Translate;
}

function RuleItem(props: RuleItemProps) {
  const { rule, at, open, problems, options, nameOf, budgets, onOpen, onRemove, put, t } = props;
  const name = pick(rule.zh, rule.en);
  const here = `/rules/${at}`;
  return (
    <li className={open ? "po-item po-item-open" : "po-item"}>
      <div className="po-item-head">
        <button type="button" className="po-open" aria-expanded={open} onClick={onOpen}>
          <span className="po-rule-name">
            <Chip tone={rule.kind === "multiplier" ? "accent" : "neutral"}>{t(`kind.${rule.kind}`)}</Chip> {name}
          </span>
          <span className="po-sentence">
            <RuleSentence rule={rule} nameOf={nameOf} />
          </span>
        </button>
        <span className="po-item-acts" aria-hidden="true">
          {open ? <UpOutlined /> : <DownOutlined />}
        </span>
        <Button type="text" icon={<DeleteOutlined />} aria-label={t("edit.remove", { name })} onClick={onRemove} />
      </div>
      <Problems problems={problems} at={(path) => path === here || path.startsWith(`${here}/`)} />
      {open ? <RuleFields rule={rule} options={options} budgets={budgets} put={put} t={t} /> : null}
    </li>
  );
}

/** What holds for the whole programme. */
function Terms({ draft, problems, onChange, t }: FormProps) {
  const change = (part: Partial<Programme>) => onChange({ ...draft, ...part });
  const english = currentLanguage() === "en";
  return (
    <Card title={t("edit.terms")} note={t("edit.terms_note")}>
      <div className="po-form">
        <TextField
          label={t("setting.name")}
          value={pick(draft.zh, draft.en)}
          onChange={(text) => change(english ? { en: text } : { zh: text })}
        />
        <div className="po-wide">
          <TextField
            label={t("setting.sentence")}
            value={pick(draft.sentence_zh, draft.sentence_en)}
            onChange={(text) => change(english ? { sentence_en: text } : { sentence_zh: text })}
          />
        </div>
        <NumberField
          label={t("setting.pending_days")}
          unit={t("unit.days")}
          value={draft.pending_days}
          onChange={(pending_days) => change({ pending_days })}
          hint={t("edit.pending_hint")}
        />
        <ExpiryFields
          label={t("setting.expiry")}
          value={draft.expiry}
          mayInherit={false}
          onChange={(expiry) => change({ expiry: expiry ?? { kind: "none" } })}
          t={t}
        />
        <NumberField
          label={t("edit.worth_points")}
          unit={t("unit.points")}
          value={draft.worth.points}
          onChange={(points) => change({ worth: { ...draft.worth, points } })}
        />
        <NumberField
          label={t("edit.worth_money")}
          unit={t("unit.yuan")}
          scale={100}
          value={draft.worth.minor}
          onChange={(minor) => change({ worth: { ...draft.worth, minor } })}
        />
        <NumberField
          label={t("setting.grace_days")}
          unit={t("unit.days")}
          value={draft.grace_days}
          onChange={(grace_days) => change({ grace_days })}
        />
        <NumberField
          label={t("setting.notice_days")}
          unit={t("unit.days")}
          value={draft.notice_days}
          onChange={(notice_days) => change({ notice_days })}
          hint={t("edit.notice_hint")}
        />
        <WholeBudget draft={draft} onChange={onChange} t={t} />
        <SelectField
          label={t("setting.combine")}
          value={draft.combine}
          onChange={(combine) => change({ combine: combine as Programme["combine"] })}
          options={["best", "multiply"].map((value) => ({ value, label: t(`combine.${value}`) }))}
        />
      </div>
      <Problems problems={problems} at={(path) => !path.startsWith("/rules")} />
    </Card>
  );
}

/** The budget of the whole programme, or none. */
function WholeBudget({ draft, onChange, t }: Pick<FormProps, "draft" | "onChange" | "t">) {
  const budgets = usePointsOverview().data?.budgets.map(({ budget }) => budget) ?? [];
  const { budget: current, ...rest } = draft;
  const known = [...new Set([...budgets, ...(current === undefined ? [] : [current])])];
  return (
    <SelectField
      label={t("edit.whole_budget")}
      value={current ?? ""}
      onChange={(budget) => onChange(budget === "" ? rest : { ...rest, budget })}
      options={[
        { value: "", label: t("edit.no_budget") },
        ...known.map((budget) => ({ value: budget, label: budget })),
      ]}
      hint={t("edit.whole_budget_hint")}
    />
  );
}
