import type { FastifyInstance } from "fastify";
import { expect } from "vitest";
import type { Answer, PersonSession, Staff } from "./people.ts";

export const PIN = "840275";
export const OTHER_PIN = "619403";

/** A tablet's browser: keeps every cookie that it is given, and gives them back. */
export class TabletBrowser {
  readonly app: FastifyInstance;
  readonly cookies = new Map<string, string>();
  constructor(app: FastifyInstance, cookies: ReadonlyMap<string, string> = new Map()) {
    this.app = app;
    for (const [name, value] of cookies) this.cookies.set(name, value);
  }

  async call(method: string, url: string, payload?: unknown, extra: Record<string, string> = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = payload === undefined ? {} : { payload: payload as object };
    const headers = { ...extra, ...(cookie === "" ? {} : { cookie }) };
    const answer = await this.app.inject({ method: method as "GET", url, headers, ...body });
    for (const { name, value } of answer.cookies)
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    const json = String(answer.headers["content-type"]).includes("json");
    return { status: answer.statusCode, body: json ? answer.json() : {}, headers: answer.headers };
  }

  enter = (person_id: number, pin: string) => this.call("POST", "/api/till/session", { person_id, pin });
  leave = () => this.call("DELETE", "/api/session");
  /** A route of ordinary work at the counter. */
  work = () => this.call("GET", "/api/members?limit=1");
  till = async () => (await this.call("GET", "/api/till")).body as unknown as TillAnswer;

  /** The same device without whoever works at it. */
  device(): TabletBrowser {
    return new TabletBrowser(this.app, new Map([...this.cookies].filter(([name]) => name.endsWith("tablet"))));
  }
  /** The session without the device. */
  session(): TabletBrowser {
    return new TabletBrowser(this.app, new Map([...this.cookies].filter(([name]) => !name.endsWith("tablet"))));
  }
}

interface TillAnswer {
  readonly tablet: { readonly name: string; readonly store_code: string; readonly store_name: string } | null;
  readonly people: readonly { readonly person_id: number; readonly name: string; readonly has_pin: boolean }[];
}

/** Registers a tablet and binds a browser to it. */
export async function bindTablet(
  staff: Staff,
  by: PersonSession,
  store_code: string,
  name = "收银台",
): Promise<{ browser: TabletBrowser; tablet_id: number }> {
  const made = await by.call("POST", "/api/tablets", { store_code, name });
  expect(made.status).toBe(201);
  const browser = new TabletBrowser(staff.app);
  expect((await browser.call("POST", "/api/till/binding", { code: made.body["code"] })).status).toBe(204);
  return { browser, tablet_id: Number(made.body["tablet_id"]) };
}

/** A clerk of these stores with a PIN of their own. */
export async function clerkWithPin(
  staff: Staff,
  stores: readonly string[],
  pin = PIN,
): Promise<{ session: PersonSession; person_id: number }> {
  const session = await staff.add("clerk", stores);
  const password = "longjing-spring-1987";
  expect((await session.call("PUT", "/api/me/pin", { pin, password })).status).toBe(204);
  return { session, person_id: await idOf(session) };
}

export async function idOf(session: PersonSession): Promise<number> {
  const { body } = await session.call("GET", "/api/session/state");
  return (body["person"] as { id: number }).id;
}
