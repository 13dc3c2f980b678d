import type { FastifyRequest } from "fastify";
import { Type } from "typebox";

/** Who may do what; audit names are of the routes themselves. */
export const read = { access: { permission: "trust.read", level: "L2" } } as const;
export const handle = { access: { permission: "trust.handle", level: "L2" } } as const;
export const manage = { access: { permission: "trust.manage", level: "L2" } } as const;
export const tags = ["trust"];

/** The person of a guarded route. */
export function personOf(request: FastifyRequest): number {
  return request.person?.person_id ?? 0;
}

export const reasonText = Type.String({ minLength: 2, maxLength: 500 });
export const LanguageQuery = Type.Object({
  language: Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")])),
});
