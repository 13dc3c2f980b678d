import { expect, it } from "vitest";
import { systemClock } from "./clock.ts";
import { makeHttp } from "./http.ts";
import { makeLog } from "./log.ts";
import { secureHeaders } from "./secure-headers.ts";

const access = { public: true } as const;

async function server() {
  const app = await makeHttp({ log: makeLog("silent"), clock: systemClock });
  secureHeaders(app, { https: false });
  app.get("/api/probe", { config: { access } }, async () => ({ ok: true }));
  app.get("/api/probe/:id", { config: { access: { ...access } } }, async () => ({ ok: true }));
  app.get("/api/probe/count", { config: { access } }, async () => ({ count: 0 }));
  app.put("/api/probe/:id", { config: { access } }, async () => ({ ok: true }));
  app.get("/page", { config: { access } }, async (_request, reply) =>
    reply.header("content-security-policy", "default-src 'self'").send("page"),
  );
  await app.ready();
  return app;
}

it("every answer, refusals included, is data that no browser runs, frames or keeps", async () => {
  const app = await server();
  for (const url of ["/api/probe", "/api/nothing"]) {
    const { headers } = await app.inject(url);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["strict-transport-security"]).toBeUndefined();
  }
  expect((await app.inject("/page")).headers["content-security-policy"]).toBe("default-src 'self'");
});

it("an address that exists says which methods it takes; one that does not is not found", async () => {
  const app = await server();
  for (const url of ["/api/probe", "/api/probe/count", "/api/probe?x=1"]) {
    const refused = await app.inject({ method: "DELETE", url });
    expect([refused.statusCode, refused.headers.allow]).toEqual([405, "GET, HEAD"]);
    expect(refused.json()).toMatchObject({ code: "platform.method_not_allowed" });
  }
  expect((await app.inject({ method: "DELETE", url: "/api/probe/7/more" })).statusCode).toBe(404);
  const named = await app.inject({ method: "PUT", url: "/api/probe/count" });
  expect([named.statusCode, named.headers.allow]).toEqual([405, "GET, HEAD"]);
});

it("an address that only takes what is posted is no page of the console", async () => {
  const app = await makeHttp({ log: makeLog("silent"), clock: systemClock });
  app.post("/hooks/:key", { config: { access } }, async () => ({ ok: true }));
  app.get("/metrics", { config: { access } }, async () => "figures for a scraper");
  app.get("/*", { config: { access } }, async () => "the console");
  for (const method of ["GET", "HEAD"] as const) {
    const refused = await app.inject({ method, url: "/hooks/till?x=1" });
    expect([refused.statusCode, refused.headers.allow]).toEqual([405, "POST"]);
  }
  for (const url of ["/members", "/hooks", "/hooks/till/more", "/metrics/", "/metrics/?store=S01"])
    expect((await app.inject(url)).body).toBe("the console");
});

it("content of a type that no route reads is told as such, a NUL character as bad input", async () => {
  const app = await makeHttp({ log: makeLog("silent"), clock: systemClock });
  app.post("/api/probe", { config: { access } }, async () => ({ ok: true }));
  app.get("/api/probe", { config: { access } }, async () => ({ ok: true }));
  const strange = { "content-type": "application/x-strange" };
  const refused = await app.inject({ method: "POST", url: "/api/probe", headers: strange, payload: "x" });
  expect([refused.statusCode, refused.json().code]).toEqual([415, "platform.unsupported_media_type"]);
  expect((await app.inject("/api/probe?q=a%00b")).json().code).toBe("platform.invalid_input");
  const nul = { deep: [{ text: "a\0b" }] };
  const told = await app.inject({ method: "POST", url: "/api/probe", payload: nul });
  expect([told.statusCode, told.json().params.place]).toEqual([400, "body.deep.0.text"]);
  const brackets = "[".repeat(200_000) + "]".repeat(200_000);
  const headers = { "content-type": "application/json" };
  expect((await app.inject({ method: "POST", url: "/api/probe", headers, payload: brackets })).statusCode).toBe(200);
});
