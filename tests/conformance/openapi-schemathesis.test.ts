import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSync } from "otplib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConsoleServer, startServer } from "../e2e/console-server.ts";
import { PASSWORD } from "../support/sign-in.ts";
import { fuzz, hasPython } from "./schemathesis.ts";

/** Asked for by name (HUITOU_FUZZ=1): it takes six minutes and its cases are drawn anew each time; HUITOU_FUZZ_ONLY names the addresses, as a pattern. */
const asked = process.env["HUITOU_FUZZ"] === "1";
/** What ends or changes the session that the run itself uses, and streams that stay open. */
const EXCLUDE = "/live$|/api/session|/api/me/|/api/setup|/api/invitation";
const MEMBERS = 200;
/** Cases an operation, and seconds in all: what it draws differs from run to run. */
const [CASES, SECONDS] = [6, 280];

/** The first person of a server, with a second factor shown. @returns the session cookie's value */
async function strongSession(server: ConsoleServer): Promise<string> {
  let cookie = "";
  const post = async (path: string, body: object): Promise<Record<string, string>> => {
    const headers = { "content-type": "application/json", ...(cookie === "" ? {} : { cookie }) };
    const answer = await fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.ok, path).toBe(true);
    cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return (await answer.json()) as Record<string, string>;
  };
  const token = new URL(server.setup).searchParams.get("token");
  await post("/api/setup", { token, brand_name: "山野茶", name: "林", email: "owner@example.com", password: PASSWORD });
  const { factor_id, secret } = await post("/api/me/factors/totp", { name: "手机" });
  await post(`/api/me/factors/${factor_id}/confirm`, { code: generateSync({ secret: secret ?? "" }) });
  return cookie.slice(cookie.indexOf("=") + 1);
}

// a newcomer's machine may have no Python; where everything has to run it is a failure
describe.runIf(asked && (hasPython || process.env["CI"] === "true"))("the API keeps to its description", () => {
  let server: ConsoleServer;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "huitou-fuzz-"));
    server = await startServer(MEMBERS);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("schemathesis finds no failure of ours, no answer that is not described, and no way around the session", async () => {
    const session = await strongSession(server);
    const phases = ["coverage", "fuzzing", "stateful"] as const;
    const only = process.env["HUITOU_FUZZ_ONLY"];
    const bounds = { cases: CASES, seconds: SECONDS, exclude: EXCLUDE, only };
    const found = await fuzz({ ...server, session, phases, ...bounds, folder });
    expect(found.said).toMatch(/Test cases:\s+\d{3}/);
    expect(found.code, found.said.slice(-20_000)).toBe(0);
  });
});
