import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { REASON_WORDS } from "../../channels/index.ts";
import type { Ground } from "../../ground.ts";
import { memberRowsById } from "../../members/index.ts";
import { aboutOne, problem, sentence } from "../../platform/index.ts";
import { segmentName } from "../../segments/index.ts";
import { openJob, type Scope, startJob, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { JOURNEY_KEY, type JourneyDefinition, NODE_KEY } from "../definition.ts";
import { requireSound } from "../journeys.ts";
import { edgeOf, placeOf, planOf } from "../plan.ts";
import { versionsOf } from "../report-store.ts";
import { presentMembers } from "../run-store.ts";
import { nodeSentences } from "../sentence.ts";
import { type DryRunRow, dryRunOf, type EffectRow, effectsOf, type PathRow, pathOf, pathsOf } from "./result-store.ts";
import { DRY_RUN_JOB, type DryRunInput } from "./run.ts";

const DAYS = 90;
const DAYS_MAX = 365;
const PATHS_MAX = 100;
const tags = ["journeys"];
const closed = { additionalProperties: false } as const;
const read = { access: { permission: "journeys.read", level: "L2" } } as const;

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Count = Type.Integer();
const Text = Type.String();
const Words = { zh: Text, en: Text };
const JourneyParams = Type.Object({ journey: Type.String({ pattern: JOURNEY_KEY }) });
const RunParams = Type.Object({ ...JourneyParams.properties, dry_run_id: Type.Integer({ minimum: 1 }) });
const PathParams = Type.Object({ ...RunParams.properties, path: Type.Integer({ minimum: 0 }) });

const Asking = Type.Object(
  {
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: DAYS_MAX,
        description: `The last so many days, and today; ${DAYS} by default`,
      }),
    ),
    member_id: Type.Optional(Type.Integer({ minimum: 1, description: "Only this member" })),
    segment_id: Type.Optional(
      Type.Integer({ minimum: 1, description: "Everybody in it enters on the first day, instead of by the entry" }),
    ),
  },
  closed,
);

const Effects = Type.Object({ sent: Count, held: Count, waiting: Count, given: Count, refused: Count });
const Result = Type.Object({
  dry_run_id: Count,
  version: Count,
  stale: Type.Boolean({ description: "The draft has changed since" }),
  from: Text,
  until: Text,
  days: Count,
  member_id: Nullable(Count),
  segment_id: Nullable(Count),
  made_at: Text,
  elapsed_ms: Count,
  entered: Count,
  members: Type.Integer({ description: "Different ones who entered, held out or not" }),
  held_out: Count,
  under_way: Count,
  finished: Count,
  goal: Count,
  held_out_goal: Count,
  sent: Type.Integer({ description: "Messages that would have gone out" }),
  held: Type.Integer({ description: "Messages that the gate would have held back" }),
  waiting_messages: Count,
  reasons: Type.Array(Type.Object({ reason: Text, ...Words, messages: Count })),
  cost_minor: Type.Integer({ description: "What the messages would have cost" }),
  points: Count,
  points_minor: Type.Integer({ description: "What the points are worth" }),
  refusals: Type.Array(Type.Object({ code: Text, ...Words, times: Count })),
  waiting: Type.Record(Text, Count),
  passed: Type.Record(Text, Type.Array(Count)),
  effects: Type.Record(Text, Effects),
  notes: Type.Array(Type.Object({ code: Text, ...Words })),
});
const Member = Type.Object({
  path: Count,
  member_id: Count,
  node: Text,
  due_at: Text,
  entered_at: Text,
  goal_at: Nullable(Text),
  ended: Nullable(Text),
  ended_at: Nullable(Text),
});
const MembersQuery = Type.Object({
  node: Type.Optional(
    Type.String({ pattern: NODE_KEY, description: "Only who stands there, or what follows is about" }),
  ),
  way: Type.Optional(Type.Integer({ minimum: 0, maximum: 11 })),
  state: Type.Optional(
    Type.Union(
      ["sent", "held", "waiting", "given", "refused"].map((one) => Type.Literal(one)),
      {
        description: "Only with a message or points that ended so",
      },
    ),
  ),
  reason: Type.Optional(Type.String({ pattern: "^[a-z_.]{1,60}$" })),
  after: Type.Optional(Type.Integer({ minimum: 0, description: "The last path of the page before" })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PATHS_MAX })),
});
const Step = Type.Object({
  at: Text,
  node: Text,
  ...Words,
  way_zh: Text,
  way_en: Text,
  effect: Nullable(
    Type.Object({
      kind: Text,
      state: Text,
      at: Text,
      reason_zh: Nullable(Text),
      reason_en: Nullable(Text),
      cost_minor: Count,
      points: Count,
    }),
  ),
});

