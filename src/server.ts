import { existsSync } from "node:fs";
import type { Server as HttpsServer } from "node:https";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { guard } from "./access/index.ts";
import { describeAnswers, SECURITY_SCHEMES } from "./api-description.ts";
import type { Composition } from "./composition.ts";
import { problem, registeredErrors } from "./platform/errors.ts";
import { makeHttp } from "./platform/http.ts";
import { CONSOLE_POLICY, REFERENCE_POLICY, secureHeaders } from "./platform/secure-headers.ts";
import { followCertificate, readTls } from "./platform/tls.ts";
import { jobRoutes, worldHeader, worldRoutes } from "./store/index.ts";

const open = { access: { public: true } } as const;
const CONSOLE_DIST = fileURLToPath(new URL("../console/dist/", import.meta.url));

export interface ServerState {
  /** True once migrated and seeded; until then /readyz says 503. */
  ready: boolean;
}

/** Puts the routes of all domains behind the guard, with health, metrics, API description and the console. */
export async function makeServer(composition: Composition, state: ServerState): Promise<FastifyInstance> {
  const { ground, domains } = composition;
  const { config, log } = ground;
  const tls = config.tls === undefined ? undefined : readTls(config.tls);
  const app = await makeHttp({ log, clock: ground.clock, tls, trusted_proxies: config.trusted_proxies });
  if (config.tls !== undefined) {
    const unfollow = followCertificate(app.server as unknown as HttpsServer, config.tls, log);
    app.addHook("onClose", async () => unfollow());
  }
  secureHeaders(app, { https: config.public_url.startsWith("https:") });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Huitou 回头", version: "0.1.0", description: "Member operations: data, tags, segments, value." },
      tags: domains.map((domain) => ({ name: domain.name })),
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    ...describeAnswers(),
  });
  guard(app, ground);
  observe(app, composition);
  healthRoutes(app, composition, state);
  worldHeader(app, ground);
  jobRoutes(app, ground);
  worldRoutes(app, ground);
  for (const domain of domains) {
    if (domain.routes !== undefined) {
      const { routes } = domain;
      await app.register(async (inner) => routes(inner as unknown as FastifyInstance, ground));
    }
  }
  await referenceRoutes(app);
  await consoleRoutes(app);
  return app;
}

function healthRoutes(app: FastifyInstance, { ground }: Composition, state: ServerState): void {
  const hidden = { hide: true } as const;
  app.get("/healthz", { schema: hidden, config: open }, async () => ({ status: "ok" }));
  app.get("/readyz", { schema: hidden, config: open }, async () => {
    if (!state.ready) throw problem("platform.unavailable");
    await ground.store.pool.query("select 1");
    return { status: "ready" };
  });
  app.get("/metrics", { schema: hidden, config: open }, async (request, reply) => {
    // the console's page of figures has the same address; a browser asks for HTML, a scraper never does
    const query = request.url.slice("/metrics".length);
    if (request.headers.accept?.includes("text/html") === true) return reply.redirect(`/metrics/${query}`);
    return reply.type(ground.metrics.contentType).send(await ground.metrics.metrics());
  });
  app.get(
    "/api/errors",
    {
      schema: { summary: "All error codes with their sentences", tags: ["access"], response: { 200: Type.Any() } },
      config: open,
    },
    async () => ({ items: registeredErrors() }),
  );
}

function observe(app: FastifyInstance, { ground }: Composition): void {
  app.addHook("onResponse", async (request, reply) => {
    ground.log.debug(
      {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      "answered",
    );
  });
}

/** The interactive API reference; its script is its own page and weighs nothing on the console. */
async function referenceRoutes(app: FastifyInstance): Promise<void> {
  app.get("/openapi.json", { schema: { hide: true }, config: open }, async () => app.swagger());
  const scalar = (await import("@scalar/fastify-api-reference")).default;
  await app.register(async (inner) => {
    inner.addHook("onRoute", (route) => {
      route.config = { ...route.config, ...open };
    });
    inner.addHook("onSend", async (_request, reply, payload) => {
      reply.header("content-security-policy", REFERENCE_POLICY);
      return payload;
    });
    await inner.register(
      scalar as never,
      {
        routePrefix: "/reference",
        configuration: { url: "/openapi.json", telemetry: false, withDefaultFonts: false },
      } as never,
    );
  });
}

async function consoleRoutes(app: FastifyInstance): Promise<void> {
  if (!existsSync(CONSOLE_DIST)) return;
  await app.register(async (inner) => {
    inner.addHook("onRoute", (route) => {
      route.config = { ...route.config, ...open };
      route.schema = { ...route.schema, hide: true };
    });
    inner.addHook("onSend", async (_request, reply, payload) => {
      reply.header("content-security-policy", CONSOLE_POLICY);
      return payload;
    });
    await inner.register(fastifyStatic, {
      root: CONSOLE_DIST,
      wildcard: false,
      index: false,
      setHeaders: (reply, path) => {
        // names of built files carry their hash
        if (path.includes("/assets/")) reply.header("cache-control", "public, max-age=31536000, immutable");
      },
    });
    const page = async (
      _request: unknown,
      reply: { header(n: string, v: string): { sendFile(name: string): unknown } },
    ) => reply.header("cache-control", "no-cache").sendFile("index.html");
    inner.get("/", page as never);
    inner.get("/*", ((request: { url: string }, reply: never) => {
      // an unknown API address or a file of an older build is an error, not the console
      const path = request.url.split("?")[0] ?? "";
      if (/^\/(api|v1|assets)\//.test(path)) throw problem("platform.not_found", { path });
      return page(request, reply);
    }) as never);
  });
}
