import cookie from "@fastify/cookie";
import compress from "@fastify/compress";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  type RouteOptions,
} from "fastify";
import { newUuid } from "./ids.ts";
import { boundRequests } from "./request-schema.ts";
import { methodsOf } from "./unsupported-method.ts";
import type { TlsOptions } from "./tls.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import { Problem, problem } from "./errors.ts";

export type Level = "L1" | "L2" | "L3" | "L4";

/**
 * What an id in an address names. `store`: each one belongs to a store, so that somebody of another store must not reach
 * it; `brand`: it belongs to the whole brand (a definition, a source, a job).
 */
export const OBJECT_KINDS = {
  member: "store",
  order: "store",
  tier_grant: "store",
  join: "store",
  conflict: "store",
  identity_value: "brand",
  segment: "brand",
  snapshot: "brand",
  export: "brand",
  tag: "brand",
  tag_review: "brand",
  metric: "brand",
  month: "brand",
  person: "brand",
  tablet: "store",
  client: "brand",
  delegation: "brand",
  access_review: "brand",
  pull: "brand",
  import: "brand",
  source: "brand",
  job: "brand",
  coupon: "brand",
  coupon_batch: "brand",
  issuance: "brand",
  redemption: "store",
  benefit: "brand",
  entitlement: "store",
  reward: "brand",
  reward_order: "store",
  ladder: "brand",
  points_lot: "brand",
  points_hold: "store",
  points_programme: "brand",
  points_budget: "brand",
  points_bulk: "brand",
  points_opening: "brand",
  points_offline: "store",
  tiers_opening: "brand",
  coupon_opening: "brand",
  activity_rule: "brand",
  rfm_version: "brand",
  matrix_version: "brand",
  rights_request: "store",
  indicator: "brand",
  incident: "brand",
  risk: "brand",
  channel: "brand",
  webhook_endpoint: "brand",
  robot: "brand",
  robot_run: "brand",
  journey: "brand",
  staff_task: "store",
  associate: "store",
  hand_over: "store",
  message_template: "brand",
  message_channel: "brand",
  approval: "brand",
  retained: "brand",
  assessment: "brand",
  self_assessment: "brand",
  evidence: "brand",
} as const;
export type ObjectKind = keyof typeof OBJECT_KINDS;

/** An act as it is put to a second person, who approves it or not. */
export interface ActInWords {
  /** What will happen, asked for only when somebody is to read it; ids and counts, never personal data. */
  readonly words: () => Promise<{ readonly zh: string; readonly en: string }>;
  /** The sensitivity of this very act, where it is higher than what opens the route. */
  readonly level?: Level;
  /** Why it is done, where the request says so itself. */
  readonly reason?: string;
  /** What the request only names and must still be the same when it is done: the condition of a segment, say. */
  readonly same?: unknown;
}
export type DescribeAct = (request: FastifyRequest) => Promise<ActInWords>;

/** A route's place in the permission matrix. */
export interface Permitted {
  readonly permission: string;
  /** The highest sensitivity that its answer or act holds. */
  readonly level: Level;
  /** The level that opens the route, where fields above it are cleared, masked or left out one by one; else `level` itself. */
  readonly enter?: Level;
  /** What the first id in its address names. */
  readonly object?: ObjectKind;
  readonly audit?: string;
  /**
   * How an act that the matrix gives after approval only is put to a colleague; its handler calls `request.settle` in the
   * transaction of its effect. `covered`: why it goes through without one of its own; `none`: why a bulk act or an export
   * cannot be asked for, so that it is closed to whom the matrix gives it after approval.
   */
  readonly approval?: DescribeAct | { readonly covered: string } | { readonly none: string };
}