/** A draft over past days: begun, looked at as a whole, down to one member's way. */
export function dryRunRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof JourneyParams>; Body: Static<typeof Asking> }>(
    "/api/journeys/:journey/dry-run",
    {
      schema: {
        summary: "Play the draft over past days, as a job: who would have entered, passed, got what; nothing is sent",
        tags,
        params: JourneyParams,
        body: Asking,
        response: { 202: Type.Object({ job_id: Text }) },
      },
      config: aboutOne("journey", { access: { permission: "journeys.manage", level: "L2" } }),
    },
    async (request, reply) => {
      const { journey } = request.params;
      const person_id = request.person?.person_id ?? null;
      const input = await ground.store.read(request.scope, (tx) =>
        inputOf(tx, ground, journey, { ...request.body, person_id }),
      );
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        startJob(tx, ground, DRY_RUN_JOB, input, { person_id, key: journey }),
      );
      return reply.code(202).send({ job_id });
    },
  );
  app.get<{ Params: Static<typeof JourneyParams>; Querystring: { dry_run_id?: number } }>(
    "/api/journeys/:journey/dry-run",
    {
      schema: {
        summary: "The newest dry run of a journey over everybody, or one that is named; and the job that runs now",
        tags,
        params: JourneyParams,
        querystring: Type.Object({ dry_run_id: Type.Optional(Type.Integer({ minimum: 1 })) }),
        response: { 200: Type.Object({ running: Nullable(Text), result: Nullable(Result) }) },
      },
      config: aboutOne("journey", read),
    },
    async ({ params: { journey }, query: { dry_run_id } }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const [newest] = await versionsOf(tx, journey);
        if (newest === undefined) throw problem("journeys.unknown", { journey });
        const row = await dryRunOf(tx, journey, dry_run_id);
        if (row === undefined && dry_run_id !== undefined) throw problem("journeys.dry_run_unknown", {});
        const running = (await openJob(tx, DRY_RUN_JOB, journey)) ?? null;
        return { running, result: row === undefined ? null : resultView(row, newest.definition) };
      }),
  );
  memberRoutes(app, ground);
}

/** What is played: the draft, or the version in force where there is none. */
async function inputOf(
  tx: Tx,
  ground: Ground,
  journey: string,
  { days = DAYS, person_id, ...whom }: Static<typeof Asking> & Pick<DryRunInput, "person_id">,
): Promise<DryRunInput> {
  const { member_id = null, segment_id = null } = whom;
  const [newest] = await versionsOf(tx, journey);
  if (newest === undefined) throw problem("journeys.unknown", { journey });
  await requireSound(tx, ground, newest.definition);
  if (member_id !== null && !(await presentMembers(tx, [member_id])).has(member_id))
    throw problem("journeys.dry_run_member", { member_id });
  if (segment_id !== null && (await segmentName(tx, segment_id)) === undefined)
    throw problem("segments.not_found", { segment_id });
  const { version, definition } = newest;
  if (definition.entry.kind === "api" && member_id === null && segment_id === null)
    throw problem("journeys.dry_run_whom", {});
  const until = ground.clock.now().toISOString();
  return { journey, version, definition: JSON.stringify(definition), days, member_id, segment_id, person_id, until };
}

const hashOf = (definition: JourneyDefinition) => createHash("sha256").update(JSON.stringify(definition)).digest("hex");

/** @param newest the draft as it is now */
function resultView(row: DryRunRow, newest: JourneyDefinition): Static<typeof Result> {
  const { dry_run_id, version, days, member_id, segment_id, elapsed_ms, summary } = row;
  const { reasons, refusals, notes, ...counts } = summary;
  return {
    dry_run_id,
    version,
    stale: hashOf(row.definition) !== hashOf(newest),
    from: row.from_at.toISOString(),
    until: row.until_at.toISOString(),
    days,
    member_id,
    segment_id,
    made_at: row.made_at.toISOString(),
    elapsed_ms,
    ...counts,
    reasons: most(reasons).map(([reason, messages]) => ({ reason, ...reasonWords(reason), messages })),
    refusals: most(refusals).map(([code, times]) => ({ code, ...reasonWords(code), times })),
    notes: [...notes],
  } as Static<typeof Result>;
}

const most = (counts: Readonly<Record<string, number>>) => Object.entries(counts).sort(([, a], [, b]) => b - a);

/** Reasons of the gate have words of their own, those of the ledger are errors. */
const reasonWords = (reason: string) =>
  REASON_WORDS[reason] ?? { zh: sentence(reason, {}, "zh"), en: sentence(reason, {}, "en") };

