import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, type ActInWords } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { openingDifferences, signOpening } from "./opening.ts";
import { allStores, type InPath, type OpeningFace, OpeningId, type Parts, Reason } from "./opening-face.ts";
import type { Opening } from "./opening-store.ts";

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

/** The signature, which a second person gives. */
export function signRoute<O extends Opening, Item>(
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

/** Taking an opening back, and going on with a stopped one. */
export function undoRoutes<O extends Opening, Item>(
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
