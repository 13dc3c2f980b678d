import type { FastifyInstance, FastifyRequest } from "fastify";
import { type TSchema, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { uploadedTable } from "../../ingest/index.ts";
import { aboutOne, type ActInWords, type ObjectKind, problem, sentence } from "../../platform/index.ts";
import { startJob, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { guessReading, type OpeningReading, readingSchema } from "./columns.ts";
import { checkJobOf } from "./giving.ts";
import { makeOpening, type OpeningKind, openingDifferences, signOpening, unsigned } from "./opening.ts";
import type { Opening } from "./opening-store.ts";

const SHOWN_MAX = 100;
const Nullable = <Part extends TSchema>(part: Part) => Type.Union([part, Type.Null()]);
const Count = Type.Integer();
const Id = Type.Integer({ minimum: 1 });
const OpeningId = Type.Object({ opening_id: Id });
const Reason = Type.String({ minLength: 2, maxLength: 400 });
const Problem = Type.Object({
  row: Count,
  code: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  member_masked: Nullable(Type.String()),
});

interface InPath {
  readonly Params: { readonly opening_id: number };
}
interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What the routes of one kind say and hold beside what all kinds have. */
export interface OpeningFace<O extends Opening, Item> {
  readonly kind: OpeningKind<O, Item>;
  readonly path: string;
  readonly tag: string;
  readonly permission: string;
  readonly object: ObjectKind;
  readonly name: Words;
  readonly schemas: {
    readonly totals: TSchema;
    readonly stated: TSchema;
    /** Its own fields of an opening, of a whole view and of an undo. */
    readonly more: Readonly<Record<string, TSchema>>;
    readonly exception: TSchema;
    readonly undo: Readonly<Record<string, TSchema>>;
  };
  /** Its own fields of an opening, beside the common ones. */
  readonly more: (tx: Tx, opening: O) => Promise<Readonly<Record<string, unknown>>>;
  readonly exceptions: (tx: Tx, opening: O, page: { after: number; limit: number }) => Promise<readonly unknown[]>;
  /** What its totals come to, in a sentence. */
  readonly sums: (totals: NonNullable<O["totals"] | O["stated"]>) => Words;
  readonly startGiving: (tx: Tx, ground: Ground, opening: O, person_id: number | null) => Promise<void>;
  readonly undo: (tx: Tx, opening_id: number, body: Readonly<Record<string, unknown>>) => Promise<O>;
  readonly resume: (tx: Tx, opening_id: number) => Promise<O>;
  readonly remove: (tx: Tx, opening: O) => Promise<void>;
}

/** Members of every store are in such a file: nobody of some stores brings in or signs those of the others. */
function allStores({ scope }: FastifyRequest): void {
  if (scope.stores !== "all") throw problem("members.opening_all_stores");
}

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

function partsOf<O extends Opening, Item>(ground: Ground, face: OpeningFace<O, Item>) {
  const { kind, schemas } = face;
  const View = Type.Object({
    opening_id: Count,
    import_id: Count,
    file_name: Type.String(),
    reading: readingSchema(kind.fields),
    state: Type.String(),
    job_id: Nullable(Type.String()),
    rows: Count,
    wrong: Count,
    totals: Nullable(schemas.totals),
    stated: Nullable(schemas.stated),
    differences: Type.Array(
      Type.Object({ what: Type.String(), key: Nullable(Type.String()), stated: Count, found: Count }),
    ),
    checked_at: Nullable(Type.String()),
    signed_at: Nullable(Type.String()),
    ...schemas.more,
  });
  const viewOf = async (tx: Tx, opening: O) => ({
    ...opening,
    ...(await face.more(tx, opening)),
    differences: openingDifferences(kind, opening),
  });
  const open = { access: { permission: face.permission, level: "L2" } } as const;
  return {
    View,
    viewOf,
    view: async (tx: Tx, opening_id: number) => viewOf(tx, await kind.store.byId(tx, opening_id)),
    open,
    sign: { ...open.access, level: "L3" } as const,
    about: <Config extends typeof open>(config: Config) => aboutOne(face.object, config),
    personOf: ({ person }: FastifyRequest) => person?.person_id ?? null,
    async startCheck(tx: Tx, { opening_id }: O, person_id: number | null): Promise<void> {
      const key = `opening ${opening_id}`;
      const job_id = await startJob(tx, ground, checkJobOf(kind.store), { opening_id }, { person_id, key });
      await kind.store.set(tx, opening_id, { job_id });
    },
  };
}
type Parts<O extends Opening, Item> = ReturnType<typeof partsOf<O, Item>>;

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

const SignBody = Type.Object({
  reason: Reason,
  despite: Type.Optional(Type.Boolean({ description: "Give also where totals differ; the reason says why" })),
});

/** An opening as it is put to the second person: what comes in, what stays out, and where totals differ. */
async function signInWords<O extends Opening, Item>(
  ground: Ground,
  { kind, name, sums }: OpeningFace<O, Item>,
  request: FastifyRequest,
): Promise<ActInWords> {
  const { opening_id } = request.params as InPath["Params"];
  const opening = await ground.store.read(SYSTEM_SCOPE, (tx) => kind.store.byId(tx, opening_id));
  const { totals, stated, wrong, file_name } = opening;
  const differing = openingDifferences(kind, opening).length;
  const [found, told] = [totals, stated].map((one) => (one === null || one === undefined ? undefined : sums(one)));
  const out = wrong.toLocaleString("en");
  return {
    reason: (request.body as { reason: string }).reason,
    // other totals are another thing to sign
    same: { totals, stated },
    words: async () => ({
      zh: `签发${name.zh}「${file_name}」：${found?.zh ?? ""}；${out} 行不入账；老系统 ${told?.zh ?? ""}，${differing === 0 ? "全部一致" : `${differing} 处不一致`}`,
      en: `Sign the ${name.en} “${file_name}”: ${found?.en ?? ""}; ${out} rows stay out; stated are ${told?.en ?? ""}, ${differing === 0 ? "all totals agree" : `${differing} totals differ`}`,
    }),
  };
}

function actOf<O extends Opening, Item>(ground: Ground, { startGiving }: OpeningFace<O, Item>, parts: Parts<O, Item>) {
  return async (
    request: FastifyRequest,
    change: (tx: Tx, opening_id: number) => Promise<O>,
    { settles }: { readonly settles: boolean },
  ) => {
    allStores(request);
    const { opening_id } = request.params as InPath["Params"];
    return ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await startGiving(tx, ground, await change(tx, opening_id), parts.personOf(request));
      if (settles) await request.settle(tx, { opening_id });
      return parts.view(tx, opening_id);
    });
  };
}

