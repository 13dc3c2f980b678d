import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { fatesOf } from "../channels/index.ts";
import type { Ground } from "../ground.ts";
import { memberIdAt, memberRowsById } from "../members/index.ts";
import { aboutOne, problem, sentence } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { JOURNEY_KEY, NODE_KEY } from "./definition.ts";
import { edgeOf, planOf, placeOf } from "./plan.ts";
import { type RunRow, runsOf, runsOfMembers, troubleOfRun, versionsOf } from "./report-store.ts";
import { nodeSentences, type Words } from "./sentence.ts";

const RUNS_MAX = 100;
const tags = ["journeys"];
const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Count = Type.Integer();
const Text = Type.String();

const Run = Type.Object({
  run_id: Count,
  journey: Text,
  member_id: Count,
  node: Text,
  due_at: Text,
  entered_at: Text,
  goal_at: Nullable(Text),
  ended_at: Nullable(Text),
  ended: Nullable(Text),
});
const RunsQuery = Type.Object({
  version: Type.Optional(Type.Integer({ minimum: 1 })),
  node: Type.Optional(Type.String({ pattern: NODE_KEY, description: "Only who stands there, or took its way out" })),
  way: Type.Optional(Type.Integer({ minimum: 0, maximum: 11 })),
  before: Type.Optional(Type.Integer({ minimum: 1, description: "The last number of the page before" })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: RUNS_MAX })),
});
const Step = Type.Object({
  at: Text,
  node: Text,
  zh: Text,
  en: Text,
  way_zh: Text,
  way_en: Text,
  message_state: Nullable(Text),
  message_reason: Nullable(Text),
  trouble_zh: Nullable(Text),
  trouble_en: Nullable(Text),
});

const runView = (run: RunRow, node: string) => ({
  run_id: run.run_id,
  journey: run.journey,
  member_id: run.member_id,
  node,
  due_at: run.due_at.toISOString(),
  entered_at: run.entered_at.toISOString(),
  goal_at: run.goal_at?.toISOString() ?? null,
  ended_at: run.ended_at?.toISOString() ?? null,
  ended: run.ended,
});

/** Who is where in a journey, and one member's way with the reason beside each thing that did not happen. */
export function runRoutes(app: FastifyInstance, ground: Ground): void {
  const Params = Type.Object({ journey: Type.String({ pattern: JOURNEY_KEY }) });
  app.get<{ Params: Static<typeof Params>; Querystring: Static<typeof RunsQuery> }>(
    "/api/journeys/:journey/runs",
    {
      schema: {
        summary: "Members behind a number of a journey, newest first; only those whom the caller may see",
        tags,
        params: Params,
        querystring: RunsQuery,
        response: { 200: Type.Object({ items: Type.Array(Run), before: Nullable(Count) }) },
      },
      config: aboutOne("journey", { access: { permission: "journeys.read", level: "L2" } }),
    },
    async ({ params: { journey }, query, scope }) => {
      const limit = query.limit ?? RUNS_MAX;
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => chosenRuns(tx, journey, query, limit));
      const visible = await ground.store.read(scope, (tx) =>
        memberRowsById(tx, ground, [...new Set(rows.runs.map((run) => run.member_id))]),
      );
      const seen = new Set(visible.map((member) => member.member_id));
      const items = rows.runs.filter((run) => seen.has(run.member_id)).map((run) => runView(run, rows.keyOf(run)));
      return { items, before: rows.runs.length < limit ? null : (rows.runs.at(-1)?.run_id ?? null) };
    },
  );
  memberRoute(app, ground);
}

async function chosenRuns(tx: Tx, journey: string, query: Static<typeof RunsQuery>, limit: number) {
  const all = await versionsOf(tx, journey);
  if (all.length === 0) throw problem("journeys.unknown", { journey });
  // nobody walks a draft, which may lack anything
  const versions = all.filter(({ published_at }) => published_at !== null);
  const version = versions.find((one) => one.version === query.version) ?? versions[0];
  // a node that the version does not have stands at no place
  const place = query.node === undefined ? undefined : Object.keys(version?.definition.nodes ?? {}).indexOf(query.node);
  const runs = await runsOf(tx, journey, {
    version_id: query.version === undefined && place === undefined ? undefined : version?.version_id,
    node: query.way === undefined ? place : undefined,
    edge: query.way === undefined || place === undefined ? undefined : edgeOf(place, query.way),
    before: query.before ?? Number.MAX_SAFE_INTEGER,
    limit,
  });
  const byId = new Map(versions.map((one) => [one.version_id, one.definition]));
  const keyOf = (run: RunRow) => Object.keys(byId.get(run.version_id)?.nodes ?? {})[run.node] ?? "";
  return { runs, keyOf };
}

