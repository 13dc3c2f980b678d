import type { FastifyInstance } from "fastify";
import { offerSetup } from "../../src/access/index.ts";
import { makeServer } from "../../src/server.ts";
import type { TestWorld } from "./database.ts";

const owner = { brand_name: "山野茶", name: "林", email: "owner@example.com", password: "longjing-spring-1987" };

/** The HTTP server with its first person signed in. */
export interface OwnerSession {
  readonly app: FastifyInstance;
  readonly cookie: string;
  get(url: string): Promise<{ status: number; body: unknown }>;
  post(url: string, payload?: unknown): Promise<{ status: number; body: unknown }>;
  put(url: string, payload?: unknown): Promise<{ status: number; body: unknown }>;
  remove(url: string, payload?: unknown): Promise<{ status: number; body: unknown }>;
}

export async function signInOwner(world: TestWorld): Promise<OwnerSession> {
  const app = await makeServer(world.composition, { ready: true });
  const token = await offerSetup(world.ground);
  const done = await app.inject({ method: "POST", url: "/api/setup", payload: { token, ...owner } });
  return sessionOf(app, String(done.headers["set-cookie"]).split(";")[0] ?? "");
}

/** Another person of the same server, invited by the owner and signed in. */
export async function signInAs(session: OwnerSession, role: string): Promise<OwnerSession> {
  const { app } = session;
  const invited = await session.post("/api/people", { name: `某${role}`, email: `${role}@example.com`, role });
  const token = new URL((invited.body as { link: string }).link).searchParams.get("token");
  const done = await app.inject({
    method: "POST",
    url: "/api/invitation",
    payload: { token, password: owner.password },
  });
  return sessionOf(app, String(done.headers["set-cookie"]).split(";")[0] ?? "");
}

function sessionOf(app: FastifyInstance, cookie: string): OwnerSession {
  const call = async (method: "GET" | "POST" | "PUT" | "DELETE", url: string, payload?: unknown) => {
    const body = payload === undefined ? {} : { payload: payload as object };
    const answer = await app.inject({ method, url, headers: { cookie }, ...body });
    return { status: answer.statusCode, body: answer.json() as unknown };
  };
  return {
    app,
    cookie,
    get: (url) => call("GET", url),
    post: (url, payload) => call("POST", url, payload),
    put: (url, payload) => call("PUT", url, payload),
    remove: (url, payload) => call("DELETE", url, payload),
  };
}
