import { formatCount, formatInstant, listText } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import type { Activity, ActivityDraft, ConsentText, Registers } from "./registers-data.ts";

/** A purpose in words: as such, or as the activity that has it; its code where nobody named it. */
export function purposeName({ activities }: Pick<Registers, "activities">, purpose: string, t: Translate): string {
  const activity = activities.find((one) => one.purpose === purpose && one.state !== "past");
  const named = activity === undefined ? purpose : pick(activity.zh, activity.en);
  return t(`shared:purpose.${purpose}`, { defaultValue: named });
}

/** What an activity says, line by line, as people read it. */
export function activityLines(row: Omit<ActivityDraft, "activity">, t: Translate): [name: string, value: string][] {
  const flag = (on: boolean) => t(on ? "yes" : "no");
  return [
    [t("register.name_zh"), row.zh],
    [t("register.name_en"), row.en],
    [t("register.basis"), t(`basis.${row.legal_basis}`)],
    [t("register.purpose"), row.purpose ?? "—"],
    [t("register.data"), listText(row.data_classes)],
    [t("register.kept"), t("register.days", { n: formatCount(row.retention_days) })],
    [t("register.recipients"), row.recipients.length === 0 ? t("register.nobody") : listText(row.recipients)],
    [t("register.is_automated"), flag(row.is_automated)],
    [t("register.is_sensitive"), flag(row.is_sensitive)],
    [t("register.is_abroad"), flag(row.is_abroad)],
  ];
}

export interface Change {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** In which lines two versions differ. */
export function activityChanges(
  before: Omit<ActivityDraft, "activity">,
  after: Omit<ActivityDraft, "activity">,
  t: Translate,
): Change[] {
  const lines = activityLines(after, t);
  return activityLines(before, t).flatMap(([name, value], place) => {
    const now = lines[place]?.[1] ?? "";
    return now === value ? [] : [{ name, before: value, after: now }];
  });
}

/** Who drafted a version and who put it in force, and when. */
export function versionNote(row: Activity | ConsentText, t: Translate): string {
  const at = (instant: string) => formatInstant(instant, { day: true });
  const drafted = t("register.drafted_by", { who: row.made_name ?? t("register.nobody_known"), at: at(row.made_at) });
  if (row.published_at === null) return drafted;
  const who = row.published_name ?? t("register.nobody_known");
  return `${drafted} · ${t("register.published_by", { who, at: at(row.published_at) })}`;
}
