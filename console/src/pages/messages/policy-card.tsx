import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { FormError } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { CATEGORIES, type Policy, useMessageAct } from "./messages-data.ts";
import { NumberPart, Part, Pick, Rows, Sentence, Ticks, useOptions } from "./policy-parts.tsx";

type Change = (policy: Policy) => void;
type Quiet = NonNullable<Policy["quiet"]>;
const FRESH_HOUSEHOLD: Policy["household_caps"][number] = { channel: "sms", period: "day", max: 3 };
interface PartProps {
  readonly policy: Policy;
  readonly change: Change;
  readonly may: boolean;
}

/** Whether every number is one, and no list chooses nothing. */
function isWhole({ quiet, member_caps, household_caps, budgets, repeat_after_hours }: Policy): boolean {
  const within = (value: number, least: number, most: number) => value >= least && value <= most;
  return (
    (quiet === null ||
      (quiet.from !== quiet.to &&
        quiet.channels.length > 0 &&
        quiet.categories.length > 0 &&
        quiet.from !== "" &&
        quiet.to !== "")) &&
    [...member_caps, ...household_caps].every(({ max }) => within(max, 1, 1_000_000)) &&
    budgets.every(({ limit_minor }) => within(limit_minor, 0, 1_000_000_000_000)) &&
    Object.values(repeat_after_hours).every((hours) => within(hours, 0, 8_760))
  );
}

/** The rules of the gate as sentences that are changed where they stand. */
export function PolicyCard({ policy: kept }: { policy: Policy }) {
  const t = useTexts("messages");
  const may = useCan("channels.manage");
  const [policy, change] = useState(kept);
  const changed = JSON.stringify(policy) !== JSON.stringify(kept);
  const save = useMessageAct(() => api.put("/api/messages/policy", policy), { done: t("policy.saved"), quiet: true });
  const parts = { policy, change, may };
  return (
    <Card
      title={t("policy.title")}
      note={t("policy.note")}
      extra={
        may ? (
          <>
            {changed ? <Button onClick={() => change(kept)}>{t("policy.reset")}</Button> : null}
            <Button
              type="primary"
              disabled={!changed || !isWhole(policy)}
              loading={save.isPending}
              onClick={() => save.mutate(undefined)}
            >
              {t("policy.save")}
            </Button>
          </>
        ) : undefined
      }
    >
      <div className="ms-policy">
        <QuietPart {...parts} />
        <CapsPart {...parts} />
        <HouseholdPart {...parts} />
        <BudgetPart {...parts} />
        <RepeatPart {...parts} />
      </div>
      {changed && !isWhole(policy) ? <p className="ht-tone-warn">{t("policy.not_whole")}</p> : null}
      <FormError text={save.error ? errorSentence(save.error, t("shared:state.offline")) : null} />
    </Card>
  );
}

interface QuietProps {
  readonly quiet: Quiet;
  readonly may: boolean;
  readonly set: (more: Partial<Quiet>) => void;
}

function QuietSentence({ quiet, may, set }: QuietProps) {
  const { t, channels, categories } = useOptions();
  const time = (name: "from" | "to") => (
    <input
      type="time"
      className="ht-input"
      aria-label={t(`policy.quiet_${name}`)}
      disabled={!may}
      value={quiet[name]}
      onChange={(event) => set({ [name]: event.target.value })}
    />
  );
  return (
    <Sentence
      text={t("policy.quiet_text")}
      fields={{
        from: time("from"),
        to: time("to"),
        channels: (
          <Ticks
            label={t("field.channel")}
            keys={channels}
            on={quiet.channels}
            may={may}
            onPut={(list) => set({ channels: list })}
          />
        ),
        categories: (
          <Ticks
            label={t("field.category")}
            keys={categories}
            on={quiet.categories}
            may={may}
            onPut={(list) => set({ categories: list })}
          />
        ),
        then: (
          <Pick
            label={t("policy.then")}
            value={quiet.then}
            disabled={!may}
            options={[
              ["later", t("policy.later")],
              ["drop", t("policy.drop")],
            ]}
            onChange={(then) => set({ then: then as "later" })}
          />
        ),
      }}
    />
  );
}

function QuietPart({ policy, change, may }: PartProps) {
  const t = useTexts("messages");
  const { quiet } = policy;
  return (
    <Part title={t("policy.quiet")}>
      <label className="ms-check">
        <input
          type="checkbox"
          disabled={!may}
          checked={quiet !== null}
          onChange={() =>
            change({
              ...policy,
              quiet:
                quiet === null
                  ? { from: "21:00", to: "09:00", channels: ["sms", "email"], categories: ["marketing"], then: "later" }
                  : null,
            })
          }
        />
        {t("policy.quiet_on")}
      </label>
      {quiet === null ? null : (
        <QuietSentence quiet={quiet} may={may} set={(more) => change({ ...policy, quiet: { ...quiet, ...more } })} />
      )}
    </Part>
  );
}

