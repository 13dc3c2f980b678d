import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";
import { type Problem, problem } from "../platform/errors.ts";
import type { Permitted } from "../platform/http.ts";
import { SYSTEM_SCOPE, type Scope } from "../store/index.ts";
import { insertAudit, type PersonRow } from "./access-store.ts";
import { collectRoutes } from "./declared-routes.ts";
import { matrixAt } from "./matrix-live.ts";
import { requirePermitted, type Rights, rightsOf, scopeFor, STRONG_SECONDS_MAX } from "./rights.ts";
import { NOTHING } from "./row-scope.ts";
import { requireNothingOwed, type SignedIn, signedIn } from "./sessions.ts";
import { actingAs, refuseActsWhileViewing } from "./view-as.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The signed-in person; undefined on public and collection routes. */
    person: PersonRow | undefined;
    /** The person with what their session has proved; undefined on public and collection routes. */
    signed_in: SignedIn | undefined;
    /** The rows this request may touch, and how it shows personal values. */
    scope: Scope;
    /** What the permission matrix gives the person; undefined where nobody is signed in. */
    rights: Rights | undefined;
    /** Ids and codes for the audit row; never personal data. */
    audit_subject: Record<string, unknown>;
  }
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Deny by default: every request is matched against its route's access before anything else happens. */
export function guard(app: FastifyInstance, ground: Ground): void {
  collectRoutes(app);
  app.decorateRequest("person", undefined);
  app.decorateRequest("scope", undefined as unknown as Scope);
  app.decorateRequest("signed_in", undefined);
  app.decorateRequest("rights", undefined);
  app.decorateRequest("audit_subject", undefined as unknown as Record<string, unknown>);
  app.addHook("onRequest", async (request, reply) => {
    request.scope = NOTHING;
    request.audit_subject = {};
    const access = request.routeOptions.config?.access;
    if (access === undefined) {
      if (request.is404) return;
      throw problem("access.not_signed_in"); // a route without access is refused at the start; this is the second lock
    }
    if ("source" in access) return;
    refuseCrossSite(request, ground);
    const signed = await signedIn(ground, request);
    request.signed_in = signed;
    request.person = signed?.person;
    if (signed !== undefined) {
      const { person, session } = actingAs(signed);
      const matrix = await matrixAt(ground, session.matrix_version);
      request.rights = rightsOf(matrix, person.role, session, ground.wall.now());
    }
    if ("public" in access) return;
    if (signed === undefined || request.rights === undefined) throw problem("access.not_signed_in");
    if ("own" in access) return;
    requireNothingOwed(signed);
    await permit(ground, { request, reply, signed, rights: request.rights, access });
  });
  app.addHook("onError", async (_request, reply, error) => {
    if ((error as Partial<Problem>).code === "access.step_up_required")
      reply.header(
        "www-authenticate",
        `Session error="insufficient_user_authentication", max_age=${STRONG_SECONDS_MAX}`,
      );
  });
  // Before the answer leaves: an act without its audit row is not acknowledged.
  app.addHook("onSend", async (request, reply, payload) => {
    const access = request.routeOptions.config?.access;
    if (access === undefined || "source" in access) return payload;
    const named = "audit" in access ? access.audit : undefined;
    if (SAFE_METHODS.has(request.method) && named === undefined) return payload;
    await audit(ground, request, reply, named);
    return payload;
  });
}

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly signed: SignedIn;
  readonly rights: Rights;
  readonly access: Permitted;
}

async function permit(ground: Ground, { request, signed, rights, access }: Asked): Promise<void> {
  const { person, session } = actingAs(signed);
  refuseActsWhileViewing(request, session);
  requirePermitted(rights, access, session, ground.wall.now());
  const matrix = await matrixAt(ground, session.matrix_version);
  request.scope = await scopeFor(ground, { person, session }, matrix, rights, access);
}

/** A browser says where a request comes from; a form on another site must not act for a signed-in person. */
function refuseCrossSite(request: FastifyRequest, ground: Ground): void {
  if (SAFE_METHODS.has(request.method)) return;
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") throw problem("access.cross_site");
  const origin = request.headers.origin;
  if (origin === undefined || site === "same-origin") return;
  const own = new Set([new URL(ground.config.public_url).host, request.headers.host ?? ""]);
  if (!URL.canParse(origin) || !own.has(new URL(origin).host)) throw problem("access.cross_site");
}

async function audit(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  named: string | undefined,
): Promise<void> {
  const route = request.routeOptions.url ?? request.url.split("?")[0] ?? "";
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    insertAudit(tx, {
      at: ground.wall.now(),
      person_id: request.person?.person_id ?? null,
      actor: request.person === undefined ? "anonymous" : request.person.role,
      action: named ?? `${request.method.toLowerCase()} ${route}`,
      method: request.method,
      path: route,
      subject: { ...(request.params as Record<string, unknown>), ...request.audit_subject },
      status: reply.statusCode,
      succeeded: reply.statusCode < 400,
      request_id: request.id,
      ip: request.ip,
      duration_ms: Math.round(reply.elapsedTime),
    }),
  );
}
