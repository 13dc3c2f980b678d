import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { mayBeGivenToClients } from "./access/index.ts";
import type { Access } from "./platform/http.ts";

/**
 * What the API description says of every route besides what the route says itself: who may call it, and the answers that
 * the platform gives for it (RFC 9457). Made of the same facts that the guard reads, so that it cannot say something else.
 */

const text = { type: "string" } as const;
const PROBLEM = {
  type: "object",
  description: "A failure (RFC 9457); `code` is stable, /api/errors lists all of them",
  required: ["type", "title", "status", "code", "detail", "detail_zh", "params", "instance"],
  properties: {
    type: text,
    title: text,
    status: { type: "integer" },
    code: text,
    detail: { ...text, description: "What is wrong, where, and what to do" },
    detail_zh: { ...text, description: "哪里不对，怎么办" },
    params: { type: "object", description: "What the sentence names" },
    errors: { type: "array", description: "Every place that is wrong, where there are several" },
    instance: { ...text, description: "The request's number, also in the log" },
  },
} as const;

/** Names and sentences of the answers that the platform gives, by status. */
const ANSWERS: Readonly<Record<string, readonly [name: string, sentence: string]>> = {
  "400": ["BadInput", "The request is not as described here"],
  "401": ["NotSignedIn", "Not signed in, or a second factor is wanted first (RFC 9470)"],
  "403": [
    "NotAllowed",
    "The permission matrix does not allow it, a colleague must approve it first, or it came from another site",
  ],
  "404": ["NotFound", "There is nothing of this id, or not among the rows that the caller may see"],
  "413": ["TooLarge", "Larger than allowed"],
  "429": ["TooMany", "Too many at a time; `retry-after` says when to come again"],
  "503": ["Unavailable", "Starting or stopping, too busy, or the audit log cannot be written"],
  default: ["Refused", "What the domain refuses, by its code"],
};

const RESPONSES = Object.fromEntries(
  Object.values(ANSWERS).map(([name, description]) => [
    name,
    { description, content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } } },
  ]),
);

/** Files by the ending of their address. */
const FILES: Readonly<Record<string, string>> = {
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  csv: "text/csv",
  gif: "image/gif",
};

interface Described {
  readonly body?: unknown;
  readonly querystring?: unknown;
  readonly params?: unknown;
  readonly headers?: unknown;
  /** Types of an answer that is no JSON and whose address does not end in one. */
  readonly produces?: readonly string[];
  /** What the body itself proves, where it stands in the place of a token. */
  readonly security?: readonly Record<string, string[]>[];
}

function ownAnswer(url: string, produces: readonly string[] | undefined): Record<string, unknown> {
  const file = FILES[/\.(\w+)$/.exec(url)?.[1] ?? ""];
  const types = produces ?? (file === undefined ? [] : [file]);
  if (types.length === 0) return { "2xx": {} };
  const schemaOf = (type: string) =>
    type === "application/json" ? { type: "object" } : { type: "string", format: "binary" };
  const content = Object.fromEntries(types.map((type) => [type, { schema: schemaOf(type) }]));
  return { 200: { description: "The file", content } };
}

/** Statuses with which the platform itself may answer. */
function platformStatuses(access: Access | undefined, method: string, schema: Described): string[] {
  const signedIn = access !== undefined && ("own" in access || "permission" in access);
  const takesInput = [schema.body, schema.querystring, schema.params, schema.headers].some(
    (part) => part !== undefined,
  );
  return [
    ...(takesInput || method !== "GET" ? ["400"] : []),
    ...(signedIn || (access !== undefined && "source" in access) ? ["401"] : []),
    ...(signedIn ? ["403"] : []),
    ...(schema.params === undefined ? [] : ["404"]),
    ...(schema.body === undefined ? [] : ["413"]),
    "429",
    "503",
    "default",
  ];
}

function securityOf(access: Access | undefined): Record<string, string[]>[] {
  if (access === undefined || "public" in access) return [];
  if ("source" in access) return [{ write_key: [] }, { basic: [] }, {}];
  if ("subject" in access) return [{ subject: [] }];
  const programs = "permission" in access && mayBeGivenToClients(access.permission);
  return [{ session: [] }, ...(programs ? [{ api_key: [] }] : [])];
}

export const SECURITY_SCHEMES = {
  session: { type: "apiKey", in: "cookie", name: "huitou", description: "`__Host-huitou` over https" },
  api_key: {
    type: "http",
    scheme: "bearer",
    description: "`htk_…`, the key of an API client (docs/guides/api-clients.md)",
  },
  write_key: { type: "apiKey", in: "header", name: "x-api-key", description: "A source's write key" },
  subject: { type: "http", scheme: "bearer", description: "A token by which an app speaks for one member" },
  basic: { type: "http", scheme: "basic", description: "A source's write key as the user name" },
} as const;

/** Options of the description for the server's swagger. */
export function describeAnswers(): Pick<FastifyDynamicSwaggerOptions, "transform" | "transformObject"> {
  return {
    transform: ({ schema, url, route }) => {
      const access = route.config?.access;
      const method = Array.isArray(route.method) ? (route.method[0] ?? "GET") : route.method;
      const described = (schema ?? {}) as Described & { readonly response?: Record<string, unknown> };
      const own = described.response ?? ownAnswer(url, described.produces);
      const added = platformStatuses(access, method, described)
        .filter((status) => own[status] === undefined)
        .map((status) => [status, { description: ANSWERS[status]?.[1], "x-problem": true }]);
      const response = { ...own, ...Object.fromEntries(added) };
      const { produces: _, ...rest } = described;
      return { schema: { ...rest, response, security: described.security ?? securityOf(access) } as never, url };
    },
    transformObject: (document) => {
      const api = (document as { openapiObject: ApiDocument }).openapiObject;
      for (const operations of Object.values(api.paths)) {
        for (const { responses } of Object.values(operations)) {
          for (const [status, given] of Object.entries(responses ?? {})) {
            if (isPlatformAnswer(given)) responses[status] = { $ref: `#/components/responses/${ANSWERS[status]?.[0]}` };
          }
        }
      }
      api.components = {
        ...api.components,
        schemas: { ...api.components?.schemas, Problem: PROBLEM },
        responses: RESPONSES,
      };
      return api as never;
    },
  };
}

interface ApiDocument {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, unknown> }>>;
  components?: { readonly schemas?: Record<string, unknown>; readonly responses?: Record<string, unknown> };
}

/** A marker of `transform`: references and media types have their place only in the finished document. */
function isPlatformAnswer(given: unknown): boolean {
  return JSON.stringify(given).includes('"x-problem":true');
}
