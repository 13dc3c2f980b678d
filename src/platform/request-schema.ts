import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { problem } from "./errors.ts";

/** A business day of a request, YYYY-MM-DD, one that the calendar has, of the centuries that people mean. */
export const Day = Type.String({ format: "date", pattern: "^(19|20|21)\\d\\d-" });
/** A month of a request, YYYY-MM. */
export const Month = Type.String({ pattern: "^(19|20|21)\\d\\d-(0[1-9]|1[0-2])$" });

/** An instant of a request, RFC 3339. */
export const Instant = Type.String({ format: "date-time", pattern: "^(19|20|21)\\d\\d-", maxLength: 40 });

/** What an id column holds (PostgreSQL integer); a route that takes larger numbers says its own bounds. */
const INTEGER_MAX = 2_147_483_647;
const PLACE_CHARACTERS_MAX = 200;

type Schema = Readonly<Record<string, unknown>>;

/**
 * Gives every whole number of a request bounds where its schema has none: a number that no column holds would fail in
 * the database, as a failure of ours instead of the caller's. @returns the schema with them; what is given stays as it is
 */
export function bounded<Given>(schema: Given): Given {
  if (Array.isArray(schema)) return schema.map((one) => bounded(one) as unknown) as Given;
  if (typeof schema !== "object" || schema === null) return schema;
  const made = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, name === "enum" || name === "const" ? value : bounded(value)]),
  ) as Record<string, unknown>;
  if ((schema as Schema)["type"] !== "integer") return made as Given;
  return {
    ...made,
    minimum: made["minimum"] ?? made["exclusiveMinimum"] ?? -INTEGER_MAX,
    maximum: made["maximum"] ?? made["exclusiveMaximum"] ?? INTEGER_MAX,
  } as Given;
}

/** Bounds for all routes, and no NUL in any text: PostgreSQL keeps none. */
export function boundRequests(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const { schema } = route;
    if (schema === undefined) return;
    route.schema = {
      ...schema,
      ...(schema.params === undefined ? {} : { params: bounded(schema.params) }),
      ...(schema.querystring === undefined ? {} : { querystring: bounded(schema.querystring) }),
      ...(schema.body === undefined ? {} : { body: bounded(schema.body) }),
    };
  });
  app.addHook("preValidation", async (request) => {
    const access = request.routeOptions.config?.access;
    // what sources send is judged record by record, and refused ones are kept
    if (access === undefined || "source" in access) return;
    for (const part of ["params", "query", "body"] as const) {
      const place = placeOfNul(request[part], part);
      if (place !== undefined) throw problem("platform.invalid_input", { place, reason: "a NUL character" });
    }
  });
}

/** Without recursion: a body of a megabyte may be half a million brackets deep. */
function placeOfNul(whole: unknown, name: string): string | undefined {
  const waiting: [value: unknown, place: string][] = [[whole, name]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, place] = next;
    if (typeof value === "string" && value.includes("\0")) return place.slice(0, PLACE_CHARACTERS_MAX);
    if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (key.includes("\0")) return place.slice(0, PLACE_CHARACTERS_MAX);
      waiting.push([inner, place.length > PLACE_CHARACTERS_MAX ? place : `${place}.${key}`]);
    }
  }
  return undefined;
}
