import type { FastifyInstance, FastifyReply } from "fastify";
import { type Problem, problem } from "./errors.ts";

interface Address {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

export interface Refusal {
  /** The problem to answer for a method and a path that no route takes; sets the reply's `allow` header. */
  (method: string, path: string, reply: FastifyReply): Problem;
  /**
   * Whether the route that matched takes for its own what is another address: PUT /segments/count is no segment, and GET
   * of an address that takes POST alone is no page of the console.
   */
  shadowed(url: string | undefined, method: string, path: string): boolean;
}

/** Tells addresses that exist, but not for a method, from those that do not exist (RFC 9110 15.5.6). */
export function methodsOf(app: FastifyInstance): Refusal {
  const addresses = new Map<string, Address>();
  app.addHook("onRoute", ({ url, method }) => {
    if (url.includes("*")) return;
    const address = addresses.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const one of [method].flat()) address.methods.add(one);
    addresses.set(url, address);
  });
  const refusal = (method: string, path: string, reply: FastifyReply): Problem => {
    const exact = addresses.get(path);
    const there = exact === undefined ? [...addresses.values()].filter(({ pattern }) => pattern.test(path)) : [exact];
    const allowed = [...new Set(there.flatMap(({ methods }) => [...methods]))].sort().join(", ");
    if (allowed === "") return problem("platform.not_found", { path });
    reply.header("allow", allowed);
    return problem("platform.method_not_allowed", { method, path, allowed });
  };
  // an address that takes the method itself is no other one: /metrics/ is the console's page beside the scraper's /metrics
  const refused = (method: string, path: string): boolean => {
    const there = [...addresses.values()].filter(({ pattern }) => pattern.test(path));
    return there.length > 0 && !there.some(({ methods }) => methods.has(method));
  };
  return Object.assign(refusal, {
    shadowed: (url: string | undefined, method: string, path: string) => {
      if (url === undefined || url === path) return false;
      return addresses.has(path) || (url.endsWith("/*") && refused(method, path));
    },
  });
}

function patternOf(url: string): RegExp {
  const parts = url.split("/").map((part) =>
    part
      .split(/(:[A-Za-z_]+)/)
      .map((piece) => (piece.startsWith(":") ? "[^/]+" : piece.replace(/[.+?^${}()|[\]\\]/g, "\\$&")))
      .join(""),
  );
  return new RegExp(`^${parts.join("/")}/?$`);
}
