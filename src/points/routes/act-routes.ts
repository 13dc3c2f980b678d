import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { findMember, memberIdAt } from "../../members/index.ts";
import { aboutOne, type ActInWords, addDays, businessDay, Day, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { maskText } from "../../vault/index.ts";
import { type Answer as Done, type Command, POINTS_MAX } from "../ledger/command.ts";
import { ledgerOf, submitWithin, todayOf } from "../ledger/ledger.ts";
import { findNumbers, spenderOf } from "../reports/member-points.ts";
import { keepReason } from "../reports/reason-store.ts";
import { holdersOf } from "../reports/wallet-store.ts";
import { readSlide, slideText } from "../ledger/slide.ts";
import { lastDayOf, slideOf } from "../rules/expiry.ts";
import { allTerms, termsOn } from "../rules/programme-store.ts";
import { claimOrder } from "../rules/claim.ts";
import { Answer, KeyHeader, tags } from "./route-parts.ts";

const HOLD_MINUTES_MAX = 7 * 24 * 60;
/** Where no programme says how long points live that come back after their own lot has expired. */
const GRACE_DAYS = 30;

const redeem = { access: { permission: "points.redeem", level: "L2" } } as const;
const adjust = { access: { permission: "points.adjust", level: "L3" } } as const;

const Points = Type.Integer({ minimum: 1, maximum: POINTS_MAX });
const MemberId = Type.Integer({ minimum: 1 });
/** The order, gift or act that points are for; a return names it again. */
const Reference = Type.String({ minLength: 1, maxLength: 200 });
const Reason = Type.String({ minLength: 2, maxLength: 400 });
const HoldId = Type.Object({ hold_id: Type.Integer({ minimum: 1 }) });

const SpendBody = Type.Object({ member_id: MemberId, points: Points, reference: Reference });
const HoldBody = Type.Object({
  ...SpendBody.properties,
  minutes: Type.Integer({
    minimum: 1,
    maximum: HOLD_MINUTES_MAX,
    description: "Until when it is given back by itself",
  }),
});
const ReturnBody = Type.Object({ reference: Reference, points: Points });
const TransferBody = Type.Object({ member_id: MemberId, to_member_id: MemberId, points: Points, reason: Reason });
const AdjustBody = Type.Object({
  member_id: MemberId,
  points: Type.Integer({ minimum: -POINTS_MAX, maximum: POINTS_MAX, description: "Negative: taken away" }),
  reason: Reason,
  last_day: Type.Optional(
    Type.Union([Day, Type.Null()], {
      description: "The last day of points given; null: no expiry; absent: as the programme in force says",
    }),
  ),
});
const ClaimBody = Type.Object({
  member_id: MemberId,
  order_no: Type.String({ minLength: 1, maxLength: 100 }),
  store_code: Type.String({ minLength: 1, maxLength: 100 }),
});

/** Keys of people and programs are apart from those the platform makes itself. */
const keyOf = (request: FastifyRequest) =>
  `api:${(request.headers as Record<string, string>)["idempotency-key"] ?? ""}`;

/** What a till redeems for came under its own word, so that nobody returns an order's earning as a redemption. */
const redeemed = (reference: string) => `redeem:${reference}`;

async function walletAt(ground: Ground, request: FastifyRequest, member_id: number): Promise<number[]> {
  const found = await findMember(ground, request.scope, member_id);
  Object.assign(request.audit_subject, { member_id: found });
  return findNumbers(ground, found);
}

/** @throws points.hold_unknown, as for one that does not exist, where it is of a member whom the person may not reach */
async function requireHold(ground: Ground, request: FastifyRequest, hold_id: number): Promise<void> {
  const { scope } = request;
  const numbers = await ground.store.read(SYSTEM_SCOPE, (tx) => holdersOf(tx, hold_id));
  if (numbers.length === 0) throw problem("points.hold_unknown", { hold_id });
  // an erased member's hold is nobody's, and open to whoever sees all stores
  if (scope.stores === "all") return;
  try {
    for (const number of numbers) await ground.store.read(scope, (tx) => memberIdAt(tx, number));
  } catch (error) {
    if ((error as { code?: string }).code !== "members.not_found") throw error;
    throw problem("points.hold_unknown", { hold_id });
  }
}

const submit = (ground: Ground, request: FastifyRequest, command: Command): Promise<Done> =>
  ledgerOf(ground).submit({ key: keyOf(request), command });

/** The act of an approval becomes true with its effect. */
function submitApproved(ground: Ground, request: FastifyRequest, command: Command): Promise<Done> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await request.settle(tx, { points: "points" in command ? (command.points ?? 0) : 0 });
    return submitWithin(tx, ground, { key: keyOf(request), command });
  });
}

