import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { countLookups, forgetLookups } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { countOldRecords, forgetOldRecords } from "../../ingest/index.ts";
import { countOldEvents, forgetOldEvents } from "../../members/index.ts";
import { problem } from "../../platform/index.ts";
import {
  defineJob,
  type JobContext,
  type JobKind,
  type Schedule,
  startJob,
  SYSTEM_SCOPE,
  type Tx,
} from "../../store/index.ts";
import { forgetCopies } from "./copies.ts";
import { FIELD_CLASSES } from "./field-class.ts";
import { todayOf } from "./request-routes.ts";
import { forgetCorrections } from "./corrections.ts";
import { forgetRetained } from "./retained.ts";
import {
  beginRun,
  countDue,
  countOwn,
  finishRun,
  forgetOwn,
  listRuns,
  type RetentionLine,
  retentionPolicies,
  savePolicy,
} from "./retention-store.ts";

const DAY_MS = 86_400_000;
const RETENTION_JOB = "trust.retention";
const RUNS_SHOWN = 60;
const TOKEN_DAYS = 30;

interface Kept {
  count(tx: Tx, before: Date): Promise<number>;
  forget(ground: Ground, before: Date, signal: AbortSignal): Promise<number>;
}

/** How each class of fields with a time of its own is counted and taken away. */
const BY_CLASS: Readonly<Record<string, Kept>> = {
  behaviour: { count: countOldEvents, forget: forgetOldEvents },
  source_record: { count: countOldRecords, forget: forgetOldRecords },
  lookup: {
    count: countLookups,
    forget: (ground, before) => ground.store.write(SYSTEM_SCOPE, (tx) => forgetLookups(tx, before)),
  },
  attempt: {
    count: (tx, before) => countOwn(tx, "attempt", before),
    forget: (ground, before) => ground.store.write(SYSTEM_SCOPE, (tx) => forgetOwn(tx, "attempt", before)),
  },
};

/** The classes with the days that hold now: the brand's own, else those that are shipped. */
async function classesNow(tx: Tx) {
  const own = new Map((await retentionPolicies(tx)).map((policy) => [policy.field_class, policy]));
  return FIELD_CLASSES.map((one) => ({
    ...one,
    days: own.get(one.key)?.days ?? one.days,
    shipped_days: one.days,
    reason: own.get(one.key)?.reason ?? null,
    runs_by_itself: BY_CLASS[one.key] !== undefined,
  }));
}

type Context = Pick<
  JobContext<{ readonly dry_run?: boolean; readonly person_id?: number | null }>,
  "ground" | "input" | "signal" | "progress"
>;

/** One night: every class in turn, then files and retained data past their day. A dry run counts and takes nothing. */
async function retain({ ground, input, signal, progress }: Context): Promise<{ report: readonly RetentionLine[] }> {
  const now = ground.clock.now();
  const is_dry = input.dry_run === true;
  const { classes, run_id } = await ground.store.write(SYSTEM_SCOPE, async (tx) => ({
    classes: (await classesNow(tx)).filter(({ days, key }) => days !== null && BY_CLASS[key] !== undefined),
    run_id: await beginRun(tx, { is_dry, person_id: input.person_id ?? null, started_at: now }),
  }));
  const report: RetentionLine[] = [];
  for (const [done, { key, days }] of classes.entries()) {
    await progress(done, classes.length + 1, key);
    const before = new Date(now.getTime() - (days ?? 0) * DAY_MS);
    const kept = BY_CLASS[key] as Kept;
    const count = is_dry
      ? await ground.store.read(SYSTEM_SCOPE, (tx) => kept.count(tx, before))
      : await kept.forget(ground, before, signal);
    report.push({ field_class: key, days, before: before.toISOString(), count });
  }
  await progress(classes.length, classes.length + 1, "files");
  report.push(...(is_dry ? await dueNow(ground, now) : await forgetDue(ground, now)));
  await ground.store.write(SYSTEM_SCOPE, (tx) => finishRun(tx, run_id, report, ground.clock.now()));
  return { report };
}

const line = (field_class: string, count: number): RetentionLine => ({ field_class, days: null, before: null, count });

async function dueNow(ground: Ground, now: Date): Promise<RetentionLine[]> {
  const { due, tokens } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    due: await countDue(tx, todayOf(ground), now),
    tokens: await countOwn(tx, "subject_token", new Date(now.getTime() - TOKEN_DAYS * DAY_MS)),
  }));
  return [
    line("copies", due.copies),
    line("retained", due.retained),
    line("corrections", due.corrections),
    line("subject_token", tokens),
  ];
}

async function forgetDue(ground: Ground, now: Date): Promise<RetentionLine[]> {
  const before = new Date(now.getTime() - TOKEN_DAYS * DAY_MS);
  return [
    line("copies", await forgetCopies(ground, null)),
    line("retained", await forgetRetained(ground)),
    line("corrections", await forgetCorrections(ground, null)),
    line("subject_token", await ground.store.write(SYSTEM_SCOPE, (tx) => forgetOwn(tx, "subject_token", before))),
  ];
}

export const retentionJobs: readonly JobKind[] = [
  defineJob<{ readonly dry_run?: boolean; readonly person_id?: number | null }>({ kind: RETENTION_JOB, run: retain }),
];
/** 04:10 in Shanghai. */
export const retentionSchedules: readonly Schedule[] = [{ kind: RETENTION_JOB, cron: "10 20 * * *", input: {} }];

const Policy = Type.Object({
  field_class: Type.String({ maxLength: 40 }),
  days: Type.Integer({ minimum: 30, maximum: 36_500 }),
  reason: Type.String({ minLength: 2, maxLength: 400 }),
});
const Run = Type.Object({ dry_run: Type.Boolean() });

/** How long each class is kept, what each night took away, and a try without taking anything. */
export function retentionRoutes(app: FastifyInstance, ground: Ground): void {
  const tags = ["privacy"];
  const publish = { access: { permission: "privacy.publish", level: "L2" } } as const;
  app.get(
    "/api/privacy/retention",
    {
      schema: { tags, summary: "Retention by class of fields, and its history" },
      config: { access: { permission: "privacy.read", level: "L2" } },
    },
    () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        classes: await classesNow(tx),
        runs: await listRuns(tx, RUNS_SHOWN),
      })),
  );
  app.put<{ Body: Static<typeof Policy> }>(
    "/api/privacy/retention",
    { schema: { tags, summary: "Keep a class for other days than shipped", body: Policy }, config: publish },
    async (request) => {
      const { field_class, days } = request.body;
      if (BY_CLASS[field_class] === undefined) throw problem("privacy.class_unknown", { field_class });
      const by = { person_id: request.person?.person_id ?? null, now: ground.clock.now() };
      await ground.store.write(SYSTEM_SCOPE, (tx) => savePolicy(tx, request.body, by));
      Object.assign(request.audit_subject, { field_class, days });
      return { field_class, days };
    },
  );
  app.post<{ Body: Static<typeof Run> }>(
    "/api/privacy/retention/run",
    { schema: { tags, summary: "Run retention now, or count what it would take", body: Run }, config: publish },
    async (request, reply) => {
      const person_id = request.person?.person_id ?? null;
      const { dry_run } = request.body;
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        startJob(tx, ground, RETENTION_JOB, { dry_run, person_id }, { person_id, key: "retention" }),
      );
      Object.assign(request.audit_subject, { dry_run });
      return reply.code(202).send({ job_id });
    },
  );
}
