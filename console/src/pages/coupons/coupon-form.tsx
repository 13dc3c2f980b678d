import type { ReactNode } from "react";
import { Card } from "../../parts/page-header.tsx";
import type { Translate } from "../../texts/texts.ts";
import type { Benefit, Definition } from "./coupons-data.ts";
import { BENEFIT_KINDS, withKind } from "./draft.ts";
import { InlineCodes, InlineCount, InlineMoney, InlineSelect, InlineText } from "./inline.tsx";

interface FormProps {
  readonly coupon: Definition;
  readonly onChange: (coupon: Definition) => void;
  readonly t: Translate;
  /** The key of a coupon that exists stays. */
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

/** A coupon in sentences whose words can be changed. */
export function CouponForm(props: FormProps) {
  const { t } = props;
  return (
    <>
      <Card title={t("form.what")}>
        <Naming {...props} />
        <Giving {...props} />
        <Items {...props} />
      </Card>
      <Card title={t("form.when")}>
        <Minimum {...props} />
        <People {...props} />
        <Times {...props} />
      </Card>
      <Card title={t("form.beside")}>
        <Beside {...props} />
        <Costs {...props} />
      </Card>
    </>
  );
}

function Naming({ coupon, onChange, t, isNew }: FormProps) {
  return (
    <Sentence lead={t("form.name")}>
      <InlineText label={t("form.name_zh")} value={coupon.zh} onChange={(zh) => onChange({ ...coupon, zh })} />
      <InlineText label={t("form.name_en")} value={coupon.en} onChange={(en) => onChange({ ...coupon, en })} />
      {t("form.key")}
      {isNew ? (
        <InlineText label={t("form.key")} value={coupon.key} onChange={(key) => onChange({ ...coupon, key })} />
      ) : (
        <code>{coupon.key}</code>
      )}
    </Sentence>
  );
}

function Giving({ coupon, onChange, t }: FormProps) {
  const { benefit } = coupon;
  const put = (part: Partial<Benefit>) => onChange({ ...coupon, benefit: { ...benefit, ...part } as Benefit });
  return (
    <Sentence lead={t("form.gives")}>
      <InlineSelect
        label={t("form.gives")}
        value={benefit.kind}
        options={BENEFIT_KINDS.map((value) => ({ value, label: t(`benefit.${value}`) }))}
        onChange={(kind) => onChange(withKind(coupon, kind))}
      />
      <Amounts benefit={benefit} put={put} t={t} />
      {benefit.kind === "amount" ? null : (
        <>
          {t("form.at_most")}
          <InlineMoney
            label={t("form.maximum")}
            value={coupon.max_discount_minor}
            onChange={(minor) => onChange({ ...coupon, max_discount_minor: minor })}
          />
          {t("form.yuan")}
          <span className="ht-note">{t("form.empty_is_none")}</span>
        </>
      )}
    </Sentence>
  );
}

function Amounts({ benefit, put, t }: { benefit: Benefit; put: (part: Partial<Benefit>) => void; t: Translate }) {
  if (benefit.kind === "amount")
    return (
      <>
        <InlineMoney
          key="amount"
          label={t("benefit.amount")}
          value={benefit.amount_minor}
          onChange={(minor) => put({ amount_minor: minor ?? 0 })}
        />
        {t("form.yuan")}
      </>
    );
  if (benefit.kind === "percent")
    return (
      <>
        <InlineCount
          key="percent"
          label={t("benefit.percent")}
          value={benefit.percent_off}
          onChange={(count) => put({ percent_off: count ?? 0 })}
        />
        %
        <InlineSelect
          label={t("form.of")}
          value={benefit.of}
          options={(["remaining", "original"] as const).map((value) => ({ value, label: t(`of.${value}`) }))}
          onChange={(of) => put({ of })}
        />
      </>
    );
  if (benefit.kind === "free_shipping") return null;
  return (
    <>
      {benefit.kind === "exchange" ? (
        <InlineText label={t("form.sku")} value={benefit.sku} onChange={(sku) => put({ sku })} />
      ) : null}
      <InlineMoney
        key={benefit.kind}
        label={t("form.unit_price")}
        value={benefit.unit_price_minor}
        onChange={(minor) => put({ unit_price_minor: minor ?? 0 })}
      />
      {t("form.yuan_each")}
      <InlineCount
        key={`${benefit.kind} count`}
        label={t("form.units")}
        value={benefit.quantity_max}
        onChange={(count) => put({ quantity_max: benefit.kind === "exchange" ? (count ?? 1) : count })}
      />
      {t("form.pieces")}
    </>
  );
}

function Items({ coupon, onChange, t }: FormProps) {
  const { scope } = coupon;
  const put = (part: Partial<Definition["scope"]>) => onChange({ ...coupon, scope: { ...scope, ...part } });
  return (
    <>
      <Sentence lead={t("form.on")}>
        <InlineCodes
          label={t("form.categories")}
          placeholder={t("form.all_items")}
          value={scope.categories}
          onChange={(categories) => put({ categories })}
        />
        <InlineCodes
          label={t("form.skus")}
          placeholder={t("form.skus_hint")}
          value={scope.skus}
          onChange={(skus) => put({ skus })}
        />
      </Sentence>
      <Sentence lead={t("form.except")}>
        <InlineCodes
          label={t("form.except_categories")}
          placeholder={t("form.categories_hint")}
          value={scope.except_categories}
          onChange={(except_categories) => put({ except_categories })}
        />
        <InlineCodes
          label={t("form.except_skus")}
          placeholder={t("form.skus_hint")}
          value={scope.except_skus}
          onChange={(except_skus) => put({ except_skus })}
        />
      </Sentence>
    </>
  );
}

function conditionsOf({ coupon, onChange }: FormProps) {
  const put = (part: Partial<Definition["conditions"]>) =>
    onChange({ ...coupon, conditions: { ...coupon.conditions, ...part } });
  return { conditions: coupon.conditions, put };
}

function Minimum(props: FormProps) {
  const { t } = props;
  const { conditions, put } = conditionsOf(props);
  return (
    <Sentence lead={t("form.from")}>
      <InlineMoney
        label={t("form.minimum")}
        value={conditions.minimum_minor}
        onChange={(minimum_minor) => put({ minimum_minor })}
      />
      {t("form.yuan")}
      <InlineSelect
        label={t("form.minimum_of")}
        value={conditions.minimum_of}
        options={(["before", "after"] as const).map((value) => ({ value, label: t(`minimum_of.${value}`) }))}
        onChange={(minimum_of) => put({ minimum_of })}
      />
      {t("form.and")}
      <InlineCount
        label={t("form.quantity")}
        value={conditions.quantity_min}
        onChange={(quantity_min) => put({ quantity_min })}
      />
      {t("form.pieces")}
      <span className="ht-note">{t("form.empty_is_none")}</span>
    </Sentence>
  );
}

function People(props: FormProps) {
  const { t } = props;
  const { conditions, put } = conditionsOf(props);
  return (
    <>
      <Sentence lead={t("form.for")}>
        <InlineCodes
          label={t("form.tiers")}
          placeholder={t("form.tiers_hint")}
          value={conditions.tiers}
          onChange={(tiers) => put({ tiers })}
        />
        <InlineCodes
          label={t("form.segments")}
          placeholder={t("form.segments_hint")}
          value={conditions.segments.map(String)}
          onChange={(codes) => put({ segments: codes.map(Number).filter((id) => Number.isSafeInteger(id) && id > 0) })}
        />
      </Sentence>
      <Sentence lead={t("form.in")}>
        <InlineCodes
          label={t("form.stores")}
          placeholder={t("form.stores_hint")}
          value={conditions.stores}
          onChange={(stores) => put({ stores })}
        />
        <InlineCodes
          label={t("form.channels")}
          placeholder={t("form.channels_hint")}
          value={conditions.channels}
          onChange={(channels) => put({ channels })}
        />
      </Sentence>
    </>
  );
}

function Times(props: FormProps) {
  const { t } = props;
  const { conditions, put } = conditionsOf(props);
  const { weekdays, hours } = conditions;
  const at = (part: "from" | "to", text: string) => {
    const next = { from: hours?.from ?? "10:00", to: hours?.to ?? "22:00", [part]: text };
    put({ hours: text === "" ? null : next });
  };
  return (
    <Sentence lead={t("form.on_days")}>
      <span className="ht-choices" role="group" aria-label={t("form.on_days")}>
        {[1, 2, 3, 4, 5, 6, 7].map((day) => (
          <button
            key={day}
            type="button"
            className="ht-choice"
            aria-pressed={weekdays.includes(day)}
            onClick={() =>
              put({
                weekdays: weekdays.includes(day) ? weekdays.filter((one) => one !== day) : [...weekdays, day].sort(),
              })
            }
          >
            {t(`weekday.${day}`)}
          </button>
        ))}
      </span>
      <input
        className="cp-inline cp-inline-time"
        type="time"
        aria-label={t("form.hours_from")}
        value={hours?.from ?? ""}
        onChange={(event) => at("from", event.target.value)}
      />
      –
      <input
        className="cp-inline cp-inline-time"
        type="time"
        aria-label={t("form.hours_to")}
        value={hours?.to ?? ""}
        onChange={(event) => at("to", event.target.value)}
      />
      <span className="ht-note">{t("form.always")}</span>
    </Sentence>
  );
}

function Beside({ coupon, onChange, t }: FormProps) {
  const { stacking } = coupon;
  const put = (part: Partial<Definition["stacking"]>) => onChange({ ...coupon, stacking: { ...stacking, ...part } });
  return (
    <Sentence lead={t("form.stacking")}>
      <InlineSelect
        label={t("form.stacking")}
        value={stacking.exclusive ? "exclusive" : "stackable"}
        options={(["stackable", "exclusive"] as const).map((value) => ({ value, label: t(`stacking.${value}`) }))}
        onChange={(value) => put(value === "exclusive" ? { exclusive: true, per_order_max: 1 } : { exclusive: false })}
      />
      {t("form.priority")}
      <InlineCount
        label={t("form.priority")}
        value={stacking.priority}
        onChange={(count) => put({ priority: Math.min(999, count ?? 100) })}
      />
      {t("form.group")}
      <InlineText
        label={t("form.group")}
        width={110}
        value={stacking.group ?? ""}
        onChange={(text) => put({ group: text === "" ? null : text })}
      />
      {t("form.per_order")}
      <InlineCount
        label={t("form.per_order")}
        value={stacking.per_order_max}
        onChange={(count) => put({ per_order_max: Math.max(1, Math.min(20, count ?? 1)) })}
      />
      {t("form.pieces_coupon")}
    </Sentence>
  );
}

function Costs({ coupon, onChange, t }: FormProps) {
  const { bearer, returns } = coupon;
  return (
    <>
      <Sentence lead={t("form.bearer")}>
        <InlineSelect
          label={t("form.bearer")}
          value={bearer.kind}
          options={(["brand", "store", "franchise_share"] as const).map((value) => ({
            value,
            label: t(`bearer_choice.${value}`),
          }))}
          onChange={(kind) =>
            onChange({ ...coupon, bearer: { kind, franchise_percent: kind === "franchise_share" ? 50 : 0 } })
          }
        />
        {bearer.kind === "franchise_share" ? (
          <>
            <InlineCount
              label={t("form.share")}
              value={bearer.franchise_percent}
              onChange={(count) =>
                onChange({ ...coupon, bearer: { ...bearer, franchise_percent: Math.min(100, count ?? 0) } })
              }
            />
            %
          </>
        ) : null}
      </Sentence>
      <Sentence lead={t("form.returns")}>
        <InlineSelect
          label={t("form.returns")}
          value={returns.give_back ? "yes" : "no"}
          options={(["yes", "no"] as const).map((value) => ({ value, label: t(`give_back.${value}`) }))}
          onChange={(value) => onChange({ ...coupon, returns: { ...returns, give_back: value === "yes" } })}
        />
        {returns.give_back ? (
          <>
            {t("form.grace")}
            <InlineCount
              label={t("form.grace")}
              value={returns.grace_days}
              onChange={(count) =>
                onChange({ ...coupon, returns: { ...returns, grace_days: Math.min(366, count ?? 0) } })
              }
            />
            {t("form.days")}
          </>
        ) : null}
      </Sentence>
    </>
  );
}
