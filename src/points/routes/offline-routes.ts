import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { aboutOne, problem, sentence } from "../../platform/index.ts";
import { isWhole, setSetting, SYSTEM_SCOPE } from "../../store/index.ts";
import { allowanceKey, issueAllowance, type Till } from "../offline/allowance.ts";
import { settleException, uploadBurns } from "../offline/burn.ts";
import { type BurnRow, listBurns } from "../offline/offline-store.ts";
import { OFFLINE_SETTING, OfflineRules, offlineRules } from "../offline/rules.ts";
import { POINTS_MAX } from "../ledger/command.ts";
import { Nullable, tags } from "./route-parts.ts";

const BURNS_MAX = 200;
const PAGE = 50;
const till = { access: { permission: "points.redeem", level: "L2" } } as const;
const look = { access: { permission: "points.read", level: "L2" } } as const;
const settle = { access: { permission: "points.adjust", level: "L2" } } as const;
const manage = { access: { permission: "points.manage", level: "L2" } } as const;
const closed = { additionalProperties: false } as const;

const Store = Type.String({ minLength: 1, maxLength: 64 });
const Instant = Type.String({ format: "date-time" });
const Pem = Type.String({ minLength: 1, maxLength: 1_000 });
const signed = {
  suite: Type.String({ maxLength: 20 }),
  key_id: Type.String({ maxLength: 64 }),
  signature: Type.String({ maxLength: 200 }),
};
const Points = Type.Integer({ minimum: 1, maximum: POINTS_MAX });
const AllowanceDocument = Type.Object(
  {
    format: Type.Literal("huitou-offline-allowance/1"),
    allowance_id: Type.String({ format: "uuid" }),
    till: Type.String({ maxLength: 40 }),
    store_code: Store,
    day: Type.String({ format: "date" }),
    points_max: Points,
    member_max: Points,
    device_key: Pem,
    issued_at: Instant,
    expires_at: Instant,
    ...signed,
  },
  closed,
);
const BurnDocument = Type.Object(
  {
    format: Type.Literal("huitou-offline-burn/1"),
    allowance_id: Type.String({ format: "uuid" }),
    receipt: Type.String({ minLength: 1, maxLength: 100 }),
    member_id: Type.Integer({ minimum: 1 }),
    points: Points,
    at: Instant,
    hold_id: Type.Optional(Type.Integer({ minimum: 1 })),
    ...signed,
  },
  closed,
);
const Upload = Type.Object(
  { allowance: AllowanceDocument, burns: Type.Array(BurnDocument, { minItems: 1, maxItems: BURNS_MAX }) },
  closed,
);
const Reason = Nullable(Type.Object({ code: Type.String(), zh: Type.String(), en: Type.String() }));
const Taken = Type.Object({
  burn_id: Type.Integer(),
  receipt: Type.String(),
  state: Type.String(),
  posted: Type.Integer(),
  debt: Type.Integer(),
  reason: Reason,
});
const Listed = Type.Object({
  ...Taken.properties,
  till: Type.String(),
  store_code: Type.String(),
  hold_id: Nullable(Type.Integer()),
  member_id: Type.Integer(),
  points: Type.Integer(),
  at: Type.String(),
  received_at: Type.String(),
  may_post: Type.Boolean(),
  settled_act: Nullable(Type.String()),
  settled_reason: Nullable(Type.String()),
  settled_by: Nullable(Type.String()),
  settled_at: Nullable(Type.String()),
});

const reasonOf = ({ code, params }: BurnRow) =>
  code === null ? null : { code, zh: sentence(code, params ?? {}, "zh"), en: sentence(code, params ?? {}, "en") };

function listed(row: BurnRow, names: ReadonlyMap<number, string>) {
  const { owner, params: _, code, settled_by, ...rest } = row;
  return {
    ...rest,
    member_id: owner,
    reason: reasonOf(row),
    may_post: row.counts && code !== null && row.state === "open",
    settled_by: settled_by === null ? null : (names.get(settled_by) ?? String(settled_by)),
  };
}

/** Stores whose list somebody sees; null: all. */
const storesOf = ({ scope }: FastifyRequest): readonly string[] | null =>
  isWhole(scope) || scope.stores === "all" ? null : scope.stores;

/** The device that asks: a bound tablet, or a till with a key of its own. @throws points.offline_no_till, points.offline_store */
function tillOf(request: FastifyRequest, store_code: string): Till {
  const { scope, signed_in } = request;
  const tablet = signed_in?.session.tablet;
  const name =
    tablet != null ? `tablet:${tablet.tablet_id}` : scope.client_id === undefined ? null : `client:${scope.client_id}`;
  if (name === null) throw problem("points.offline_no_till");
  const stores = tablet != null ? [tablet.store_code] : storesOf(request);
  if (stores !== null && !stores.includes(store_code)) throw problem("points.offline_store", { store_code });
  return { till: name, store_code };
}