function signRoute<O extends Opening, Item>(
  app: FastifyInstance,
  ground: Ground,
  face: OpeningFace<O, Item>,
  parts: Parts<O, Item>,
): void {
  const act = actOf(ground, face, parts);
  app.post<InPath & { Body: { reason: string; despite?: boolean } }>(
    `${face.path}/:opening_id/sign`,
    {
      schema: {
        summary: "Sign the totals with a second person, and bring the rows in: a job",
        tags: [face.tag],
        params: OpeningId,
        body: SignBody,
        response: { 202: parts.View },
      },
      config: aboutOne(face.object, {
        access: { ...parts.sign, approval: (request: FastifyRequest) => signInWords(ground, face, request) },
      }),
    },
    async (request, reply) => {
      const despite = request.body.despite ?? false;
      const change = (tx: Tx, id: number) => signOpening(face.kind, tx, ground, id, despite);
      return reply.code(202).send(await act(request, change, { settles: true }));
    },
  );
}

async function undoInWords<O extends Opening, Item>(
  ground: Ground,
  { kind, name }: OpeningFace<O, Item>,
  request: FastifyRequest,
): Promise<ActInWords> {
  const { opening_id } = request.params as InPath["Params"];
  const { file_name } = await ground.store.read(SYSTEM_SCOPE, (tx) => kind.store.byId(tx, opening_id));
  return {
    reason: (request.body as { reason: string }).reason,
    words: async () => ({
      zh: `撤销${name.zh}「${file_name}」`,
      en: `Take the ${name.en} “${file_name}” back`,
    }),
  };
}

function undoRoutes<O extends Opening, Item>(
  app: FastifyInstance,
  ground: Ground,
  face: OpeningFace<O, Item>,
  parts: Parts<O, Item>,
): void {
  const act = actOf(ground, face, parts);
  app.post<InPath & { Body: { reason: string } }>(
    `${face.path}/:opening_id/undo`,
    {
      schema: {
        summary: "Take an opening back as a whole; what was since used or changed is listed with its reason",
        tags: [face.tag],
        params: OpeningId,
        body: Type.Object({ ...face.schemas.undo, reason: Reason }),
        response: { 202: parts.View },
      },
      config: aboutOne(face.object, {
        access: { ...parts.sign, approval: (request: FastifyRequest) => undoInWords(ground, face, request) },
      }),
    },
    async (request, reply) =>
      reply.code(202).send(await act(request, (tx, id) => face.undo(tx, id, request.body as never), { settles: true })),
  );
  app.post<InPath>(
    `${face.path}/:opening_id/resume`,
    {
      schema: {
        summary: "Go on bringing in what a stopped opening has not brought in yet; it was signed already",
        tags: [face.tag],
        params: OpeningId,
        response: { 202: parts.View },
      },
      config: parts.about(parts.open),
    },
    async (request, reply) => reply.code(202).send(await act(request, face.resume, { settles: false })),
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
