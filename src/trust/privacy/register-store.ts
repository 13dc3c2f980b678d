import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";

export const LEGAL_BASES = [
  "consent",
  "separate_consent",
  "contract",
  "legal_duty",
  "emergency",
  "public_interest",
  "made_public",
] as const;
/** What asks for an impact assessment (PIPL 55); `purpose`: a purpose that is new here, which we always assess. */
export const ASSESSMENT_TRIGGERS = [
  "sensitive",
  "automated_decision",
  "entrusted",
  "provided",
  "made_public",
  "abroad",
  "major_effect",
  "purpose",
] as const;

export interface Activity {
  readonly activity: string;
  readonly version: number;
  readonly purpose: string | null;
  readonly zh: string;
  readonly en: string;
  readonly data_classes: readonly string[];
  readonly legal_basis: (typeof LEGAL_BASES)[number];
  readonly retention_days: number;
  readonly recipients: readonly string[];
  readonly is_automated: boolean;
  readonly is_sensitive: boolean;
  readonly is_abroad: boolean;
  readonly state: "draft" | "published" | "past";
  readonly made_by: number | null;
  readonly made_at: Date;
  readonly published_by: number | null;
  readonly published_at: Date | null;
}
export type ActivityDraft = Omit<
  Activity,
  "version" | "state" | "made_by" | "made_at" | "published_by" | "published_at"
>;

export interface By {
  readonly person_id: number | null;
  readonly now: Date;
}

const ACTIVITY =
  "activity, version, purpose, zh, en, data_classes, legal_basis, retention_days, recipients, is_automated, is_sensitive, is_abroad, state, made_by, made_at, published_by, published_at";

export async function listActivities(tx: Tx): Promise<Activity[]> {
  return tx.query<Activity>(`select ${ACTIVITY} from trust.processing_activity order by activity, version desc`);
}

/** Keeps a draft as the next version; one draft of an activity at a time, a later one takes its place. @returns the version */
export async function draftActivity(tx: Tx, draft: ActivityDraft, by: By): Promise<number> {
  // two drafts at once would both be the next version
  await tx.query("select pg_advisory_xact_lock(hashtext('activity ' || $1))", [draft.activity]);
  const approved = await tx.one<{ version: number }>(
    `select p.version from trust.processing_activity p join trust.impact_assessment a using (activity, version)
     where p.activity = $1 and p.state = 'draft' and a.approved_at is not null limit 1`,
    [draft.activity],
  );
  if (approved !== undefined) throw problem("privacy.draft_approved", { activity: draft.activity, ...approved });
  await tx.query(
    "delete from trust.impact_assessment a using trust.processing_activity p where p.activity = $1 and p.state = 'draft' and a.activity = p.activity and a.version = p.version",
    [draft.activity],
  );
  await tx.query("delete from trust.processing_activity where activity = $1 and state = 'draft'", [draft.activity]);
  const row = await tx.one<{ version: number }>(
    `insert into trust.processing_activity (activity, version, purpose, zh, en, data_classes, legal_basis, retention_days, recipients,
       is_automated, is_sensitive, is_abroad, state, made_by, made_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5::text[], $6, $7, $8::text[], $9, $10, $11, 'draft', $12, $13
     from trust.processing_activity where activity = $1 returning version`,
    [
      draft.activity,
      draft.purpose,
      draft.zh,
      draft.en,
      draft.data_classes,
      draft.legal_basis,
      draft.retention_days,
      draft.recipients,
      draft.is_automated,
      draft.is_sensitive,
      draft.is_abroad,
      by.person_id,
      by.now,
    ],
  );
  return row?.version ?? 0;
}

/** Puts a draft in force in the place of the version before. @returns false when it is no draft */
export async function publishActivity(tx: Tx, activity: string, version: number, by: By): Promise<boolean> {
  await tx.query("update trust.processing_activity set state = 'past' where activity = $1 and state = 'published'", [
    activity,
  ]);
  const changed = await tx.execute(
    `update trust.processing_activity set state = 'published', published_by = $3, published_at = $4
     where activity = $1 and version = $2 and state = 'draft'`,
    [activity, version, by.person_id, by.now],
  );
  return changed === 1;
}

export interface Assessment {
  readonly assessment_id: number;
  readonly activity: string;
  readonly version: number;
  readonly triggers: readonly string[];
  readonly necessity: string;
  readonly effects: string;
  readonly measures: string;
  readonly risk: "low" | "middle" | "high";
  readonly made_by: number;
  readonly made_at: Date;
  readonly approved_by: number | null;
  readonly approved_at: Date | null;
  readonly is_alone: boolean;
  readonly kept_until: string | null;
}
export type AssessmentDraft = Pick<
  Assessment,
  "activity" | "version" | "triggers" | "necessity" | "effects" | "measures" | "risk"
