export { newestHead as auditHead } from "./audit/audit-store.ts";
export { verifyAudit } from "./audit/verification.ts";
export {
  declaredRoutes,
  lockoutWorks,
  matrixFacts,
  type MatrixFacts,
  peopleFacts,
  type PeopleFacts,
  serverOf,
} from "./assurance.ts";
export { auditFacts, type AuditFacts, auditRowHolds, auditVerified } from "./audit/assurance.ts";
export { auditCommand } from "./audit/commands.ts";
export { auditedCommand, auditedWork } from "./audit/audited-command.ts";
export { type AwayRights, rightsWhileAway } from "./away.ts";
export { type Checkpoint, signDocument, signatureHolds, type Witnessed } from "./audit/checkpoint.ts";
export { type HostIdentity, hostIdentity } from "./audit/host-key.ts";
export { CHECKPOINT_SECONDS, CheckpointSender, type SignedChain } from "./audit/sender.ts";
export { signerOf, suiteOf as signatureSuite } from "./audit/suites.ts";
export { mayBeGivenToClients } from "./clients/client.ts";
export { type DeclaredRoute } from "./declared-routes.ts";
export { guard } from "./guard.ts";
export { LEVELS, type Matrix, type Outcome, type RowScope } from "./matrix.ts";
export { endWhenForbidden } from "./open-streams.ts";
export { currentMatrix } from "./matrix-live.ts";
export {
  beyondOwn,
  isBound,
  LOOKUPS_ALARM,
  LOOKUPS_MAX,
  recordLookup,
  requireLookup,
  countLookups,
  forgetLookups,
} from "./lookups.ts";
export {
  type InvitedAdministrator,
  type NamedPerson,
  setUpAdministrators,
  type ThreeAdministrators,
} from "./administrators.ts";
export { brandName, invite, offerSetup, setUp, type FirstOwner } from "./people.ts";
export { RESET_MINUTES, resetByCommand } from "./resets.ts";
export { requireFreshFactor, requireStrong, type Rights, strongEnough } from "./rights.ts";
export { ADMIN_ROLES, type AdminRole, PERMISSIONS, ROLES, type Permission, type Role } from "./roles.ts";
export { activeStaff, staffNames, type StaffMember } from "./staff.ts";
