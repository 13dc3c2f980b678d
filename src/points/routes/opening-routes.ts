import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { uploadedTable } from "../../ingest/index.ts";
import { aboutOne, type ActInWords, problem, sentence } from "../../platform/index.ts";
import { startJob, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { bulkById, bulkViews, exceptions, setBulk } from "../grants/bulk-store.ts";
import { BULK, OPENING_CHECK } from "../jobs.ts";
import { makeOpening, resumeOpening, signOpening, undoOpening, unsigned } from "../opening/opening.ts";
import {
  deleteOpening,
  listOpenings,
  type Opening,
  openingById,
  problemCounts,
  problemsOf,
  setOpening,
} from "../opening/opening-store.ts";
import { guessReading, ReadingSchema } from "../opening/reading.ts";
import { type Difference, differences, type Stated, StatedSchema, TotalsSchema } from "../opening/totals.ts";
import { BulkView, Nullable, tags } from "./route-parts.ts";

const SHOWN_MAX = 100;
const open = { access: { permission: "points.open", level: "L2" } } as const;
const sign = { access: { permission: "points.open", level: "L3" } } as const;
const Count = Type.Integer();
const Id = Type.Integer({ minimum: 1 });
const OpeningId = Type.Object({ opening_id: Id });
const Reason = Type.String({ minLength: 2, maxLength: 400 });
const Spent = Type.Union([Type.Literal("leave"), Type.Literal("debt")]);

const View = Type.Object({
  opening_id: Count,
  import_id: Count,
  file_name: Type.String(),
  reading: ReadingSchema,
  state: Type.String(),
  job_id: Nullable(Type.String()),
  rows: Count,
  wrong: Count,
  totals: Nullable(TotalsSchema),
  stated: Nullable(StatedSchema),
  differences: Type.Array(
    Type.Object({ what: Type.String(), month: Nullable(Type.String()), stated: Count, found: Count }),
  ),
  checked_at: Nullable(Type.String()),
  signed_at: Nullable(Type.String()),
  bulk: BulkView,
});
const Problem = Type.Object({
  row: Count,
  code: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  member_masked: Nullable(Type.String()),
});
const Exception = Type.Object({
  owner: Count,
  points: Count,
  state: Type.String(),
  refused: Nullable(Type.String()),
  taken: Count,
  spent: Count,
});

async function viewOf(tx: Tx, opening: Opening) {
  const [bulk] = await bulkViews(tx, 1, opening.bulk_id);
  if (bulk === undefined) throw problem("points.bulk_unknown", { bulk_id: opening.bulk_id });
  return { ...opening, differences: differencesOf(opening), bulk };
}

const differencesOf = ({ totals, stated }: Opening): Difference[] =>
  totals === null || stated === null ? [] : differences(totals, stated);

/** Members of every store have points: nobody of some stores brings in or signs those of the others. */
function allStores({ scope }: FastifyRequest): void {
  if (scope.stores !== "all") throw problem("points.opening_all_stores");
}

async function startCheck(tx: Tx, ground: Ground, { opening_id }: Opening, request: FastifyRequest): Promise<void> {
  const person_id = request.person?.person_id ?? null;
  const job_id = await startJob(tx, ground, OPENING_CHECK, { opening_id }, { person_id, key: `opening ${opening_id}` });
  await setOpening(tx, opening_id, { job_id });
}

async function startGiving(tx: Tx, ground: Ground, { bulk_id }: Opening, request: FastifyRequest): Promise<void> {
  const person_id = request.person?.person_id ?? null;
  const job_id = await startJob(tx, ground, BULK, { bulk_id }, { person_id, key: `bulk ${bulk_id}` });
  const bulk = await bulkById(tx, bulk_id);
  if (bulk !== undefined) await setBulk(tx, bulk_id, { state: bulk.state, job_id });
}

/** Points that members bring from the system before: read, compared, signed by two people, given, taken back as a whole. */
export function openingRoutes(app: FastifyInstance, ground: Ground): void {
  makingRoutes(app, ground);
  checkingRoutes(app, ground);
  signingRoutes(app, ground);
  readingRoutes(app, ground);
}

function makingRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: { import_id: number } }>(
    "/api/points/openings/files/:import_id",
    {
      schema: {
        summary: "Columns of an uploaded file, and what they seem to be",
        tags,
        params: Type.Object({ import_id: Id }),
        response: {
          200: Type.Object({
            file_name: Type.String(),
            columns: Type.Array(Type.String()),
            samples: Type.Array(Type.Array(Type.String())),
            guess: Type.Partial(ReadingSchema),
          }),
        },
      },
      config: aboutOne("import", open),
    },
    async ({ params }) => {
      const { file_name, columns, samples } = await uploadedTable(ground, params.import_id);
      return { file_name, columns, samples, guess: guessReading(columns) };
    },
  );
  app.post<{ Body: { import_id: number; reading: Static<typeof ReadingSchema> } }>(
    "/api/points/openings",
    {
      schema: {
        summary: "Read an uploaded file as opening points: a dry run that gives nothing",
        tags,
        body: Type.Object({ import_id: Id, reading: ReadingSchema }),
        response: { 201: View },
      },
      config: open,
    },
    async (request, reply) => {
      allStores(request);
      const make = await makeOpening(ground, { ...request.body, person_id: request.person?.person_id ?? null });
      const view = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const opening = await make(tx);
        await startCheck(tx, ground, opening, request);
        return viewOf(tx, await openingById(tx, opening.opening_id));
      });
      Object.assign(request.audit_subject, { opening_id: view.opening_id });
      return reply.code(201).send(view);
    },
  );
}

function checkingRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof OpeningId> }>(
    "/api/points/openings/:opening_id/check",
    {
      schema: {
        summary: "Read the file again, after members came in that it names",
        tags,
        params: OpeningId,
        response: { 202: View },
      },
      config: aboutOne("points_opening", open),
    },
    async (request, reply) => {
      allStores(request);
      const view = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const opening = await openingById(tx, request.params.opening_id, true);
        unsigned(opening);
        await startCheck(tx, ground, opening, request);
        return viewOf(tx, await openingById(tx, opening.opening_id));
      });
      return reply.code(202).send(view);
    },
  );
  app.put<{ Params: Static<typeof OpeningId>; Body: Stated }>(
    "/api/points/openings/:opening_id/stated",
    {
      schema: {
        summary: "What the system before states: members, points, lots, points by month of expiry",
        tags,
        params: OpeningId,
        body: StatedSchema,
        response: { 200: View },
      },
      config: aboutOne("points_opening", open),
    },
    async (request) => {
      allStores(request);
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const opening = await openingById(tx, request.params.opening_id, true);
        unsigned(opening);
        await setOpening(tx, opening.opening_id, { stated: request.body });
        return viewOf(tx, await openingById(tx, opening.opening_id));
      });
    },
  );
  app.delete<{ Params: Static<typeof OpeningId> }>(
    "/api/points/openings/:opening_id",
    {
      schema: {
        summary: "Forget an opening that was not signed",
        tags,
        params: OpeningId,
        response: { 204: Type.Null() },
      },
      config: aboutOne("points_opening", open),
    },
    async (request, reply) => {
      allStores(request);
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const opening = await openingById(tx, request.params.opening_id, true);
        unsigned(opening);
        await deleteOpening(tx, opening);
      });
      return reply.code(204).send();
    },
  );
}

const SignBody = Type.Object({
  reason: Reason,
  despite: Type.Optional(Type.Boolean({ description: "Give also where totals differ; the reason says why" })),
});

/** An opening as it is put to the second person: what comes in, what stays out, and where totals differ. */
async function signInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { opening_id } = request.params as Static<typeof OpeningId>;
  const opening = await ground.store.read(SYSTEM_SCOPE, (tx) => openingById(tx, opening_id));
  const { totals, stated, wrong, file_name } = opening;
  const differing = differencesOf(opening).length;
  const n = (count: number | undefined) => (count ?? 0).toLocaleString("en");
  return {
    reason: (request.body as Static<typeof SignBody>).reason,
    // other totals are another thing to sign
    same: { totals, stated },
    words: async () => ({
      zh: `签发期初积分「${file_name}」：${n(totals?.members)} 位会员、${n(totals?.lots)} 批、${n(totals?.points)} 分；${n(wrong)} 行不入账；老系统 ${n(stated?.members)} 位、${n(stated?.points)} 分，${differing === 0 ? "全部一致" : `${differing} 处不一致`}`,
      en: `Sign the opening points “${file_name}”: ${n(totals?.members)} members, ${n(totals?.lots)} lots, ${n(totals?.points)} points; ${n(wrong)} rows stay out; stated are ${n(stated?.members)} members and ${n(stated?.points)} points, ${differing === 0 ? "all totals agree" : `${differing} totals differ`}`,
    }),
  };
}

async function undoInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { opening_id } = request.params as Static<typeof OpeningId>;
  const { file_name } = await ground.store.read(SYSTEM_SCOPE, (tx) => openingById(tx, opening_id));
  return {
    reason: (request.body as { reason: string }).reason,
    words: async () => ({ zh: `撤销期初积分「${file_name}」`, en: `Take the opening points “${file_name}” back` }),
  };
}

