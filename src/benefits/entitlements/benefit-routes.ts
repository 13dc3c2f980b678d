import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { memberIdAt } from "../../members/index.ts";
import { aboutOne, Day } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { COUPON_KEY } from "../coupons/definition.ts";
import { manage, Nullable, read, tags } from "../coupons/route-parts.ts";
import { numbersOf } from "../coupons/wallet-store.ts";
import { newestBenefits } from "./benefit-store.ts";
import { publishBenefit, todayOf } from "./benefits.ts";
import { entitlementsOf } from "./fulfil-store.ts";
import { type Reason, REASONS } from "./grant.ts";

const MEMBER_BENEFITS_MAX = 200;
const Text = Type.String();
const Benefit = Type.Object({
  benefit: Text,
  version: Type.Integer(),
  name_zh: Text,
  name_en: Text,
  sentence_zh: Text,
  sentence_en: Text,
  first_day: Nullable(Text),
  last_day: Nullable(Text),
});
const Owned = Type.Object({
  entitlement_id: Type.Integer(),
  benefit: Text,
  name_zh: Text,
  name_en: Text,
  period: Text,
  due_day: Text,
  last_day: Nullable(Text),
  state: Text,
  reason: Nullable(Text),
  reason_zh: Nullable(Text),
  reason_en: Nullable(Text),
});
const Publishing = Type.Object(
  {
    benefit: Type.String({ pattern: COUPON_KEY }),
    first_day: Type.Optional(Day),
    last_day: Nullable(Day),
  },
  { additionalProperties: false },
);

/** What is promised, what is put into force, what one member has. */
export function benefitRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/benefits",
    {
      schema: {
        summary: "Benefits in sentences, the newest version of each; without a first day: a draft",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Benefit) }) },
      },
      config: read,
    },
    async () => {
      const rows = await ground.store.read(SYSTEM_SCOPE, newestBenefits);
      const items = rows.map(({ benefit, version, first_day, last_day, definition }) => {
        const { zh: name_zh, en: name_en, sentence_zh, sentence_en } = definition;
        return { benefit, version, name_zh, name_en, sentence_zh, sentence_en, first_day, last_day };
      });
      return { items };
    },
  );
  app.post<{ Body: Static<typeof Publishing> }>(
    "/api/benefits/publish",
    {
      schema: {
        summary: "Put the draft of a benefit into force on days from today on: members are due it from then",
        tags,
        body: Publishing,
        response: { 200: Type.Object({ benefit: Text, version: Type.Integer() }) },
      },
      config: manage,
    },
    async (request) => {
      const { benefit, first_day = todayOf(ground), last_day } = request.body;
      const person_id = request.person?.person_id ?? null;
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        publishBenefit(tx, ground, benefit, { person_id, first_day, last_day }),
      );
      Object.assign(request.audit_subject, { benefit, version });
      return { benefit, version };
    },
  );
  memberRoute(app, ground);
}

function memberRoute(app: FastifyInstance, ground: Ground): void {
  const Member = Type.Object({ member_id: Type.Integer({ minimum: 1 }) });
  app.get<{ Params: Static<typeof Member> }>(
    "/api/members/:member_id/benefits",
    {
      schema: {
        summary: "A member's benefits: what they were due, until when, and what became of it",
        tags,
        params: Member,
        response: { 200: Type.Object({ items: Type.Array(Owned) }) },
      },
      config: aboutOne("member", { access: { permission: "members.read", level: "L3", enter: "L2" } }),
    },
    async ({ params, scope }) => {
      const member_id = await ground.store.read(scope, (tx) => memberIdAt(tx, params.member_id));
      const rows = await ground.store.read(SYSTEM_SCOPE, async (tx) =>
        entitlementsOf(tx, await numbersOf(tx, member_id), MEMBER_BENEFITS_MAX),
      );
      const items = rows.map(({ entitlement_id, benefit, period, due_day, last_day, state, reason, definition }) => {
        const words = reason === null ? null : REASONS[reason as Reason];
        const name = { name_zh: definition.zh, name_en: definition.en };
        const why = { reason, reason_zh: words?.zh ?? null, reason_en: words?.en ?? null };
        return { entitlement_id, benefit, ...name, period, due_day, last_day, state, ...why };
      });
      return { items };
    },
  );
}
