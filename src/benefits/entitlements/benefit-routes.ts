import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, addDays, Day, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { COUPON_KEY } from "../coupons/definition.ts";
import { manage, Nullable, read, Reason, tags } from "../coupons/route-parts.ts";
import type { BenefitDefinition } from "./benefit.ts";
import { benefitProblems } from "./benefit-check.ts";
import { headOf, versionView, wordingOf } from "./benefit-head.ts";
import { benefitTerms } from "./benefit-sentence.ts";
import { allBenefits, type BenefitVersion, benefitVersions } from "./benefit-store.ts";
import { missingIn, publishBenefit, saveBenefit, todayOf, withdrawBenefit } from "./benefits.ts";
import { keptBetween, keptByMonth, reasonsBetween } from "./fulfil-store.ts";
import { fulfilmentRoutes } from "./fulfil-routes.ts";
import { Kept, NOTHING_KEPT, RATE_DAYS, reasonSaid, ReasonCount } from "./fulfil-answers.ts";

const MONTHS_SHOWN_DAYS = 366;

const Text = Type.String();
const Said = { terms_zh: Text, terms_en: Text };
const Definition = Type.Record(Type.String({ maxLength: 40 }), Type.Unknown(), {
  description: "The form is checked as a whole: what is wrong is said with its place",
});
const Problems = Type.Array(Type.Object({ path: Text, code: Text, zh: Text, en: Text }));
const BenefitParams = Type.Object({ benefit: Type.String({ pattern: COUPON_KEY }) });
const State = Type.Union(["in_force", "scheduled", "withdrawn", "ended", "draft"].map((state) => Type.Literal(state)));
const Head = Type.Object({
  benefit: Text,
  state: State,
  version: Type.Integer(),
  name_zh: Text,
  name_en: Text,
  sentence_zh: Text,
  sentence_en: Text,
  ...Said,
  definition: Type.Unknown(),
  first_day: Nullable(Text),
  last_day: Nullable(Text),
  draft: Nullable(Type.Integer()),
  scheduled: Nullable(Type.Object({ version: Type.Integer(), first_day: Text })),
});
const Version = Type.Object({
  version: Type.Integer(),
  definition: Type.Unknown(),
  ...Said,
  origin: Text,
  saved_by: Nullable(Type.Integer()),
  saved_at: Text,
  published_at: Nullable(Text),
  first_day: Nullable(Text),
  last_day: Nullable(Text),
  withdrawn_from: Nullable(Text),
  withdrawn_reason: Nullable(Text),
});

async function headView(tx: Tx, ground: Ground, versions: readonly BenefitVersion[]) {
  const { state, shown, draft, scheduled } = headOf(versions, todayOf(ground));
  const { definition, benefit, version, first_day, last_day } = shown;
  const terms = benefitTerms(definition, await wordingOf(tx, ground));
  return {
    benefit,
    state,
    version,
    name_zh: definition.zh,
    name_en: definition.en,
    sentence_zh: definition.sentence_zh,
    sentence_en: definition.sentence_en,
    terms_zh: terms.zh,
    terms_en: terms.en,
    definition,
    first_day,
    last_day,
    draft: draft?.version ?? null,
    scheduled: scheduled?.first_day == null ? null : { version: scheduled.version, first_day: scheduled.first_day },
  };
}

/** What is promised, what is put into force, what one member has and may expect. */
export function benefitRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/benefits",
    {
      schema: {
        summary: "Benefits in sentences with where each stands, and how they were kept within the last 90 days",
        tags,
        response: {
          200: Type.Object({
            today: Text,
            from_day: Text,
            items: Type.Array(Type.Object({ ...Head.properties, kept: Kept })),
          }),
        },
      },
      config: read,
    },
    async () => {
      const today = todayOf(ground);
      const from_day = addDays(today, 1 - RATE_DAYS);
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const versions = await allBenefits(tx);
        const kept = new Map((await keptBetween(tx, from_day, today)).map(({ benefit, ...one }) => [benefit, one]));
        const items = [];
        for (const benefit of new Set(versions.map((one) => one.benefit))) {
          const own = versions.filter((one) => one.benefit === benefit);
          items.push({ ...(await headView(tx, ground, own)), kept: kept.get(benefit) ?? NOTHING_KEPT });
        }
        return { today, from_day, items };
      });
    },
  );
  oneRoute(app, ground);
  changingRoutes(app, ground);
  withdrawRoute(app, ground);
  fulfilmentRoutes(app, ground);
}

function oneRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof BenefitParams> }>(
    "/api/benefits/:benefit",
    {
      schema: {
        summary: "One benefit with its versions, the newest first, and how it was kept month by month",
        tags,
        params: BenefitParams,
        response: {
          200: Type.Object({
            head: Head,
            versions: Type.Array(Version),
            problems: Problems,
            months: Type.Array(Type.Object({ month: Text, ...Kept.properties })),
            reasons: Type.Array(ReasonCount),
          }),
        },
      },
      config: aboutOne("benefit", read),
    },
    async ({ params: { benefit } }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const versions = await benefitVersions(tx, benefit);
        if (versions.length === 0) throw problem("benefits.benefit_unknown", { benefit });
        const wording = await wordingOf(tx, ground);
        const today = todayOf(ground);
        const from_day = addDays(today, -MONTHS_SHOWN_DAYS);
        const draft = versions.find(({ published_at }) => published_at === null);
        const reasons = await reasonsBetween(tx, from_day, today);
        return {
          head: await headView(tx, ground, versions),
          versions: versions.map((one) => versionView(one, wording)),
          problems: draft === undefined ? [] : await problemsOf(tx, draft.definition),
          months: await keptByMonth(tx, benefit, from_day),
          reasons: reasons.filter((one) => one.benefit === benefit).map(reasonSaid),
        };
      }),
  );
}

async function problemsOf(tx: Tx, definition: unknown) {
  const problems = benefitProblems(definition);
  return problems.length > 0 ? problems : missingIn(tx, definition as BenefitDefinition);
}

function changingRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Definition> }>(
    "/api/benefits/check",
    {
      schema: {
        summary: "Says a benefit's terms in a sentence, and what stands in the way of publishing it",
        tags,
        body: Definition,
        response: {
          200: Type.Object({ terms_zh: Nullable(Text), terms_en: Nullable(Text), problems: Problems }),
        },
      },
      config: read,
    },
    async ({ body }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const problems = benefitProblems(body);
        if (problems.length > 0) return { terms_zh: null, terms_en: null, problems };
        const definition = body as unknown as BenefitDefinition;
        const terms = benefitTerms(definition, await wordingOf(tx, ground));
        return { terms_zh: terms.zh, terms_en: terms.en, problems: await missingIn(tx, definition) };
      }),
  );
  app.put<{ Params: Static<typeof BenefitParams>; Body: Static<typeof Definition> }>(
    "/api/benefits/:benefit/draft",
    {
      schema: {
        summary: "Save a benefit as a draft; the published version stays in force",
        tags,
        params: BenefitParams,
        body: Definition,
        response: { 200: Type.Object({ benefit: Text, version: Type.Integer() }) },
      },
      config: aboutOne("benefit", manage),
    },
    async (request) => {
      const { benefit } = request.params;
      const { key } = request.body as { key?: unknown };
      if (typeof key === "string" && key !== benefit) throw problem("benefits.benefit_key_differs", { key, benefit });
      const by = { origin: "console", person_id: request.person?.person_id ?? null, now: ground.clock.now() } as const;
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) => saveBenefit(tx, request.body, by));
      Object.assign(request.audit_subject, { benefit, version });
      return { benefit, version };
    },
  );
  app.post<{ Params: Static<typeof BenefitParams>; Body: { first_day?: string; last_day: string | null } }>(
    "/api/benefits/:benefit/publish",
    {
      schema: {
        summary: "Put the draft of a benefit into force on days from today on: members are due it from then",
        tags,
        params: BenefitParams,
        body: Type.Object({ first_day: Type.Optional(Day), last_day: Nullable(Day) }, { additionalProperties: false }),
        response: { 200: Type.Object({ benefit: Text, version: Type.Integer() }) },
      },
      config: aboutOne("benefit", manage),
    },
    async (request) => {
      const { benefit } = request.params;
      const { first_day = todayOf(ground), last_day } = request.body;
      const person_id = request.person?.person_id ?? null;
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        publishBenefit(tx, ground, benefit, { person_id, first_day, last_day }),
      );
      Object.assign(request.audit_subject, { benefit, version, first_day });
      return { benefit, version };
    },
  );
}

function withdrawRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof BenefitParams>; Body: { from_day?: string; reason: string } }>(
    "/api/benefits/:benefit/withdraw",
    {
      schema: {
        summary: "Nobody is due it from a day on, today at the earliest; what was due until then stays promised",
        tags,
        params: BenefitParams,
        body: Type.Object({ from_day: Type.Optional(Day), reason: Reason }, { additionalProperties: false }),
        response: { 200: Type.Object({ benefit: Text, from_day: Text, versions: Type.Array(Type.Integer()) }) },
      },
      config: aboutOne("benefit", manage),
    },
    async (request) => {
      const { benefit } = request.params;
      const { from_day = todayOf(ground), reason } = request.body;
      const person_id = request.person?.person_id ?? null;
      const versions = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        withdrawBenefit(tx, ground, benefit, { person_id, from_day, reason }),
      );
      Object.assign(request.audit_subject, { benefit, from_day, versions, reason });
      return { benefit, from_day, versions };
    },
  );
}
