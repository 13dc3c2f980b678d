import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { memberIdAt } from "../members/index.ts";
import { aboutOne, type ActInWords, covered, Day, problem } from "../platform/index.ts";
import { type Scope, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { lock } from "./dirty-store.ts";
import { evaluate, todayOf } from "./evaluate.ts";
import { addGrant, endGrant, grantById, grantsOf, historyOf, isOfStores, memberTier, ownerOf } from "./grant-store.ts";
import { ladderState, type LadderState } from "./ladder-store.ts";

const tags = ["tiers"];
const grant = { access: { permission: "tiers.grant", level: "L3" } } as const;
/** Changes and grants shown of one member. */
const SHOWN_MAX = 100;

const Member = Type.Object({ member_id: Type.Integer({ minimum: 1 }) });
const Reason = Type.String({ minLength: 2, maxLength: 400 });
const NewGrant = Type.Object({
  member_id: Type.Integer({ minimum: 1 }),
  tier: Type.String({ maxLength: 40 }),
  until_day: Day,
  reason: Reason,
});

/** Tier of one member: seen by whoever may see the member; given by hand with a permission of its own. */
export function grantRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof Member> }>(
    "/api/members/:member_id/tier",
    {
      schema: { summary: "A member's tier with progress, grants and history", tags, params: Member },
      config: aboutOne("member", { access: { permission: "members.read", level: "L3", enter: "L2" } }),
    },
    async ({ params, scope }) => {
      const member_id = await ground.store.read(scope, (tx) => memberIdAt(tx, params.member_id));
      return ground.store.read(SYSTEM_SCOPE, (tx) => memberView(tx, ground, member_id));
    },
  );
  app.post<{ Body: Static<typeof NewGrant> }>(
    "/api/tiers/grants",
    {
      schema: {
        summary: "Give a member a tier until a day; it holds whatever the amounts say",
        tags,
        body: NewGrant,
        response: { 201: Type.Object({ grant_id: Type.Integer(), tier: Type.String() }) },
      },
      config: { access: { ...grant.access, approval: (request) => grantInWords(ground, request) } },
    },
    async (request, reply) => {
      const { tier, until_day, reason } = request.body;
      const today = todayOf(ground);
      if (until_day < today) throw problem("tiers.grant_in_past", { until_day });
      const answer = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const state = await stateFor(tx, tier);
        const member_id = await memberWithin(tx, request.body.member_id, request.scope);
        const grant_id = await addGrant(tx, {
          member_id,
          tier,
          from_day: today,
          until_day,
          reason,
          person_id: request.person?.person_id ?? null,
          granted_at: ground.clock.now(),
        });
        await evaluate(tx, ground, state, [member_id], today);
        Object.assign(request.audit_subject, { grant_id, member_id });
        await request.settle(tx, { grant_id });
        return { grant_id, tier: (await memberTier(tx, member_id))?.tier ?? tier };
      });
      return reply.code(201).send(answer);
    },
  );
  endRoute(app, ground);
}

/** A tier by hand as it is put to a colleague. */
async function grantInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { member_id, tier, until_day, reason } = request.body as Static<typeof NewGrant>;
  const state = await ground.store.read(SYSTEM_SCOPE, ladderState);
  const step = state?.definition.tiers.find((one) => one.key === tier);
  if (step === undefined) throw problem("tiers.tier_not_found", { tier });
  // nobody is asked about a member whom the person does not see
  await ground.store.read(SYSTEM_SCOPE, (tx) => memberWithin(tx, member_id, request.scope));
  return {
    reason,
    words: async () => ({
      zh: `手工授予会员 ${member_id} 等级「${step.zh}」，到 ${until_day} 为止`,
      en: `Give member ${member_id} the tier “${step.en}” until ${until_day}`,
    }),
  };
}

function endRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: { grant_id: number }; Body: { reason: string } }>(
    "/api/tiers/grants/:grant_id/end",
    {
      schema: {
        summary: "End a grant before its last day",
        tags,
        params: Type.Object({ grant_id: Type.Integer({ minimum: 1 }) }),
        body: Type.Object({ reason: Reason }),
      },
      config: aboutOne("tier_grant", covered("takes back one grant, and gives nothing", grant)),
    },
    async (request) => {
      const { grant_id } = request.params;
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await lock(tx);
        const found = await grantById(tx, grant_id);
        if (found === undefined) throw problem("tiers.grant_not_found", { grant_id });
        const member_id = await memberWithin(tx, found.member_id, request.scope);
        if (found.state === "ended") throw problem("tiers.grant_over", { grant_id });
        const by = {
          person_id: request.person?.person_id ?? null,
          reason: request.body.reason,
          now: ground.clock.now(),
        };
        await endGrant(tx, grant_id, by);
        const state = await ladderState(tx);
        if (state !== undefined) await evaluate(tx, ground, state, [member_id]);
        Object.assign(request.audit_subject, { grant_id, member_id });
        return { tier: (await memberTier(tx, member_id))?.tier ?? null };
      });
    },
  );
}

/** The ladder in force, where it has the tier. */
async function stateFor(tx: Tx, tier: string): Promise<LadderState> {
  await lock(tx);
  const state = await ladderState(tx);
  if (state === undefined) throw problem("tiers.none_in_force");
  if (!state.definition.tiers.some((step) => step.key === tier)) throw problem("tiers.tier_not_found", { tier });
  return state;
}

async function memberOf(tx: Tx, number: number): Promise<number> {
  const member_id = await ownerOf(tx, number);
  if (member_id === undefined) throw problem("tiers.member_not_found", { member_id: number });
  return member_id;
}

/** The member, where its home store is among the person's. @throws tiers.member_not_found, as for one who does not exist. */
async function memberWithin(tx: Tx, number: number, { stores }: Scope): Promise<number> {
  const member_id = await memberOf(tx, number);
  if (stores === "all" || (await isOfStores(tx, member_id, stores))) return member_id;
  throw problem("tiers.member_not_found", { member_id: number });
}

async function memberView(tx: Tx, ground: Ground, number: number) {
  const member_id = await memberOf(tx, number);
  const state = await ladderState(tx);
  const standing = await memberTier(tx, member_id);
  if (state === undefined || standing === undefined) return { state: "none" };
  const { definition } = state;
  return {
    state: "ready",
    ladder: { key: definition.key, zh: definition.zh, en: definition.en, version: state.version },
    measure: definition.measure.kind,
    window: definition.window,
    currency: definition.currency,
    grace_days: definition.grace_days,
    tiers: definition.tiers,
    standing,
    today: todayOf(ground),
    grants: await grantsOf(tx, member_id, SHOWN_MAX),
    history: await historyOf(tx, member_id, SHOWN_MAX),
  };
}
