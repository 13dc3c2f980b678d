import { SelectField, TextField } from "../../parts/form.tsx";
import type { Translate } from "../../texts/texts.ts";
import { useSegments } from "../segments/segment-data.ts";
import type { Coming, JourneyDefinition } from "./journeys-data.ts";
import { EventField } from "./node-form.tsx";
import { BLANK_SCHEDULE, ScheduleForm } from "./schedule-form.tsx";

interface Props {
  readonly drawn: JourneyDefinition;
  readonly coming: Coming;
  readonly onChange: (change: Partial<JourneyDefinition>, field?: string) => void;
  readonly t: Translate;
}

const ENTRY_KINDS = ["event", "segment", "schedule", "api"] as const;
const NO_GOAL = "";

/** How members come in, how often, what the journey is for. */
export function SettingsForm({ drawn, coming, onChange, t }: Props) {
  const { entry, goal } = drawn;
  const again = drawn.reentry?.kind === "again";
  return (
    <>
      <TextField label={t("field.name_zh")} value={drawn.zh} onChange={(zh) => onChange({ zh }, "zh")} />
      <TextField label={t("field.name_en")} value={drawn.en} onChange={(en) => onChange({ en }, "en")} />
      <SelectField
        label={t("field.entry")}
        value={entry?.kind ?? "event"}
        options={ENTRY_KINDS.map((kind) => ({ value: kind, label: t(`entry.${kind}`) }))}
        onChange={(kind) => onChange({ entry: blankEntry(kind) })}
      />
      {entry?.kind === "event" ? <EventEntry entry={entry} onChange={onChange} t={t} /> : null}
      {entry?.kind === "segment" ? <SegmentEntry entry={entry} onChange={onChange} t={t} /> : null}
      {entry?.kind === "schedule" ? <ScheduleForm entry={entry} coming={coming} onChange={onChange} t={t} /> : null}
      <SelectField
        label={t("field.reentry")}
        value={again ? "again" : "once"}
        options={["once", "again"].map((kind) => ({ value: kind, label: t(`reentry.${kind}`) }))}
        onChange={(kind) => onChange({ reentry: kind === "once" ? { kind } : { kind, after_days: 30 } })}
      />
      {again ? (
        <TextField
          label={t("field.after_days")}
          type="number"
          value={String(drawn.reentry.after_days ?? "")}
          onChange={(text) => onChange({ reentry: { kind: "again", after_days: Number(text) } }, "after_days")}
        />
      ) : null}
      <GoalFields goal={goal} onChange={onChange} t={t} />
      <SelectField
        label={t("field.priority")}
        value={drawn.priority ?? "normal"}
        hint={t("field.priority_hint")}
        options={["high", "normal", "low"].map((value) => ({ value, label: t(`priority.${value}`) }))}
        onChange={(priority) => onChange({ priority })}
      />
      <TextField
        label={t("field.hold_out")}
        type="number"
        value={String(drawn.hold_out_percent ?? "")}
        hint={t("field.hold_out_hint")}
        onChange={(text) => onChange({ hold_out_percent: Number(text) }, "hold_out")}
      />
    </>
  );
}

interface GoalProps {
  readonly goal: JourneyDefinition["goal"] | undefined;
  readonly onChange: Props["onChange"];
  readonly t: Translate;
}

function GoalFields({ goal, onChange, t }: GoalProps) {
  return (
    <>
      <SelectField
        label={t("field.goal")}
        value={goal === null || goal === undefined ? NO_GOAL : "some"}
        options={[
          { value: NO_GOAL, label: t("goal.none") },
          { value: "some", label: t("goal.some") },
        ]}
        onChange={(value) => onChange({ goal: value === NO_GOAL ? null : { event: "order", exit: true } })}
      />
      {goal === null || goal === undefined ? null : (
        <>
          <EventField
            label={t("field.goal_event")}
            value={goal.event}
            onChange={(event) => onChange({ goal: { ...goal, event } })}
          />
          <label className="ht-field">
            <span>
              <input
                type="checkbox"
                checked={goal.exit}
                onChange={(event) => onChange({ goal: { ...goal, exit: event.target.checked } })}
              />{" "}
              {t("field.goal_exit")}
            </span>
          </label>
        </>
      )}
    </>
  );
}

function blankEntry(kind: string): JourneyDefinition["entry"] {
  if (kind === "event") return { kind, event: "order" };
  if (kind === "segment") return { kind, segment_id: 0, movement: "entered" };
  return kind === "schedule" ? BLANK_SCHEDULE : { kind };
}

interface EntryProps {
  readonly entry: JourneyDefinition["entry"];
  readonly onChange: Props["onChange"];
  readonly t: Translate;
}

function EventEntry({ entry, onChange, t }: EntryProps) {
  return (
    <>
      <EventField
        label={t("field.event")}
        value={String(entry["event"] ?? "")}
        onChange={(event) => onChange({ entry: { ...entry, event } })}
      />
      <SelectField
        label={t("field.each")}
        value={String(entry["each"] ?? "member")}
        options={["member", "record"].map((each) => ({ value: each, label: t(`each.${each}`) }))}
        onChange={(each) => onChange({ entry: { ...entry, each } })}
      />
    </>
  );
}

function SegmentEntry({ entry, onChange, t }: EntryProps) {
  const { data } = useSegments();
  const items = data?.items ?? [];
  const chosen = String(entry["segment_id"] ?? 0);
  const options = items.map((one) => ({ value: String(one.segment_id), label: one.name }));
  const known = options.some(({ value }) => value === chosen);
  return (
    <>
      <SelectField
        label={t("field.segment")}
        value={chosen}
        options={known ? options : [{ value: chosen, label: t("field.choose") }, ...options]}
        onChange={(id) => onChange({ entry: { ...entry, segment_id: Number(id) } })}
      />
      <SelectField
        label={t("field.movement")}
        value={String(entry["movement"])}
        options={["entered", "left"].map((movement) => ({ value: movement, label: t(`movement.${movement}`) }))}
        onChange={(movement) => onChange({ entry: { kind: "segment", segment_id: entry["segment_id"], movement } })}
      />
      {entry["movement"] === "entered" ? (
        <label className="ht-field">
          <span>
            <input
              type="checkbox"
              checked={entry["present"] === true}
              onChange={(event) => onChange({ entry: { ...entry, present: event.target.checked } })}
            />{" "}
            {t("field.present")}
          </span>
        </label>
      ) : null}
    </>
  );
}
