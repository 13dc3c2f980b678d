export { guard } from "./guard.ts";
export { brandName, offerSetup, setUp, type FirstOwner } from "./people.ts";
export { permissionsOf, PERMISSIONS, ROLES, type Permission, type Role } from "./roles.ts";
