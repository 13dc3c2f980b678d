import type { ReactNode } from "react";
import { Card } from "../../parts/page-header.tsx";
import type { Translate } from "../../texts/texts.ts";
import { InlineCodes, InlineCount, InlineMoney, InlineSelect, InlineText } from "../coupons/inline.tsx";
import type { Audience, Definition, Give, Rhythm } from "./benefits-data.ts";

interface FormProps {
  readonly benefit: Definition;
  readonly onChange: (benefit: Definition) => void;
  readonly t: Translate;
  /** The key of a benefit that exists stays. */
  readonly isNew: boolean;
}

function Sentence({ lead, children }: { lead: string; children: ReactNode }) {
  return (
    <div className="cp-sentence">
      <span className="cp-lead">{lead}</span>
      <span className="cp-words">{children}</span>
    </div>
  );
}

/** A benefit in sentences whose words can be changed. */
export function BenefitForm(props: FormProps) {
  const { t } = props;
  return (
    <>
      <Card title={t("form.promise")}>
        <Naming {...props} />
      </Card>
      <Card title={t("form.terms")}>
        <ForWhom {...props} />
        <HowOften {...props} />
        <What {...props} />
        <UntilWhen {...props} />
      </Card>
    </>
  );
}

function Naming({ benefit, onChange, t, isNew }: FormProps) {
  const put = (part: Partial<Definition>) => onChange({ ...benefit, ...part });
  return (
    <>
      <Sentence lead={t("form.name")}>
        <InlineText label={t("form.name_zh")} value={benefit.zh} onChange={(zh) => put({ zh })} />
        <InlineText label={t("form.name_en")} value={benefit.en} onChange={(en) => put({ en })} />
        {t("form.key")}
        {isNew ? (
          <InlineText label={t("form.key")} value={benefit.key} onChange={(key) => put({ key })} />
        ) : (
          <code>{benefit.key}</code>
        )}
      </Sentence>
      <Sentence lead={t("form.sentence")}>
        <InlineText
          label={t("form.sentence_zh")}
          width={460}
          value={benefit.sentence_zh}
          onChange={(sentence_zh) => put({ sentence_zh })}
        />
        <InlineText
          label={t("form.sentence_en")}
          width={460}
          value={benefit.sentence_en}
          onChange={(sentence_en) => put({ sentence_en })}
        />
      </Sentence>
    </>
  );
}

const AUDIENCES: Readonly<Record<Audience["kind"], Audience>> = {
  everyone: { kind: "everyone" },
  tiers: { kind: "tiers", of: [{ ladder: "growth", tiers: ["gold"] }] },
  segment: { kind: "segment", segment_id: 1 },
};

function ForWhom({ benefit, onChange, t }: FormProps) {
  const { audience } = benefit;
  const put = (next: Audience) => onChange({ ...benefit, audience: next });
  return (
    <Sentence lead={t("form.whom")}>
      <InlineSelect
        label={t("form.whom")}
        value={audience.kind}
        options={(["tiers", "segment", "everyone"] as const).map((value) => ({ value, label: t(`audience.${value}`) }))}
        onChange={(kind) => put(AUDIENCES[kind])}
      />
      {audience.kind === "segment" ? (
        <InlineCount
          label={t("form.segment")}
          value={audience.segment_id}
          onChange={(segment_id) => put({ kind: "segment", segment_id: segment_id ?? 0 })}
        />
      ) : null}
      {audience.kind === "tiers" ? (
        <>
          {audience.of.map((part, at) => (
            <span key={part.ladder} className="cp-words">
              {t("form.ladder")} <code>{part.ladder}</code>
              <InlineCodes
                label={t("form.tiers", { ladder: part.ladder })}
                placeholder="gold，platinum"
                value={part.tiers}
                onChange={(tiers) =>
                  put({ ...audience, of: audience.of.map((one, place) => (place === at ? { ...one, tiers } : one)) })
                }
              />
            </span>
          ))}
        </>
      ) : null}
    </Sentence>
  );
}

const RHYTHMS: Readonly<Record<Rhythm["kind"], Rhythm>> = {
  once: { kind: "once" },
  monthly: { kind: "monthly" },
  quarterly: { kind: "quarterly" },
  birthday: { kind: "birthday", window: "month" },
};
const WINDOWS = ["day", "around", "month"] as const;

