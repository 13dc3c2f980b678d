import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import type { Ground } from "../ground.ts";
import { aboutOne, type ActInWords, problem, sentence } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { Entry, JOURNEY_KEY, JourneyDefinition, Node } from "./definition.ts";
import { journeyProblems } from "./definition-check.ts";
import { ENTRANTS_MAX, enterByApi } from "./enter.ts";
import { experimentRoutes } from "./experiments/routes.ts";
import { dryRunRoutes } from "./dry-run/routes.ts";
import { draftOf, type JourneyRow, listJourneys } from "./journey-store.ts";
import { changeState, publishJourney, saveJourney } from "./journeys.ts";
import { edgeOf } from "./plan.ts";
import { journeyFigures, versionCounts, versionsOf } from "./report-store.ts";
import { choiceRoute } from "./choice-route.ts";
import { runRoutes } from "./run-routes.ts";
import { previewRoute } from "./variables/preview-route.ts";
import { presentMembers } from "./run-store.ts";
import { sceneRoutes } from "./scenes/routes.ts";
import { CATCH_UP_DAYS } from "./schedule/enter-scheduled.ts";
import { momentsOf } from "./schedule/moment-store.ts";
import { nextMoments } from "./schedule/moments.ts";
import { entrySentence, nodeSentences } from "./sentence.ts";

const LISTED_MAX = 500;
const MOMENTS_SHOWN = 3;
const tags = ["journeys"];
const read = { access: { permission: "journeys.read", level: "L2" } } as const;
const manage = { access: { permission: "journeys.manage", level: "L2" } } as const;

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Count = Type.Integer();
const Text = Type.String();
const Words = Type.Object({ zh: Text, en: Text });
const Coming = Type.Object({
  ...Words.properties,
  next: Type.Array(Text, { description: "The next moments of a schedule" }),
});
const JourneyParams = Type.Object({ journey: Type.String({ pattern: JOURNEY_KEY }) });
const Problems = Type.Array(Type.Object({ path: Text, code: Text, zh: Text, en: Text }));
const Figures = {
  entered: Count,
  under_way: Count,
  finished: Count,
  goal: Count,
  held_out: Count,
  held_out_goal: Count,
  troubled: Count,
};
const Listed = Type.Object({
  journey: Text,
  zh: Text,
  en: Text,
  state: Text,
  version: Count,
  draft: Type.Boolean({ description: "The newest version is not published" }),
  entry_zh: Text,
  entry_en: Text,
  ...Figures,
});
const Seen = Type.Object({
  version_id: Count,
  version: Count,
  published_at: Nullable(Text),
  saved_at: Text,
  definition: Type.Unknown(),
});
const Answer = Type.Object({
  journey: Text,
  state: Text,
  versions: Type.Array(Seen),
  shown: Type.Integer({ description: "The version that is shown" }),
  entry: Coming,
  moments: Type.Array(
    Type.Object({
      at: Text,
      met: Count,
      entered: Count,
      done: Type.Boolean(),
      reason_zh: Nullable(Text),
      reason_en: Nullable(Text),
    }),
    { description: "The last moments of its schedule: how many met the condition, how many of them entered" },
  ),
  nodes: Type.Record(Text, Type.Object({ ...Words.properties, ways: Type.Array(Words) })),
  /** By node: who stands there; by node and way: how many went. */
  waiting: Type.Record(Text, Count),
  passed: Type.Record(Text, Type.Array(Count)),
  problems: Problems,
  ...Figures,
});
/** Its parts are judged in sentences, each at its place, when it is published or checked. */
const Draft = Type.Intersect([
  Type.Pick(JourneyDefinition, ["key", "zh", "en"]),
  Type.Record(Type.String({ maxLength: 40 }), Type.Unknown()),
]);
const NONE = { entered: 0, under_way: 0, finished: 0, goal: 0, held_out: 0, held_out_goal: 0, troubled: 0 };

/** How members come in, in words, with the next moments of a schedule; a draft may lack any of it. */
async function comingIn(tx: Tx, ground: Ground, entry: unknown): Promise<Static<typeof Coming>> {
  if (!Value.Check(Entry, entry)) return { zh: "", en: "", next: [] };
  const next =
    entry.kind === "schedule" ? nextMoments(entry, ground.clock.now(), MOMENTS_SHOWN, ground.config.timezone) : [];
  return { ...(await entrySentence(tx, ground, entry)), next: next.map((at) => at.toISOString()) };
}

