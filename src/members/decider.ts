import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import type { Decider } from "./decision-store.ts";

/** Why somebody decides; kept with the decision. */
export const Reason = Type.String({ minLength: 1, maxLength: 500 });

/** The signed-in person as the author of a decision. */
export function deciderOf(request: FastifyRequest, ground: Ground, reason: string): Decider {
  return { person_id: request.person?.person_id ?? null, reason, now: ground.clock.now() };
}
