import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { memberIdAt } from "../../members/index.ts";
import { aboutOne, type ActInWords, covered, problem } from "../../platform/index.ts";
import { jobById, startJob, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { batchNamed } from "./batch-routes.ts";
import { beginIssuance, MEMBERS_NAMED_MAX } from "./issue.ts";
import {
  issuanceById,
  type IssuanceRow,
  segmentSize,
  setIssuance,
  statesOfIssuance,
  usedOfIssuance,
} from "./issue-store.ts";
import { ISSUE_JOB, type IssueInput, UNDO_JOB } from "./jobs.ts";
import { couponsOfMember } from "./member-store.ts";
import { BatchParams, grant, Id, IdempotencyKey, Nullable, read, Reason, storesOf, tags } from "./route-parts.ts";
import { couponSentences } from "./sentence.ts";
import { beginUndo } from "./undo.ts";
import { numbersOf } from "./wallet-store.ts";

const CODES_MADE_MAX = 1_000_000;
const USED_SHOWN_MAX = 200;
const MEMBER_COUPONS_MAX = 200;
const closed = { additionalProperties: false } as const;

const Audience = Type.Union([
  Type.Object({ kind: Type.Literal("codes"), number: Type.Integer({ minimum: 1, maximum: CODES_MADE_MAX }) }, closed),
  Type.Object(
    { kind: Type.Literal("members"), member_ids: Type.Array(Id, { minItems: 1, maxItems: MEMBERS_NAMED_MAX }) },
    closed,
  ),
  Type.Object({ kind: Type.Literal("segment"), segment_id: Id }, closed),
]);
const Issuing = Type.Object(
  {
    audience: Audience,
    again: Type.Optional(Type.Boolean({ description: "Also to members who have one of the batch already" })),
    reason: Reason,
    key: Type.Optional(IdempotencyKey),
  },
  closed,
);
const IssuanceParams = Type.Object({ issuance_id: Id });
const Begun = Type.Object({
  issuance_id: Type.Integer(),
  state: Type.String(),
  wanted: Type.Integer(),
  made: Type.Integer(),
  job_id: Nullable(Type.String()),
});

async function issuingInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { batch_id } = request.params as Static<typeof BatchParams>;
  const { audience, reason } = request.body as Static<typeof Issuing>;
  const batch = await ground.store.read(SYSTEM_SCOPE, (tx) => batchNamed(tx, batch_id));
  const size =
    audience.kind === "segment"
      ? await ground.store.read(SYSTEM_SCOPE, (tx) => segmentSize(tx, audience.segment_id, storesOf(request)))
      : 0;
  const whom: readonly [string, string] =
    audience.kind === "codes"
      ? [`生成 ${audience.number} 个券码`, `Make ${audience.number} codes`]
      : audience.kind === "members"
        ? [
            `向 ${audience.member_ids.length} 位会员各发 1 张`,
            `Issue one each to ${audience.member_ids.length} members`,
          ]
        : [
            `向分群 #${audience.segment_id} 的 ${size} 位会员各发 1 张`,
            `Issue one each to the ${size} members of segment #${audience.segment_id}`,
          ];
  return {
    reason,
    same: [batch.coupon_id, batch.version],
    words: async () => ({
      zh: `${whom[0]}：批次「${batch.name}」（#${batch_id}）`,
      en: `${whom[1]}: batch “${batch.name}” (#${batch_id})`,
    }),
  };
}

/** Issuing to members and segments, making codes, taking a wrong issuance back; what one member has. */
export function issueRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof BatchParams>; Body: Static<typeof Issuing> }>(
    "/api/coupons/batches/:batch_id/issuances",
    {
      schema: {
        summary: "Issue coupons of a batch to members or to a segment, or make codes that belong to nobody yet",
        tags,
        params: BatchParams,
        body: Issuing,
        response: { 202: Begun },
      },
      config: aboutOne("coupon_batch", {
        access: { ...grant.access, approval: (request: FastifyRequest) => issuingInWords(ground, request) },
      }),
    },
    async (request, reply) => {
      const { batch_id } = request.params;
      const { audience, again = false, reason, key = null } = request.body;
      const person_id = request.person?.person_id ?? null;
      const stores = storesOf(request);
      const issuing = { batch_id, audience, again, stores, reason, key };
      const row = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const begun = await beginIssuance(tx, ground, issuing, { person_id, now: ground.clock.now() });
        const started =
          begun.state === "running" && begun.job_id === null
            ? await start(tx, ground, begun, { again, stores }, person_id)
            : begun;
        await request.settle(tx, { issuance_id: begun.issuance_id });
        return started;
      });
      Object.assign(request.audit_subject, { batch_id, issuance_id: row.issuance_id, wanted: row.wanted });
      return reply.code(202).send(row);
    },
  );
  issuanceRoutes(app, ground);
  memberRoute(app, ground);
}

