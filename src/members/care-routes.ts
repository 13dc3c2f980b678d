import type { FastifyInstance } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../ground.ts";
import { changePhone, setFlag } from "./care.ts";
import { CORRECTABLE, correctField } from "./correction.ts";
import { deciderOf, Reason } from "./decider.ts";
import { FLAGS } from "./profile-field.ts";
import { aboutOne } from "../platform/index.ts";

const tags = ["members"];
const manage = { access: { permission: "members.manage", level: "L3" } } as const;
const Id = Type.Object({ id: Type.Integer({ minimum: 1 }) });
const PhoneChange = Type.Object({
  new_phone: Type.String({ minLength: 5, maxLength: 40 }),
  check: Type.Object({
    kind: Type.Union([Type.Literal("old_phone"), Type.Literal("birthday"), Type.Literal("card_no")]),
    value: Type.String({ minLength: 1, maxLength: 64 }),
  }),
  reason: Reason,
});
const FlagChange = Type.Object({
  flag: Type.Union(FLAGS.map((flag) => Type.Literal(flag))),
  holds: Type.Boolean(),
  reason: Reason,
});
const Correction = Type.Object({
  field: Type.Union(CORRECTABLE.map((field) => Type.Literal(field))),
  value: Type.String({ minLength: 1, maxLength: 100 }),
  reason: Reason,
});

/** What a person may change of one member. */
export function careRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof Id>; Body: Static<typeof PhoneChange> }>(
    "/api/members/:id/phone-change",
    {
      schema: {
        summary: "Change the number at the counter, after a second check",
        tags,
        params: Id,
        body: PhoneChange,
      },
      config: aboutOne("member", manage),
    },
    async (request) => {
      const { new_phone, check, reason } = request.body;
      request.audit_subject["check"] = check.kind;
      return ground.store.write(request.scope, (tx) =>
        changePhone(tx, ground, request.params.id, new_phone, check, deciderOf(request, ground, reason)),
      );
    },
  );
  app.post<{ Params: Static<typeof Id>; Body: Static<typeof FlagChange> }>(
    "/api/members/:id/flags",
    {
      schema: { summary: "Set or clear a flag: staff, test, wholesale, reseller", tags, params: Id, body: FlagChange },
      config: aboutOne("member", manage),
    },
    async (request) => {
      const { flag, holds, reason } = request.body;
      Object.assign(request.audit_subject, { flag, holds });
      const member_id = await ground.store.write(request.scope, (tx) =>
        setFlag(tx, ground, request.params.id, flag, holds, deciderOf(request, ground, reason)),
      );
      return { member_id };
    },
  );
  app.post<{ Params: Static<typeof Id>; Body: Static<typeof Correction> }>(
    "/api/members/:id/facts",
    {
      schema: { summary: "Correct a field; a person's word beats every source", tags, params: Id, body: Correction },
      config: aboutOne("member", manage),
    },
    async (request) => {
      const { field, value, reason } = request.body;
      request.audit_subject["field"] = field;
      const { member_id } = await ground.store.write(request.scope, (tx) =>
        correctField(tx, ground, request.params.id, { field, value }, deciderOf(request, ground, reason)),
      );
      return { member_id };
    },
  );
}
