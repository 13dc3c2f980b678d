import type { Ground } from "../ground.ts";
import type { Level } from "../platform/http.ts";
import { type Scope, SYSTEM_SCOPE } from "../store/index.ts";
import { hasLeft, personById } from "./access-store.ts";
import { domainOf } from "./matrix.ts";
import { currentMatrix } from "./matrix-live.ts";
import { rowsFor } from "./row-scope.ts";
import type { Permission } from "./roles.ts";

/** What may be done in somebody's name while they are away: nothing that would ask them for a second factor or a colleague. */
export interface AwayRights {
  readonly person_id: number;
  readonly name: string;
  allows(permission: string, level: Level): boolean;
  /** The rows that the person sees under a permission. */
  scope(permission: Permission): Promise<Scope>;
}

/** As the matrix and the account stand at this moment. @returns undefined: the account is closed */
export async function rightsWhileAway(ground: Ground, person_id: number): Promise<AwayRights | undefined> {
  const person = await ground.store.read(SYSTEM_SCOPE, (tx) => personById(tx, person_id));
  if (person === undefined || hasLeft(person, ground.wall.now())) return undefined;
  const matrix = await currentMatrix(ground);
  return {
    person_id,
    name: person.name,
    allows: (permission, level) => matrix.outcome(person.role, permission, level) === "allow",
    scope: async (permission) => ({
      ...(await rowsFor(ground, person, matrix.scope(person.role, domainOf(permission)))),
      person_id,
    }),
  };
}