/** Journeys: listed, read, written, checked, published, paused, ended. */
export function journeyRoutes(app: FastifyInstance, ground: Ground): void {
  listRoute(app, ground);
  app.get<{ Params: Static<typeof JourneyParams>; Querystring: { version?: number } }>(
    "/api/journeys/:journey",
    {
      schema: {
        summary: "One journey in sentences, with who stands where and how many took each way",
        tags,
        params: JourneyParams,
        querystring: Type.Object({
          version: Type.Optional(Type.Integer({ minimum: 1, description: "Absent: the newest" })),
        }),
        response: { 200: Answer },
      },
      config: aboutOne("journey", read),
    },
    async ({ params: { journey }, query }) =>
      ground.store.read(SYSTEM_SCOPE, (tx) => journeyAnswer(tx, ground, journey, query.version)),
  );
  app.post<{ Body: { definition: unknown } }>(
    "/api/journeys/check",
    {
      schema: {
        summary: "Says what is wrong with a journey, at which node, and what its nodes do in sentences",
        tags,
        body: Type.Object({ definition: Type.Record(Type.String({ maxLength: 40 }), Type.Unknown()) }),
        response: { 200: Type.Object({ problems: Problems, entry: Coming, nodes: Answer.properties.nodes }) },
      },
      config: read,
    },
    async ({ body: { definition }, scope }) =>
      ground.store.read(scope, async (tx) => {
        const problems = await journeyProblems(tx, ground, definition);
        // one node that is not filled in yet takes nothing from what the others say
        const { nodes = {}, entry } = definition as { nodes?: unknown; entry?: unknown };
        const sound = Object.entries(nodes as object).filter(([, node]) => Value.Check(Node, node));
        const sentences = await nodeSentences(tx, ground, { nodes: Object.fromEntries(sound) });
        return { problems, entry: await comingIn(tx, ground, entry), nodes: sentences };
      }),
  );
  choiceRoute(app, ground);
  previewRoute(app, ground);
  sceneRoutes(app, ground);
  experimentRoutes(app, ground);
  writeRoutes(app, ground);
  runRoutes(app, ground);
  dryRunRoutes(app, ground);
}

function listRoute(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/journeys",
    {
      schema: {
        summary: "Journeys with how they stand: entered, under way, finished, at the goal; held out apart",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Listed) }) },
      },
      config: read,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const rows = (await listJourneys(tx)).slice(0, LISTED_MAX);
        const figures = new Map(
          (
            await journeyFigures(
              tx,
              rows.map((row) => row.journey),
            )
          ).map((one) => [one.journey, one]),
        );
        return { items: await Promise.all(rows.map((row) => listed(tx, ground, row, figures.get(row.journey)))) };
      }),
  );
}

async function listed(tx: Tx, ground: Ground, row: JourneyRow, figures: object | undefined) {
  const { journey, state, version, definition, published_at } = row;
  const entry = await comingIn(tx, ground, definition.entry);
  const name = { zh: definition.zh, en: definition.en, entry_zh: entry.zh, entry_en: entry.en };
  return { journey, state, version, draft: published_at === null, ...name, ...NONE, ...figures };
}

async function journeyAnswer(tx: Tx, ground: Ground, journey: string, version: number | undefined) {
  const row = await tx.one<{ state: string }>("select state from journeys.journey where journey = $1", [journey]);
  const versions = await versionsOf(tx, journey);
  const shown = version === undefined ? versions[0] : versions.find((one) => one.version === version);
  if (row === undefined || shown === undefined) throw problem("journeys.unknown", { journey });
  const { definition } = shown;
  const problems = shown.published_at === null ? await journeyProblems(tx, ground, definition) : [];
  const shaped = problems.every(({ code }) => !code.startsWith("journeys.setting"));
  const counts = await versionCounts(tx, shown.version_id);
  const nodes = shaped ? await nodeSentences(tx, ground, definition) : {};
  const keys = Object.keys(nodes);
  const [figures] = await journeyFigures(tx, [journey]);
  return {
    journey,
    state: row.state,
    versions: versions.map((one) => ({
      ...one,
      published_at: one.published_at?.toISOString() ?? null,
      saved_at: one.saved_at.toISOString(),
    })),
    shown: shown.version,
    entry: await comingIn(tx, ground, definition.entry),
    moments: await lastMoments(tx, journey),
    nodes,
    waiting: Object.fromEntries(keys.map((key, place) => [key, counts.waiting.get(place) ?? 0])),
    passed: Object.fromEntries(
      keys.map((key, place) => [
        key,
        (nodes[key]?.ways ?? []).map((_, way) => counts.passed.get(edgeOf(place, way)) ?? 0),
      ]),
    ),
    problems,
    ...NONE,
    ...figures,
  };
}

async function lastMoments(tx: Tx, journey: string): Promise<Static<typeof Answer>["moments"]> {
  const moments = await momentsOf(tx, journey, MOMENTS_SHOWN);
  return moments.map(({ at, met, entered, finished_at, reason }) => ({
    at: at.toISOString(),
    met,
    entered,
    done: finished_at !== null,
    reason_zh: reason === null ? null : sentence(reason, { days: CATCH_UP_DAYS }, "zh"),
    reason_en: reason === null ? null : sentence(reason, { days: CATCH_UP_DAYS }, "en"),
  }));
}

const Publishing = Type.Object(
  { running: Type.Optional(Type.Union([Type.Literal("stay"), Type.Literal("move")])) },
  { additionalProperties: false },
);
const Changing = Type.Object(
  { state: Type.Union([Type.Literal("live"), Type.Literal("paused"), Type.Literal("ended")]) },
  { additionalProperties: false },
);