function signingRoutes(app: FastifyInstance, ground: Ground): void {
  const act = async (
    request: FastifyRequest,
    change: (tx: Tx, opening_id: number) => Promise<Opening>,
    settles: boolean,
  ) => {
    allStores(request);
    const { opening_id } = request.params as Static<typeof OpeningId>;
    return ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await startGiving(tx, ground, await change(tx, opening_id), request);
      if (settles) await request.settle(tx, { opening_id });
      return viewOf(tx, await openingById(tx, opening_id));
    });
  };
  app.post<{ Params: Static<typeof OpeningId>; Body: Static<typeof SignBody> }>(
    "/api/points/openings/:opening_id/sign",
    {
      schema: {
        summary: "Sign the totals with a second person, and give the points: a job",
        tags,
        params: OpeningId,
        body: SignBody,
        response: { 202: View },
      },
      config: aboutOne("points_opening", {
        access: { ...sign.access, approval: (request: FastifyRequest) => signInWords(ground, request) },
      }),
    },
    async (request, reply) => {
      const despite = request.body.despite ?? false;
      return reply.code(202).send(await act(request, (tx, id) => signOpening(tx, ground, id, despite), true));
    },
  );
  app.post<{ Params: Static<typeof OpeningId>; Body: { spent: "leave" | "debt"; reason: string } }>(
    "/api/points/openings/:opening_id/undo",
    {
      schema: {
        summary: "Take an opening back; what was spent stays spent and is listed, or becomes a debt",
        tags,
        params: OpeningId,
        body: Type.Object({ spent: Spent, reason: Reason }),
        response: { 202: View },
      },
      config: aboutOne("points_opening", {
        access: { ...sign.access, approval: (request: FastifyRequest) => undoInWords(ground, request) },
      }),
    },
    async (request, reply) =>
      reply.code(202).send(await act(request, (tx, id) => undoOpening(tx, id, request.body.spent), true)),
  );
  app.post<{ Params: Static<typeof OpeningId> }>(
    "/api/points/openings/:opening_id/resume",
    {
      schema: {
        summary: "Go on giving what a stopped opening has not given yet; it was signed already",
        tags,
        params: OpeningId,
        response: { 202: View },
      },
      config: aboutOne("points_opening", open),
    },
    async (request, reply) => reply.code(202).send(await act(request, resumeOpening, false)),
  );
}

function readingRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/points/openings",
    {
      schema: {
        summary: "Openings, newest first, with how far each has come",
        tags,
        response: { 200: Type.Object({ items: Type.Array(View) }) },
      },
      config: open,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const items = [];
        for (const opening of await listOpenings(tx, SHOWN_MAX)) items.push(await viewOf(tx, opening));
        return { items };
      }),
  );
  app.get<{ Params: Static<typeof OpeningId>; Querystring: { after_row?: number; after_owner?: number } }>(
    "/api/points/openings/:opening_id",
    {
      schema: {
        summary:
          "One opening: totals beside those stated, rows that bring nothing in, members with something not as asked",
        tags,
        params: OpeningId,
        querystring: Type.Object({
          after_row: Type.Optional(Type.Integer({ minimum: 0 })),
          after_owner: Type.Optional(Type.Integer({ minimum: 0 })),
        }),
        response: {
          200: Type.Object({
            opening: View,
            problems: Type.Array(Problem),
            problem_counts: Type.Array(
              Type.Object({ code: Type.String(), rows: Count, zh: Type.String(), en: Type.String() }),
            ),
            exceptions: Type.Array(Exception),
          }),
        },
      },
      config: aboutOne("points_opening", open),
    },
    async ({ params: { opening_id }, query }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const opening = await openingById(tx, opening_id);
        const problems = await problemsOf(tx, opening_id, { after: query.after_row ?? null, limit: SHOWN_MAX });
        const counts = await problemCounts(tx, opening_id);
        const words = (code: string, values: Parameters<typeof sentence>[1]) => ({
          zh: sentence(code, values, "zh"),
          en: sentence(code, values, "en"),
        });
        return {
          opening: await viewOf(tx, opening),
          problems: problems.map((one) => ({ ...one, ...words(one.code, one.params) })),
          problem_counts: counts.map(({ code, rows, params }) => ({ code, rows, ...words(code, params) })),
          exceptions: await exceptions(tx, opening.bulk_id, { after: query.after_owner ?? 0, limit: SHOWN_MAX }),
        };
      }),
  );
}
