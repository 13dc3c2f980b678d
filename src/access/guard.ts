import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";
import { type Problem, problem } from "../platform/errors.ts";
import type { Access, Permitted } from "../platform/http.ts";
import { runAsAct } from "../platform/request-act.ts";
import type { Scope } from "../store/index.ts";
import type { PersonRow } from "./access-store.ts";
import { approvalHooks } from "./approvals/hold.ts";
import { isWithinBound } from "./anonymous-writes.ts";
import type { AuditEntry, Phase } from "./audit/entry.ts";
import { auditWriter } from "./audit/writer.ts";
import { admitClient } from "./clients/admit.ts";
import { bearsKey } from "./clients/client.ts";
import { keepServer } from "./assurance.ts";
import { collectRoutes } from "./declared-routes.ts";
import { matrixAt } from "./matrix-live.ts";
import { requirePermitted, type Rights, rightsOf, scopeFor, withoutFound } from "./rights.ts";
import { STRONG_SECONDS_MAX } from "./refusals.ts";
import { NOTHING } from "./row-scope.ts";
import { requireNothingOwed, type SignedIn, signedIn } from "./sessions.ts";
import { refuseAtTablet } from "./tablets/limits.ts";
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
    /** How far the audit of this request came. */
    audit_state: "none" | "begun" | "failed";
  }
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Deny by default: every request is matched against its route's access before anything else happens. */
export function guard(app: FastifyInstance, ground: Ground): void {
  collectRoutes(app);
  keepServer(ground, app);
  app.decorateRequest("person", undefined);
  app.decorateRequest("scope", undefined as unknown as Scope);
  app.decorateRequest("signed_in", undefined);
  app.decorateRequest("rights", undefined);
  app.decorateRequest("client", undefined);
  app.decorateRequest("audit_subject", undefined as unknown as Record<string, unknown>);
  app.decorateRequest("audit_state", "none");
  app.addHook("onRequest", (request, _reply, next) => {
    const access = request.routeOptions.config?.access;
    if (access === undefined || "source" in access) return next();
    runAsAct({ route: routeOf(request), audited: isAudited(request) }, next);
  });
  app.addHook("onRequest", async (request, reply) => {
    request.scope = NOTHING;
    request.audit_subject = {};
    const access = request.routeOptions.config?.access;
    if (access === undefined) {
      if (request.is404) return;
      throw problem("access.not_signed_in"); // a route without access is refused at the start; this is the second lock
    }
    if ("source" in access) return;
    if ("subject" in access) return boundAnonymous(ground, request);
    if (!("public" in access) && bearsKey(request.headers.authorization)) return enterByKey(ground, request, access);
    const signed = await signedIn(ground, request);
    request.signed_in = signed;
    if (signed === undefined && !SAFE_METHODS.has(request.method) && isAudited(request))
      boundAnonymous(ground, request);
    refuseCrossSite(request, ground);
    request.person = signed?.person;
    if (signed !== undefined) {
      const matrix = await matrixAt(ground, signed.session.matrix_version);
      const { person, session } = actingAs(signed, matrix);
      request.rights = rightsOf(matrix, person.role, session, ground.wall.now());
    }
    if ("public" in access) return;
    if (signed === undefined || request.rights === undefined) throw problem("access.not_signed_in");
    if ("own" in access) return refuseAtTablet(signed.session);
    requireNothingOwed(signed);
    await permit(ground, { request, reply, signed, rights: request.rights, access });
  });
  app.addHook("onError", async (_request, reply, error) => {
    if ((error as Partial<Problem>).code === "access.step_up_required")
      reply.header(
        "www-authenticate",
        `Session error="insufficient_user_authentication", max_age=${STRONG_SECONDS_MAX}`,
      );
    const { code, status, params } = error as Partial<Problem>;
    if (code === "access.client_too_many" || code === "access.sign_in_busy")
      reply.header("retry-after", String(params?.["seconds"]));
    // RFC 6750
    if (status === 401 && code?.startsWith("access.client_"))
      reply.header("www-authenticate", 'Bearer error="invalid_token"');
  });
  auditHooks(app, ground);
  approvalHooks(app, ground);
}

/**
 * An act that changes something is written down before it begins and once more with its outcome; a read of personal data
 * before the data leaves. What cannot be written down is not done, or not given.
 */
