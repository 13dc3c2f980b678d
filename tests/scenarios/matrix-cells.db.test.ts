import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type DeclaredRoute,
  LEVELS,
  mayBeGivenToClients,
  type Outcome,
  PERMISSIONS,
  type Role,
  ROLES,
} from "../../src/access/index.ts";
import { withDatabase } from "../support/database.ts";
import { changeMatrix, type PersonSession, type Staff, staffOf } from "../support/people.ts";

/** Each route for each role, or one for each permission and level. */
const EVERY_ROUTE = process.env["HUITOU_LONG"] === "1";
const PROBE = "x-probe";
const world = withDatabase();
let staff: Staff;
let approver: PersonSession;
const people = new Map<Role, PersonSession>();
/** A program of somebody of each role, with every permission that programs may have. */
const programs = new Map<Role, string>();

beforeAll(async () => {
  staff = await staffOf(world(), (app) => {
    // behind the guard and before everything else: a probe asks whether it is let in, and does nothing
    app.addHook("onRequest", async (request, reply) => {
      if (request.headers[PROBE] !== undefined) return reply.code(204).send();
    });
  });
  approver = await staff.add("owner");
  for (const { role } of ROLES) people.set(role, await staff.add(role));
  const { body } = await staff.owner.call("GET", "/api/people");
  for (const { role } of ROLES) {
    const { email } = people.get(role) ?? {};
    const owner = (body["items"] as { id: number; email: string }[]).find((one) => one.email === email);
    const made = await staff.owner.call("POST", "/api/clients", {
      name: role,
      owner_id: owner?.id,
      permissions: PERMISSIONS.filter(mayBeGivenToClients),
      rate_per_minute: 6_000,
    });
    programs.set(role, String(made.body["key"]));
  }
});
afterAll(async () => staff.app.close());

/** What a route answers somebody whose cell says this. */
const ANSWERS: Readonly<Record<Outcome, readonly [status: number, code: string | null]>> = {
  allow: [204, null],
  mask: [204, null],
  step_up: [401, "access.step_up_required"],
  approve: [403, "access.approval_required"],
  deny: [403, "access.not_allowed"],
};

/** What is put to a colleague is held once its body is known (approvals.db.test.ts); the probe is answered before. */
function expected(outcome: Outcome, { access }: DeclaredRoute): readonly [status: number, code: string | null] {
  const { approval } = access;
  const later = typeof approval === "function" || (approval !== undefined && "covered" in approval);
  return outcome === "approve" && later ? [204, null] : ANSWERS[outcome];
}

function probed(): readonly DeclaredRoute[] {
  if (EVERY_ROUTE) return staff.app.declared_routes;
  const first = new Map<string, DeclaredRoute>();
  for (const route of staff.app.declared_routes) {
    const { permission, enter, level } = route.access;
    const place = `${permission} ${enter ?? level}`;
    if (!first.has(place)) first.set(place, route);
  }
  return [...first.values()];
}

const asPerson = ({ cookie }: PersonSession) => ({ cookie });
const asProgram = (key: string) => ({ authorization: `Bearer ${key}` });

async function answerTo(who: Record<string, string>, { method, url }: DeclaredRoute): Promise<[number, string | null]> {
  const answer = await staff.app.inject({
    method: method as "GET",
    url: url.replace(/:\w+/g, "1"),
    headers: { ...who, [PROBE]: "1" },
  });
  return [answer.statusCode, answer.body === "" ? null : answer.json<{ code: string }>().code];
}

/** Calls every route as every role and compares with the matrix. @returns the cells that answered otherwise. */
async function differences(outcomeOf: (role: string, permission: string, level: string) => Outcome) {
  const wrong: string[] = [];
  let asked = 0;
  for (const route of probed()) {
    const { permission, enter, level } = route.access;
    for (const [role, person] of people) {
      const outcome = outcomeOf(role, permission, enter ?? level);
      const answer = await answerTo(asPerson(person), route);
      asked += 1;
      if (JSON.stringify(answer) !== JSON.stringify(expected(outcome, route))) {
        wrong.push(`${role} ${route.method} ${route.url} is ${outcome}, answered ${answer.join(" ")}`);
      }
    }
  }
  return { wrong, asked };
}