/** Who may call a route. Every route says so: one that does not stops the start. */
export type Access =
  | {
      readonly public: true;
      /** Somebody without a session does nothing by it: there is no act to be written down. */
      readonly act_of?: "signed_in";
    }
  /** Collection endpoints: the handler checks the source's own key. */
  | { readonly source: true }
  /** A member about themself, through an app: the handler checks the token that speaks for one member. */
  | { readonly subject: true; readonly audit?: string }
  /** A signed-in person about themself, whatever their role, before the second factor too: factors, sessions, password. */
  | { readonly own: true; readonly audit?: string }
  | Permitted;

/** The same place in the matrix for a route whose address names one object. */
export function aboutOne<const Config extends { readonly access: Permitted }>(object: ObjectKind, config: Config) {
  return { ...config, access: { ...config.access, object } };
}

/** An act that goes through where the matrix asks for approval: it belongs to one that was approved, or takes one back. */
export function covered<const Config extends { readonly access: Permitted }>(why: string, config: Config) {
  return { ...config, access: { ...config.access, approval: { covered: why } } };
}

/** A bulk act or an export that is put to no colleague, and why not. */
export function unapproved<const Config extends { readonly access: Permitted }>(none: string, config: Config) {
  return { ...config, access: { ...config.access, approval: { none } } };
}

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
  }
}

export type App = FastifyInstance;

const BODY_BYTES_MAX = 1_048_576;
const HEADER_BYTES_MAX = 131_072;
/** The framework's own 10 s are too short for a start beside other work on two cores: a slow start is not a failed one. */
const START_MS_MAX = 180_000;
const ERRORS_SHOWN_MAX = 20;

