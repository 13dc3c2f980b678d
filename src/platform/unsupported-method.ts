import type { FastifyInstance, FastifyReply } from "fastify";
import { type Problem, problem } from "./errors.ts";

interface Address {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/**
 * Tells addresses that exist, but not for a method, from those that do not exist (RFC 9110 15.5.6).
 * @returns for a method and path the problem to answer; its `allow` header is set on the reply
 */
export function methodsOf(app: FastifyInstance): (method: string, path: string, reply: FastifyReply) => Problem {
  const addresses = new Map<string, Address>();
  app.addHook("onRoute", ({ url, method }) => {
    if (url.includes("*")) return;
    const address = addresses.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const one of [method].flat()) address.methods.add(one);
    addresses.set(url, address);
  });
  return (method, path, reply) => {
    const there = [...addresses.values()].filter(({ pattern }) => pattern.test(path));
    const allowed = [...new Set(there.flatMap(({ methods }) => [...methods]))].sort().join(", ");
    if (allowed === "") return problem("platform.not_found", { path });
    reply.header("allow", allowed);
    return problem("platform.method_not_allowed", { method, path, allowed });
  };
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
