export { type DeclaredRoute } from "./declared-routes.ts";
export { guard } from "./guard.ts";
export { LEVELS, type Matrix, type Outcome, type RowScope } from "./matrix.ts";
export { endWhenForbidden } from "./open-streams.ts";
export { currentMatrix } from "./matrix-live.ts";
export { beyondOwn, isBound, LOOKUPS_ALARM, LOOKUPS_MAX, recordLookup, requireLookup } from "./lookups.ts";
export { brandName, offerSetup, setUp, type FirstOwner } from "./people.ts";
export { type Rights, strongEnough } from "./rights.ts";
export { PERMISSIONS, ROLES, type Permission, type Role } from "./roles.ts";
