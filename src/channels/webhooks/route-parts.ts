import { Type } from "typebox";
import { Instant } from "../../platform/index.ts";

export const tags = ["webhooks"];
export const read = { access: { permission: "channels.read", level: "L2" } } as const;
export const connect = { access: { permission: "channels.connect", level: "L2" } } as const;

export const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const EndpointParams = Type.Object({ endpoint_id: Id });
export const DeliveryParams = Type.Object({ endpoint_id: Id, delivery_id: Id });

const oneOf = (...words: readonly string[]) => Type.Union(words.map((word) => Type.Literal(word)));
export const EndpointState = oneOf("on", "paused", "disabled");
export const DeliveryState = oneOf("waiting", "sending", "delivered", "failed");
export const OutcomeWord = oneOf("arrived", "gone", "refused", "redirected", "no_answer", "not_sent", "address");
export const Kind = Type.String({ minLength: 3, maxLength: 60, pattern: "^[a-z_]+\\.[a-z_]+$" });

export const Endpoint = Type.Object({
  endpoint_id: Type.Integer(),
  name: Type.String(),
  address_shown: Type.String(),
  kinds: Type.Array(Type.String()),
  state: EndpointState,
  disabled_why: Nullable(oneOf("gone", "exhausted")),
  disabled_at: Nullable(Instant),
  failing_since: Nullable(Instant),
  last_ok_at: Nullable(Instant),
  secret_before_until: Nullable(Instant),
  made_at: Instant,
  waiting: Type.Integer(),
  delivered_day: Type.Integer({ description: "Within the last 24 hours" }),
  failed_day: Type.Integer({ description: "Within the last 24 hours" }),
});
export const Delivery = Type.Object({
  delivery_id: Type.Integer(),
  webhook_id: Type.String(),
  kind: Type.String(),
  state: DeliveryState,
  attempts: Type.Integer({ description: "Of this round" }),
  rounds: Type.Integer({ description: "1, and one more for each replay" }),
  next_try_at: Instant,
  ended_at: Nullable(Instant),
  occurred_at: Instant,
  made_at: Instant,
  last_status: Nullable(Type.Integer()),
  last_outcome: Nullable(OutcomeWord),
  last_latency_ms: Nullable(Type.Integer()),
});
export const Attempt = Type.Object({
  round: Type.Integer(),
  attempt: Type.Integer(),
  at: Instant,
  status: Nullable(Type.Integer()),
  outcome: OutcomeWord,
  latency_ms: Type.Integer(),
  answer_bytes: Type.Integer(),
});
