import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Editor } from "./segment-store.ts";

export const tags = ["segments"];
export const read = { access: { permission: "segments.read", level: "L3", enter: "L2" } } as const;
export const manage = (audit: string) => ({ access: { permission: "segments.manage", level: "L2", audit } }) as const;
export const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Condition = Type.Record(Type.String(), Type.Unknown());
export const IdParams = Type.Object({ id: Type.Integer({ minimum: 1 }) });
export const Page = Type.Object({ items: Type.Array(Type.Unknown()), next_cursor: Nullable(Type.String()) });
/** A kept segment by its id, or a condition. */
export const Group = Type.Object({
  segment_id: Type.Optional(Type.Integer({ minimum: 1 })),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
  condition: Type.Optional(Condition),
});

/** Aborts when the caller closes the connection before the answer: nobody waits for it any more. */
export function hungUp(request: FastifyRequest): AbortSignal {
  const gone = new AbortController();
  request.raw.socket.once("close", () => gone.abort());
  return gone.signal;
}

export function editorOf(request: FastifyRequest): Editor {
  const { asks } = request.scope;
  return {
    person_id: request.person?.person_id ?? null,
    name: request.person?.name ?? null,
    ...(asks === undefined ? {} : { asks }),
  };
}
