import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { verifyAudit } from "../../src/access/index.ts";
import { ACCOUNT_ATTEMPTS_MAX, ANONYMOUS_WRITES_MAX } from "../../src/access/anonymous-writes.ts";
import { HASHES_AT_ONCE, passwordTurns, WAITING_MAX } from "../../src/access/password-turns.ts";
import { DEFAULT_POLICY } from "../../src/access/policy.ts";
import { type Composition, compose } from "../../src/composition.ts";
import { makeLog } from "../../src/platform/log.ts";
import { makeServer } from "../../src/server.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { withDatabase } from "../support/database.ts";
import { changeMatrix, type PersonSession, type Staff, staffOf } from "../support/people.ts";
import { addressOf, Knocker, meanwhile, storm, told } from "../support/sign-in-storm.ts";
import { Browser, codeOf, enrol, later, PASSWORD } from "../support/sign-in.ts";

/** How many passwords are being tried at this moment, and against which hashes they were. */
const hashing = vi.hoisted(() => ({ now: 0, at_once: 0, tried: [] as string[] }));
vi.mock("@node-rs/argon2", async (original) => {
  const real = await original<typeof import("@node-rs/argon2")>();
  return {
    ...real,
    verify: async (stored: string, password: string) => {
      hashing.tried.push(stored);
      hashing.at_once = Math.max(hashing.at_once, (hashing.now += 1));
      try {
        return await real.verify(stored, password);
      } finally {
        hashing.now -= 1;
      }
    },
  };
});

const STORM = 10_000;
const CONNECTIONS = 100;
/** As many addresses and accounts as attempts: more at once than can wait. */
const [CROWD, AT_ONCE] = [2_000, 400];
/** What the storms may add to the process, the asking side in it too. */
const MEMORY_MAX = 512 * 2 ** 20;
const world = withDatabase();
let staff: Staff;
let processes: { composition: Composition; app: FastifyInstance; port: number }[] = [];
let knocker: Knocker;
let colleague: Knocker;

beforeAll(async () => {
  staff = await staffOf(world());
  const { ground, domains, composition } = world();
  const config = { ...ground.config, trusted_proxies: ["127.0.0.1"] };
  processes = await Promise.all(
    [1, 2].map(async () => {
      const log = makeLog("fatal");
      const { databases } = composition;
      const one = await compose({ config, clock: ground.clock, log, domains, databases, migrated: true });
      const app = await makeServer(one, { ready: true });
      await app.listen({ port: 0, host: "127.0.0.1" });
      return { composition: one, app, port: (app.server.address() as AddressInfo).port };
    }),
  );
  const port = processes[0]?.port ?? 0;
  knocker = new Knocker(port, CONNECTIONS);
  colleague = new Knocker(port, 1);
});
afterAll(async () => {
  knocker.close();
  colleague.close();
  for (const { app, composition } of processes) {
    await app.close();
    await composition.close();
  }
  await staff.app.close();
});

const auditCount = async (where: string, values: unknown[] = []) =>
  (
    await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.one<{ n: number }>(`select count(*)::int as n from access.audit where ${where}`, values),
    )
  )?.n ?? 0;