function memberRoute(app: FastifyInstance, ground: Ground): void {
  const Member = Type.Object({ member_id: Type.Integer({ minimum: 1 }) });
  app.get<{ Params: Static<typeof Member> }>(
    "/api/members/:member_id/journeys",
    {
      schema: {
        summary: "A member's ways through journeys, newest first, each step in a sentence with what came of it",
        tags,
        params: Member,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({ ...Run.properties, name_zh: Text, name_en: Text, steps: Type.Array(Step) }),
            ),
          }),
        },
      },
      config: aboutOne("member", { access: { permission: "members.read", level: "L3", enter: "L2" } }),
    },
    async ({ params, scope }) => {
      const member_id = await ground.store.read(scope, (tx) => memberIdAt(tx, params.member_id));
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const runs = await runsOfMembers(tx, [member_id], RUNS_MAX);
        return { items: await Promise.all(runs.map((run) => wayOf(tx, ground, run))) };
      });
    },
  );
}

async function wayOf(tx: Tx, ground: Ground, run: RunRow) {
  const published = (await versionsOf(tx, run.journey)).filter(({ published_at }) => published_at !== null);
  const versions = new Map(published.map((one) => [one.version_id, one.definition]));
  const definition = versions.get(run.version_id);
  if (definition === undefined) throw problem("journeys.unknown", { journey: run.journey });
  const sentences = new Map<number, Awaited<ReturnType<typeof nodeSentences>>>();
  for (const [version_id, one] of versions) sentences.set(version_id, await nodeSentences(tx, ground, one));
  const messages = new Map(
    (await fatesOf(tx, "journeys", `${run.version_id}.${run.run_id}.`)).map((one) => [one.effect_key, one]),
  );
  const troubles = new Map((await troubleOfRun(tx, run.run_id)).map((one) => [one.step, one]));
  let version_id = run.trail[0] !== undefined && run.trail[0] < 0 ? -run.trail[0] : run.version_id;
  let step = 0;
  const steps = run.trail.flatMap((edge, index) => {
    if (edge < 0) {
      version_id = -edge;
      return [];
    }
    const { place, way } = placeOf(edge);
    const stop = planOf(version_id, versions.get(version_id) ?? definition).stops[place];
    const words = sentences.get(version_id)?.[stop?.key ?? ""];
    const message = messages.get(`${version_id}.${run.run_id}.${place}.${step}`);
    const trouble = troubles.get(step);
    step += 1;
    return [stepView(run.trail_at[index] ?? 0, stop?.key ?? "", words, { way, message, trouble })];
  });
  const node = planOf(run.version_id, definition).stops[run.node]?.key ?? "";
  return { ...runView(run, node), name_zh: definition.zh, name_en: definition.en, steps };
}

function stepView(
  at_seconds: number,
  node: string,
  words: (Words & { readonly ways: readonly Words[] }) | undefined,
  {
    way,
    message,
    trouble,
  }: {
    readonly way: number;
    readonly message: { readonly state: string | null; readonly reason: string | null } | undefined;
    readonly trouble: { readonly code: string } | undefined;
  },
) {
  return {
    at: new Date(at_seconds * 1000).toISOString(),
    node,
    zh: words?.zh ?? "",
    en: words?.en ?? "",
    way_zh: words?.ways[way]?.zh ?? "",
    way_en: words?.ways[way]?.en ?? "",
    message_state: message === undefined ? null : (message.state ?? "waiting"),
    message_reason: message?.reason ?? null,
    trouble_zh: trouble === undefined ? null : sentence(trouble.code, {}, "zh"),
    trouble_en: trouble === undefined ? null : sentence(trouble.code, {}, "en"),
  };
}
