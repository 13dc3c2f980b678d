import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, addDays, Day, daysBetween, problem, startOfDay, unapproved } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { POINTS_MAX } from "../ledger/command.ts";
import { submitWithin, todayOf } from "../ledger/ledger.ts";
import { budgets, byRule, liability, refusedPoints, statement } from "../reports/statement-store.ts";
import { statementWorkbook } from "../reports/statement-workbook.ts";
import { allTerms, ruleNames, termsOn } from "../rules/programme-store.ts";
import { markEarning, refusedOwners } from "../rules/settle-store.ts";
import { KeyHeader, Nullable, RuleNames, tags } from "./route-parts.ts";

const STATEMENT_DAYS_MAX = 1_100;
const REFUSED_OWNERS_MAX = 100_000;
const read = { access: { permission: "points.read", level: "L2" } } as const;
const manage = { access: { permission: "points.manage", level: "L2" } } as const;
const Count = Type.Integer();

const Flow = Type.Object({
  period: Type.String(),
  issued: Count,
  burned: Count,
  given_back: Count,
  expired: Count,
  taken_back: Count,
  closing: Count,
});
const Statement = Type.Object({
  from_day: Type.String(),
  to_day: Type.String(),
  opening: Count,
  rows: Type.Array(Flow),
  closing: Count,
  rules: Type.Array(Type.Object({ rule: Type.String(), issued: Count, taken_back: Count, causes: Count })),
});
const Query = Type.Object({
  from_day: Type.Optional(Day),
  to_day: Type.Optional(Day),
  by: Type.Optional(Type.Union([Type.Literal("day"), Type.Literal("month")])),
});
const Overview = Type.Object({
  liability: Type.Object({
    pending: Count,
    active: Count,
    held: Count,
    owed: Count,
    owners: Count,
    redeemed_permille: Nullable(Count),
    used_permille: Nullable(Count),
    expiring: Type.Array(Type.Object({ month: Nullable(Type.String()), points: Count })),
  }),
  worth: Nullable(Type.Object({ points: Count, minor: Count, currency: Type.String() })),
  programme: Nullable(
    Type.Object({
      programme: Type.String(),
      version: Count,
      from_day: Type.String(),
      zh: Type.String(),
      en: Type.String(),
    }),
  ),
  budgets: Type.Array(Type.Object({ budget: Type.String(), balance: Count, funded: Count })),
  refused: Type.Array(Type.Object({ rule: Type.String(), refused: Type.String(), points: Count, causes: Count })),
  rules: RuleNames,
});

/** The days of a statement: the last twelve months until today, unless said otherwise. @throws points.statement_days */
function daysOf(ground: Ground, query: Static<typeof Query>) {
  const to_day = query.to_day ?? todayOf(ground);
  const from_day = query.from_day ?? `${addDays(to_day, -364).slice(0, 7)}-01`;
  if (to_day < from_day || daysBetween(from_day, to_day) > STATEMENT_DAYS_MAX)
    throw problem("points.statement_days", { from_day, to_day, max: STATEMENT_DAYS_MAX });
  const { timezone } = ground.config;
  const from = startOfDay(from_day, timezone);
  const to = startOfDay(addDays(to_day, 1), timezone);
  return { from_day, to_day, from, to, by: query.by ?? ("month" as const), timezone };
}

async function statementOf(ground: Ground, query: Static<typeof Query>) {
  const days = daysOf(ground, query);
  return ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    from_day: days.from_day,
    to_day: days.to_day,
    ...(await statement(tx, days)),
    rules: await byRule(tx, days.from, days.to),
  }));
}

/** What finance asks: what is owed, what moved, by which rule, and that it adds up. */
export function reportRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/points",
    {
      schema: {
        summary: "Points owed to members now, when they expire, what they are worth; budgets; what could not be given",
        tags,
        response: { 200: Overview },
      },
      config: read,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const all = await allTerms(tx);
        const terms = termsOn(all, todayOf(ground));
        const { definition } = terms ?? {};
        return {
          liability: await liability(tx),
          worth: definition === undefined ? null : { ...definition.worth, currency: definition.currency },
          programme: terms === undefined ? null : { ...terms, zh: terms.definition.zh, en: terms.definition.en },
          budgets: await budgets(tx),
          refused: await refusedPoints(tx),
          rules: ruleNames(all),
        };
      }),
  );
  app.get<{ Querystring: Static<typeof Query> }>(
    "/api/points/statement",
    {
      schema: {
        summary: "Movements of members' points by month or day, opening to closing, and by rule",
        tags,
        querystring: Query,
        response: { 200: Statement },
      },
      config: read,
    },
    async ({ query }) => statementOf(ground, query),
  );
  app.get<{ Querystring: Static<typeof Query> }>(
    "/api/points/statement.xlsx",
    {
      schema: { summary: "The same as an Excel file", tags, querystring: Query },
      config: unapproved("sums, no members", read),
    },
    async ({ query }, reply) =>
      reply
        .header("content-type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .header("content-disposition", 'attachment; filename="points-statement.xlsx"')
        .send(await statementWorkbook(await statementOf(ground, query))),
  );
  budgetRoutes(app, ground);
}

const BudgetKey = Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" });

function budgetRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: { budget: string } }>(
    "/api/points/budgets",
    {
      schema: {
        summary: "Make a points budget, empty; rules that name it can give no more than it has",
        tags,
        body: Type.Object({ budget: BudgetKey }),
        response: { 201: Type.Object({ budget: Type.String() }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const { budget } = request.body;
      const made = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        tx.execute(
          "insert into points.account (kind, name, floor) values ('budget', $1, 0) on conflict (kind, name) do nothing",
          [budget],
        ),
      );
      if (made === 0) throw problem("points.budget_exists", { budget });
      Object.assign(request.audit_subject, { budget });
      return reply.code(201).send({ budget });
    },
  );
  app.post<{ Params: { budget: string }; Body: { points: number } }>(
    "/api/points/budgets/:budget/fund",
    {
      schema: {
        summary: "Put points into a budget; what it could not pay until now is given then",
        tags,
        params: Type.Object({ budget: BudgetKey }),
        headers: KeyHeader,
        body: Type.Object({ points: Type.Integer({ minimum: 1, maximum: POINTS_MAX }) }),
        response: { 200: Type.Object({ points: Count }) },
      },
      config: aboutOne("points_budget", manage),
    },
    async (request) => {
      const { budget } = request.params;
      const { points } = request.body;
      const key = `api:${(request.headers as Record<string, string>)["idempotency-key"] ?? ""}`;
      Object.assign(request.audit_subject, { budget, points });
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const waiting = await refusedOwners(tx, REFUSED_OWNERS_MAX);
        await markEarning(tx, { party_ids: waiting }, ground.clock.now());
        const command = { type: "fund", budget, points, reference: `fund:${budget}` } as const;
        await submitWithin(tx, ground, { key, command });
        return { points };
      });
    },
  );
}
