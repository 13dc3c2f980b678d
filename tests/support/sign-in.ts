import type { FastifyInstance } from "fastify";
import { generateSync } from "otplib";
import { expect } from "vitest";
import type { TestWorld } from "./database.ts";

export const PASSWORD = "longjing-spring-1987";
/** A code of an authenticator app stands for so long. */
export const STEP_MS = 30_000;

/** One browser: keeps the cookie that the server sets. */
export class Browser {
  readonly app: () => FastifyInstance;
  cookie = "";
  constructor(app: () => FastifyInstance) {
    this.app = app;
  }
  async call(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", url: string, payload?: object) {
    const headers = this.cookie === "" ? {} : { cookie: this.cookie };
    const answer = await this.app().inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    const set = answer.headers["set-cookie"];
    if (set !== undefined) this.cookie = String(set).split(";")[0] ?? "";
    const json = String(answer.headers["content-type"]).includes("json");
    return { status: answer.statusCode, headers: answer.headers, body: json ? answer.json() : {} };
  }
  signIn = (email: string, password = PASSWORD) => this.call("POST", "/api/session", { email, password });
  code = (code: string) => this.call("POST", "/api/session/code", { code });
  /** A route of ordinary work. */
  work = () => this.call("GET", "/api/people");
  security = () => this.call("GET", "/api/me/security");
}

export const later = ({ clock }: TestWorld, ms: number) => clock.set(new Date(clock.now().getTime() + ms));
export const codeOf = ({ clock }: TestWorld, secret: string) =>
  generateSync({ secret, epoch: Math.floor(clock.now().getTime() / 1000) });

/** Invites a person and lets them in. */
export async function join(owner: Browser, email: string, role: string): Promise<Browser> {
  const invited = await owner.call("POST", "/api/people", { name: email, email, role });
  const token = new URL(String(invited.body.link)).searchParams.get("token");
  const browser = new Browser(owner.app);
  expect((await browser.call("POST", "/api/invitation", { token, password: PASSWORD })).status).toBe(201);
  return browser;
}

/** Adds an authenticator app; the clock is a step further afterwards, so that the next code is a new one. */
export async function enrol(
  world: TestWorld,
  browser: Browser,
): Promise<{ secret: string; factor_id: number; recovery: string[] }> {
  const begun = await browser.call("POST", "/api/me/factors/totp", { name: "手机" });
  expect(begun.status).toBe(201);
  const { secret, factor_id } = begun.body as { secret: string; factor_id: number };
  const done = await browser.call("POST", `/api/me/factors/${factor_id}/confirm`, { code: codeOf(world, secret) });
  expect(done.status).toBe(200);
  later(world, STEP_MS);
  return { secret, factor_id, recovery: (done.body.recovery_codes ?? []) as string[] };
}

/** The number of a person by their address. */
export async function personId(owner: Browser, email: string): Promise<number> {
  const { body } = await owner.work();
  const found = (body as { items: { id: number; email: string }[] }).items.find((one) => one.email === email);
  if (found === undefined) throw new Error(`nobody has the address ${email}`);
  return found.id;
}
