import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FakeClock } from "./clock.ts";
import { makeHttp } from "./http.ts";
import { makeLog } from "./log.ts";

it("a request that failed is logged by its route: what stands in its address may be a secret", async () => {
  const folder = await mkdtemp(join(tmpdir(), "huitou-http-"));
  const path = join(folder, "log");
  const app = await makeHttp({ log: makeLog("error", { path }), clock: new FakeClock() });
  app.get("/callbacks/:token", { config: { access: { public: true } } }, () => {
    throw new Error("the database is away");
  });
  const answer = await app.inject("/callbacks/a-secret-of-theirs?sign=another");
  await app.close();
  const written = await readFile(path, "utf8");
  await rm(folder, { recursive: true });
  expect(answer.statusCode).toBe(500);
  expect(written).toContain("/callbacks/:token");
  expect(written).not.toContain("a-secret-of-theirs");
});