async function start(
  tx: Tx,
  ground: Ground,
  row: IssuanceRow,
  how: Pick<IssueInput, "again" | "stores">,
  person_id: number | null,
): Promise<IssuanceRow> {
  const input: IssueInput = { issuance_id: row.issuance_id, ...how };
  const job_id = await startJob(tx, ground, ISSUE_JOB, input, { person_id });
  await setIssuance(tx, row.issuance_id, { state: "running", now: null, job_id });
  return { ...row, job_id };
}

/** A job that was stopped while it waited never came to end its issuance. */
async function stateOf(tx: Tx, row: IssuanceRow): Promise<IssuanceRow["state"]> {
  if ((row.state !== "running" && row.state !== "undoing") || row.job_id === null) return row.state;
  const { state } = await jobById(tx, row.job_id);
  return state === "queued" || state === "running" ? row.state : "cancelled";
}

function issuanceRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof IssuanceParams>; Querystring: { after?: number } }>(
    "/api/coupons/issuances/:issuance_id",
    {
      schema: {
        summary: "One issuance: how far it is, the states of its coupons, and which of them orders have",
        tags,
        params: IssuanceParams,
        querystring: Type.Object({
          after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
        }),
        response: {
          200: Type.Object({
            issuance: Type.Unknown(),
            states: Type.Array(Type.Object({ state: Type.String(), coupons: Type.Integer() })),
            used: Type.Array(Type.Unknown()),
            next_after: Nullable(Type.Integer()),
          }),
        },
      },
      config: aboutOne("issuance", read),
    },
    async (request) => {
      const { issuance_id } = request.params;
      const stores = storesOf(request);
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const row = await issuanceById(tx, issuance_id);
        if (row === undefined) throw problem("benefits.issuance_unknown", { issuance_id });
        const used = await usedOfIssuance(tx, issuance_id, request.query.after ?? 0, USED_SHOWN_MAX);
        return {
          issuance: { ...row, state: await stateOf(tx, row) },
          states: await statesOfIssuance(tx, issuance_id),
          used: used.filter((one) => stores === null || stores.includes(one.store_code ?? "")),
          next_after: used.length === USED_SHOWN_MAX ? (used.at(-1)?.issued_id ?? null) : null,
        };
      });
    },
  );
  app.post<{ Params: Static<typeof IssuanceParams>; Body: { reason: string } }>(
    "/api/coupons/issuances/:issuance_id/undo",
    {
      schema: {
        summary: "Void the coupons of an issuance that nobody has used; those that orders have are listed",
        tags,
        params: IssuanceParams,
        body: Type.Object({ reason: Reason }),
        response: { 202: Type.Object({ issuance_id: Type.Integer(), job_id: Type.String() }) },
      },
      config: aboutOne("issuance", covered("takes back what nobody has used, and gives nothing", grant)),
    },
    async (request, reply) => {
      const { issuance_id } = request.params;
      const job_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const row = await issuanceById(tx, issuance_id, true);
        const state = row === undefined ? undefined : await stateOf(tx, row);
        if (row !== undefined && state === "cancelled" && row.state !== state)
          await setIssuance(tx, issuance_id, { state, now: ground.clock.now() });
        await beginUndo(tx, issuance_id, request.body.reason);
        const person_id = request.person?.person_id ?? null;
        const started = await startJob(tx, ground, UNDO_JOB, { issuance_id }, { person_id });
        await setIssuance(tx, issuance_id, { state: "undoing", now: null, job_id: started });
        return started;
      });
      Object.assign(request.audit_subject, { issuance_id, reason: request.body.reason });
      return reply.code(202).send({ issuance_id, job_id });
    },
  );
}

function memberRoute(app: FastifyInstance, ground: Ground): void {
  const Member = Type.Object({ member_id: Type.Integer({ minimum: 1 }) });
  app.get<{ Params: Static<typeof Member> }>(
    "/api/members/:member_id/coupons",
    {
      schema: {
        summary: "A member's coupons: usable ones by their last day, then those used or gone, newest first",
        tags,
        params: Member,
        response: { 200: Type.Object({ items: Type.Array(Type.Unknown()) }) },
      },
      config: aboutOne("member", { access: { permission: "members.read", level: "L3", enter: "L2" } }),
    },
    async ({ params, scope }) => {
      const member_id = await ground.store.read(scope, (tx) => memberIdAt(tx, params.member_id));
      const rows = await ground.store.read(SYSTEM_SCOPE, async (tx) =>
        couponsOfMember(tx, await numbersOf(tx, member_id), MEMBER_COUPONS_MAX),
      );
      return {
        items: rows.map(({ definition, ...row }) => ({
          ...row,
          name_zh: definition.zh,
          name_en: definition.en,
          ...couponSentences(definition),
        })),
      };
    },
  );
}
