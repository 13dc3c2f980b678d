import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { Level } from "./judge.ts";

export type IncidentState = "open" | "acknowledged" | "closed";
export const SEVERITIES = ["general", "serious", "major", "grave"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface IncidentRow {
  readonly incident_id: number;
  readonly indicator: string;
  readonly part: string;
  readonly label: string;
  readonly synthetic: boolean;
  readonly level: Level;
  readonly state: IncidentState;
  readonly first_value: number;
  readonly worst_value: number;
  readonly last_value: number;
  readonly opened_at: Date;
  readonly due_at: Date;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: number | null;
  readonly escalations: number;
  readonly escalates_at: Date | null;
  readonly calm_since: Date | null;
  readonly closed_at: Date | null;
  readonly closed_by: number | null;
  readonly close_reason: string | null;
  readonly still_beyond: boolean;
  readonly severity: Severity | null;
  readonly severity_at: Date | null;
}

const COLUMNS =
  "incident_id, indicator, part, label, synthetic, level, state, first_value, worst_value, last_value, opened_at, due_at, acknowledged_at, acknowledged_by, escalations, escalates_at, calm_since, closed_at, closed_by, close_reason, still_beyond, severity, severity_at";

export type NewIncident = Pick<IncidentRow, "indicator" | "part" | "label" | "synthetic" | "level" | "due_at"> & {
  readonly value: number;
  readonly opened_at: Date;
  readonly escalates_at: Date | null;
};

/** @returns undefined where the episode has its incident already. */
export function insertIncident(tx: Tx, wanted: NewIncident): Promise<IncidentRow | undefined> {
  return tx.one<IncidentRow>(
    `insert into trust.incident (indicator, part, label, synthetic, level, state, first_value, worst_value, last_value, opened_at, due_at, escalates_at)
     values ($1, $2, $3, $4, $5, 'open', $6, $6, $6, $7, $8, $9)
     on conflict (indicator, part, synthetic) where state <> 'closed' do nothing returning ${COLUMNS}`,
    [
      wanted.indicator,
      wanted.part,
      wanted.label,
      wanted.synthetic,
      wanted.level,
      wanted.value,
      wanted.opened_at,
      wanted.due_at,
      wanted.escalates_at,
    ],
  );
}

/** Episodes of an indicator that are still judged: open ones, and those closed by a person while the figure was past its limit. */
export function episodesOf(tx: Tx, indicator: string): Promise<IncidentRow[]> {
  return tx.query(
    `select ${COLUMNS} from trust.incident where indicator = $1 and not synthetic and (state <> 'closed' or still_beyond)
     order by incident_id for update`,
    [indicator],
  );
}

/** @throws trust.incident_not_found */
export async function incidentById(tx: Tx, incident_id: number, lock = false): Promise<IncidentRow> {
  const row = await tx.one<IncidentRow>(
    `select ${COLUMNS} from trust.incident where incident_id = $1${lock ? " for update" : ""}`,
    [incident_id],
  );
  if (row === undefined) throw problem("trust.incident_not_found", { incident_id });
  return row;
}

export function incidentsByIds(tx: Tx, ids: readonly number[]): Promise<IncidentRow[]> {
  return tx.query(`select ${COLUMNS} from trust.incident where incident_id = any($1)`, [ids]);
}

export interface IncidentFilter {
  readonly state?: "open" | "closed" | undefined;
  readonly indicator?: string | undefined;
  readonly synthetic?: boolean | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Newest first. */
export function listIncidents(tx: Tx, filter: IncidentFilter): Promise<IncidentRow[]> {
  return tx.query(
    `select ${COLUMNS} from trust.incident where ($1::text is null or (state = 'closed') = ($1 = 'closed'))
       and ($2::text is null or indicator = $2) and ($3::boolean is null or synthetic = $3) and ($4::bigint is null or incident_id < $4)
     order by incident_id desc limit $5`,
    [filter.state ?? null, filter.indicator ?? null, filter.synthetic ?? null, filter.before ?? null, filter.limit],
  );
}

export type Change = Partial<
  Pick<
    IncidentRow,
    | "level"
    | "state"
    | "label"
    | "worst_value"
    | "last_value"
    | "acknowledged_at"
    | "acknowledged_by"
    | "escalations"
    | "escalates_at"
    | "calm_since"
    | "closed_at"
    | "closed_by"
    | "close_reason"
    | "still_beyond"
    | "severity"
    | "severity_at"
  >
> & { readonly severity_by?: number };

export async function changeIncident(tx: Tx, incident_id: number, change: Change): Promise<void> {
  const names = Object.keys(change);
  if (names.length === 0) return;
  const sets = names.map((name, at) => `${name} = $${at + 2}`).join(", ");
  await tx.query(`update trust.incident set ${sets} where incident_id = $1`, [incident_id, ...Object.values(change)]);
}

/** Open incidents that nobody took on and whose next one on the roster is due. */
export function dueEscalations(tx: Tx, now: Date): Promise<IncidentRow[]> {
  return tx.query(
    `select ${COLUMNS} from trust.incident where state = 'open' and not synthetic and escalates_at <= $1 order by incident_id for update`,
    [now],
  );
}

export type NoteKind =
  | "opened"
  | "raised"
  | "acknowledged"
  | "escalated"
  | "calm"
  | "closed"
  | "note"
  | "severity"
  | "report";

export interface NoteRow {
  readonly note_id: number;
  readonly at: Date;
  readonly person_id: number | null;
  readonly what: NoteKind;
  readonly text: string;
}

export async function addNote(
  tx: Tx,
  incident_id: number,
  note: { readonly at: Date; readonly person_id?: number | null; readonly what: NoteKind; readonly text: string },
): Promise<void> {
  await tx.query(
    "insert into trust.incident_note (incident_id, at, person_id, what, text) values ($1, $2, $3, $4, $5)",
    [incident_id, note.at, note.person_id ?? null, note.what, note.text],
  );
}

export function notesOf(tx: Tx, incident_id: number): Promise<NoteRow[]> {
  return tx.query(
    "select note_id, at, person_id, what, text from trust.incident_note where incident_id = $1 order by note_id",
    [incident_id],
  );
}