describe(`${STORM} wrong log-ins`, () => {
  const colleagues: PersonSession[] = [];
  /** Colleagues sign in one after another from their own addresses, within the bounds whatever the storm takes. */
  const others = () => ({
    times_max: colleagues.length * (ACCOUNT_ATTEMPTS_MAX - 5),
    act: (n: number) =>
      colleague.signIn(colleagues[n % colleagues.length]?.email ?? "", PASSWORD, `192.168.1.${n % 200}`),
  });
  beforeAll(async () => {
    for (const role of ["analyst", "operator", "manager", "agent"] as const) colleagues.push(await staff.add(role));
  });

  test("against one account from as many addresses: five are judged, it stays locked, and the log is not flooded", async () => {
    const victim = await staff.add("analyst");
    const { person_id, hash } = await accountOf(victim.email);
    later(world(), 61_000);
    const [rows, memory, began] = [await auditCount("true"), process.memoryUsage().rss, performance.now()];
    hashing.tried.length = 0;
    const going = storm(STORM, CONNECTIONS, (n) => knocker.signIn(victim.email, `wrong-${n}`, addressOf(n)));
    const { result: codes, replies } = await meanwhile(going, others());
    console.info(`one account, many addresses: ${told(codes, replies, began)}`);

    expect(hashing.tried.filter((stored) => stored === hash)).toHaveLength(DEFAULT_POLICY.attempts_max);
    expect(hashing.at_once).toBeLessThanOrEqual(HASHES_AT_ONCE);
    expect(codes["access.wrong_credentials"]).toBe(DEFAULT_POLICY.attempts_max);
    const refused = (codes["access.locked"] ?? 0) + (codes["access.account_too_many"] ?? 0);
    expect(refused).toBe(STORM - DEFAULT_POLICY.attempts_max);
    expect(replies.every(({ status }) => status === 201)).toBe(true);

    // each that was judged has its row with its account and address; of the flood there is one row that says so
    const mine = "action = 'post /api/session' and phase = 'done' and (subject->>'person_id')::bigint = $1";
    expect(await auditCount(`${mine} and status = 401 and ip like '10.%'`, [person_id])).toBe(5);
    expect(await auditCount(mine, [person_id])).toBe(ACCOUNT_ATTEMPTS_MAX);
    expect(await auditCount("action = 'access.attempts_bounded' and subject->>'bound' = 'account'")).toBe(1);
    expect((await auditCount("true")) - rows).toBe(2 * (ACCOUNT_ATTEMPTS_MAX + replies.length) + 1);
    expect(process.memoryUsage().rss - memory).toBeLessThan(MEMORY_MAX);

    later(world(), 61_000);
    expect(await colleague.signIn(victim.email, PASSWORD, "192.168.7.7")).toMatchObject({ code: "access.locked" });
    later(world(), DEFAULT_POLICY.lock_minutes * 60_000);
    expect(await colleague.signIn(victim.email, PASSWORD, "192.168.7.7")).toMatchObject({ status: 201 });
  });

  test("against as many accounts from one address: its minute is used up, colleagues elsewhere sign in", async () => {
    later(world(), 61_000);
    const [rows, began] = [await auditCount("true"), performance.now()];
    hashing.tried.length = 0;
    const going = storm(STORM, CONNECTIONS, (n) =>
      knocker.signIn(`person-${n}@tea.cn`, "Wrong-2026-wrong", "10.9.9.9"),
    );
    const { result: codes, replies } = await meanwhile(going, others());
    console.info(`many accounts, one address: ${told(codes, replies, began)}`);
    expect(codes).toEqual({
      "access.wrong_credentials": ANONYMOUS_WRITES_MAX,
      "access.too_many": STORM - ANONYMOUS_WRITES_MAX,
    });
    expect(replies.every(({ status }) => status === 201)).toBe(true);
    expect(hashing.tried.length).toBe(ANONYMOUS_WRITES_MAX + replies.length);
    expect((await auditCount("true")) - rows).toBe(2 * (ANONYMOUS_WRITES_MAX + replies.length) + 1);
  });

  test("against as many accounts from as many addresses: what can be judged is, the rest leaves no trace but an answer", async () => {
    later(world(), 61_000);
    const [rows, began] = [await auditCount("true"), performance.now()];
    hashing.tried.length = 0;
    const turns = passwordTurns(processes[0]?.composition.ground as Composition["ground"]);
    let waited = 0;
    const crowd = new Knocker(processes[0]?.port ?? 0, AT_ONCE);
    const going = storm(CROWD, AT_ONCE, async (n) => {
      const reply = await crowd.signIn(`someone-${n}@tea.cn`, "Wrong-2026-wrong", addressOf(100_000 + n));
      waited = Math.max(waited, turns.sizes.waiting);
      return reply;
    });
    const { result: codes, replies } = await meanwhile(going, others());
    crowd.close();
    console.info(`many accounts, many addresses: ${told(codes, replies, began)}`);
    const judged = codes["access.wrong_credentials"] ?? 0;
    expect(judged).toBeGreaterThanOrEqual(WAITING_MAX);
    expect(judged + (codes["access.sign_in_busy"] ?? 0)).toBe(CROWD);
    expect(waited).toBeLessThanOrEqual(WAITING_MAX);
    expect(turns.sizes).toMatchObject({ entered: 0, waiting: 0, running: 0 });
    expect(hashing.at_once).toBeLessThanOrEqual(HASHES_AT_ONCE);
    // who was refused at the door left no row; who had begun and gave way to somebody with an earlier turn left two
    const written = (await auditCount("true")) - rows;
    const [least, most] = [judged, judged + 2 * replies.length];
    expect(written).toBeGreaterThanOrEqual(2 * least);
    expect(written).toBeLessThanOrEqual(2 * most);
  });

  test("leave an audit chain that holds", async () => {
    expect((await verifyAudit(world().ground)).broken).toBeNull();
  });
});

