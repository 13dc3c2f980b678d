import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { activeStaff, currentMatrix } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { aboutOne, problem, unapproved } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { fieldRegister } from "./field-register.ts";
import { activityLacks, textLacks } from "./register-needs.ts";
import {
  approveAssessment,
  ASSESSMENT_TRIGGERS,
  assessmentById,
  type By,
  draftActivity,
  draftText,
  insertAssessment,
  LEGAL_BASES,
  listActivities,
  listAssessments,
  publishActivity,
  publishText,
} from "./register-store.ts";
import { registersOf } from "./register-view.ts";
import { registerWorkbook } from "./register-workbook.ts";
import { literals, todayOf } from "./request-routes.ts";

const tags = ["privacy"];
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const see = { access: { permission: "privacy.read", level: "L2" } } as const;
const publish = { access: { permission: "privacy.publish", level: "L2" } } as const;

const Code = Type.String({ pattern: "^[a-z][a-z0-9_]{1,39}$" });
const text = (maxLength: number, minLength = 1) => Type.String({ minLength, maxLength });
const list = (item = text(60)) => Type.Array(item, { maxItems: 40 });
const Activity = Type.Object({
  activity: Code,
  purpose: Type.Union([Type.Null(), Code]),
  zh: text(200),
  en: text(200),
  data_classes: Type.Array(text(60), { minItems: 1, maxItems: 40 }),
  legal_basis: literals(LEGAL_BASES),
  retention_days: Type.Integer({ minimum: 1, maximum: 36_500 }),
  recipients: list(text(120)),
  is_automated: Type.Boolean(),
  is_sensitive: Type.Boolean(),
  is_abroad: Type.Boolean(),
});
const Version = Type.Object({ activity: Code, version: Type.Integer({ minimum: 1, maximum: 1_000_000 }) });
const Assessment = Type.Object({
  ...Version.properties,
  triggers: Type.Array(literals(ASSESSMENT_TRIGGERS), { minItems: 1, maxItems: ASSESSMENT_TRIGGERS.length }),
  necessity: text(4_000, 20),
  effects: text(4_000, 20),
  measures: text(4_000, 20),
  risk: literals(["low", "middle", "high"]),
});
const AssessmentId = Type.Object({ assessment_id: Type.Integer({ minimum: 1 }) });
const TextKey = Type.Object({
  purpose: Code,
  language: literals(["zh", "en"]),
  version: Type.String({ pattern: "^[A-Za-z0-9._-]{1,30}$" }),
});
const ConsentText = Type.Object({ ...TextKey.properties, body: text(20_000, 20) });
const Language = Type.Object({ language: Type.Optional(literals(["zh", "en"])) });
const Publishing = Type.Object({ ...TextKey.properties, valid_from: Type.Optional(Type.String({ format: "date" })) });

const byOf = (request: FastifyRequest, ground: Ground): By => ({
  person_id: request.person?.person_id ?? null,
  now: ground.clock.now(),
});

/** Bases that rest on a purpose which people agree to; the others have none. */
const BY_CONSENT: ReadonlySet<string> = new Set(["consent", "separate_consent"]);

/** What the database refuses to publish, as errors that say what is missing. */
const REFUSALS: Readonly<Record<string, string>> = {
  HU001: "privacy.not_assessed",
  HU002: "privacy.purpose_unknown",
  "23505": "privacy.purpose_twice",
};

async function publishing<T>(params: Readonly<Record<string, string | number>>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = REFUSALS[(error as { code?: string }).code ?? ""];
    throw code === undefined ? error : problem(code, params);
  }
}

/** Registers of the law: processing inventory, impact assessments, consent texts. All versioned, published in order. */
export function registerRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/privacy/registers",
    { schema: { tags, summary: "Processing inventory, impact assessments and consent texts" }, config: see },
    (request) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        today: todayOf(ground),
        ...(await registersOf(tx, {
          person_id: request.person?.person_id ?? null,
          alone: !(await anotherApprover(tx, ground, request.person?.person_id ?? null)),
        })),
      })),
  );
  app.get<{ Querystring: Static<typeof Language> }>(
    "/api/privacy/registers.xlsx",
    {
      schema: {
        tags,
        summary: "The three registers with all versions as an Excel file",
        querystring: Language,
        produces: [XLSX],
      },
      config: unapproved("registers that the law wants shown; no data of members", {
        access: { ...see.access, audit: "privacy.registers_export" },
      }),
    },
    async ({ query, person }, reply) => {
      const reader = { person_id: person?.person_id ?? null, alone: false };
      const registers = await ground.store.read(SYSTEM_SCOPE, (tx) => registersOf(tx, reader));
      return reply
        .type(XLSX)
        .header("content-disposition", 'attachment; filename="huitou-processing-registers.xlsx"')
        .send(await registerWorkbook(registers, query.language ?? "zh"));
    },
  );
  app.get(
    "/api/privacy/fields",
    { schema: { tags, summary: "Every stored personal column: purpose, label, retention, legal basis" }, config: see },
    async () => ({ items: fieldRegister() }),
  );
  activityRoutes(app, ground);
  assessmentRoutes(app, ground);
  textRoutes(app, ground);
}

function activityRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Activity> }>(
    "/api/privacy/activities",
    { schema: { tags, summary: "Draft the next version of a processing activity", body: Activity }, config: publish },
    async (request, reply) => {
      const { activity, legal_basis, purpose } = request.body;
      if (BY_CONSENT.has(legal_basis) !== (purpose !== null))
        throw problem("privacy.purpose_and_basis", { legal_basis });
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        draftActivity(tx, request.body, byOf(request, ground)),
      );
      Object.assign(request.audit_subject, { activity, version });
      return reply.code(201).send({ activity, version });
    },
  );
  app.post<{ Body: Static<typeof Version> }>(
    "/api/privacy/activities/publish",
    { schema: { tags, summary: "Publish a draft; wants an approved assessment", body: Version }, config: publish },
    async (request) => {
      const { activity, version } = request.body;
      Object.assign(request.audit_subject, { activity, version });
      const done = await publishing({ activity, version, purpose: activity }, () =>
        ground.store.write(SYSTEM_SCOPE, async (tx) => {
          const is_draft = (await listActivities(tx)).some(
            (row) => row.activity === activity && row.version === version && row.state === "draft",
          );
          const lacks = is_draft ? activityLacks({ activity, version }, await listAssessments(tx)) : null;
          if (lacks !== null) throw lacks;
          return publishActivity(tx, activity, version, byOf(request, ground));
        }),
      );
      if (!done) throw problem("privacy.no_draft", { what: `${activity} ${version}` });
      return { activity, version };
    },
  );
}

function assessmentRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Assessment> }>(
    "/api/privacy/assessments",
    { schema: { tags, summary: "An impact assessment of a version (PIPL 55, 56)", body: Assessment }, config: publish },
    async (request, reply) => {
      const { activity, version } = request.body;
      const assessment_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const known = (await listActivities(tx)).some((row) => row.activity === activity && row.version === version);
        if (!known) throw problem("privacy.no_draft", { what: `${activity} ${version}` });
        return insertAssessment(tx, request.body, byOf(request, ground));
      });
      Object.assign(request.audit_subject, { assessment_id, activity, version });
      return reply.code(201).send({ assessment_id });
    },
  );
  app.post<{ Params: Static<typeof AssessmentId> }>(
    "/api/privacy/assessments/:assessment_id/approve",
    {
      schema: { tags, summary: "Approve an assessment that somebody else made", params: AssessmentId },
      config: aboutOne("assessment", publish),
    },
    async (request) => {
      const { assessment_id } = request.params;
      const by = byOf(request, ground);
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const found = await assessmentById(tx, assessment_id);
        if (found === undefined) throw problem("privacy.assessment_not_found", { assessment_id });
        if (found.approved_at !== null) throw problem("privacy.assessment_approved", { assessment_id });
        const own = found.made_by === by.person_id;
        const alone = own && !(await anotherApprover(tx, ground, by.person_id));
        if (own && !alone) throw problem("privacy.own_assessment", { assessment_id });
        await approveAssessment(tx, assessment_id, { ...by, alone });
      });
      return { assessment_id };
    },
  );
}

/** Whether somebody else with an open account may publish. */
async function anotherApprover(tx: Tx, ground: Ground, person_id: number | null): Promise<boolean> {
  const matrix = await currentMatrix(ground);
  const others = await activeStaff(tx);
  return others.some(
    (one) => one.person_id !== person_id && matrix.outcome(one.role, "privacy.publish", "L2") === "allow",
  );
}

function textRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof ConsentText> }>(
    "/api/privacy/texts",
    { schema: { tags, summary: "Draft a consent text", body: ConsentText }, config: publish },
    async (request, reply) => {
      const { purpose, language, version, body } = request.body;
      const sha256 = createHash("sha256").update(body).digest("hex");
      const kept = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        draftText(tx, { purpose, language, version, body, sha256 }, byOf(request, ground)),
      );
      if (!kept) throw problem("privacy.text_published", { version });
      Object.assign(request.audit_subject, { purpose, language, version, sha256 });
      return reply.code(201).send({ purpose, language, version, sha256 });
    },
  );
  app.post<{ Body: Static<typeof Publishing> }>(
    "/api/privacy/texts/publish",
    {
      schema: { tags, summary: "Publish a text; wants a published activity of its purpose", body: Publishing },
      config: publish,
    },
    async (request) => {
      const { valid_from, ...key } = request.body;
      Object.assign(request.audit_subject, key);
      const done = await publishing({ purpose: key.purpose, activity: key.purpose, version: key.version }, () =>
        ground.store.write(SYSTEM_SCOPE, async (tx) => {
          const lacks = textLacks(key, await listActivities(tx), await listAssessments(tx));
          if (lacks !== null) throw lacks;
          return publishText(tx, key, valid_from ?? todayOf(ground), byOf(request, ground));
        }),
      );
      if (!done) throw problem("privacy.no_draft", { what: `${key.purpose} ${key.language} ${key.version}` });
      return key;
    },
  );
}
