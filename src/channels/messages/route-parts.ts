import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { REASON_WORDS } from "./reasons.ts";
import { CHANNELS } from "./request.ts";
import { type Content, parseContent } from "./template.ts";

export const tags = ["messages"];
export const read = { access: { permission: "channels.read", level: "L2" } } as const;
export const manage = { access: { permission: "channels.manage", level: "L2" } } as const;
export const connect = { access: { permission: "channels.connect", level: "L2" } } as const;
export const closed = { additionalProperties: false } as const;
export const nothing = { 204: Type.Null() };

export const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const Key = Type.String({ pattern: "^[a-z][a-z0-9_]{1,58}$" });
export const Word = Type.String({ pattern: "^[a-z_]{2,40}$" });
export const Reason = Type.String({ minLength: 2, maxLength: 400 });
export const ChannelWord = Type.Union(CHANNELS.map((channel) => Type.Literal(channel)));
export const TemplateParams = Type.Object({ template: Key });
export const VersionParams = Type.Object({ template: Key, version: Type.Integer({ minimum: 1, maximum: 1_000_000 }) });
export const Variables = Type.Record(
  Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" }),
  Type.String({ maxLength: 200 }),
);

export const iso = (at: Date | null) => at?.toISOString() ?? null;
export const byOf = (ground: Ground, request: FastifyRequest) => ({
  person_id: request.person?.person_id ?? null,
  now: ground.clock.now(),
});

/** A reason in short and as a sentence. */
export const reasonWords = (reason: string | null) => {
  const words = REASON_WORDS[reason ?? ""];
  return {
    reason_zh: words?.zh ?? null,
    reason_en: words?.en ?? null,
    why_zh: words?.why_zh ?? null,
    why_en: words?.why_en ?? null,
  };
};
export const ReasonWordFields = {
  reason_zh: Nullable(Type.String()),
  reason_en: Nullable(Type.String()),
  why_zh: Nullable(Type.String({ description: "What happened, and what can be done" })),
  why_en: Nullable(Type.String()),
};

/** @throws channels.template_unreadable, saying where */
export function requireReadable(content: Content): void {
  try {
    parseContent(content);
  } catch (error) {
    throw problem("channels.template_unreadable", { why: (error as Error).message.slice(0, 300) });
  }
}
