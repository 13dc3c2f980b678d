import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import { addNote, changeIncident, incidentById, type IncidentRow, type Severity } from "./incident-store.ts";
import { indicatorsOf, limitsOf, movedLimits } from "./indicators.ts";
import { isCalm } from "./judge.ts";
import { startReports } from "./report.ts";

export interface By {
  readonly person_id: number;
  readonly text: string;
}

/** Takes an incident on, by name; nobody else is called any more. @throws trust.incident_closed, trust.incident_taken */
export async function acknowledge(tx: Tx, ground: Ground, incident_id: number, by: By): Promise<IncidentRow> {
  const incident = await incidentById(tx, incident_id, true);
  requireOpen(incident);
  if (incident.state === "acknowledged") throw problem("trust.incident_taken", { incident_id });
  const now = ground.wall.now();
  await changeIncident(tx, incident_id, {
    state: "acknowledged",
    acknowledged_at: now,
    acknowledged_by: by.person_id,
    escalates_at: null,
  });
  await addNote(tx, incident_id, { at: now, person_id: by.person_id, what: "acknowledged", text: by.text });
  return incidentById(tx, incident_id);
}

/** Closes an incident with what was found. One whose figure is still past its limit opens no other until it was calm. */
export async function close(tx: Tx, ground: Ground, incident_id: number, by: By): Promise<IncidentRow> {
  const incident = await incidentById(tx, incident_id, true);
  requireOpen(incident);
  const now = ground.wall.now();
  await changeIncident(tx, incident_id, {
    state: "closed",
    closed_at: now,
    closed_by: by.person_id,
    close_reason: by.text,
    escalates_at: null,
    still_beyond: !incident.synthetic && !(await wasCalm(tx, ground, incident)),
  });
  await addNote(tx, incident_id, { at: now, person_id: by.person_id, what: "closed", text: by.text });
  return incidentById(tx, incident_id);
}

async function wasCalm(tx: Tx, ground: Ground, incident: IncidentRow): Promise<boolean> {
  if (incident.calm_since !== null) return true;
  const indicator = indicatorsOf(ground).find(({ name }) => name === incident.indicator);
  if (indicator === undefined) return true;
  return isCalm(incident.last_value, limitsOf(indicator, await movedLimits(tx)), indicator.direction);
}

export async function note(tx: Tx, ground: Ground, incident_id: number, by: By): Promise<void> {
  await incidentById(tx, incident_id);
  await addNote(tx, incident_id, {
    at: ground.wall.now(),
    person_id: by.person_id,
    what: "note",
    text: by.text,
  });
}

/** Judges how grave it is; from 较大 on the clocks of the report and the notice run. */
export async function judgeSeverity(
  tx: Tx,
  ground: Ground,
  incident_id: number,
  severity: Severity,
  by: By,
): Promise<IncidentRow> {
  const incident = await incidentById(tx, incident_id, true);
  const now = ground.wall.now();
  await changeIncident(tx, incident_id, { severity, severity_at: now, severity_by: by.person_id });
  const text = by.text === "" ? severity : `${severity}: ${by.text}`;
  await addNote(tx, incident_id, { at: now, person_id: by.person_id, what: "severity", text });
  if (severity !== "general" && !incident.synthetic) await startReports(tx, ground, incident, severity, by.person_id);
  return incidentById(tx, incident_id);
}

function requireOpen(incident: IncidentRow): void {
  if (incident.state === "closed") throw problem("trust.incident_closed", { incident_id: incident.incident_id });
}