/** Points that tills burn while they are offline: allowed beforehand, uploaded afterwards, settled by a person where something is wrong. */
export function offlineRoutes(app: FastifyInstance, ground: Ground): void {
  tillRoutes(app, ground);
  exceptionRoutes(app, ground);
  ruleRoutes(app, ground);
}

function tillRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: { store_code: string; device_key: string } }>(
    "/api/points/offline/allowances",
    {
      schema: {
        summary: "What this till may burn while it is offline: signed, for hours, bound to its device's key",
        tags,
        body: Type.Object({ store_code: Store, device_key: Pem }, closed),
        response: { 201: Type.Object({ allowance: AllowanceDocument, public_key: Type.String() }) },
      },
      config: till,
    },
    async (request, reply) => {
      const { store_code, device_key } = request.body;
      const person_id = request.person?.person_id ?? null;
      const allowance = await issueAllowance(ground, tillOf(request, store_code), { device_key, person_id });
      Object.assign(request.audit_subject, { allowance_id: allowance.allowance_id });
      return reply.code(201).send({ allowance, public_key: await allowanceKey(ground) });
    },
  );
  app.post<{ Body: Static<typeof Upload> }>(
    "/api/points/offline/burns",
    {
      schema: {
        summary:
          "Upload what was burned offline: each is posted, or stands on the store's list; the same again changes nothing",
        tags,
        body: Upload,
        response: { 200: Type.Object({ items: Type.Array(Taken) }) },
      },
      config: till,
    },
    async (request) => {
      const { allowance, burns } = request.body;
      const rows = await uploadBurns(ground, tillOf(request, allowance.store_code), allowance, burns);
      Object.assign(request.audit_subject, { allowance_id: allowance.allowance_id, burns: rows.length });
      return { items: rows.map((row) => ({ ...row, reason: reasonOf(row) })) };
    },
  );
}

function exceptionRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: { state?: "open" | "settled"; before?: number } }>(
    "/api/points/offline/exceptions",
    {
      schema: {
        summary: "Offline burns of one's own stores that a person has to look at, or has settled",
        tags,
        querystring: Type.Object({
          state: Type.Optional(Type.Union([Type.Literal("open"), Type.Literal("settled")])),
          before: Type.Optional(Type.Integer({ minimum: 1 })),
        }),
        response: { 200: Type.Object({ items: Type.Array(Listed), next: Nullable(Type.Integer()) }) },
      },
      config: look,
    },
    async (request) => {
      const { state = "open", before = null } = request.query;
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const rows = await listBurns(tx, { state, stores: storesOf(request), before, limit: PAGE });
        const names = await staffNames(tx, [...new Set(rows.flatMap((row) => row.settled_by ?? []))]);
        const next = rows.length < PAGE ? null : (rows.at(-1)?.burn_id ?? null);
        return { items: rows.map((row) => listed(row, names)), next };
      });
    },
  );
  app.post<{ Params: { burn_id: number }; Body: { act: "post" | "drop"; reason: string } }>(
    "/api/points/offline/exceptions/:burn_id/settle",
    {
      schema: {
        summary: "Settle an exception by name and reason: post it after all, or not",
        tags,
        params: Type.Object({ burn_id: Type.Integer({ minimum: 1 }) }),
        body: Type.Object(
          {
            act: Type.Union([Type.Literal("post"), Type.Literal("drop")]),
            reason: Type.String({ minLength: 2, maxLength: 400 }),
          },
          closed,
        ),
        response: { 200: Taken },
      },
      config: aboutOne("points_offline", settle),
    },
    async (request) => {
      const { burn_id } = request.params;
      const person_id = request.person?.person_id;
      // a named person, not a program
      if (person_id === undefined) throw problem("points.offline_burn_unknown", { burn_id });
      const by = { ...request.body, person_id, stores: storesOf(request) };
      const row = await ground.store.write(SYSTEM_SCOPE, (tx) => settleException(tx, ground, burn_id, by));
      return { ...row, reason: reasonOf(row) };
    },
  );
}

function ruleRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/points/offline/rules",
    {
      schema: { summary: "How much tills may burn while they are offline", tags, response: { 200: OfflineRules } },
      config: look,
    },
    async () => ground.store.read(SYSTEM_SCOPE, offlineRules),
  );
  app.put<{ Body: OfflineRules }>(
    "/api/points/offline/rules",
    {
      schema: {
        summary: "Set how much tills may burn while they are offline; allowances that are out keep theirs",
        tags,
        body: OfflineRules,
        response: { 200: OfflineRules },
      },
      config: manage,
    },
    async ({ body }) => {
      await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, OFFLINE_SETTING, body));
      return body;
    },
  );
}
