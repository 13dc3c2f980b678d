import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, Day, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { COUPON_KEY } from "../coupons/definition.ts";
import { Keyed, manage, Nullable, read, Reason, tags } from "../coupons/route-parts.ts";
import { wordingOf } from "../entitlements/benefit-head.ts";
import type { Wording } from "../entitlements/benefit-sentence.ts";
import { todayOf } from "../entitlements/benefits.ts";
import type { RewardDefinition } from "./reward.ts";
import { listRewards, type RewardFigures, rewardFigures, rewardVersions, stockMoves } from "./reward-list-store.ts";
import { rewardSentences } from "./reward-sentence.ts";
import { setRewardState } from "./reward-store.ts";
import { changeStock, publishReward, requireReward, rewardProblems, saveReward } from "./rewards.ts";

const MOVES_SHOWN_MAX = 200;
const UNITS_MAX = 1_000_000;

const Text = Type.String();
const Count = Type.Integer();
/** The form is checked as a whole, so that what is wrong is said in a sentence with its place. */
const Definition = Type.Record(Type.String({ maxLength: 40 }), Type.Unknown());
const Problems = Type.Array(Type.Object({ path: Text, code: Text, zh: Text, en: Text }));
export const RewardParams = Type.Object({ reward: Type.String({ pattern: COUPON_KEY }) });
const State = Type.Union(["in_force", "scheduled", "withdrawn", "ended", "draft"].map((state) => Type.Literal(state)));
const Figures = Type.Object({
  reward: Text,
  state: State,
  name_zh: Text,
  name_en: Text,
  zh: Type.String({ description: "Price and conditions in one sentence" }),
  en: Text,
  definition: Type.Unknown(),
  version: Nullable(Count),
  has_draft: Type.Boolean(),
  first_day: Nullable(Text),
  last_day: Nullable(Text),
  stock: Count,
  held: Count,
  given: Count,
  left: Count,
  orders: Type.Integer({ description: "Confirmed or handed over" }),
  waiting: Type.Integer({ description: "Confirmed and not handed over yet" }),
  fulfilled: Count,
  points: Type.Integer({ description: "Burned by these orders" }),
  cash_minor: Type.Integer({ description: "Paid with these orders" }),
});
const Version = Type.Object({
  version: Count,
  definition: Type.Unknown(),
  zh: Text,
  en: Text,
  first_day: Text,
  last_day: Nullable(Text),
  saved_by: Nullable(Count),
  saved_at: Text,
});
const Move = Type.Object({
  move_id: Count,
  kind: Type.Union(["added", "taken", "lost"].map((kind) => Type.Literal(kind))),
  units: Count,
  stock_after: Count,
  reason: Text,
  order_id: Nullable(Count),
  moved_by: Nullable(Count),
  moved_at: Text,
});

function stateOf({ state, version, first_day, last_day }: RewardFigures, today: string) {
  if (state === "withdrawn") return "withdrawn";
  if (version === null || first_day === null) return "draft";
  if (first_day > today) return "scheduled";
  return last_day !== null && last_day < today ? "ended" : "in_force";
}

function figuresView(figures: RewardFigures, today: string, wording: Wording) {
  const { draft, ...rest } = figures;
  const definition = rest.definition ?? draft;
  if (definition === null) return undefined;
  return {
    ...rest,
    definition,
    state: stateOf(figures, today),
    name_zh: definition.zh,
    name_en: definition.en,
    ...rewardSentences(definition, wording),
    has_draft: draft !== null,
    left: rest.stock - rest.held - rest.given,
  };
}

/** What points buy: written, published with its days, stocked. */
export function rewardRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/rewards",
    {
      schema: {
        summary: "Rewards with price, stock and how they are redeemed",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Figures) }) },
      },
      config: read,
    },
    async () => {
      const today = todayOf(ground);
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const wording = await wordingOf(tx, ground);
        const rows = await listRewards(tx, today);
        return { items: rows.flatMap((row) => figuresView(row, today, wording) ?? []) };
      });
    },
  );
  oneRoute(app, ground);
  draftRoutes(app, ground);
  publishRoute(app, ground);
  stockRoutes(app, ground);
}

function oneRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof RewardParams> }>(
    "/api/rewards/:reward",
    {
      schema: {
        summary: "One reward with its draft, its versions, the newest first, and the account of its stock",
        tags,
        params: RewardParams,
        response: {
          200: Type.Object({
            reward: Figures,
            draft: Nullable(Type.Object({ definition: Type.Unknown(), zh: Text, en: Text, problems: Problems })),
            versions: Type.Array(Version),
            moves: Type.Array(Move),
          }),
        },
      },
      config: aboutOne("reward", read),
    },
    async ({ params: { reward } }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const today = todayOf(ground);
        const wording = await wordingOf(tx, ground);
        const figures = await rewardFigures(tx, reward, today);
        const view = figures === undefined ? undefined : figuresView(figures, today, wording);
        if (figures === undefined || view === undefined) throw problem("benefits.reward_unknown", { reward });
        const { draft } = figures;
        const said = (definition: RewardDefinition) => ({ definition, ...rewardSentences(definition, wording) });
        return {
          reward: view,
          draft: draft === null ? null : { ...said(draft), problems: await rewardProblems(tx, draft) },
          versions: (await rewardVersions(tx, reward)).map((one) => ({ ...one, ...said(one.definition) })),
          moves: await stockMoves(tx, reward, MOVES_SHOWN_MAX),
        };
      }),
  );
}

function draftRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Definition> }>(
    "/api/rewards/check",
    {
      schema: {
        summary: "Says a reward in a sentence, and what stands in the way of publishing it",
        tags,
        body: Definition,
        response: { 200: Type.Object({ zh: Nullable(Text), en: Nullable(Text), problems: Problems }) },
      },
      config: read,
    },
    async ({ body }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const problems = await rewardProblems(tx, body);
        if (problems.some(({ code }) => code !== "benefits.reward_needs_unknown"))
          return { zh: null, en: null, problems };
        const definition = body as unknown as RewardDefinition;
        return { ...rewardSentences(definition, await wordingOf(tx, ground)), problems };
      }),
  );
  app.put<{ Params: Static<typeof RewardParams>; Body: Static<typeof Definition> }>(
    "/api/rewards/:reward/draft",
    {
      schema: {
        summary: "Save a reward as a draft; the published version stays in force",
        tags,
        params: RewardParams,
        body: Definition,
        response: { 200: Type.Object({ reward: Text }) },
      },
      config: aboutOne("reward", manage),
    },
    async (request) => {
      const { reward } = request.params;
      const { key } = request.body as { key?: unknown };
      if (typeof key === "string" && key !== reward) throw problem("benefits.reward_key_differs", { key, reward });
      const by = { person_id: request.person?.person_id ?? null, now: ground.clock.now() };
      await ground.store.write(SYSTEM_SCOPE, (tx) => saveReward(tx, request.body, by));
      Object.assign(request.audit_subject, { reward });
      return { reward };
    },
  );
}

function publishRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof RewardParams>; Body: { first_day?: string; last_day: string | null } }>(
    "/api/rewards/:reward/publish",
    {
      schema: {
        summary: "Let the draft hold on days from today on; orders keep the price they were made at",
        tags,
        params: RewardParams,
        body: Type.Object({ first_day: Type.Optional(Day), last_day: Nullable(Day) }, { additionalProperties: false }),
        response: { 200: Type.Object({ reward: Text, version: Count }) },
      },
      config: aboutOne("reward", manage),
    },
    async (request) => {
      const { reward } = request.params;
      const { first_day = todayOf(ground), last_day } = request.body;
      const person_id = request.person?.person_id ?? null;
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        publishReward(tx, ground, reward, { person_id, first_day, last_day }),
      );
      Object.assign(request.audit_subject, { reward, version, first_day });
      return { reward, version };
    },
  );
  app.put<{ Params: Static<typeof RewardParams>; Body: { state: "live" | "withdrawn"; reason: string } }>(
    "/api/rewards/:reward/state",
    {
      schema: {
        summary: "Withdraw a reward, so that it cannot be ordered, or bring it back; orders that were made go on",
        tags,
        params: RewardParams,
        body: Type.Object(
          { state: Type.Union([Type.Literal("live"), Type.Literal("withdrawn")]), reason: Reason },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ reward: Text, state: Text }) },
      },
      config: aboutOne("reward", manage),
    },
    async (request) => {
      const { reward } = request.params;
      const { state, reason } = request.body;
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await requireReward(tx, reward);
        await setRewardState(tx, reward, state);
      });
      Object.assign(request.audit_subject, { reward, state, reason });
      return { reward, state };
    },
  );
}

function stockRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{
    Params: Static<typeof RewardParams>;
    Headers: Static<typeof Keyed>;
    Body: { units: number; reason: string };
  }>(
    "/api/rewards/:reward/stock",
    {
      schema: {
        summary: "Add units to a stock, or take away what is neither held nor given; once under its Idempotency-Key",
        tags,
        params: RewardParams,
        headers: Keyed,
        body: Type.Object(
          {
            units: Type.Union([
              Type.Integer({ minimum: 1, maximum: UNITS_MAX }),
              Type.Integer({ minimum: -UNITS_MAX, maximum: -1 }),
            ]),
            reason: Reason,
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ reward: Text, stock: Count }) },
      },
      config: aboutOne("reward", manage),
    },
    async (request) => {
      const { reward } = request.params;
      const { units, reason } = request.body;
      const person_id = request.person?.person_id ?? null;
      Object.assign(request.audit_subject, { reward, units, reason });
      return changeStock(ground, request.headers["idempotency-key"], { reward, units, reason }, person_id);
    },
  );
}
