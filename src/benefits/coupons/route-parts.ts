import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { memberIdAt } from "../../members/index.ts";
import { problem } from "../../platform/index.ts";
import { isWhole } from "../../store/index.ts";
import { COUPON_KEY } from "./definition.ts";
import type { Actor } from "./redemption-store.ts";
import { KEY_LENGTH_MAX } from "./request-store.ts";

export const tags = ["benefits"];
export const read = { access: { permission: "benefits.read", level: "L2" } } as const;
export const manage = { access: { permission: "benefits.manage", level: "L2" } } as const;
/** What puts money into circulation. */
export const grant = { access: { permission: "benefits.grant", level: "L3" } } as const;
export const till = { access: { permission: "benefits.redeem", level: "L2" } } as const;

export const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const CouponParams = Type.Object({ coupon: Type.String({ pattern: COUPON_KEY }) });
export const BatchParams = Type.Object({ batch_id: Id });
export const Reason = Type.String({ minLength: 2, maxLength: 400 });
/** No spaces: keys that the platform gives itself have some. */
export const IdempotencyKey = Type.String({ pattern: "^[!-~]+$", minLength: 1, maxLength: KEY_LENGTH_MAX });
export const Keyed = Type.Object({ "idempotency-key": IdempotencyKey });
export const KeyedIfAny = Type.Object({ "idempotency-key": Type.Optional(IdempotencyKey) });

export function actorOf({ person, client, scope }: FastifyRequest): Actor {
  return { person_id: client === undefined ? (person?.person_id ?? null) : null, client_id: scope.client_id ?? null };
}

/** Members of which stores somebody may give to; null: of all. */
export function storesOf({ scope }: FastifyRequest): readonly string[] | null {
  return isWhole(scope) || scope.stores === "all" ? null : scope.stores;
}

/** @throws benefits.store_closed */
export function requireStore(request: FastifyRequest, store_code: string | null): void {
  const stores = storesOf(request);
  if (stores !== null && (store_code === null || !stores.includes(store_code)))
    throw problem("benefits.store_closed", { store_code: store_code ?? "" });
}

/**
 * The member at the counter: of one's own stores, or found just now by a whole phone number or card, which is counted.
 * @throws benefits.member_unknown
 */
export async function memberAtTill(
  ground: Ground,
  request: FastifyRequest,
  number: number | null,
): Promise<number | null> {
  if (number === null) return null;
  const found = request.signed_in?.session.found ?? [];
  const scope = found.length === 0 ? request.scope : { ...request.scope, found };
  try {
    return await ground.store.read(scope, (tx) => memberIdAt(tx, number));
  } catch (error) {
    if ((error as { code?: string }).code !== "members.not_found") throw error;
    throw problem("benefits.member_unknown", { member_id: number });
  }
}
