import { DOMAINS, LEVELS, type MatrixContent, type Outcome, type RowScope } from "./matrix.ts";
import { PERMISSIONS, type Permission, ROLES, type Role } from "./roles.ts";

/** Where values of a person are shown: masked, until a brand decides otherwise. */
const SHOWS_PEOPLE: ReadonlySet<Permission> = new Set(["members.read", "members.search"]);
/** Sees and lists only what was given to the person; nothing, when nothing was. */
const BOUND_TO_STORES: ReadonlySet<Role> = new Set(["clerk"]);

/**
 * What a colleague approves, at L3: personal data in clear that leave as a file and totals that two people sign, whoever
 * asks; what reaches money or many records at once, but for the owner, who works alone at first.
 */
const APPROVED_FOR_ALL: ReadonlySet<Permission> = new Set([
  "segments.export",
  "points.open",
  "tiers.open",
  "benefits.open",
]);
const APPROVED_BUT_FOR_OWNERS: ReadonlySet<Permission> = new Set([
  "tiers.grant",
  "points.adjust",
  "benefits.grant",
  "channels.export",
  "journeys.publish",
  "data.undo",
]);

function shippedOutcome(role: Role, held: boolean, permission: Permission, level: string): Outcome {
  if (!held || level === "L4") return "deny";
  if (level !== "L3") return "allow";
  if (APPROVED_FOR_ALL.has(permission) || (APPROVED_BUT_FOR_OWNERS.has(permission) && role !== "owner"))
    return "approve";
  return SHOWS_PEOPLE.has(permission) ? "mask" : "allow";
}

/** Version 0: what each role may do on a new installation. */
export const SHIPPED: MatrixContent = {
  cells: ROLES.flatMap(({ role, permissions }) =>
    PERMISSIONS.flatMap((permission) =>
      LEVELS.map((level) => ({
        role,
        permission,
        level,
        outcome: shippedOutcome(role, permissions.includes(permission), permission, level),
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
