import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { aboutOne } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { deliveriesOf } from "./delivery-store.ts";
import { incidentById, type IncidentRow, listIncidents, notesOf, SEVERITIES } from "./incident-store.ts";
import { acknowledge, close, judgeSeverity, note } from "./incidents.ts";
import { indicatorsOf } from "./indicators.ts";
import { recentSeries } from "./reading-store.ts";
import { reportsOf } from "./report.ts";
import { riskRegister } from "./risk-store.ts";
import { calledAt, roster } from "./roster.ts";
import { handle, personOf, read, reasonText, tags } from "./route-parts.ts";

const PAGE_ROWS = 50;
const ListQuery = Type.Object({
  state: Type.Optional(Type.Union([Type.Literal("open"), Type.Literal("closed")])),
  indicator: Type.Optional(Type.String({ maxLength: 60 })),
  synthetic: Type.Optional(Type.Boolean()),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
});
const Params = Type.Object({ incident_id: Type.Integer({ minimum: 1 }) });
const NoteBody = Type.Object({ text: reasonText }, { additionalProperties: false });
const TakeBody = Type.Object({ text: Type.String({ maxLength: 500, default: "" }) }, { additionalProperties: false });
const SeverityBody = Type.Object(
  {
    severity: Type.Union(SEVERITIES.map((one) => Type.Literal(one))),
    text: Type.String({ maxLength: 500, default: "" }),
  },
  { additionalProperties: false },
);
type IncidentParams = { Params: Static<typeof Params> };

/** Incidents as people see them: the indicator's names beside its code, people by name. */
async function views(tx: Tx, ground: Ground, rows: readonly IncidentRow[]) {
  const names = await staffNames(
    tx,
    rows.flatMap((row) => [row.acknowledged_by, row.closed_by]),
  );
  const byName = new Map(indicatorsOf(ground).map((one) => [one.name, one]));
  return rows.map((row) => {
    const indicator = byName.get(row.indicator);
    return {
      ...row,
      zh: indicator?.zh ?? row.indicator,
      en: indicator?.en ?? row.indicator,
      unit: indicator?.unit ?? "count",
      acknowledged_by_name: row.acknowledged_by === null ? null : (names.get(row.acknowledged_by) ?? null),
      closed_by_name: row.closed_by === null ? null : (names.get(row.closed_by) ?? null),
    };
  });
}

async function detail(ground: Ground, incident_id: number) {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const incident = await incidentById(tx, incident_id);
    const [view] = await views(tx, ground, [incident]);
    const indicator = indicatorsOf(ground).find(({ name }) => name === incident.indicator);
    const notes = await notesOf(tx, incident_id);
    const names = await staffNames(
      tx,
      notes.map(({ person_id }) => person_id),
    );
    const from = new Date(Math.max(incident.opened_at.getTime() - 6 * 3_600_000, 0));
    const { on_call } = await roster(tx, ground);
    return {
      ...view,
      direction: indicator?.direction ?? "above",
      advice: indicator?.advice ?? null,
      how: indicator?.how ?? null,
      link: indicator?.link ?? null,
      on_call: calledAt(on_call, incident.escalations)?.name ?? null,
      notes: notes.map((row) => ({
        ...row,
        person: row.person_id === null ? null : (names.get(row.person_id) ?? null),
      })),
      deliveries: await deliveriesOf(tx, incident_id),
      reports: await reportsOf(tx, incident_id),
      series: (await recentSeries(tx, from, incident.indicator)).map(({ at, least, greatest }) => ({
        at,
        value: indicator?.direction === "below" ? least : greatest,
      })),
      risks: (await riskRegister(tx))
        .filter(({ indicators }) => indicators.includes(incident.indicator))
        .map(({ key, name, plan }) => ({ key, name, plan })),
    };
  });
}

export function incidentRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    "/api/trust/incidents",
    { schema: { summary: "Incidents, newest first", tags, querystring: ListQuery }, config: read },
    async ({ query }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const rows = await listIncidents(tx, { ...query, limit: PAGE_ROWS });
        const items = await views(tx, ground, rows);
        return { items, next_before: rows.length === PAGE_ROWS ? (rows.at(-1)?.incident_id ?? null) : null };
      }),
  );
  app.get<IncidentParams>(
    "/api/trust/incidents/:incident_id",
    {
      schema: { summary: "One incident: what happened, who was told, what is to be done", tags, params: Params },
      config: aboutOne("incident", read),
    },
    async ({ params }) => detail(ground, params.incident_id),
  );
  actRoutes(app, ground);
}

function actRoutes(app: FastifyInstance, ground: Ground): void {
  const one = aboutOne("incident", handle);
  app.post<IncidentParams & { Body: Static<typeof TakeBody> }>(
    "/api/trust/incidents/:incident_id/acknowledgement",
    { schema: { summary: "Take an incident on, by name", tags, params: Params, body: TakeBody }, config: one },
    async (request) => {
      const by = { person_id: personOf(request), text: request.body.text };
      await ground.store.write(SYSTEM_SCOPE, (tx) => acknowledge(tx, ground, request.params.incident_id, by));
      return detail(ground, request.params.incident_id);
    },
  );
  app.post<IncidentParams & { Body: Static<typeof NoteBody> }>(
    "/api/trust/incidents/:incident_id/closure",
    { schema: { summary: "Close an incident with what was found", tags, params: Params, body: NoteBody }, config: one },
    async (request) => {
      const by = { person_id: personOf(request), text: request.body.text };
      await ground.store.write(SYSTEM_SCOPE, (tx) => close(tx, ground, request.params.incident_id, by));
      return detail(ground, request.params.incident_id);
    },
  );
  app.post<IncidentParams & { Body: Static<typeof NoteBody> }>(
    "/api/trust/incidents/:incident_id/notes",
    { schema: { summary: "Write a note", tags, params: Params, body: NoteBody }, config: one },
    async (request) => {
      const by = { person_id: personOf(request), text: request.body.text };
      await ground.store.write(SYSTEM_SCOPE, (tx) => note(tx, ground, request.params.incident_id, by));
      return detail(ground, request.params.incident_id);
    },
  );
  app.put<IncidentParams & { Body: Static<typeof SeverityBody> }>(
    "/api/trust/incidents/:incident_id/severity",
    {
      schema: {
        summary: "Judge how grave it is; from serious on the clocks run",
        tags,
        params: Params,
        body: SeverityBody,
      },
      config: one,
    },
    async (request) => {
      const { severity, text } = request.body;
      request.audit_subject["severity"] = severity;
      const by = { person_id: personOf(request), text };
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        judgeSeverity(tx, ground, request.params.incident_id, severity, by),
      );
      return detail(ground, request.params.incident_id);
    },
  );
}
