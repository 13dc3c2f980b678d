export { auditCommand } from "./audit/commands.ts";
export { auditedCommand } from "./audit/audited-command.ts";
export { type DeclaredRoute } from "./declared-routes.ts";
export { guard } from "./guard.ts";
export { LEVELS, type Matrix, type Outcome, type RowScope } from "./matrix.ts";
export { currentMatrix } from "./matrix-live.ts";
export { brandName, offerSetup, setUp, type FirstOwner } from "./people.ts";
export { type Rights, strongEnough } from "./rights.ts";
export { PERMISSIONS, ROLES, type Permission, type Role } from "./roles.ts";