>;

const ASSESSMENT =
  "assessment_id, activity, version, triggers, necessity, effects, measures, risk, made_by, made_at, approved_by, approved_at, is_alone, kept_until";

export async function listAssessments(tx: Tx): Promise<Assessment[]> {
  return tx.query<Assessment>(`select ${ASSESSMENT} from trust.impact_assessment order by assessment_id desc`);
}

export async function assessmentById(tx: Tx, assessment_id: number): Promise<Assessment | undefined> {
  return tx.one<Assessment>(`select ${ASSESSMENT} from trust.impact_assessment where assessment_id = $1 for update`, [
    assessment_id,
  ]);
}

export async function insertAssessment(tx: Tx, draft: AssessmentDraft, by: By): Promise<number> {
  const row = await tx.one<{ assessment_id: number }>(
    `insert into trust.impact_assessment (activity, version, triggers, necessity, effects, measures, risk, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning assessment_id`,
    [
      draft.activity,
      draft.version,
      draft.triggers,
      draft.necessity,
      draft.effects,
      draft.measures,
      draft.risk,
      by.person_id ?? 0,
      by.now,
    ],
  );
  return row?.assessment_id ?? 0;
}

export async function approveAssessment(
  tx: Tx,
  assessment_id: number,
  by: By & { readonly alone: boolean },
): Promise<void> {
  await tx.query(
    `update trust.impact_assessment set approved_by = $2, approved_at = $3, is_alone = $4,
       kept_until = ($3::timestamptz + interval '3 years' + interval '1 day')::date where assessment_id = $1`,
    [assessment_id, by.person_id ?? 0, by.now, by.alone],
  );
}

export interface ConsentText {
  readonly purpose: string;
  readonly language: "zh" | "en";
  readonly version: string;
  readonly body: string;
  readonly sha256: string;
  readonly state: "draft" | "published" | "past";
  readonly valid_from: string | null;
  readonly made_by: number | null;
  readonly made_at: Date;
  readonly published_by: number | null;
  readonly published_at: Date | null;
}

const TEXT =
  "purpose, language, version, body, sha256, state, valid_from, made_by, made_at, published_by, published_at";

export async function listTexts(tx: Tx): Promise<ConsentText[]> {
  return tx.query<ConsentText>(`select ${TEXT} from trust.consent_text order by purpose, language, made_at desc`);
}

/** @returns false when there is a text of this version that is no draft */
export async function draftText(
  tx: Tx,
  draft: Pick<ConsentText, "purpose" | "language" | "version" | "body" | "sha256">,
  by: By,
): Promise<boolean> {
  const changed = await tx.execute(
    `insert into trust.consent_text (purpose, language, version, body, sha256, state, made_by, made_at) values ($1, $2, $3, $4, $5, 'draft', $6, $7)
     on conflict (purpose, language, version) do update set body = excluded.body, sha256 = excluded.sha256, made_by = excluded.made_by,
       made_at = excluded.made_at where consent_text.state = 'draft'`,
    [draft.purpose, draft.language, draft.version, draft.body, draft.sha256, by.person_id, by.now],
  );
  return changed === 1;
}

export type TextKey = Pick<ConsentText, "purpose" | "language" | "version">;

/** @returns false when it is no draft */
export async function publishText(tx: Tx, key: TextKey, valid_from: string, by: By): Promise<boolean> {
  await tx.query(
    "update trust.consent_text set state = 'past' where purpose = $1 and language = $2 and state = 'published'",
    [key.purpose, key.language],
  );
  const changed = await tx.execute(
    `update trust.consent_text set state = 'published', valid_from = $4, published_by = $5, published_at = $6
     where purpose = $1 and language = $2 and version = $3 and state = 'draft'`,
    [key.purpose, key.language, key.version, valid_from, by.person_id, by.now],
  );
  return changed === 1;
}

/** Whether a text of this version is in force for the purpose on a day: one for a later day leaves the one before in force. */
export async function isTextInForce(tx: Tx, purpose: string, version: string, today: string): Promise<boolean> {
  const row = await tx.one(
    `select 1 from trust.consent_text t where purpose = $1 and version = $2 and state <> 'draft' and valid_from <= $3
       and not exists (select from trust.consent_text l where l.purpose = t.purpose and l.language = t.language
         and l.state <> 'draft' and l.valid_from <= $3 and l.published_at > t.published_at) limit 1`,
    [purpose, version, today],
  );
  return row !== undefined;
}