/** What is approved is this very draft: another one saved meanwhile is asked for anew. */
async function publishingInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { journey } = request.params as Static<typeof JourneyParams>;
  const draft = await ground.store.read(SYSTEM_SCOPE, (tx) => draftOf(tx, journey));
  const { zh, en } = draft.definition;
  const words = {
    zh: `发布旅程「${zh}」第 ${draft.version} 版`,
    en: `Publish version ${draft.version} of the journey “${en}”`,
  };
  return { words: async () => words, same: draft.definition };
}

function writeRoutes(app: FastifyInstance, ground: Ground): void {
  app.put<{ Params: Static<typeof JourneyParams>; Body: Static<typeof Draft> }>(
    "/api/journeys/:journey/draft",
    {
      schema: {
        summary: "Keep a journey as a draft; it may still have problems",
        tags,
        params: JourneyParams,
        body: Draft,
        response: { 200: Type.Object({ version: Count, problems: Problems }) },
      },
      config: aboutOne("journey", manage),
    },
    async (request) => {
      const { journey } = request.params;
      const definition = { ...request.body, key: journey } as unknown as JourneyDefinition;
      const author = { person_id: request.person?.person_id ?? null };
      return ground.store.write(SYSTEM_SCOPE, async (tx) => ({
        version: await saveJourney(tx, ground, definition, author),
        problems: await journeyProblems(tx, ground, definition),
      }));
    },
  );
  const publish = { permission: "journeys.publish", level: "L3" } as const;
  app.post<{ Params: Static<typeof JourneyParams>; Body: Static<typeof Publishing> }>(
    "/api/journeys/:journey/publish",
    {
      schema: {
        summary: "Put the draft into force: members enter it from now on",
        tags,
        params: JourneyParams,
        body: Publishing,
        response: {
          200: Type.Object({
            version: Count,
            moved: Type.Integer({ description: "Members under way who changed over" }),
          }),
        },
      },
      config: aboutOne("journey", {
        access: {
          ...publish,
          approval: (request) => publishingInWords(ground, request),
        },
      }),
    },
    async (request) => {
      const { journey } = request.params;
      const { running = "stay" } = request.body;
      const { version, moved } = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        publishJourney(tx, ground, journey, { person_id: request.person?.person_id ?? null, running }),
      );
      return { version, moved };
    },
  );
  stateRoute(app, ground);
  enterRoute(app, ground);
}

function stateRoute(app: FastifyInstance, ground: Ground): void {
  app.put<{ Params: Static<typeof JourneyParams>; Body: Static<typeof Changing> }>(
    "/api/journeys/:journey/state",
    {
      schema: {
        summary: "Pause a journey, let it go on, or end it: whoever is in it leaves",
        tags,
        params: JourneyParams,
        body: Changing,
        response: { 200: Type.Object({ state: Text }) },
      },
      config: aboutOne("journey", { access: { permission: "journeys.publish", level: "L2" } }),
    },
    async ({ params: { journey }, body: { state } }) => {
      await ground.store.write(SYSTEM_SCOPE, (tx) => changeState(tx, ground, journey, state));
      return { state };
    },
  );
}

const Entering = Type.Object(
  { member_ids: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: ENTRANTS_MAX }) },
  { additionalProperties: false },
);
const Keyed = Type.Object({ "idempotency-key": Type.String({ pattern: "^[!-~]+$", minLength: 1, maxLength: 100 }) });

function enterRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof JourneyParams>; Body: Static<typeof Entering>; Headers: Static<typeof Keyed> }>(
    "/api/journeys/:journey/entries",
    {
      schema: {
        summary: "Let members into a journey that is entered over the API; the same key again enters nobody twice",
        tags,
        params: JourneyParams,
        headers: Keyed,
        body: Entering,
        response: { 200: Type.Object({ entered: Count }) },
      },
      config: aboutOne("journey", {
        access: {
          permission: "journeys.publish",
          level: "L3",
          approval: async (request) => {
            const { journey } = request.params as Static<typeof JourneyParams>;
            const { length } = (request.body as Static<typeof Entering>).member_ids;
            const zh = `让 ${length} 位会员进入旅程「${journey}」`;
            return { words: async () => ({ zh, en: `Let ${length} members into the journey “${journey}”` }) };
          },
        },
      }),
    },
    async ({ params: { journey }, body: { member_ids }, headers, scope }) => {
      const wanted = [...new Set(member_ids)];
      const seen = await ground.store.read(scope, (tx) => presentMembers(tx, wanted));
      const count = wanted.filter((member_id) => !seen.has(member_id)).length;
      if (count > 0) throw problem("journeys.members_unseen", { count });
      const entered = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        enterByApi(tx, ground, journey, { member_ids: wanted, key: headers["idempotency-key"] }),
      );
      return { entered };
    },
  );
}
