import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { memberIdAt, memberRowsById } from "../../members/index.ts";
import { aboutOne, addDays, type BusinessDay, Day, newUuid, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { COUPON_KEY } from "../coupons/definition.ts";
import {
  Id,
  KeyedIfAny,
  memberAtTill,
  Nullable,
  read,
  requireStore,
  storesOf,
  tags,
  till,
} from "../coupons/route-parts.ts";
import { numbersOf } from "../coupons/wallet-store.ts";
import { inForceOn, publishedBenefits } from "./benefit-store.ts";
import { todayOf } from "./benefits.ts";
import { calendar, CALENDAR_DAYS, costOf, expectedOf } from "./expect.ts";
import { fulfil } from "./fulfil.ts";
import {
  ExpectedNext,
  expectedView,
  Kept,
  NOTHING_KEPT,
  Owned,
  ownedView,
  RATE_DAYS,
  ReasonCount,
  reasonSaid,
} from "./fulfil-answers.ts";
import {
  countEntitlements,
  entitlementById,
  entitlementsOf,
  keptBetween,
  listEntitlements,
  type ListQuestion,
  reasonsBetween,
  unkept,
} from "./fulfil-store.ts";

const MEMBER_BENEFITS_MAX = 200;
const LISTED_MAX = 200;
const LISTED = 50;

const Text = Type.String();
const Count = Type.Integer();
const State = Type.Union(["due", "granted", "fulfilled", "expired", "failed"].map((state) => Type.Literal(state)));
const ListQuery = Type.Object({
  state: Type.Optional(State),
  benefit: Type.Optional(Type.String({ pattern: COUPON_KEY })),
  from: Type.Optional(Day),
  to: Type.Optional(Day),
  cursor: Type.Optional(Type.String({ pattern: "^(19|20|21)\\d\\d-\\d\\d-\\d\\d_\\d{1,15}$" })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
});
const Whose = Type.Object({
  member_id: Nullable(Count),
  name_masked: Nullable(Text),
  phone_masked: Nullable(Text),
  home_store: Nullable(Text),
});
const Span = Type.Object({ from: Type.Optional(Day), to: Type.Optional(Day) });
const Handing = Type.Object(
  {
    store_code: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 64 }))),
    note: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 200 }))),
  },
  { additionalProperties: false },
);
const EntitlementParams = Type.Object({ entitlement_id: Id });

/** What members were due and are due next, the list to work on, handing out, the days ahead. */
export function fulfilmentRoutes(app: FastifyInstance, ground: Ground): void {
  listRoute(app, ground);
  handingRoute(app, ground);
  rateRoute(app, ground);
  calendarRoute(app, ground);
  memberRoute(app, ground);
}

function placeOf(cursor: string | undefined): ListQuestion["after"] {
  if (cursor === undefined) return null;
  const [day = "", id = ""] = cursor.split("_");
  return [day, Number(id)];
}

function listRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    "/api/benefits/fulfilment",
    {
      schema: {
        summary:
          "Benefits that members were due, by state, benefit and days, each kept or with its reason, newest first",
        tags,
        querystring: ListQuery,
        response: {
          200: Type.Object({
            items: Type.Array(Type.Object({ ...Owned.properties, ...Whose.properties })),
            counts: Kept,
            next_cursor: Nullable(Text),
          }),
        },
      },
      config: { access: { permission: "benefits.read", level: "L3", enter: "L2" } },
    },
    async (request) => {
      const { state = null, benefit = null, from = null, to = null, cursor, limit = LISTED } = request.query;
      const asked = { benefit, from, to, stores: storesOf(request) };
      const { rows, counts } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        rows: await listEntitlements(tx, {
          ...asked,
          state: state as ListQuestion["state"],
          after: placeOf(cursor),
          limit: limit + 1,
        }),
        counts: await countEntitlements(tx, asked),
      }));
      const page = rows.slice(0, limit);
      const people = await peopleOf(
        ground,
        request,
        page.flatMap(({ member_id }) => member_id ?? []),
      );
      const last = page.at(-1);
      return {
        items: page.map((row) => ({ ...ownedView(row), ...people(row.member_id) })),
        counts,
        next_cursor: rows.length > limit && last !== undefined ? `${last.due_day}_${last.entitlement_id}` : null,
      };
    },
  );
}