function auditHooks(app: FastifyInstance, ground: Ground): void {
  app.addHook("preHandler", async (request) => {
    if (SAFE_METHODS.has(request.method) || !isAudited(request)) return;
    request.audit_state = "failed";
    await auditWriter(ground).append(entryOf(ground, request, "begun"));
    request.audit_state = "begun";
  });
  app.addHook("onSend", async (request, reply, payload) => {
    if (!isAudited(request) || request.audit_state === "failed") return payload;
    const begun = request.audit_state === "begun";
    const phase = SAFE_METHODS.has(request.method) ? "read" : "done";
    try {
      await auditWriter(ground).append(entryOf(ground, request, phase, reply));
    } catch (error) {
      request.audit_state = "failed";
      if (payload instanceof Readable) payload.destroy();
      throw begun ? problem("access.audit_outcome_unavailable") : error;
    }
    return payload;
  });
}

/** Every act by its method; a read when its route names an audit action. What sources send has its batch rows (ingest). */
function isAudited(request: FastifyRequest): boolean {
  const access = request.routeOptions.config?.access;
  if (access === undefined || "source" in access) return false;
  if ("public" in access && access.act_of === "signed_in" && request.signed_in === undefined) return false;
  return !SAFE_METHODS.has(request.method) || ("audit" in access && access.audit !== undefined);
}

/**
 * Beyond the bound a public route is closed, and nothing is written down either: the log of what happened is not filled up
 * by whoever does nothing. @throws access.too_many
 */
function boundAnonymous(ground: Ground, request: FastifyRequest): void {
  if (isWithinBound(ground, request)) return;
  request.audit_state = "failed";
  const access = request.routeOptions.config?.access;
  if (access !== undefined && "public" in access) throw problem("access.too_many");
}

function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? request.url.split("?")[0] ?? "";
}

/** A program instead of a person. Whoever has no key of ours is bounded like anybody without a session. */
async function enterByKey(ground: Ground, request: FastifyRequest, access: Access): Promise<void> {
  try {
    await admitClient(ground, request, access);
  } catch (error) {
    if (request.client === undefined) boundAnonymous(ground, request);
    throw error;
  }
}

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly signed: SignedIn;
  readonly rights: Rights;
  readonly access: Permitted;
}

async function permit(ground: Ground, { request, signed, rights, access }: Asked): Promise<void> {
  const matrix = await matrixAt(ground, signed.session.matrix_version);
  const { person, session } = actingAs(signed, matrix);
  refuseActsWhileViewing(request, session);
  requirePermitted(rights, access, session, ground.wall.now());
  const scope = await scopeFor(ground, { person, session }, matrix, rights, access);
  // whom an exact look-up found is open to be read, not to be changed
  request.scope = SAFE_METHODS.has(request.method) ? scope : withoutFound(scope);
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

/** Whose work an act was: the row names both. */
function onBehalf({ signed_in }: FastifyRequest): Record<string, unknown> {
  const lent = signed_in?.session.acting_for;
  return lent == null ? {} : { on_behalf_of: lent.giver_id, delegation_id: lent.delegation_id, as_role: lent.role };
}

/** Who worked by a PIN, and at which tablet. */
function atTablet({ signed_in }: FastifyRequest): Record<string, unknown> {
  const tablet = signed_in?.session.tablet;
  return tablet == null ? {} : { at_tablet_id: tablet.tablet_id, at_store_code: tablet.store_code };
}

function actorOf(request: FastifyRequest): string {
  const access = request.routeOptions.config?.access;
  if (request.client !== undefined) return "client";
  return request.person?.role ?? (access !== undefined && "subject" in access ? "member" : "anonymous");
}

function entryOf(ground: Ground, request: FastifyRequest, phase: Phase, reply?: FastifyReply): AuditEntry {
  const route = routeOf(request);
  const access = request.routeOptions.config?.access;
  const named = access !== undefined && "audit" in access ? access.audit : undefined;
  return {
    at: ground.wall.now(),
    phase,
    person_id: request.person?.person_id ?? null,
    actor: actorOf(request),
    action: named ?? `${request.method.toLowerCase()} ${route}`,
    method: request.method,
    path: route,
    subject: {
      ...(request.params as Record<string, unknown>),
      ...request.audit_subject,
      ...(request.client === undefined ? {} : { caller_client_id: request.client.client_id }),
      ...onBehalf(request),
      ...atTablet(request),
    },
    status: reply?.statusCode ?? null,
    succeeded: reply === undefined ? null : reply.statusCode < 400,
    request_id: request.id,
    ip: request.ip,
    duration_ms: reply === undefined ? null : Math.round(reply.elapsedTime),
  };
}
