import { type FieldClass, fieldClass } from "./field-class.ts";

/** Columns by table: those of a class, and those that say nothing about a person. */
type Columns = Readonly<Record<string, string>>;

const NOTHING = "-";

/**
 * Every column of the schemas in which personal data stand, with its class; `-` for what says nothing about a person. A
 * test compares this with the database, so that no column is added without saying what for, on what basis and how long.
 */
const REGISTER: Readonly<Record<string, Columns>> = {
  "members.party": {
    identifier: "party_id anchor_kind anchor_token member_id",
    [NOTHING]: "source_id made_at erased_at",
  },
  "members.holding": {
    identifier: "party_id kind token",
    identity_evidence:
      "first_at last_at stated_at ended_at tie kept_first_at kept_last_at kept_stated_at kept_ended_at",
    [NOTHING]: "source_id",
  },
  "members.evidence": {
    identity_evidence: "record_id party_id token kind at stated ends",
    [NOTHING]: "source_id",
  },
  "members.quarantine": {
    identifier: "token kind",
    [NOTHING]: "reason holders since released_at released_by release_reason",
  },
  "members.fact": {
    profile: "party_id field observed_at value token hint",
    [NOTHING]: "record_id source_id person_id undoable",
  },
  "members.consent": {
    consent: "party_id purpose medium state text_version at via",
    [NOTHING]: "record_id source_id person_id",
  },
  "members.event": {
    behaviour: "party_id occurred_at kind store_code channel sku category subject amount_minor quantity properties",
    [NOTHING]: "event_id record_id source_id received_at",
  },
  "members.join_log": {
    identity_evidence: "party_a party_b member_kept member_absorbed kind token",
    [NOTHING]: "join_id rule joined_at person_id undone_at undone_by undone_person_id undone_reason",
  },
  "members.decision": { [NOTHING]: "decision_id verdict person_id reason held_by decided_at revoked_at" },
  "members.decision_party": { identity_evidence: "party_id", [NOTHING]: "decision_id side" },
  "members.conflict": {
    identity_evidence: "party_a party_b kind token",
    [NOTHING]: "conflict_id conflict state found_at closed_at person_id reason",
  },
  "members.search_key": { identifier: "party_id kind key source_token" },
  "members.profile": {
    profile: `member_id joined_at join_channel gender birth_year birth_month birth_day city city_tier province occupation
      children home_store_code associate_code phone_verified wechat_bound wecom_friend has_phone has_email has_openid is_staff
      is_test is_wholesale is_reseller profiling_refused profile_filled name_token phone_token`,
    behaviour: "orders net_minor last_order_at",
    [NOTHING]: "sources changed_at",
  },
  "members.erasure": {
    rights: "member_id party_ids erased_at reason",
    [NOTHING]: "person_id keys_destroyed",
  },
  "members.memory_epoch": { [NOTHING]: "epoch" },
  "vault.sealed": { sealed: "token ciphertext", [NOTHING]: "kind" },
  "ingest.record": {
    source_record: "identities body occurred_at",
    [NOTHING]: "record_id inbox_id ordinal kind times",
  },
};

export interface RegisteredField
  extends Pick<FieldClass, "zh" | "en" | "level" | "purpose_zh" | "purpose_en" | "activity" | "legal_basis" | "days"> {
  readonly table: string;
  readonly column: string;
  readonly field_class: string;
}

/** Every stored personal column with what the law wants said of it. */
export function fieldRegister(): RegisteredField[] {
  return namedColumns().flatMap(({ table, column, key }) => {
    if (key === NOTHING) return [];
    const { zh, en, level, purpose_zh, purpose_en, activity, legal_basis, days } = fieldClass(key);
    return { table, column, field_class: key, zh, en, level, purpose_zh, purpose_en, activity, legal_basis, days };
  });
}

/** All columns that the register names, also those without a person behind them. */
export function namedColumns(): { readonly table: string; readonly column: string; readonly key: string }[] {
  return Object.entries(REGISTER).flatMap(([table, classes]) =>
    Object.entries(classes).flatMap(([key, columns]) => columns.split(/\s+/).map((column) => ({ table, column, key }))),
  );
}
