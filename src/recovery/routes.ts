import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { requireStrong } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { askRotation, KEY_AGE_ALARM_DAYS, KEY_AGE_WARN_DAYS, keyStatus, rotationJob } from "../vault/index.ts";
import { BACKUP_ALARM_MINUTES, BACKUP_WARN_MINUTES } from "./indicators.ts";
import { type BackupRow, type DrillRow, recentBackups, recentDrills } from "./recovery-store.ts";

/** A restore is tried each week. */
const DRILL_WARN_DAYS = 8;
const MINUTE_MS = 60_000;

const tags = ["recovery"];
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);
const At = orNull(Type.String());
const Keys = Type.Object({
  provider: Type.String(),
  kek_id: Type.String(),
  suite: Type.String(),
  index_suite: Type.String(),
  current_version: Type.Integer(),
  age_days: Type.Integer(),
  warn_days: Type.Integer(),
  alarm_days: Type.Integer(),
  versions: Type.Array(
    Type.Object({
      version: Type.Integer(),
      made_at: Type.String(),
      total_values: orNull(Type.Integer()),
      left_values: orNull(Type.Integer()),
      unreadable_values: Type.Integer(),
      emptied_at: At,
      destroyed_at: At,
    }),
  ),
  /** The rotation that waits or runs. */
  job_id: orNull(Type.String()),
});
const Backups = Type.Object({
  backups: Type.Array(
    Type.Object({
      backup_id: Type.String(),
      snapshot_at: Type.String(),
      finished_at: Type.String(),
      place: Type.String(),
      rows: Type.Integer(),
      files: Type.Integer(),
      bytes: Type.Integer(),
    }),
  ),
  drills: Type.Array(
    Type.Object({
      drill_id: Type.String(),
      backup_id: Type.String(),
      kind: Type.String(),
      at: Type.String(),
      duration_ms: Type.Integer(),
      ok: Type.Boolean(),
      checks: Type.Array(
        Type.Object({ name: Type.String(), ok: Type.Boolean(), zh: Type.String(), en: Type.String() }),
      ),
    }),
  ),
  /** Since the newest backup's moment; null: there is none. */
  age_minutes: orNull(Type.Integer()),
  warn_minutes: Type.Integer(),
  alarm_minutes: Type.Integer(),
  drill_age_minutes: orNull(Type.Integer()),
  drill_warn_days: Type.Integer(),
  journal: Type.Object({
    file: Type.String(),
    writable: Type.Boolean(),
    entries: Type.Integer(),
    newest_at: At,
  }),
});
const Act = Type.Object(
  { act: Type.Union([Type.Literal("rotate"), Type.Literal("continue")]) },
  { additionalProperties: false },
);

const read = { access: { permission: "keys.read", level: "L2" } } as const;

/** How the keys and the backups fare; figures only, no key and nothing of what is backed up. */
export function recoveryRoutes(app: FastifyInstance, ground: Ground): void {
  keyRoutes(app, ground);
  app.get(
    "/api/backups",
    {
      schema: { summary: "Backups, tried restores and the deletion journal", tags, response: { 200: Backups } },
      config: read,
    },
    async () => backupsView(ground),
  );
}

function keyRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/keys",
    {
      schema: {
        summary: "Versions of the master key, their age and what a rotation has left",
        tags,
        response: { 200: Keys },
      },
      config: read,
    },
    async () => {
      const { versions, ...status } = await keyStatus(ground);
      return {
        ...status,
        warn_days: KEY_AGE_WARN_DAYS,
        alarm_days: KEY_AGE_ALARM_DAYS,
        versions: versions.map(({ made_at, emptied_at, destroyed_at, ...row }) => ({
          ...row,
          made_at: made_at.toISOString(),
          emptied_at: emptied_at?.toISOString() ?? null,
          destroyed_at: destroyed_at?.toISOString() ?? null,
        })),
        job_id: await ground.store.read(SYSTEM_SCOPE, rotationJob),
      };
    },
  );
  app.post<{ Body: Static<typeof Act> }>(
    "/api/keys/rotation",
    {
      schema: {
        summary: "Seal everything anew in the background, under a new master key or, unfinished, under the newest",
        tags,
        body: Act,
        response: { 201: Type.Object({ job_id: Type.String() }) },
      },
      config: { access: { permission: "keys.manage", level: "L2", audit: "keys.rotation" } },
    },
    async (request, reply) => {
      const { signed_in: signed } = request;
      if (signed === undefined) throw problem("access.not_signed_in");
      request.audit_subject["act"] = request.body.act;
      requireStrong(ground, signed, "keys.manage");
      const job_id = await askRotation(ground, request.body.act, signed.person.person_id);
      request.audit_subject["job_id"] = job_id;
      return reply.code(201).send({ job_id });
    },
  );
}

async function backupsView(ground: Ground): Promise<Static<typeof Backups>> {
  const [backups, drills] = await ground.store.read(SYSTEM_SCOPE, async (tx) => [
    await recentBackups(tx),
    await recentDrills(tx),
  ]);
  const now = ground.wall.now();
  const age = (at: Date | undefined) =>
    at === undefined ? null : Math.max(0, Math.floor((now.getTime() - at.getTime()) / MINUTE_MS));
  return {
    backups: backups.map(backupView),
    drills: drills.map(drillView),
    age_minutes: age(backups[0]?.snapshot_at),
    warn_minutes: BACKUP_WARN_MINUTES,
    alarm_minutes: BACKUP_ALARM_MINUTES,
    drill_age_minutes: age(drills[0]?.at),
    drill_warn_days: DRILL_WARN_DAYS,
    journal: await ground.vault.access.journal.status(),
  };
}

const backupView = ({ snapshot_at, finished_at, ...row }: BackupRow) => ({
  ...row,
  snapshot_at: snapshot_at.toISOString(),
  finished_at: finished_at.toISOString(),
});
const drillView = ({ at, checks, ...row }: DrillRow) => ({ ...row, at: at.toISOString(), checks: [...checks] });
