import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, Day, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { budgets, makeBudget } from "../budgets/budget-view-store.ts";
import { markRefused, setLimits } from "../budgets/limits.ts";
import { POINTS_MAX } from "../ledger/command.ts";
import { submitWithin, todayOf } from "../ledger/ledger.ts";
import { Budget, BudgetLimit, KeyHeader, tags } from "./route-parts.ts";

const LIMITS_MAX = 6;
const manage = { access: { permission: "points.manage", level: "L2" } } as const;
const BudgetKey = Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" });
const New = Type.Object({
  budget: BudgetKey,
  is_funded: Type.Optional(
    Type.Boolean({
      description: "Whether it gives only what is put into it; false: its limits alone hold. Absent: true",
    }),
  ),
});
const Limits = Type.Object({
  limits: Type.Array(BudgetLimit, { maxItems: LIMITS_MAX }),
  since: Type.Optional({
    ...Day,
    description: "The limits hold for the period of this day and those after it; absent: today",
  }),
});

/** Budgets: making them, what is put into them, and what they may give in a period. */
export function budgetRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof New> }>(
    "/api/points/budgets",
    {
      schema: {
        summary:
          "Make a points budget, empty; rules that name it can give no more than it has, or than its limits allow",
        tags,
        body: New,
        response: { 201: Type.Object({ budget: Type.String() }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const { budget, is_funded = true } = request.body;
      if (!(await ground.store.write(SYSTEM_SCOPE, (tx) => makeBudget(tx, budget, is_funded))))
        throw problem("points.budget_exists", { budget });
      Object.assign(request.audit_subject, { budget, is_funded });
      return reply.code(201).send({ budget });
    },
  );
  app.put<{ Params: { budget: string }; Body: Static<typeof Limits> }>(
    "/api/points/budgets/:budget/limits",
    {
      schema: {
        summary:
          "What a budget may give in a day, week, month, quarter, year or ever, in points or money. Beyond it nothing is given, with the reason kept; what was held back is given as far as new limits allow",
        tags,
        params: Type.Object({ budget: BudgetKey }),
        body: Limits,
        response: { 200: Budget },
      },
      config: aboutOne("points_budget", manage),
    },
    async (request) => {
      const { budget } = request.params;
      const { limits, since } = request.body;
      const person_id = request.person?.person_id ?? null;
      Object.assign(request.audit_subject, { budget, limits, ...(since === undefined ? {} : { since }) });
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await setLimits(tx, ground, { budget, limits, since, person_id });
        return (await budgets(tx, todayOf(ground))).find((one) => one.budget === budget);
      });
    },
  );
  fundRoute(app, ground);
}

function fundRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: { budget: string }; Body: { points: number } }>(
    "/api/points/budgets/:budget/fund",
    {
      schema: {
        summary: "Put points into a budget; what it could not pay until now is given then",
        tags,
        params: Type.Object({ budget: BudgetKey }),
        headers: KeyHeader,
        body: Type.Object({ points: Type.Integer({ minimum: 1, maximum: POINTS_MAX }) }),
        response: { 200: Type.Object({ points: Type.Integer() }) },
      },
      config: aboutOne("points_budget", manage),
    },
    async (request) => {
      const { budget } = request.params;
      const { points } = request.body;
      const key = `api:${(request.headers as Record<string, string>)["idempotency-key"] ?? ""}`;
      Object.assign(request.audit_subject, { budget, points });
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await markRefused(tx, ground);
        const command = { type: "fund", budget, points, reference: `fund:${budget}` } as const;
        await submitWithin(tx, ground, { key, command });
        return { points };
      });
    },
  );
}