function CapsPart({ policy, change, may }: PartProps) {
  const { t, any_channel, any_category, periods } = useOptions();
  return (
    <Rows
      title={t("policy.caps")}
      none={t("policy.no_caps")}
      rows={policy.member_caps}
      most={20}
      fresh={{ channel: null, category: "marketing", period: "day", max: 1 }}
      may={may}
      onRows={(member_caps) => change({ ...policy, member_caps })}
      line={(cap, set) => (
        <Sentence
          text={t("policy.cap_text")}
          fields={{
            period: (
              <Pick
                label={t("policy.period")}
                disabled={!may}
                value={cap.period}
                options={periods.slice(0, 2)}
                onChange={(period) => set({ period: period as "day" })}
              />
            ),
            max: (
              <NumberPart label={t("policy.max")} disabled={!may} value={cap.max} onChange={(max) => set({ max })} />
            ),
            channel: (
              <Pick
                label={t("field.channel")}
                disabled={!may}
                value={cap.channel}
                options={any_channel}
                onChange={(channel) => set({ channel: channel as "sms" })}
              />
            ),
            category: (
              <Pick
                label={t("field.category")}
                disabled={!may}
                value={cap.category}
                options={any_category}
                onChange={(category) => set({ category: category as "service" })}
              />
            ),
          }}
        />
      )}
    />
  );
}

function HouseholdPart({ policy, change, may }: PartProps) {
  const { t, channels, periods } = useOptions();
  return (
    <Rows
      title={t("policy.household")}
      none={t("policy.no_household")}
      rows={policy.household_caps}
      most={8}
      fresh={FRESH_HOUSEHOLD}
      may={may}
      onRows={(household_caps) => change({ ...policy, household_caps })}
      line={(cap, set) => (
        <Sentence
          text={t("policy.household_text")}
          fields={{
            period: (
              <Pick
                label={t("policy.period")}
                disabled={!may}
                value={cap.period}
                options={periods.slice(0, 2)}
                onChange={(period) => set({ period: period as "day" })}
              />
            ),
            max: (
              <NumberPart label={t("policy.max")} disabled={!may} value={cap.max} onChange={(max) => set({ max })} />
            ),
            channel: (
              <Pick
                label={t("field.channel")}
                disabled={!may}
                value={cap.channel}
                options={channels}
                onChange={(channel) => set({ channel: channel as "sms" })}
              />
            ),
          }}
        />
      )}
    />
  );
}

function BudgetPart({ policy, change, may }: PartProps) {
  const { t, any_channel, periods } = useOptions();
  return (
    <Rows
      title={t("policy.budgets")}
      none={t("policy.no_budgets")}
      rows={policy.budgets}
      most={8}
      fresh={{ channel: "sms", period: "month", limit_minor: 100_000 }}
      may={may}
      onRows={(budgets) => change({ ...policy, budgets })}
      line={(budget, set) => (
        <Sentence
          text={t("policy.budget_text")}
          fields={{
            period: (
              <Pick
                label={t("policy.period")}
                disabled={!may}
                value={budget.period}
                options={periods.filter(([key]) => key !== "week")}
                onChange={(period) => set({ period: period as "day" })}
              />
            ),
            max: (
              <NumberPart
                label={t("policy.amount")}
                disabled={!may}
                scale={100}
                value={budget.limit_minor}
                onChange={(limit_minor) => set({ limit_minor })}
              />
            ),
            channel: (
              <Pick
                label={t("field.channel")}
                disabled={!may}
                value={budget.channel}
                options={any_channel}
                onChange={(channel) => set({ channel: channel as "sms" })}
              />
            ),
          }}
        />
      )}
    />
  );
}

function RepeatPart({ policy, change, may }: PartProps) {
  const t = useTexts("messages");
  return (
    <Part title={t("policy.repeat")}>
      {CATEGORIES.map((category) => (
        <Sentence
          key={category}
          text={t("policy.repeat_text", { category: t(`category.${category}`) })}
          fields={{
            hours: (
              <NumberPart
                label={t("policy.hours_of", { category: t(`category.${category}`) })}
                disabled={!may}
                value={policy.repeat_after_hours[category]}
                onChange={(hours) =>
                  change({ ...policy, repeat_after_hours: { ...policy.repeat_after_hours, [category]: hours } })
                }
              />
            ),
          }}
        />
      ))}
    </Part>
  );
}
