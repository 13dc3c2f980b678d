import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { addDays, Day, daysBetween, problem, startOfDay, unapproved } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { budgets } from "../budgets/budget-view-store.ts";
import { todayOf } from "../ledger/ledger.ts";
import { byRule, liability, refusedPoints, statement } from "../reports/statement-store.ts";
import { statementWorkbook } from "../reports/statement-workbook.ts";
import { allTerms, ruleNames, termsOn } from "../rules/programme-store.ts";
import { Budget, Nullable, RuleNames, tags } from "./route-parts.ts";

const STATEMENT_DAYS_MAX = 1_100;
const read = { access: { permission: "points.read", level: "L2" } } as const;
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
  budgets: Type.Array(Budget),
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
          budgets: await budgets(tx, todayOf(ground)),
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
}
