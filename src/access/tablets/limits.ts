import type { Level } from "../../platform/http.ts";
import { problem } from "../../platform/errors.ts";
import type { PersonRow, SessionRow } from "../access-store.ts";
import { domainOf, type Outcome } from "../matrix.ts";

/** Who may do what, what was done, what is approved: nobody's business at a till. */
const CLOSED_DOMAINS: ReadonlySet<string> = new Set(["people", "matrix", "approvals", "audit", "trust"]);

/**
 * What a cell of the role comes to in a session by PIN: never more than the cell. Personal data stay masked, and what asks
 * for a second factor or a colleague is for the person's own log-in.
 */
export function outcomeAtTablet(outcome: Outcome, permission: string, level: Level): Outcome {
  if (CLOSED_DOMAINS.has(domainOf(permission))) return "deny";
  if (outcome === "step_up" || outcome === "approve") return "deny";
  return outcome === "allow" && (level === "L3" || level === "L4") ? "mask" : outcome;
}

/** The same person with the rows of the tablet's store and no others. */
export function boundToTablet(person: PersonRow, { tablet }: SessionRow): PersonRow {
  if (tablet === null) return person;
  return { ...person, scope_regions: null, scope_stores: [tablet.store_code], scope_brands: null };
}

/** Factors, passwords, PINs, sessions and other people's work are looked after in one's own log-in. @throws access.tablet_closed */
export function refuseAtTablet({ tablet }: SessionRow): void {
  if (tablet !== null) throw problem("access.tablet_closed");
}