const accountOf = async (email: string) => {
  const row = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.one<{ person_id: number; hash: string }>(
      "select person_id, password_hash as hash from access.person where email = $1",
      [email],
    ),
  );
  if (row === undefined) throw new Error(`nobody has ${email}`);
  return row;
};

/** One browser at a process: what the server sets is kept, as with a browser of a person. */
const browserAt = (place: number) => new Browser(() => processes[place]?.app as FastifyInstance);

describe("a thousand sessions at once", () => {
  const ROLES = ["analyst", "operator", "manager", "agent", "clerk"] as const;
  const EACH = 100;
  const people: { email: string; role: string; sessions: Browser[] }[] = [];

  test("of ten people: each reads its own rights, in every process", async () => {
    for (const role of [...ROLES, ...ROLES]) people.push({ email: (await staff.add(role)).email, role, sessions: [] });
    const began = performance.now();
    for (let n = 0; n < EACH; n += 1) {
      // within the minute of the address
      if (n % (ANONYMOUS_WRITES_MAX / 20) === 0) later(world(), 61_000);
      await Promise.all(
        people.map(async ({ email, sessions }) => {
          const browser = browserAt(n % 2);
          expect((await browser.signIn(email)).status).toBe(201);
          sessions.push(browser);
        }),
      );
    }
    const opened = performance.now();
    const states = await Promise.all(
      people.flatMap(({ email, role, sessions }) =>
        sessions.map(async (one) => ({ email, role, body: (await one.call("GET", "/api/session/state")).body })),
      ),
    );
    console.info(
      `${states.length} sessions opened in ${((opened - began) / 1000).toFixed(1)} s, ` +
        `all read their rights in ${((performance.now() - opened) / 1000).toFixed(1)} s`,
    );
    expect(states).toHaveLength(1_000);
    const rights = new Map<string, string>();
    for (const { email, role, body } of states) {
      expect(body).toMatchObject({ signed_in: true, person: { email, role } });
      const held = JSON.stringify(body["permissions"]);
      expect(rights.get(role) ?? held).toBe(held);
      rights.set(role, held);
    }
    expect(new Set(rights.values()).size).toBe(ROLES.length);
  });

  test("are listed, ended one by one, and all at once: each ends with its next request", async () => {
    const [first, second] = people;
    if (first === undefined || second === undefined) throw new Error("nobody");
    const [mine, other, ...rest] = first.sessions as [Browser, Browser, ...Browser[]];
    const { sessions } = (await mine.security()).body as unknown as {
      sessions: { session_id: number; current: boolean }[];
    };
    // the one that joined by the invitation too
    expect(sessions).toHaveLength(EACH + 1);
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    const listed = (await other.security()).body as unknown as { sessions: { session_id: number; current: boolean }[] };
    const its_id = listed.sessions.find(({ current }) => current)?.session_id;
    expect((await mine.call("DELETE", `/api/me/sessions/${its_id}`)).status).toBe(204);
    expect((await other.security()).status).toBe(401);
    expect((await mine.call("DELETE", "/api/me/sessions")).body).toEqual({ ended: EACH - 1 });
    const after = await Promise.all(rest.map(async (one) => (await one.security()).status));
    expect(after).toEqual(Array<number>(EACH - 2).fill(401));
    expect((await mine.security()).status).toBe(200);
    const { person_id } = await accountOf(second.email);
    const began = performance.now();
    expect((await staff.owner.call("DELETE", `/api/people/${person_id}/sessions`)).status).toBeLessThan(300);
    const ended = await Promise.all(second.sessions.map(async (one) => (await one.security()).status));
    console.info(
      `${EACH} sessions ended and refused in both processes in ${(performance.now() - began).toFixed(0)} ms`,
    );
    expect(ended).toEqual(Array<number>(EACH).fill(401));
  });
});

