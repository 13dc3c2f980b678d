import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import { startJob, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import {
  addLostRules,
  lockLostRules,
  LOST_DAYS,
  LOST_DAYS_MAX,
  LOST_DAYS_MIN,
  LOST_RULES_MAX,
  type LostRule,
  type LostRulesAuthor,
  lostRules,
  lostRuleVersions,
} from "../tags/index.ts";
import { FLOWS, FLOWS_KEY, ignoreRunning } from "./jobs.ts";
import { lostWhatIf } from "./lost-what-if.ts";

const tags = ["value"];
const read = { access: { permission: "value.read", level: "L3", enter: "L2" } } as const;
const manage = { access: { permission: "value.manage", level: "L2" } } as const;
const CATEGORIES_SHOWN_MAX = 500;

const Rules = Type.Array(
  Type.Object(
    {
      category: Type.String({ minLength: 1, maxLength: 200 }),
      lost_after_days: Type.Integer({ minimum: LOST_DAYS_MIN, maximum: LOST_DAYS_MAX }),
    },
    { additionalProperties: false },
  ),
  { maxItems: LOST_RULES_MAX },
);
const Draft = Type.Object({ rules: Rules }, { additionalProperties: false });
const Change = Type.Object(
  {
    rules: Rules,
    based_on: Type.Integer({ minimum: 0, description: "The version that was changed; 409 when another is in force" }),
    reason: Type.String({ minLength: 2, maxLength: 200, pattern: "\\S" }),
  },
  { additionalProperties: false },
);

/** After how many days members of a category count as lost: read, tried and changed. */
export function lostRuleRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/lifecycle/rules",
    {
      schema: { summary: "After how many days members count as lost, by category, with all versions", tags },
      config: read,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        ...(await lostRules(tx)),
        default_days: LOST_DAYS,
        days_min: LOST_DAYS_MIN,
        days_max: LOST_DAYS_MAX,
        rules_max: LOST_RULES_MAX,
        categories: await knownCategories(tx),
        versions: await lostRuleVersions(tx),
      })),
  );
  app.post<{ Body: Static<typeof Draft> }>(
    "/api/lifecycle/rules/what-if",
    {
      schema: {
        summary: "How many members other rules would make lost, silent or active, beside today; saves nothing",
        tags,
        body: Draft,
      },
      config: read,
    },
    async ({ body }) => {
      const current = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const rules = (await lostRules(tx)).rules;
        await refuseWrong(tx, body.rules, rules);
        return rules;
      });
      return lostWhatIf(ground, current, body.rules);
    },
  );
  app.put<{ Body: Static<typeof Change> }>(
    "/api/lifecycle/rules",
    {
      schema: {
        summary: "Put other rules in force as a further version; stages and tags are computed anew",
        tags,
        body: Change,
        response: { 202: Type.Object({ version: Type.Integer(), job_id: Type.String() }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const person_id = request.person?.person_id ?? null;
      const reason = request.body.reason.trim();
      const by = { person_id, name: request.person?.name ?? null, now: ground.clock.now(), reason };
      const answer = await ground.store.write(SYSTEM_SCOPE, (tx) => change(tx, ground, request.body, by));
      Object.assign(request.audit_subject, { version: answer.version, rules: request.body.rules.length, reason });
      return reply.code(202).send(answer);
    },
  );
}

async function change(tx: Tx, ground: Ground, { rules, based_on }: Static<typeof Change>, by: LostRulesAuthor) {
  await lockLostRules(tx);
  const current = await lostRules(tx);
  if (current.version !== based_on) throw problem("value.lost_rules_changed", { version: current.version });
  await refuseWrong(tx, rules, current.rules);
  const { person_id } = by;
  const version = await addLostRules(tx, rules, by);
  await startJob(tx, ground, FLOWS, {}, { key: FLOWS_KEY, person_id }).catch(ignoreRunning);
  // a key of its own: a full computation that already runs has begun with other rules
  const job_id = await startJob(tx, ground, "tags.full", {}, { key: `lost ${version}`, person_id });
  return { version, job_id };
}

/** A rule of a category that products have no more may stay; a new one must name a category that there is. */
async function refuseWrong(tx: Tx, rules: readonly LostRule[], current: readonly LostRule[]): Promise<void> {
  const seen = new Set<string>();
  const known = new Set([...(await knownCategories(tx, rules)), ...current.map((rule) => rule.category)]);
  for (const { category } of rules) {
    if (seen.has(category)) throw problem("value.category_twice", { category });
    seen.add(category);
    if (!known.has(category)) throw problem("value.category_unknown", { category });
  }
}

/** Categories of products by code point; @param rules only those that they name. */
async function knownCategories(tx: Tx, rules?: readonly LostRule[]): Promise<string[]> {
  const rows = await tx.query<{ category: string }>(
    `select category from (select distinct category_1 collate "C" as category from catalogue.products
       where category_1 is not null and ($1::text[] is null or category_1 = any($1))) c order by category limit $2`,
    [rules?.map((rule) => rule.category) ?? null, CATEGORIES_SHOWN_MAX],
  );
  return rows.map((row) => row.category);
}