const NOBODY = { name_masked: null, phone_masked: null, home_store: null };

/** Members as whoever asks may see them. */
export async function peopleOf(ground: Ground, request: FastifyRequest, member_ids: readonly number[]) {
  const rows = await ground.store.read(request.scope, (tx) => memberRowsById(tx, ground, [...new Set(member_ids)]));
  const known = new Map(rows.map((row) => [row.member_id, row]));
  return (member_id: number | null) => {
    const row = member_id === null ? undefined : known.get(member_id);
    if (row === undefined) return { member_id, ...NOBODY };
    const { name_masked, phone_masked, home_store } = row;
    return { member_id, name_masked, phone_masked, home_store };
  };
}

function handingRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{
    Params: Static<typeof EntitlementParams>;
    Body: Static<typeof Handing>;
    Headers: Static<typeof KeyedIfAny>;
  }>(
    "/api/benefits/entitlements/:entitlement_id/fulfil",
    {
      schema: {
        summary: "A gift is handed out, a guest has come; once under its Idempotency-Key",
        tags,
        params: EntitlementParams,
        headers: KeyedIfAny,
        body: Handing,
        response: { 200: Type.Object({ entitlement_id: Count, state: Text }) },
      },
      config: aboutOne("entitlement", till),
    },
    async (request) => {
      const { entitlement_id } = request.params;
      const { store_code = null, note = null } = request.body;
      await requireVisible(ground, request, entitlement_id);
      requireStore(request, store_code);
      const key = request.headers["idempotency-key"] ?? `fulfil ${newUuid(ground.wall.now())}`;
      Object.assign(request.audit_subject, { entitlement_id, store_code });
      return fulfil(ground, key, { entitlement_id, store_code, note }, request.person?.person_id ?? null);
    },
  );
}

/** @throws benefits.entitlement_unknown, as for one that does not exist, where it is of a member of other stores */
async function requireVisible(ground: Ground, request: FastifyRequest, entitlement_id: number): Promise<void> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => entitlementById(tx, entitlement_id));
  if (row === undefined) throw problem("benefits.entitlement_unknown", { entitlement_id });
  try {
    await memberAtTill(ground, request, row.owner);
  } catch (error) {
    if ((error as { code?: string }).code !== "benefits.member_unknown") throw error;
    throw problem("benefits.entitlement_unknown", { entitlement_id });
  }
}

function rateRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof Span> }>(
    "/api/benefits/rate",
    {
      schema: {
        summary:
          "How benefits due within some days were kept, with the reasons of those that were not; by default the last 90 days",
        tags,
        querystring: Span,
        response: {
          200: Type.Object({
            from_day: Text,
            to_day: Text,
            all: Kept,
            unkept: Type.Integer({ description: "Neither kept nor listed with a reason a day later: always 0" }),
            items: Type.Array(Type.Object({ benefit: Text, ...Kept.properties, reasons: Type.Array(ReasonCount) })),
          }),
        },
      },
      config: read,
    },
    async ({ query }) => {
      const today = todayOf(ground);
      const to_day = query.to ?? today;
      const from_day = query.from ?? addDays(to_day, 1 - RATE_DAYS);
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const kept = await keptBetween(tx, from_day, to_day);
        const reasons = await reasonsBetween(tx, from_day, to_day);
        const all = kept.reduce(
          (sum, one) => ({
            due: sum.due + one.due,
            granted: sum.granted + one.granted,
            fulfilled: sum.fulfilled + one.fulfilled,
            expired: sum.expired + one.expired,
            failed: sum.failed + one.failed,
          }),
          NOTHING_KEPT,
        );
        const items = kept.map((one) => ({
          ...one,
          reasons: reasons.filter(({ benefit }) => benefit === one.benefit).map(reasonSaid),
        }));
        return { from_day, to_day, all, unkept: await unkept(tx, today), items };
      });
    },
  );
}

