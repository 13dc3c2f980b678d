import type { FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";
import type { Level, Permitted } from "../platform/http.ts";
import type { Column } from "../query/index.ts";
import type { Scope } from "../store/index.ts";
import { problem } from "../platform/errors.ts";
import type { PersonRow, SessionRow } from "./access-store.ts";
import { isBound } from "./lookups.ts";
import { domainOf, LEVELS, type Matrix, type Outcome } from "./matrix.ts";
import { approvalRequired, notAllowed, type Place, STRONG_SECONDS_MAX, stepUp } from "./refusals.ts";
import type { Permission } from "./roles.ts";
import { rowsFor } from "./row-scope.ts";
import { outcomeAtTablet } from "./tablets/limits.ts";

const STRONG_ASSURANCE = 2;

/** THE place that decides whether a session has shown its second factor recently enough. */
export function strongEnough(session: Pick<SessionRow, "assurance" | "last_strong_auth_at">, now: Date): boolean {
  if (session.assurance < STRONG_ASSURANCE || session.last_strong_auth_at === null) return false;
  return now.getTime() - session.last_strong_auth_at.getTime() <= STRONG_SECONDS_MAX * 1000;
}

/** Whoever has a second factor must have proved it just now before this act. @throws access.step_up_required */
export function requireStrong(
  ground: Ground,
  { session }: { readonly session: SessionRow },
  permission: "own" | Permission = "own",
): void {
  if (session.has_factor && !strongEnough(session, ground.wall.now())) throw stepUp({ permission, level: "L4" });
}

/**
 * Whoever looks at this has proved a second factor just now, whatever the matrix says, and who has none cannot.
 * @throws access.step_up_required
 */
export function requireFreshFactor(ground: Ground, request: FastifyRequest, permission: Permission): void {
  const session = request.signed_in?.session;
  if (session === undefined || !strongEnough(session, ground.wall.now())) throw stepUp({ permission, level: "L4" });
}

/** How one value leaves: as it is, masked, or not at all. */
export type Shown = "clear" | "mask" | "omit";

/** What the matrix gives one person in one request. */
export interface Rights {
  readonly role: string;
  readonly version: number;
  outcome(permission: string, level: Level): Outcome;
  /** Whether it is the tablet that keeps out, and not the role. */
  closedAtTablet(permission: string, level: Level): boolean;
  /** How a column of the catalogue is shown under a permission, by its sensitivity. */
  column(permission: string, column: Pick<Column, "sensitivity">): Shown;
}

export function rightsOf(matrix: Matrix, role: string, session: SessionRow, now: Date): Rights {
  const ofRole = (permission: string, level: Level) => matrix.outcome(role, permission, level);
  const atTablet = (permission: string, level: Level) => outcomeAtTablet(ofRole(permission, level), permission, level);
  const outcome = session.tablet === null ? ofRole : atTablet;
  return {
    role,
    version: matrix.version,
    outcome,
    closedAtTablet: (permission, level) =>
      outcome(permission, level) === "deny" && ofRole(permission, level) !== "deny",
    column: (permission, column) => shownAs(outcome(permission, column.sensitivity ?? "L2"), session, now),
  };
}

/** Masked until the second factor or the approval is there. */
function shownAs(outcome: Outcome, session: SessionRow, now: Date): Shown {
  if (outcome === "allow") return "clear";
  if (outcome === "deny") return "omit";
  return outcome === "step_up" && strongEnough(session, now) ? "clear" : "mask";
}

/** Names and numbers of members follow the permission by which they are asked for: search and export have their own. */
const OWN_PERSONAL_VALUES: ReadonlySet<string> = new Set(["members.search", "segments.export"]);

const clearOnlyAudited = (shown: Shown, access: Permitted): Shown =>
  shown === "clear" && access.audit === undefined ? "mask" : shown;

/** The rows and the personal values of a request to a route. */
export async function scopeFor(
  ground: Ground,
  { person, session }: { readonly person: PersonRow; readonly session: SessionRow },
  matrix: Matrix,
  rights: Rights,
  access: Permitted,
) {
  const given = matrix.scope(person.role, domainOf(access.permission));
  // a tablet is its store's, whatever the role sees elsewhere
  const rows = await rowsFor(ground, person, session.tablet !== null && given === "all" ? "own" : given);
  const found = isBound(rows) ? (session.found ?? []) : [];
  const scope: Scope = {
    ...rows,
    person_id: person.person_id,
    ...valuesFor(rights, access),
    ...(found.length === 0 ? {} : { found }),
  };
  return scope;
}

/** How personal values leave by a route, and up to which sensitivity conditions may ask. */
export function valuesFor(rights: Rights, access: Permitted): Required<Pick<Scope, "personal" | "asks">> {
  const personal = OWN_PERSONAL_VALUES.has(access.permission) ? access.permission : "members.read";
  return {
    // in clear only where the audit log has a row of it before the data leaves
    personal: clearOnlyAudited(rights.column(personal, { sensitivity: "L3" }), access),
    asks: asksOf(rights, access.permission),
  };
}

export function withoutFound(scope: Scope): Scope {
  return { ...scope, found: [] };
}

/** A masked value could be found out by asking for each: conditions need the column itself. */
function asksOf(rights: Rights, permission: string): Level {
  return LEVELS.findLast((level) => rights.outcome(permission, level) === "allow") ?? "L1";
}

/**
 * Lets a request through to its route, or says which cell keeps it out. An act that is put to a colleague is held later,
 * when its body is known (approvals/hold.ts). @throws access.not_allowed, access.step_up_required, access.approval_required
 */
export function requirePermitted(rights: Rights, access: Permitted, session: SessionRow, now: Date): void {
  const place = { permission: access.permission, level: access.enter ?? access.level };
  if (requireOutcome(rights, place, session, now) !== "approve") return;
  const { approval } = access;
  if (typeof approval === "function" || (approval !== undefined && "covered" in approval)) return;
  throw approvalRequired(place, rights.version);
}

/** The outcome of a cell that lets in, now or after approval. @throws access.not_allowed, access.tablet_closed, access.step_up_required */
export function requireOutcome(rights: Rights, place: Place, session: SessionRow, now: Date): Outcome {
  const outcome = rights.outcome(place.permission, place.level);
  if (rights.closedAtTablet(place.permission, place.level)) throw problem("access.tablet_closed");
  if (outcome === "deny") throw notAllowed(rights.role, rights.version, place);
  if (outcome === "step_up" && !strongEnough(session, now)) throw stepUp(place);
  return outcome;
}