test("a permission that a version of the matrix takes away is gone with the next request of every session and process", async () => {
  later(world(), 61_000);
  const security = await staff.add("security_admin");
  const { email } = await staff.add("analyst");
  const browsers = await Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      const one = browserAt(n % 2);
      expect((await one.signIn(email)).status).toBe(201);
      return one;
    }),
  );
  const read = async () => {
    const answers = await Promise.all(browsers.map(async (one) => (await one.call("GET", "/api/segments")).status));
    return [...new Set(answers)];
  };
  expect(await read()).toEqual([200]);
  const every = (outcome: string) =>
    (["L1", "L2", "L3", "L4"] as const).map((level) => ({
      role: "analyst",
      permission: "segments.read",
      level,
      outcome,
    }));
  await changeMatrix(security, staff.owner, { cells: every("deny") });
  const first: number[] = [];
  for (const one of browsers.slice(0, 2)) {
    const began = performance.now();
    expect((await one.call("GET", "/api/segments")).status).toBe(403);
    first.push(performance.now() - began);
  }
  expect(await read()).toEqual([403]);
  await changeMatrix(security, staff.owner, { cells: every("allow") });
  expect(await read()).toEqual([200]);
  const took = first.map((ms) => ms.toFixed(0)).join(" and ");
  console.info(`a permission taken away is refused by the next request: ${took} ms in the two processes`);
});

describe("an old session that was stolen", () => {
  /** The session as it was copied, tried in every process with a read, an act and a look at itself. */
  const opensNothing = async (cookie: string) => {
    for (const place of [0, 1]) {
      const thief = browserAt(place);
      thief.cookie = cookie;
      const answers = [
        await thief.call("GET", "/api/segments"),
        await thief.security(),
        await thief.call("POST", "/api/me/factors/totp", { name: "贼" }),
        await thief.call("DELETE", "/api/me/sessions"),
      ];
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
      expect((await thief.call("GET", "/api/session/state")).body).toMatchObject({ signed_in: false });
    }
  };
  const somebody = async (role: "analyst" | "operator" = "analyst") => {
    const { email } = await staff.add(role);
    const browser = browserAt(0);
    later(world(), 61_000);
    expect((await browser.signIn(email)).status).toBe(201);
    expect((await browser.call("GET", "/api/segments")).status).toBe(200);
    return { email, browser, stolen: browser.cookie };
  };

  test("opens nothing after its person signed out", async () => {
    const { browser, stolen } = await somebody();
    await browser.call("DELETE", "/api/session");
    await opensNothing(stolen);
  });
  test("opens nothing after its person changed the password elsewhere", async () => {
    const { email, stolen } = await somebody();
    const elsewhere = browserAt(1);
    await elsewhere.signIn(email);
    const change = { current: PASSWORD, password: "Biluochun-2026" };
    expect((await elsewhere.call("PUT", "/api/me/password", change)).status).toBe(204);
    await opensNothing(stolen);
  });
  test("opens nothing after the password was reset by a link", async () => {
    const { email, stolen } = await somebody();
    const { person_id } = await accountOf(email);
    const { link } = (await staff.owner.call("POST", `/api/people/${person_id}/reset-link`)).body;
    const token = new URL(String(link)).searchParams.get("token");
    const reset = { token, password: "Biluochun-2026" };
    expect((await browserAt(1).call("POST", "/api/reset", reset)).status).toBe(201);
    await opensNothing(stolen);
  });
  test("opens nothing after another role, after being closed, or after all sessions were ended", async () => {
    for (const act of [
      ["PATCH", "", { role: "agent" }],
      ["PATCH", "", { disabled: true }],
      ["DELETE", "/sessions", undefined],
    ] as const) {
      const { email, stolen } = await somebody();
      const { person_id } = await accountOf(email);
      const done = await staff.owner.call(act[0], `/api/people/${person_id}${act[1]}`, act[2]);
      expect(done.status).toBeLessThan(300);
      await opensNothing(stolen);
    }
  });
  test("opens nothing after its person proved a second factor: the session has another token since", async () => {
    const { browser, stolen } = await somebody();
    const { secret } = await enrol(world(), browser);
    await opensNothing(stolen);
    const between = browser.cookie;
    expect((await browser.code(codeOf(world(), secret))).status).toBe(204);
    await opensNothing(between);
    expect((await browser.security()).status).toBe(200);
  });
  test("opens nothing once it has been idle or is old", async () => {
    const { browser, stolen } = await somebody();
    later(world(), (DEFAULT_POLICY.session_idle_minutes + 1) * 60_000);
    await opensNothing(stolen);
    expect((await browser.security()).status).toBe(401);
  });
});