function HowOften({ benefit, onChange, t }: FormProps) {
  const { rhythm } = benefit;
  const put = (next: Rhythm) => onChange({ ...benefit, rhythm: next });
  const around = rhythm.kind === "birthday" && typeof rhythm.window === "object" ? rhythm.window.days_around : null;
  return (
    <Sentence lead={t("form.often")}>
      <InlineSelect
        label={t("form.often")}
        value={rhythm.kind}
        options={(["monthly", "quarterly", "birthday", "once"] as const).map((value) => ({
          value,
          label: t(`rhythm.${value}`),
        }))}
        onChange={(kind) => put(RHYTHMS[kind])}
      />
      {rhythm.kind === "birthday" ? (
        <InlineSelect
          label={t("form.window")}
          value={typeof rhythm.window === "string" ? rhythm.window : "around"}
          options={WINDOWS.map((value) => ({ value, label: t(`window.${value}`) }))}
          onChange={(window) => put({ kind: "birthday", window: window === "around" ? { days_around: 3 } : window })}
        />
      ) : null}
      {around === null ? null : (
        <>
          <InlineCount
            label={t("form.days_around")}
            value={around}
            onChange={(count) => put({ kind: "birthday", window: { days_around: count ?? 0 } })}
          />
          {t("form.days")}
        </>
      )}
    </Sentence>
  );
}

const GIVES: Readonly<Record<Give["kind"], Give>> = {
  coupon: { kind: "coupon", coupon: "" },
  points: { kind: "points", points: 100, valid_days: null },
  right: { kind: "right", right: "priority_service" },
  points_rule: { kind: "points_rule", rule: "birthday" },
  redemption: { kind: "redemption" },
  gift: { kind: "gift" },
  invitation: { kind: "invitation" },
};
const GIVE_KINDS = Object.keys(GIVES) as readonly Give["kind"][];

function What({ benefit, onChange, t }: FormProps) {
  const { give } = benefit;
  const put = (next: Give) => onChange({ ...benefit, give: next });
  return (
    <Sentence lead={t("form.gives")}>
      <InlineSelect
        label={t("form.gives")}
        value={give.kind}
        options={GIVE_KINDS.map((value) => ({ value, label: t(`give.${value}`) }))}
        onChange={(kind) => put(GIVES[kind])}
      />
      <Given key={give.kind} give={give} put={put} t={t} />
      {t("form.cost")}
      <InlineMoney
        label={t("form.cost")}
        value={benefit.cost_minor}
        onChange={(minor) => onChange({ ...benefit, cost_minor: minor ?? 0 })}
      />
      {t("form.yuan")}
    </Sentence>
  );
}

function Given({ give, put, t }: { give: Give; put: (give: Give) => void; t: Translate }) {
  switch (give.kind) {
    case "coupon":
      return (
        <InlineText label={t("form.coupon")} value={give.coupon} onChange={(coupon) => put({ ...give, coupon })} />
      );
    case "points":
      return (
        <>
          <InlineCount
            label={t("form.points")}
            value={give.points}
            onChange={(points) => put({ ...give, points: points ?? 0 })}
          />
          {t("form.points_valid")}
          <InlineCount
            label={t("form.points_valid")}
            value={give.valid_days}
            onChange={(valid_days) => put({ ...give, valid_days })}
          />
          {t("form.days_or_none")}
        </>
      );
    case "right":
      return <InlineText label={t("form.right")} value={give.right} onChange={(right) => put({ ...give, right })} />;
    case "points_rule":
      return <InlineText label={t("form.rule")} value={give.rule} onChange={(rule) => put({ ...give, rule })} />;
    default:
      return null;
  }
}

function UntilWhen({ benefit, onChange, t }: FormProps) {
  return (
    <Sentence lead={t("form.until")}>
      {t("form.usable")}
      <InlineCount
        label={t("form.usable")}
        value={benefit.usable_days}
        onChange={(usable_days) => onChange({ ...benefit, usable_days })}
      />
      {t("form.usable_days")}
      {t("form.remind")}
      <InlineCount
        label={t("form.remind")}
        value={benefit.remind_days}
        onChange={(remind_days) => onChange({ ...benefit, remind_days })}
      />
      {t("form.remind_days")}
    </Sentence>
  );
}
