import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { uploadedTable } from "../../ingest/index.ts";
import { aboutOne, sentence } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { guessReading, type OpeningReading, readingSchema } from "./columns.ts";
import { makeOpening, unsigned } from "./opening.ts";
import {
  allStores,
  Count,
  Id,
  type InPath,
  Nullable,
  type OpeningFace,
  OpeningId,
  type Parts,
  partsOf,
} from "./opening-face.ts";
import type { Opening } from "./opening-store.ts";
import { signRoute, undoRoutes } from "./sign-routes.ts";

const SHOWN_MAX = 100;
const Problem = Type.Object({
  row: Count,
  code: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  member_masked: Nullable(Type.String()),
});

/** What members bring from the system before: read, compared, signed by two people, given, taken back as a whole. */
export function openingRoutes<O extends Opening, Item>(
  app: FastifyInstance,
  ground: Ground,
  face: OpeningFace<O, Item>,
): void {
  const parts = partsOf(ground, face);
  makingRoutes(app, ground, face, parts);
  checkingRoutes(app, ground, face, parts);
  signRoute(app, ground, face, parts);
  undoRoutes(app, ground, face, parts);
  readingRoutes(app, ground, face, parts);
}

function makingRoutes<O extends Opening, Item>(
  app: FastifyInstance,
  ground: Ground,
  { kind, path, tag }: OpeningFace<O, Item>,
  { View, view, open, personOf, startCheck }: Parts<O, Item>,
): void {
  const Reading = readingSchema(kind.fields);
  app.get<{ Params: { import_id: number } }>(
    `${path}/files/:import_id`,
    {
      schema: {
        summary: "Columns of an uploaded file, and what they seem to be",
        tags: [tag],
        params: Type.Object({ import_id: Id }),
        response: {
          200: Type.Object({
            file_name: Type.String(),
            columns: Type.Array(Type.String()),
            samples: Type.Array(Type.Array(Type.String())),
            guess: Type.Partial(Reading),
          }),
        },
      },
      config: aboutOne("import", open),
    },
    async ({ params }) => {
      const { file_name, columns, samples } = await uploadedTable(ground, params.import_id);
      return { file_name, columns, samples, guess: guessReading(kind.fields, columns) };
    },
  );
  app.post<{ Body: { import_id: number; reading: OpeningReading } }>(
    path,
    {
      schema: {
        summary: "Read an uploaded file as an opening: a dry run that gives nothing",
        tags: [tag],
        body: Type.Object({ import_id: Id, reading: Reading }),
        response: { 201: View },
      },
      config: open,
    },
    async (request, reply) => {
      allStores(request);
      const make = await makeOpening(kind, ground, { ...request.body, person_id: personOf(request) });
      const made = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const opening = await make(tx);
        await startCheck(tx, opening, personOf(request));
        return view(tx, opening.opening_id);
      });
      Object.assign(request.audit_subject, { opening_id: made.opening_id });
      return reply.code(201).send(made);
    },
  );
}

function checkingRoutes<O extends Opening, Item>(
  app: FastifyInstance,
  ground: Ground,
  { kind, path, tag, schemas, remove }: OpeningFace<O, Item>,
  { View, view, open, about, personOf, startCheck }: Parts<O, Item>,
): void {
  const unsignedOne = async (tx: Tx, request: FastifyRequest): Promise<O> => {
    const opening = await kind.store.byId(tx, (request.params as InPath["Params"]).opening_id, true);
    unsigned(opening);
    return opening;
  };
  app.post<InPath>(
    `${path}/:opening_id/check`,
    {
      schema: {
        summary: "Read the file again, after members came in that it names",
        tags: [tag],
        params: OpeningId,
        response: { 202: View },
      },
      config: about(open),
    },
    async (request, reply) => {
      allStores(request);
      const seen = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const opening = await unsignedOne(tx, request);
        await startCheck(tx, opening, personOf(request));
        return view(tx, opening.opening_id);
      });
      return reply.code(202).send(seen);
    },
  );
  app.put<InPath & { Body: unknown }>(
    `${path}/:opening_id/stated`,
    {
      schema: {
        summary: "What the system before states, to be compared with the file",
        tags: [tag],
        params: OpeningId,
        body: schemas.stated,
        response: { 200: View },
      },
      config: about(open),
    },
    async (request) => {
      allStores(request);
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const { opening_id } = await unsignedOne(tx, request);
        await kind.store.set(tx, opening_id, { stated: request.body });
        return view(tx, opening_id);
      });
    },
  );
  app.delete<InPath>(
    `${path}/:opening_id`,
    {
      schema: {
        summary: "Forget an opening that was not signed",
        tags: [tag],
        params: OpeningId,
        response: { 204: Type.Null() },
      },
      config: about(open),
    },
    async (request, reply) => {
      allStores(request);
      await ground.store.write(SYSTEM_SCOPE, async (tx) => remove(tx, await unsignedOne(tx, request)));
      return reply.code(204).send();
    },
  );
}

function readingRoutes<O extends Opening, Item>(
  app: FastifyInstance,
  ground: Ground,
  { kind, path, tag, schemas, exceptions }: OpeningFace<O, Item>,
  { View, viewOf, open, about }: Parts<O, Item>,
): void {
  app.get(
    path,
    {
      schema: {
        summary: "Openings, newest first, with how far each has come",
        tags: [tag],
        response: { 200: Type.Object({ items: Type.Array(View) }) },
      },
      config: open,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const items = [];
        for (const opening of await kind.store.list(tx, SHOWN_MAX)) items.push(await viewOf(tx, opening));
        return { items };
      }),
  );
  const Kept = { code: Type.String(), rows: Count, zh: Type.String(), en: Type.String() };
  const words = (code: string, values: Parameters<typeof sentence>[1]) => ({
    zh: sentence(code, values, "zh"),
    en: sentence(code, values, "en"),
  });
  app.get<InPath & { Querystring: { after_row?: number; after_owner?: number } }>(
    `${path}/:opening_id`,
    {
      schema: {
        summary: "One opening: totals beside those stated, rows that bring nothing in, and what is not as asked",
        tags: [tag],
        params: OpeningId,
        querystring: Type.Object({
          after_row: Type.Optional(Type.Integer({ minimum: 0 })),
          after_owner: Type.Optional(Type.Integer({ minimum: 0, description: "Where the page of exceptions begins" })),
        }),
        response: {
          200: Type.Object({
            opening: View,
            problems: Type.Array(Problem),
            problem_counts: Type.Array(Type.Object(Kept)),
            exceptions: Type.Array(schemas.exception),
          }),
        },
      },
      config: about(open),
    },
    async ({ params: { opening_id }, query }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const opening = await kind.store.byId(tx, opening_id);
        const page = { after: query.after_row ?? null, limit: SHOWN_MAX };
        const problems = await kind.store.problemsOf(tx, opening_id, page);
        const counts = await kind.store.problemCounts(tx, opening_id);
        return {
          opening: await viewOf(tx, opening),
          problems: problems.map((one) => ({ ...one, ...words(one.code, one.params) })),
          problem_counts: counts.map(({ code, rows, params }) => ({ code, rows, ...words(code, params) })),
          exceptions: await exceptions(tx, opening, { after: query.after_owner ?? 0, limit: SHOWN_MAX }),
        };
      }),
  );
}