/** What tills, mall and service do with points: each with a key, so that it has one effect however often it is sent. */
export function actRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof SpendBody> }>(
    "/api/points/redemptions",
    {
      schema: {
        summary: "Redeem points of a member, those that expire soonest first",
        tags,
        headers: KeyHeader,
        body: SpendBody,
        response: { 200: Answer },
      },
      config: redeem,
    },
    async (request) => {
      const { member_id, points, reference } = request.body;
      const wallet = await walletAt(ground, request, member_id);
      return submit(ground, request, { type: "spend", wallet, points, reference: redeemed(reference) });
    },
  );
  app.post<{ Body: Static<typeof ReturnBody> }>(
    "/api/points/redemptions/return",
    {
      schema: {
        summary: "Give redeemed points back to their own lots, of a whole or a part",
        tags,
        headers: KeyHeader,
        body: ReturnBody,
        response: { 200: Answer },
      },
      config: redeem,
    },
    async (request) => {
      const { points, reference } = request.body;
      const today = todayOf(ground);
      const terms = termsOn(await ground.store.read(SYSTEM_SCOPE, allTerms), today);
      const grace_last_day = addDays(today, terms?.definition.grace_days ?? GRACE_DAYS);
      const spent = redeemed(reference);
      const wallet = await ground.store.read(SYSTEM_SCOPE, (tx) => spenderOf(tx, spent));
      return submit(ground, request, { type: "return_spent", reference: spent, points, grace_last_day, wallet });
    },
  );
  holdRoutes(app, ground);
  transferRoute(app, ground);
  adjustRoute(app, ground);
  claimRoute(app, ground);
}

function holdRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof HoldBody> }>(
    "/api/points/holds",
    {
      schema: {
        summary: "Set points aside until they are posted or voided; after the time given they are free again",
        tags,
        headers: KeyHeader,
        body: HoldBody,
        response: { 200: Answer },
      },
      config: redeem,
    },
    async (request) => {
      const { member_id, points, reference, minutes } = request.body;
      const wallet = await walletAt(ground, request, member_id);
      const until_at = new Date(ground.clock.now().getTime() + minutes * 60_000);
      return submit(ground, request, { type: "hold", wallet, points, reference: redeemed(reference), until_at });
    },
  );
  app.post<{ Params: Static<typeof HoldId>; Body: { points?: number } }>(
    "/api/points/holds/:hold_id/post",
    {
      schema: {
        summary: "Redeem held points; what is not taken goes back to its lots",
        tags,
        params: HoldId,
        headers: KeyHeader,
        body: Type.Object({ points: Type.Optional(Points) }),
        response: { 200: Answer },
      },
      config: aboutOne("points_hold", redeem),
    },
    async (request) => {
      const { hold_id } = request.params;
      const { points } = request.body;
      await requireHold(ground, request, hold_id);
      return submit(ground, request, { type: "post", hold_id, ...(points === undefined ? {} : { points }) });
    },
  );
  app.post<{ Params: Static<typeof HoldId> }>(
    "/api/points/holds/:hold_id/void",
    {
      schema: {
        summary: "Give held points back",
        tags,
        params: HoldId,
        headers: KeyHeader,
        response: { 200: Answer },
      },
      config: aboutOne("points_hold", redeem),
    },
    async (request) => {
      const { hold_id } = request.params;
      await requireHold(ground, request, hold_id);
      return submit(ground, request, { type: "void", hold_id });
    },
  );
}

function transferRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof TransferBody> }>(
    "/api/points/transfers",
    {
      schema: {
        summary: "Give points of one member to another; they keep their expiry",
        tags,
        headers: KeyHeader,
        body: TransferBody,
        response: { 200: Answer },
      },
      config: { access: { ...adjust.access, approval: (request) => inWords(ground, request, "transfer") } },
    },
    async (request) => {
      const { member_id, to_member_id, points } = request.body;
      const wallet = await walletAt(ground, request, member_id);
      const [to] = await walletAt(ground, request, to_member_id);
      if (to === undefined) throw problem("points.no_numbers", { member_id: to_member_id });
      const command = {
        type: "transfer",
        wallet,
        to,
        points,
        reference: `transfer:${member_id}:${to_member_id}`,
      } as const;
      return submitApproved(ground, request, command);
    },
  );
}

function adjustRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof AdjustBody> }>(
    "/api/points/adjustments",
    {
      schema: {
        summary: "Give or take points by hand, with a reason and a second person",
        tags,
        headers: KeyHeader,
        body: AdjustBody,
        response: { 200: Answer },
      },
      config: { access: { ...adjust.access, approval: (request) => inWords(ground, request, "adjust") } },
    },
    async (request) => {
      const { member_id, points } = request.body;
      if (points === 0) throw problem("points.bad_amount", { points, max: POINTS_MAX });
      const wallet = await walletAt(ground, request, member_id);
      const [owner] = wallet;
      if (owner === undefined) throw problem("points.no_numbers", { member_id });
      const reference = `adjust:${keyOf(request).slice(4)}`;
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const { last_day, slide, at } = await keepReason(tx, {
          reference,
          reason: maskText(request.body.reason),
          ...(await lifeByHand(tx, ground, request.body)),
          person_id: request.person?.person_id ?? null,
          at: ground.clock.now(),
        });
        await request.settle(tx, { points });
        const command: Command =
          points > 0
            ? {
                type: "earn",
                owner,
                wallet,
                points,
                reference,
                ...(last_day === null ? {} : { last_day }),
                ...(slide === null ? {} : { slide: readSlide(slide, businessDay(at, ground.config.timezone)) }),
              }
            : { type: "spend", wallet, points: -points, reference };
        return submitWithin(tx, ground, { key: keyOf(request), command });
      });
    },
  );
}

/** Until when points by hand live: as the request says, else as those of the programme in force that become active today. */
async function lifeByHand(tx: Tx, ground: Ground, { points, last_day }: Static<typeof AdjustBody>) {
  if (points < 0) return { last_day: null, slide: null };
  const today = todayOf(ground);
  if (last_day !== undefined && last_day !== null && last_day < today)
    throw problem("points.bad_day", { last_day, first_day: today });
  if (last_day !== undefined) return { last_day, slide: null };
  const terms = termsOn(await allTerms(tx), today);
  if (terms === undefined) return { last_day: null, slide: null };
  const slide = slideOf(terms.definition.expiry, today);
  return {
    last_day: lastDayOf(terms.definition.expiry, today),
    slide: slide === undefined ? null : slideText(slide),
  };
}

/** Points by hand as they are put to a colleague. */
async function inWords(ground: Ground, request: FastifyRequest, what: "adjust" | "transfer"): Promise<ActInWords> {
  const body = request.body as Static<typeof AdjustBody> & Partial<Static<typeof TransferBody>>;
  const { member_id, points, reason, to_member_id, last_day } = body;
  // nobody is asked about a member whom the person does not see
  await ground.store.read(request.scope, (tx) => memberIdAt(tx, member_id));
  const count = Math.abs(points).toLocaleString("en");
  const until =
    last_day === undefined || points < 0
      ? { zh: "", en: "" }
      : last_day === null
        ? { zh: "，不过期", en: ", without expiry" }
        : { zh: `，${last_day} 到期`, en: `, until ${last_day}` };
  const words =
    what === "transfer"
      ? {
          zh: `把会员 ${member_id} 的 ${count} 积分转给会员 ${to_member_id}`,
          en: `Give ${count} points of member ${member_id} to member ${to_member_id}`,
        }
      : {
          zh: `${points > 0 ? "补发" : "扣减"}会员 ${member_id} 的积分 ${count}${until.zh}`,
          en: `${points > 0 ? "Give" : "Take"} ${count} points ${points > 0 ? "to" : "from"} member ${member_id}${until.en}`,
        };
  return { reason, words: async () => words };
}

function claimRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof ClaimBody> }>(
    "/api/points/claims",
    {
      schema: {
        summary: "Points missed at the till, by the receipt: once, within 30 days",
        tags,
        body: ClaimBody,
        response: { 201: Type.Object({ order_id: Type.Integer(), points: Type.Integer() }) },
      },
      config: redeem,
    },
    async (request, reply) => {
      const { member_id, order_no, store_code } = request.body;
      const [owner] = await walletAt(ground, request, member_id);
      if (owner === undefined) throw problem("points.no_numbers", { member_id });
      const { stores } = request.scope;
      if (stores !== "all" && !stores.includes(store_code))
        throw problem("points.receipt_unknown", { order_no, store_code });
      const person_id = request.person?.person_id ?? null;
      const done = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        claimOrder(tx, ground, { owner, order_no, store_code, person_id }),
      );
      Object.assign(request.audit_subject, { order_id: done.order_id });
      return reply.code(201).send(done);
    },
  );
}