const Cost = { members: Count, points: Count, coupons: Count, cost_minor: Count };
type Cost = ReturnType<typeof costOf>;
const FREE: Cost = { members: 0, points: 0, coupons: 0, cost_minor: 0 };
const plus = (a: Cost, b: Cost): Cost => ({
  members: a.members + b.members,
  points: a.points + b.points,
  coupons: a.coupons + b.coupons,
  cost_minor: a.cost_minor + b.cost_minor,
});

function calendarRoute(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/benefits/calendar",
    {
      schema: {
        summary: `The next ${CALENDAR_DAYS} days: how many members will be due each benefit, and what that takes in points, coupons and money`,
        tags,
        response: {
          200: Type.Object({
            today: Text,
            last_day: Text,
            currency: Text,
            benefits: Type.Array(Type.Object({ benefit: Text, name_zh: Text, name_en: Text, kind: Text, ...Cost })),
            days: Type.Array(
              Type.Object({ day: Text, ...Cost, benefits: Type.Array(Type.Object({ benefit: Text, ...Cost })) }),
            ),
          }),
        },
      },
      config: read,
    },
    async () => daysAhead(ground, todayOf(ground)),
  );
}

/** What the turn has made today stands with what it will make. */
async function daysAhead(ground: Ground, today: BusinessDay) {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const published = await publishedBenefits(tx);
    const made = await keptBetween(tx, today, today);
    const entries = [
      ...(await calendar(tx, ground, CALENDAR_DAYS)),
      ...made.flatMap(({ benefit, due, granted, fulfilled, expired }) => {
        const version = published.find((one) => one.benefit === benefit && one.first_day <= today);
        const members = due + granted + fulfilled + expired;
        return version === undefined ? [] : [{ day: today, benefit, ...costOf(version.definition, members) }];
      }),
    ];
    const days = Array.from({ length: CALENDAR_DAYS }, (_, at) => addDays(today, at)).map((day) => {
      const own = entries.filter((one) => one.day === day && one.members > 0);
      const benefits = [...new Set(own.map(({ benefit }) => benefit))].map((benefit) => ({
        benefit,
        ...own.filter((one) => one.benefit === benefit).reduce<Cost>(plus, FREE),
      }));
      return { day, ...own.reduce<Cost>(plus, FREE), benefits };
    });
    const last_day = addDays(today, CALENDAR_DAYS - 1);
    const upcoming = new Map(
      [last_day, today].flatMap((day) => inForceOn(published, day)).map((one) => [one.benefit, one.definition]),
    );
    const benefits = [...upcoming].map(([benefit, { zh: name_zh, en: name_en, give }]) => ({
      benefit,
      name_zh,
      name_en,
      kind: give.kind,
      ...entries.filter((one) => one.benefit === benefit).reduce<Cost>(plus, FREE),
    }));
    return { today, last_day, currency: ground.config.currency, benefits, days };
  });
}

function memberRoute(app: FastifyInstance, ground: Ground): void {
  const Member = Type.Object({ member_id: Type.Integer({ minimum: 1 }) });
  app.get<{ Params: Static<typeof Member> }>(
    "/api/members/:member_id/benefits",
    {
      schema: {
        summary:
          "A member's benefits: what they were due, until when and what became of it, and what they may expect next",
        tags,
        params: Member,
        response: { 200: Type.Object({ items: Type.Array(Owned), expected: Type.Array(ExpectedNext) }) },
      },
      config: aboutOne("member", { access: { permission: "members.read", level: "L3", enter: "L2" } }),
    },
    async ({ params, scope }) => {
      const member_id = await ground.store.read(scope, (tx) => memberIdAt(tx, params.member_id));
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const rows = await entitlementsOf(tx, await numbersOf(tx, member_id), MEMBER_BENEFITS_MAX);
        const expected = await expectedOf(tx, ground, member_id);
        return { items: rows.map(ownedView), expected: expected.map(expectedView) };
      });
    },
  );
}
