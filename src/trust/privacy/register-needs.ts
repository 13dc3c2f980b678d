import { type Problem, problem } from "../../platform/index.ts";
import type { Activity, Assessment, ConsentText } from "./register-store.ts";

/** What a draft of an activity lacks before it can be published; null when nothing does. */
export function activityLacks(
  { activity, version }: Pick<Activity, "activity" | "version">,
  assessments: readonly Pick<Assessment, "assessment_id" | "activity" | "version" | "approved_at">[],
): Problem | null {
  const own = assessments.filter((one) => one.activity === activity && one.version === version);
  if (own.some(({ approved_at }) => approved_at !== null)) return null;
  const [waiting] = own;
  return waiting === undefined
    ? problem("privacy.not_assessed", { activity, version })
    : problem("privacy.assessment_waiting", { activity, version, assessment_id: waiting.assessment_id });
}

/** What a draft of a text lacks before it can be published: its purpose, judged and in force; null when nothing does. */
export function textLacks(
  { purpose }: Pick<ConsentText, "purpose">,
  activities: readonly Activity[],
  assessments: readonly Assessment[],
): Problem | null {
  const own = activities.filter((one) => one.purpose === purpose);
  if (own.some(({ state }) => state === "published")) return null;
  const draft = own.find(({ state }) => state === "draft");
  if (draft === undefined) return problem("privacy.purpose_unknown", { purpose });
  const { activity, version } = draft;
  const lacks = activityLacks(draft, assessments);
  const missing = lacks === null ? "publication" : lacks.code === "privacy.not_assessed" ? "assessment" : "approval";
  return problem("privacy.purpose_unpublished", { purpose, activity, version, missing });
}
