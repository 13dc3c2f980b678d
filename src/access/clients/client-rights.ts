import type { Ground } from "../../ground.ts";
import type { Level, Permitted } from "../../platform/http.ts";
import type { Scope } from "../../store/index.ts";
import { domainOf, type Matrix, type Outcome } from "../matrix.ts";
import { clientNotAllowed, type Place } from "../refusals.ts";
import { type Rights, valuesFor } from "../rights.ts";
import { rowsFor } from "../row-scope.ts";
import { mayBeGivenToClients } from "./client.ts";
import type { FoundKey } from "./client-store.ts";

/**
 * What a program may do: of its own permissions what its owner's role may at this moment, closed where a person would
 * have to show a second factor or ask a colleague.
 */
export function clientRights(matrix: Matrix, client: Pick<FoundKey, "permissions" | "owner">): Rights {
  const held = new Set(client.permissions.filter(mayBeGivenToClients));
  const outcome = (permission: string, level: Level): Outcome => {
    const given = held.has(permission) ? matrix.outcome(client.owner.role, permission, level) : "deny";
    return given === "allow" || given === "mask" ? given : "deny";
  };
  return {
    role: "client",
    version: matrix.version,
    outcome,
    closedAtTablet: () => false,
    column: (permission, column) => {
      const said = outcome(permission, column.sensitivity ?? "L2");
      return said === "allow" ? "clear" : said === "mask" ? "mask" : "omit";
    },
  };
}

/** The owner's rows under this permission, and of them those of the program's stores. */
export async function clientScope(
  ground: Ground,
  client: FoundKey,
  matrix: Matrix,
  rights: Rights,
  access: Permitted,
): Promise<Scope> {
  const { owner, stores } = client;
  const given = matrix.scope(owner.role, domainOf(access.permission));
  const rows =
    stores === null
      ? await rowsFor(ground, owner, given)
      : given === "all"
        ? await rowsFor(ground, { scope_regions: null, scope_brands: null, scope_stores: [...stores] }, "own")
        : given === "assigned" && isUnbound(owner)
          ? await rowsFor(ground, owner, given)
          : await rowsFor(ground, { ...owner, scope_stores: within(owner.scope_stores, stores) }, given);
  return { ...rows, client_id: client.client_id, ...valuesFor(rights, access) };
}

const isUnbound = ({ scope_regions, scope_stores, scope_brands }: FoundKey["owner"]) =>
  scope_regions === null && scope_stores === null && scope_brands === null;

const within = (own: readonly string[] | null, stores: readonly string[]): string[] =>
  stores.filter((code) => own === null || own.includes(code));

/** @throws access.client_not_allowed */
export function requireClientPermitted(client: { readonly name: string }, rights: Rights, access: Permitted): void {
  requireClientOutcome(client, rights, { permission: access.permission, level: access.enter ?? access.level });
}

/** @throws access.client_not_allowed */
export function requireClientOutcome(client: { readonly name: string }, rights: Rights, place: Place): void {
  if (rights.outcome(place.permission, place.level) !== "deny") return;
  throw clientNotAllowed(client.name, rights.version, place);
}
