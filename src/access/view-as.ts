import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { settingOf, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { PersonRow, SessionRow } from "./access-store.ts";
import { isRole, type Matrix } from "./matrix.ts";
import { currentMatrix } from "./matrix-live.ts";
import { isBound } from "./lookups.ts";
import { notAllowed } from "./refusals.ts";
import { roleNamed } from "./roles.ts";
import { rowsFor } from "./row-scope.ts";
import { requireNothingOwed, type SignedIn } from "./sessions.ts";
import { boundToTablet } from "./tablets/limits.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const SEEDED = "seeded";

/** The example world fills an installation that was empty and is nobody's own (src/demo.ts). */
export async function isDemo(tx: Tx): Promise<boolean> {
  const seeded = await settingOf<unknown>(tx, SEEDED);
  return typeof seeded === "object" && seeded !== null && !("demo" in seeded);
}

/** Whoever gives out roles could take any of them anyway. */
const givesRoles = (matrix: Matrix, { role }: PersonRow): boolean =>
  matrix.outcome(role, "people.manage", "L2") !== "deny";

/**
 * Who the matrix is asked about: the person, the colleague whose work the session does, or the role whose eyes the session looks through; through their own from the
 * request on after which the person could not choose a view any more.
 */
export function actingAs({ person, session }: SignedIn, matrix: Matrix): Pick<SignedIn, "person" | "session"> {
  if (session.tablet !== null) return { person: boundToTablet(person, session), session };
  const { view_role, view_stores, acting_for } = session;
  // the colleague's role and rows, and no more of one's own
  if (acting_for !== null) {
    const { role, scope_regions, scope_stores, scope_brands } = acting_for;
    return {
      person: { ...person, role, scope_regions, scope_stores, scope_brands },
      session: { ...session, view_role: null, found: null },
    };
  }
  if (view_role === null || !givesRoles(matrix, person)) return { person, session: { ...session, view_role: null } };
  return { person: { ...person, role: view_role, scope_stores: view_stores ?? person.scope_stores }, session };
}

/** Looking through somebody's eyes changes nothing. @throws access.viewing_only */
export function refuseActsWhileViewing(request: FastifyRequest, session: SessionRow): void {
  if (session.view_role === null || SAFE_METHODS.has(request.method)) return;
  const { zh, en } = roleNamed(session.view_role);
  throw problem("access.viewing_only", { role: session.view_role, role_zh: zh, role_en: en });
}

/** Whether this person may look through the eyes of other roles here. */
export async function mayViewAs(ground: Ground, person: PersonRow): Promise<boolean> {
  const matrix = await currentMatrix(ground);
  if (!givesRoles(matrix, person)) return false;
  return ground.store.read(SYSTEM_SCOPE, isDemo);
}

const Body = Type.Object({ role: Type.Union([Type.Null(), Type.String({ maxLength: 40 })]) });

export function viewAsRoutes(app: FastifyInstance, ground: Ground): void {
  app.put<{ Body: Static<typeof Body> }>(
    "/api/session/view-as",
    {
      schema: {
        summary: "Look through the eyes of a role (demo data only), or through one's own again with null",
        tags: ["access"],
        body: Body,
        response: { 204: Type.Null() },
      },
      config: { access: { own: true, audit: "session.view_as" } },
    },
    async (request, reply) => {
      const signed = request.signed_in;
      if (signed === undefined) throw problem("access.not_signed_in");
      requireNothingOwed(signed);
      const { person } = signed;
      const { role } = request.body;
      request.audit_subject["role"] = role;
      if (role !== null) await requireViewAs(ground, person, role);
      const stores = role === null ? null : await storesToShow(ground, person, role);
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        tx.query("update access.session set view_role = $2, view_stores = $3 where token_hash = $1", [
          signed.session.token_hash,
          role,
          stores,
        ]),
      );
      return reply.code(204).send();
    },
  );
}

async function requireViewAs(ground: Ground, person: PersonRow, role: string): Promise<void> {
  if (!isRole(role)) throw problem("access.role_unknown", { role });
  const matrix = await currentMatrix(ground);
  if (!givesRoles(matrix, person))
    throw notAllowed(person.role, matrix.version, { permission: "people.manage", level: "L2" });
  if (!(await ground.store.read(SYSTEM_SCOPE, isDemo))) throw problem("access.demo_only");
}

/** A role that sees nothing without stores of its own gets one to look at. */
async function storesToShow(ground: Ground, person: PersonRow, role: string): Promise<string[] | null> {
  const matrix = await currentMatrix(ground);
  if (matrix.scope(role, "members") !== "assigned" || isBound(await rowsFor(ground, person, "own"))) return null;
  const rows = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const there = await tx.one<{ there: boolean }>("select to_regclass('catalogue.stores') is not null as there");
    if (there?.there !== true) return [];
    return tx.query<{ store_code: string }>("select store_code from catalogue.stores order by store_code limit 1");
  });
  return rows.map((row) => row.store_code);
}