/** The HTTP server with our error shape and without silent repairs of input (design.md §5.10). */
export async function makeHttp(options: {
  log: Log;
  clock: Clock;
  tls?: TlsOptions | undefined;
  trusted_proxies?: readonly string[];
}): Promise<FastifyInstance> {
  const proxies = options.trusted_proxies ?? [];
  const app = Fastify({
    ...(options.tls === undefined ? {} : { https: options.tls as never }),
    loggerInstance: options.log as unknown as FastifyBaseLogger,
    // our own line per request leaves headers and addresses out
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newUuid(options.clock.now()),
    bodyLimit: BODY_BYTES_MAX,
    // Browser and mini-program SDKs carry their data in the request line of a GET.
    http: { maxHeaderSize: HEADER_BYTES_MAX },
    trustProxy: proxies.length === 0 ? false : [...proxies],
    forceCloseConnections: "idle",
    pluginTimeout: START_MS_MAX,
    routerOptions: { maxParamLength: 500 },
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        useDefaults: true,
        allErrors: false,
        allowUnionTypes: true,
        strict: false,
      },
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  coerceOnlyTextual(app);
  boundRequests(app);
  requireAccess(app);
  answerProblems(app, options.log);
  await app.register(cookie);
  await app.register(compress, { global: true, threshold: 1_024, encodings: ["br", "gzip"] });
  return app as unknown as FastifyInstance;
}

/** Query and path arrive as text and may be coerced; a body says its types itself. */
function coerceOnlyTextual(app: FastifyInstance): void {
  app.addHook("preValidation", async (request) => {
    const schema = request.routeOptions.schema;
    coerceTexts(request.query as Record<string, unknown>, schema?.querystring);
    coerceTexts(request.params as Record<string, unknown>, schema?.params);
  });
}

function coerceTexts(values: Record<string, unknown> | undefined | null, schema: unknown): void {
  const properties = (schema as { properties?: Record<string, { type?: string }> } | undefined)?.properties;
  if (properties === undefined || values === undefined || values === null) return;
  for (const [name, { type }] of Object.entries(properties)) {
    const value = values[name];
    if (typeof value !== "string") continue;
    if ((type === "integer" || type === "number") && value.trim() !== "" && Number.isFinite(Number(value)))
      values[name] = Number(value);
    if (type === "boolean" && (value === "true" || value === "false")) values[name] = value === "true";
    if (type === "array") values[name] = value.split(",");
  }
}

function requireAccess(app: FastifyInstance): void {
  const silent: RouteOptions[] = [];
  app.addHook("onRoute", (route) => {
    if (route.method !== "OPTIONS" && route.method !== "HEAD") silent.push(route);
  });
  // judged when all are there: plugins of others get their access from the hook of the scope that registers them
  app.addHook("onReady", async () => {
    const bad = silent.filter((route) => route.config?.access === undefined);
    if (bad.length > 0) {
      throw new Error(
        `these routes do not say who may call them (config.access): ${bad.map((r) => `${String(r.method)} ${r.url}`).join(", ")}`,
      );
    }
    const nameless = silent.filter(({ url, config }) => {
      const access = config?.access;
      return access !== undefined && "permission" in access && url.includes("/:") && access.object === undefined;
    });
    if (nameless.length > 0) {
      throw new Error(
        `these routes do not say what the id in their address names (config.access.object): ${nameless.map((r) => `${String(r.method)} ${r.url}`).join(", ")}`,
      );
    }
  });
}

function answerProblems(app: FastifyInstance, log: Log): void {
  const refusalOf = methodsOf(app);
  app.setErrorHandler((error: FastifyError | Problem | Error, request, reply) => {
    // a body or its type may be refused before the router's own answer: what is not there is not there whatever it holds
    const nowhere = request.is404 && !(error instanceof Problem);
    const answer = nowhere ? refusalOf(request.method, pathOf(request), reply) : toProblem(error, request, log);
    const retryAfter = (error as { retry_after_seconds?: number }).retry_after_seconds;
    if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
    return reply
      .code(answer.status)
      .type("application/problem+json")
      .send({ ...answer.toJSON(), instance: request.id });
  });
  app.addHook("onRequest", async (request, reply) => {
    if (!refusalOf.shadowed(request.routeOptions.url, request.method, pathOf(request))) return;
    throw refusalOf(request.method, pathOf(request), reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const answer = refusalOf(request.method, pathOf(request), reply);
    return reply
      .code(answer.status)
      .type("application/problem+json")
      .send({ ...answer.toJSON(), instance: request.id });
  });
}

const pathOf = (request: FastifyRequest) => request.url.split("?")[0] ?? "";

const UNUSABLE_CONTENT = new Set([
  "FST_ERR_CTP_INVALID_MEDIA_TYPE",
  "FST_ERR_CTP_EMPTY_TYPE",
  "FST_INVALID_MULTIPART_CONTENT_TYPE",
]);
/** The parser of uploads has no code for a form whose header does not say where its parts end. */
const UNREADABLE_FORM = /^Multipart: Boundary not found/;

function toProblem(error: FastifyError | Problem | Error, request: FastifyRequest, log: Log): Problem {
  if (error instanceof Problem) return error;
  const { validation, validationContext, statusCode, code } = error as FastifyError;
  if (validation !== undefined) {
    const first = validation[0];
    const place = `${validationContext ?? "body"}${first?.instancePath.replaceAll("/", ".") ?? ""}`;
    const extra = (first?.params as { additionalProperty?: string } | undefined)?.additionalProperty;
    const reason = extra === undefined ? (first?.message ?? "") : `unknown field "${extra}"`;
    return problem(
      "platform.invalid_input",
      { place, reason },
      validation.slice(0, ERRORS_SHOWN_MAX).map((v) => ({ path: v.instancePath, message: v.message ?? "" })),
    );
  }
  if (UNUSABLE_CONTENT.has(code) || UNREADABLE_FORM.test(error.message))
    return problem("platform.unsupported_media_type", { reason: error.message });
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return problem("platform.too_large", { limit_bytes: BODY_BYTES_MAX });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return problem("platform.invalid_input", { place: "request", reason: error.message });
  }
  log.error(
    // the route, not the address: callbacks and short links carry their secret in it
    { request_id: request.id, route: request.routeOptions.url, error: error.message, stack: error.stack },
    "request failed",
  );
  return problem("platform.internal", { request_id: request.id });
}
