import { createHash } from "node:crypto";
import { ASSESSMENT_ITEMS } from "../../../definitions/trust/assessment-items.ts";
import type { Ground } from "../../ground.ts";
import { businessDay } from "../../platform/index.ts";
import { settingOf, SYSTEM_SCOPE } from "../../store/index.ts";
import { ACCESS_CHECKS } from "./access-checks.ts";
import { insertAssessment, type ResultRow } from "./assessment-store.ts";
import { assetsOf } from "./assets.ts";
import { AUDIT_CHECKS } from "./audit-checks.ts";
import { DATA_CHECKS } from "./data-checks.ts";
import { type EvidenceRow, validEvidence } from "./evidence.ts";
import type { AssessmentItem, Check, Finding, Result } from "./item.ts";
import { PLATFORM_CHECKS } from "./platform-checks.ts";

export const CHECKS: Readonly<Record<string, Check>> = {
  ...ACCESS_CHECKS,
  ...AUDIT_CHECKS,
  ...DATA_CHECKS,
  ...PLATFORM_CHECKS,
};

const ORDER: readonly Result[] = ["not_met", "partly", "met"];

/** Looks at one item now. What nobody knows counts as not met. */
export async function assessItem(
  ground: Ground,
  item: AssessmentItem,
  evidence: EvidenceRow | undefined,
): Promise<ResultRow> {
  const began = performance.now();
  const check = CHECKS[item.id];
  let found: Finding;
  let unknown = false;
  try {
    found = check === undefined ? asked(item) : await check(ground);
  } catch (error) {
    unknown = true;
    const reason = error instanceof Error ? error.message.slice(0, 200) : String(error);
    found = {
      result: "not_met",
      zh: `无法查明，按不符合计：${reason}`,
      en: `Not known, which counts as not met: ${reason}`,
      facts: {},
    };
  }
  const judged = evidence === undefined || unknown ? found : withEvidence(item, found, evidence, check !== undefined);
  return {
    item: item.id,
    ...judged,
    unknown,
    evidence_id: judged === found ? null : (evidence?.evidence_id ?? null),
    took_ms: Math.round(performance.now() - began),
  };
}

function asked(item: AssessmentItem): Finding {
  return {
    result: "not_met",
    zh: `需要证据：${item.step.zh}`,
    en: `Evidence is asked for: ${item.step.en}`,
    facts: {},
  };
}

/**
 * What people's evidence adds. An item that the application proves alone is never changed by a paper (addEvidence refuses
 * it). A running proof that says no is not overruled either: evidence can raise what is missing to "partly" only.
 */
function withEvidence(item: AssessmentItem, found: Finding, evidence: EvidenceRow, proved: boolean): Finding {
  if (item.who === "A" || found.result === "met") return found;
  const best: Result =
    evidence.claim === "not_applicable"
      ? "not_applicable"
      : proved && found.result === "not_met"
        ? "partly"
        : evidence.claim;
  if (best !== "not_applicable" && ORDER.indexOf(best) <= ORDER.indexOf(found.result)) return found;
  return {
    result: best,
    zh: `${found.zh} 证据（${evidence.dated}，有效至 ${evidence.valid_until}）：${evidence.note}`,
    en: `${found.en} Evidence of ${evidence.dated}, valid until ${evidence.valid_until}: ${evidence.note}`,
    facts: { ...found.facts, evidence_hash: evidence.file_hash },
  };
}

export interface Progress {
  (done: number, total: number): Promise<void> | void;
}

/** Runs every check, keeps the results and @returns the assessment's number. */
export async function assess(
  ground: Ground,
  options: { readonly person_id: number | null; readonly progress?: Progress; readonly signal?: AbortSignal },
): Promise<number | undefined> {
  const started_at = ground.wall.now();
  const day = businessDay(started_at, ground.config.timezone);
  const { evidence, seeded } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    evidence: await validEvidence(tx, day),
    seeded: await settingOf<unknown>(tx, "seeded"),
  }));
  const results: ResultRow[] = [];
  for (const [done, item] of ASSESSMENT_ITEMS.entries()) {
    if (options.signal?.aborted === true) return undefined;
    await options.progress?.(done, ASSESSMENT_ITEMS.length);
    results.push(await assessItem(ground, item, evidence.get(item.id)));
  }
  await options.progress?.(ASSESSMENT_ITEMS.length, ASSESSMENT_ITEMS.length);
  const subject = { ...(await assetsOf()), config_hash: configHash(ground), standard: "GB/T 22239-2019 8.1.4, 8.1.5" };
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    insertAssessment(tx, {
      started_at,
      finished_at: ground.wall.now(),
      person_id: options.person_id,
      demo: isDemo(seeded),
      subject,
      results,
    }),
  );
}

function isDemo(seeded: unknown): boolean {
  return seeded !== undefined && !(typeof seeded === "object" && seeded !== null && "demo" in seeded);
}

const SECRET = /url|key|secret/;

/** Over the configuration without what is secret: two assessments of the same hash looked at the same settings. */
function configHash({ config }: Ground): string {
  const open = Object.entries(config)
    .filter(([name]) => !SECRET.test(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(open)).digest("hex");
}
