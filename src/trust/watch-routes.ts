import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { aboutOne, addDays, businessDay } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { isProved, proofsOf } from "./drill.ts";
import { indicatorNamed, indicatorsOf, limitsOf, movedLimits, moveLimits } from "./indicators.ts";
import { levelOf } from "./judge.ts";
import { latestReadings, recentSeries } from "./reading-store.ts";
import { manage, personOf, read, reasonText, tags } from "./route-parts.ts";
import { watchState } from "./watch.ts";

const FRESH_MS = 5 * 60_000;
const SERIES_HOURS = 24;
const PROOF_DAYS = 14;

const LimitsBody = Type.Object(
  {
    warn: Type.Integer({ minimum: -1_000_000_000, maximum: 1_000_000_000 }),
    alarm: Type.Integer({ minimum: -1_000_000_000, maximum: 1_000_000_000 }),
    enabled: Type.Boolean(),
    reason: reasonText,
  },
  { additionalProperties: false },
);
const IndicatorParams = Type.Object({ indicator: Type.String({ maxLength: 60 }) });

/** Everything the page of risks shows of what is watched. */
async function indicatorViews(ground: Ground) {
  const now = ground.wall.now();
  const hours_ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  const today = businessDay(now, ground.config.timezone);
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const moved = await movedLimits(tx);
    const latest = Map.groupBy(await latestReadings(tx, new Date(now.getTime() - FRESH_MS)), (row) => row.indicator);
    const series = Map.groupBy(await recentSeries(tx, hours_ago(SERIES_HOURS)), (row) => row.indicator);
    const proofs = Map.groupBy(await proofsOf(tx, addDays(today, 1 - PROOF_DAYS)), (row) => row.indicator);
    const state = await watchState(tx);
    const names = await staffNames(
      tx,
      [...moved.values()].map(({ person_id }) => person_id),
    );
    const items = indicatorsOf(ground).map(({ read: _read, inject: _inject, ...indicator }) => {
      const limits = moved.get(indicator.name);
      const { warn, alarm, enabled } = limitsOf({ ...indicator, read: _read, inject: _inject }, moved);
      const rows = latest.get(indicator.name) ?? [];
      const side = indicator.direction === "above" ? -1 : 1;
      const worst = rows.toSorted((a, b) => side * (a.value - b.value))[0];
      const today_proof = (proofs.get(indicator.name) ?? []).findLast((proof) => proof.day === today);
      return {
        ...indicator,
        shipped: { warn: indicator.warn, alarm: indicator.alarm },
        warn,
        alarm,
        enabled,
        moved:
          limits === undefined
            ? null
            : { reason: limits.reason, person: names.get(limits.person_id) ?? "", at: limits.changed_at },
        value: worst?.value ?? null,
        parts: rows.length,
        read_at: worst?.at ?? null,
        level:
          worst === undefined ? null : (levelOf(worst.value, { warn, alarm, enabled }, indicator.direction) ?? "fine"),
        failure: state?.failed[indicator.name] ?? null,
        series: (series.get(indicator.name) ?? []).map((point) => ({
          at: point.at,
          value: indicator.direction === "above" ? point.greatest : point.least,
        })),
        proof: today_proof === undefined ? null : { ...today_proof, proved: isProved(today_proof) },
        proof_days: (proofs.get(indicator.name) ?? []).map((proof) => ({ day: proof.day, proved: isProved(proof) })),
      };
    });
    return { as_of: now, watched_at: state?.read_at ?? null, today, items };
  });
}

export function watchRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/trust/indicators",
    {
      schema: { summary: "What is watched: values, limits, and the day's proof that the alarm works", tags },
      config: read,
    },
    async () => indicatorViews(ground),
  );
  app.put<{ Params: Static<typeof IndicatorParams>; Body: Static<typeof LimitsBody> }>(
    "/api/trust/indicators/:indicator/limits",
    {
      schema: {
        summary: "Move the limits of an indicator",
        tags,
        params: IndicatorParams,
        body: LimitsBody,
        response: { 204: Type.Null() },
      },
      config: aboutOne("indicator", manage),
    },
    async (request, reply) => {
      const indicator = indicatorNamed(ground, request.params.indicator);
      const { warn, alarm, enabled, reason } = request.body;
      Object.assign(request.audit_subject, { warn, alarm, enabled });
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        moveLimits(tx, indicator, {
          warn,
          alarm,
          enabled,
          reason,
          person_id: personOf(request),
          now: ground.wall.now(),
        }),
      );
      return reply.code(204).send();
    },
  );
}
