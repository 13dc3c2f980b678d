import type { IdentifiedRecord } from "../ingest/index.ts";

export interface ConsentRow {
  readonly party_id: number;
  readonly purpose: string;
  readonly medium: string;
  readonly record_id: string;
  /** `unproven`: somebody wrote "yes", but which text was agreed to, when and where is not known: no consent. */
  readonly state: "granted" | "withdrawn" | "unproven";
  readonly text_version: string | null;
  readonly at: Date;
  readonly via: string | null;
  readonly source_id: number | null;
  readonly person_id: number | null;
}

interface Claim {
  readonly granted: boolean;
  readonly text_version: string | null;
  readonly at: string | null;
  readonly via: string | null;
}

/** A "no" needs no proof; a "yes" is consent only with the version of its text, its time and where it was given. */
export function consentState(claim: Claim): ConsentRow["state"] {
  if (!claim.granted) return "withdrawn";
  return claim.text_version !== null && claim.at !== null && claim.via !== null ? "granted" : "unproven";
}

/** What a record says about consents: a `consent` event, or the list in a member record. */
export function consentsOf(record: IdentifiedRecord, party_id: number): ConsentRow[] {
  const { body } = record;
  if (record.kind === "consent") {
    const medium = text(body["medium"]);
    const row =
      medium === null ? undefined : consentRow(record, party_id, body, medium, record.occurred_at.toISOString());
    return row === undefined ? [] : [row];
  }
  if (record.kind !== "member" || !Array.isArray(body["consents"])) return [];
  const newest = new Map<string, ConsentRow>();
  for (const item of body["consents"] as Record<string, unknown>[]) {
    const medium = text(item["channel"]) ?? text(item["medium"]);
    const row = medium === null ? undefined : consentRow(record, party_id, item, medium, text(item["at"]));
    if (row === undefined) continue;
    const key = `${row.purpose} ${row.medium}`;
    const other = newest.get(key);
    // One record that says both yes and no about the same thing says no.
    if (
      other === undefined ||
      row.at > other.at ||
      (row.at.getTime() === other.at.getTime() && row.state === "withdrawn")
    )
      newest.set(key, row);
  }
  return [...newest.values()];
}

function consentRow(
  record: IdentifiedRecord,
  party_id: number,
  item: Readonly<Record<string, unknown>>,
  medium: string,
  at: string | null,
): ConsentRow | undefined {
  const purpose = text(item["purpose"]);
  if (purpose === null || typeof item["granted"] !== "boolean") return undefined;
  const claim: Claim = {
    granted: item["granted"],
    text_version: text(item["text_version"]),
    at,
    via: text(item["via"]),
  };
  return {
    party_id,
    purpose,
    medium,
    record_id: record.record_id,
    state: consentState(claim),
    text_version: claim.text_version,
    at: at === null ? record.occurred_at : new Date(at),
    via: claim.via,
    source_id: record.source_id,
    person_id: null,
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