const memberView = (row: PathRow, nodes: readonly string[]) => ({
  path: row.path,
  member_id: row.member_id,
  node: nodes[row.node] ?? "",
  due_at: row.due_at.toISOString(),
  entered_at: row.entered_at.toISOString(),
  goal_at: row.goal_at?.toISOString() ?? null,
  ended: row.ended,
  ended_at: row.ended_at?.toISOString() ?? null,
});

/** @throws journeys.dry_run_unknown */
async function existing(tx: Tx, journey: string, dry_run_id: number): Promise<DryRunRow> {
  const row = await dryRunOf(tx, journey, dry_run_id);
  if (row === undefined) throw problem("journeys.dry_run_unknown", {});
  return row;
}

function memberRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof RunParams>; Querystring: Static<typeof MembersQuery> }>(
    "/api/journeys/:journey/dry-run/:dry_run_id/members",
    {
      schema: {
        summary: "Members behind a number of a dry run, in the order of entering; only those whom the caller may see",
        tags,
        params: RunParams,
        querystring: MembersQuery,
        response: { 200: Type.Object({ items: Type.Array(Member), after: Nullable(Count) }) },
      },
      config: aboutOne("journey", read),
    },
    async ({ params, query, scope }) => {
      const limit = query.limit ?? PATHS_MAX;
      const { rows, nodes } = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const { definition } = await existing(tx, params.journey, params.dry_run_id);
        const keys = Object.keys(definition.nodes);
        // a node that the dry run does not have stands at no place
        const node = query.node === undefined ? undefined : keys.indexOf(query.node);
        const edge = node === undefined || query.way === undefined ? undefined : edgeOf(node, query.way);
        const { state, reason, after = -1 } = query;
        const wanted = { node: edge === undefined ? node : undefined, edge, state, reason, after, limit };
        return { rows: await pathsOf(tx, params.dry_run_id, wanted), nodes: keys };
      });
      const seen = await seenOf(ground, scope, rows);
      const items = rows.filter((row) => seen.has(row.member_id)).map((row) => memberView(row, nodes));
      return { items, after: rows.length < limit ? null : (rows.at(-1)?.path ?? null) };
    },
  );
  app.get<{ Params: Static<typeof PathParams> }>(
    "/api/journeys/:journey/dry-run/:dry_run_id/members/:path",
    {
      schema: {
        summary: "One member's way in a dry run, each step with its time and what would have come of it",
        tags,
        params: PathParams,
        response: { 200: Type.Object({ ...Member.properties, steps: Type.Array(Step) }) },
      },
      config: aboutOne("journey", { access: { permission: "journeys.read", level: "L3", enter: "L2" } }),
    },
    async ({ params: { journey, dry_run_id, path }, scope }) => {
      const row = await ground.store.read(SYSTEM_SCOPE, (tx) => pathOf(tx, dry_run_id, path));
      const seen = await seenOf(ground, scope, row === undefined ? [] : [row]);
      if (row === undefined || !seen.has(row.member_id)) throw problem("journeys.dry_run_unknown", {});
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const { definition } = await existing(tx, journey, dry_run_id);
        const steps = await stepsOf(tx, ground, definition, row, await effectsOf(tx, dry_run_id, path));
        return { ...memberView(row, Object.keys(definition.nodes)), steps };
      });
    },
  );
}

async function seenOf(ground: Ground, scope: Scope, rows: readonly PathRow[]): Promise<ReadonlySet<number>> {
  const ids = [...new Set(rows.map((row) => row.member_id))];
  const visible = await ground.store.read(scope, (tx) => memberRowsById(tx, ground, ids));
  return new Set(visible.map((member) => member.member_id));
}

async function stepsOf(
  tx: Tx,
  ground: Ground,
  definition: JourneyDefinition,
  { trail, trail_at }: PathRow,
  effects: readonly EffectRow[],
): Promise<Static<typeof Step>[]> {
  const { stops } = planOf(0, definition);
  const sentences = await nodeSentences(tx, ground, definition);
  const byStep = new Map(effects.map((one) => [one.step, one]));
  return trail.map((edge, step) => {
    const { place, way } = placeOf(edge);
    const key = stops[place]?.key ?? "";
    const words = sentences[key];
    const effect = byStep.get(step);
    return {
      at: new Date((trail_at[step] ?? 0) * 1000).toISOString(),
      node: key,
      zh: words?.zh ?? "",
      en: words?.en ?? "",
      way_zh: words?.ways[way]?.zh ?? "",
      way_en: words?.ways[way]?.en ?? "",
      effect: effect === undefined ? null : effectView(effect),
    };
  });
}

function effectView({ kind, state, reason, at, cost_minor, points }: EffectRow) {
  const words = reason === null ? null : reasonWords(reason);
  const why = { reason_zh: words?.zh ?? null, reason_en: words?.en ?? null };
  return { kind, state, at: at.toISOString(), ...why, cost_minor, points };
}
