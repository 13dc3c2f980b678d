import { DOMAINS, LEVELS, type MatrixContent, type Outcome, type RowScope } from "./matrix.ts";
import { PERMISSIONS, type Permission, ROLES, type Role } from "./roles.ts";

/** Where values of a person are shown: masked, until a brand decides otherwise. */
const SHOWS_PEOPLE: ReadonlySet<Permission> = new Set(["members.read", "members.search", "segments.export"]);
/** Sees and lists only what was given to the person; nothing, when nothing was. */
const BOUND_TO_STORES: ReadonlySet<Role> = new Set(["clerk"]);

function shippedOutcome(held: boolean, permission: Permission, level: string): Outcome {
  if (!held || level === "L4") return "deny";
  return level === "L3" && SHOWS_PEOPLE.has(permission) ? "mask" : "allow";
}

/** Version 0: what each role may do on a new installation. */
export const SHIPPED: MatrixContent = {
  cells: ROLES.flatMap(({ role, permissions }) =>
    PERMISSIONS.flatMap((permission) =>
      LEVELS.map((level) => ({
        role,
        permission,
        level,
        outcome: shippedOutcome(permissions.includes(permission), permission, level),
      })),
    ),
  ),
  scopes: ROLES.flatMap(({ role }) =>
    DOMAINS.map((domain) => ({
      role,
      domain,
      scope: (BOUND_TO_STORES.has(role) ? "assigned" : "own") satisfies RowScope,
    })),
  ),
};