/** The same for programs: what their owner's role may, closed where a person is wanted. @returns as `differences` */
async function differencesOfPrograms(outcomeOf: (role: string, permission: string, level: string) => Outcome) {
  const wrong: string[] = [];
  let let_in = 0;
  for (const route of probed()) {
    const { permission, enter, level } = route.access;
    for (const [role, key] of programs) {
      const outcome = outcomeOf(role, permission, enter ?? level);
      const open = mayBeGivenToClients(permission) && (outcome === "allow" || outcome === "mask");
      const answer = await answerTo(asProgram(key), route);
      if (open) let_in += 1;
      if (JSON.stringify(answer) !== JSON.stringify(open ? ANSWERS.allow : [403, "access.client_not_allowed"]))
        wrong.push(`program of ${role} ${route.method} ${route.url} is ${outcome}, answered ${answer.join(" ")}`);
    }
  }
  return { wrong, let_in };
}

interface Content {
  readonly cells: readonly { role: string; permission: string; level: string; outcome: Outcome }[];
}

async function inForce() {
  const { body } = await staff.owner.call("GET", "/api/matrix");
  const cells = new Map(
    (body as unknown as Content).cells.map((cell) => [`${cell.role} ${cell.permission} ${cell.level}`, cell.outcome]),
  );
  return (role: string, permission: string, level: string) => cells.get(`${role} ${permission} ${level}`) ?? "deny";
}

/** Cells that stay: the owner keeps the matrix, or nobody could go on, and the audit log has one reader alone. */
function kept(role: string, permission: string): Outcome | undefined {
  if (role === "owner" && permission.startsWith("matrix.")) return "allow";
  if (role !== "audit_admin" && permission === "audit.read") return "deny";
  return undefined;
}

describe("every route asks the matrix", () => {
  it("as it is shipped", async () => {
    const { wrong, asked } = await differences(await inForce());
    expect(wrong).toEqual([]);
    expect(asked).toBe(probed().length * ROLES.length);
    const program = await differencesOfPrograms(await inForce());
    expect(program.wrong).toEqual([]);
    expect(program.let_in).toBeGreaterThan(50);
  });

  it.each([0, 1, 2, 3, 4])(
    "with outcomes turned round by %i: each cell has had each outcome after the last",
    async (turn) => {
      const order = Object.keys(ANSWERS) as Outcome[];
      const cells = ROLES.flatMap(({ role }, r) =>
        PERMISSIONS.flatMap((permission, p) => {
          const outcome = kept(role, permission) ?? order[(r + p + turn) % order.length];
          return LEVELS.map((level) => ({ role, permission, level, outcome }));
        }),
      );
      await changeMatrix(staff.owner, approver, { cells });
      const { wrong } = await differences(await inForce());
      expect(wrong).toEqual([]);
      expect((await differencesOfPrograms(await inForce())).wrong).toEqual([]);
    },
  );

  it("on a method and a level that the vocabulary knows, and none is left out", () => {
    const vocabulary = new Set<string>(PERMISSIONS);
    const strange = staff.app.declared_routes.filter(
      ({ access }) => !vocabulary.has(access.permission) || !LEVELS.includes(access.level),
    );
    expect(strange).toEqual([]);
    const { paths } = staff.app.swagger() as { paths: Record<string, Record<string, unknown>> };
    const declared = new Set(
      staff.app.declared_routes.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, "{$1}")}`),
    );
    const open = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .map((method) => `${method.toUpperCase()} ${path}`)
        .filter((route) => !declared.has(route)),
    );
    // each of these is public, about one's own account or requests, or asks for a source's own key
    expect(open.filter((route) => !OPEN.some((pattern) => pattern.test(route)))).toEqual([]);
  });

  it("and a permission that nobody's route names is no permission", () => {
    const named = new Set(staff.app.declared_routes.map(({ access }) => access.permission));
    expect(PERMISSIONS.filter((permission) => !named.has(permission) && !ASKED_WITHIN.has(permission))).toEqual([]);
  });
});

/** Asked of a robot's owner in the middle of its work (robots/platform-acts.ts); no route does it. */
const ASKED_WITHIN = new Set<string>(["robots.enter"]);

const OPEN = [
  / \/api\/(session|me\/)/,
  / \/api\/setup/,
  / \/api\/invitation/,
  / \/api\/reset$/,
  // by the cookie of a bound device and a PIN, by a one-time code or link
  / \/api\/(till|pin)(\/|$)/,
  / \/api\/approvals\/(count|mine|\{approval_id\}\/(withdraw|execute))$/,
  / \/api\/errors/,
  /GET \/api\/world$/,
  / \/api\/(records|webhooks?|hooks)/,
  / \/(v1|sa|debug|hooks|shopify)/,
  // a service's own calls, by a secret in the address; WeChat's are signed besides
  /POST \/api\/message-callbacks\/\{token\}$/,
  /(GET|POST) \/api\/message-callbacks\/\{token\}\/wechat$/,
  // a member about themself, by a token of their own
  / \/api\/member-rights\//,
];
