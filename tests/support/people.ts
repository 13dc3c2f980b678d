import type { FastifyInstance } from "fastify";
import { type Role, offerSetup } from "../../src/access/index.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "../../src/access/policy.ts";
import { makeServer } from "../../src/server.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import type { TestWorld } from "./database.ts";

const password = "longjing-spring-1987";

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
}

/** A signed-in person of a role. */
export interface PersonSession {
  readonly email: string;
  readonly cookie: string;
  call(method: string, url: string, payload?: unknown): Promise<Answer>;
}

export interface Staff {
  readonly app: FastifyInstance;
  readonly owner: PersonSession;
  /** Invites and signs in one more person. */
  add(role: Role, stores?: readonly string[] | null): Promise<PersonSession>;
}

/** The HTTP server with an owner, who invites the others. @param prepare adds hooks before it takes requests. */
export async function staffOf(world: TestWorld, prepare?: (app: FastifyInstance) => void): Promise<Staff> {
  const app = await makeServer(world.composition, { ready: true });
  // who needs a second factor is the subject of factors.db.test.ts; here a password is enough for everybody
  await world.ground.store.write(SYSTEM_SCOPE, (tx) =>
    setSecurityPolicy(tx, { ...DEFAULT_POLICY, second_factor_roles: [] }),
  );
  prepare?.(app);
  const token = await offerSetup(world.ground);
  const first = { token, brand_name: "山野茶", name: "林", email: "owner@example.com", password };
  const done = await app.inject({ method: "POST", url: "/api/setup", payload: first });
  const owner = sessionOf(app, first.email, cookieOf(done.headers));
  let count = 0;
  return {
    app,
    owner,
    add: async (role, stores = null) => {
      count += 1;
      const email = `${role}-${count}@example.com`;
      const invited = await owner.call("POST", "/api/people", {
        name: `${role} ${count}`,
        email,
        role,
        scope_stores: stores,
      });
      const secret = new URL(String(invited.body["link"])).searchParams.get("token");
      const joined = await app.inject({ method: "POST", url: "/api/invitation", payload: { token: secret, password } });
      return sessionOf(app, email, cookieOf(joined.headers));
    },
  };
}

export function sessionOf(app: FastifyInstance, email: string, cookie: string): PersonSession {
  return {
    email,
    cookie,
    call: async (method, url, payload) => {
      const body = payload === undefined ? {} : { payload: payload as object };
      const answer = await app.inject({ method: method as "GET", url, headers: { cookie }, ...body });
      const json = String(answer.headers["content-type"]).includes("json");
      return { status: answer.statusCode, body: json ? answer.json() : {}, headers: answer.headers };
    },
  };
}

function cookieOf(headers: Record<string, unknown>): string {
  return String(headers["set-cookie"]).split(";")[0] ?? "";
}

/** Puts cells into force: the first one drafts and submits, the second approves. */
export async function changeMatrix(
  author: PersonSession,
  approver: PersonSession,
  changes: { cells?: readonly object[]; scopes?: readonly object[] },
): Promise<number> {
  const step = async (who: PersonSession, method: string, url: string, payload?: unknown) => {
    const answer = await who.call(method, url, payload);
    if (answer.status >= 400) throw new Error(`${method} ${url}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { version } = await step(author, "POST", "/api/matrix/draft", { reason: "试一试" });
  await step(author, "PATCH", "/api/matrix/draft", changes);
  await step(author, "POST", "/api/matrix/draft/submit");
  await step(approver, "POST", `/api/matrix/versions/${String(version)}/approve`, { reason: "同意" });
  return Number(version);
}
