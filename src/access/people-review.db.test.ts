import exceljs from "exceljs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { type PersonSession, sessionOf, type Staff, staffOf } from "../../tests/support/people.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "./policy.ts";

const world = withDatabase();
let staff: Staff;
let security: PersonSession;
interface Line {
  readonly line: number;
  readonly name: string;
  readonly person_id: number | null;
  readonly client_id: number | null;
  readonly [fact: string]: unknown;
}

beforeAll(async () => {
  staff = await staffOf(world());
  // a password that is good for ever: the second review comes after 91 days
  await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
    setSecurityPolicy(tx, { ...DEFAULT_POLICY, profile: "asvs", second_factor_roles: [] }),
  );
  security = await staff.add("security_admin");
  await staff.add("analyst");
  await staff.add("clerk", ["HZ01"]);
  const { body } = await staff.owner.call("GET", "/api/people");
  const analyst = (body["items"] as { id: number; role: string }[]).find(({ role }) => role === "analyst");
  const client = { name: "报表", owner_id: analyst?.id, permissions: ["jobs.read"], expiry_days: 200 };
  expect((await security.call("POST", "/api/clients", client)).status).toBe(201);
});
afterAll(async () => staff.app.close());

async function signIn(person: PersonSession): Promise<void> {
  const payload = { email: person.email, password: "longjing-spring-1987" };
  const answer = await staff.app.inject({ method: "POST", url: "/api/session", payload });
  const cookie = String(answer.headers["set-cookie"]).split(";")[0] ?? "";
  Object.assign(person, sessionOf(staff.app, person.email, cookie));
}
async function begin(by = security): Promise<{ review_id: number; lines: readonly Line[] }> {
  const { body } = await by.call("POST", "/api/access-reviews");
  const review_id = Number(body["review_id"]);
  const answer = await by.call("GET", `/api/access-reviews/${review_id}`);
  return { review_id, lines: answer.body["lines"] as Line[] };
}
const judge = (review_id: number, { line }: Line, body: object, by = security) =>
  by.call("PUT", `/api/access-reviews/${review_id}/lines/${line}`, body);

/** Whoever may judge a line: nobody their own. */
async function judgeAll(review_id: number, lines: readonly Line[]): Promise<void> {
  for (const line of lines) {
    const first = await judge(review_id, line, { verdict: "keep" });
    if (first.status === 204) continue;
    expect(first.body).toMatchObject({ code: "access.review_own" });
    expect((await judge(review_id, line, { verdict: "keep" }, staff.owner)).status).toBe(204);
  }
}

it("lists everybody and every program, is judged line by line, signed, and does not move any more", async () => {
  const { review_id, lines } = await begin();
  expect(lines).toHaveLength(5);
  expect(lines.find(({ role }) => role === "clerk")).toMatchObject({
    stores: ["HZ01"],
    has_factor: false,
    idle: false,
  });
  expect(lines.find(({ client_id }) => client_id !== null)).toMatchObject({ permissions: ["jobs.read"], name: "报表" });
  expect((await staff.owner.call("POST", "/api/access-reviews")).body).toMatchObject({ code: "access.review_open" });
  const [first] = lines as [Line];
  expect((await judge(review_id, first, { verdict: "remove" })).body).toMatchObject({ code: "access.review_reason" });
  expect((await security.call("POST", `/api/access-reviews/${review_id}/sign`)).body).toMatchObject({
    code: "access.review_unfinished",
  });
  await judgeAll(review_id, lines);
  expect((await judge(review_id, first, { verdict: "change", reason: "改为只读" })).status).toBe(204);
  expect((await security.call("POST", `/api/access-reviews/${review_id}/sign`)).status).toBe(204);
  expect((await judge(review_id, first, { verdict: "keep" })).body).toMatchObject({ code: "access.review_signed" });
  const { store } = world().ground;
  await expect(
    store.write(SYSTEM_SCOPE, (tx) => tx.query("update access.review_line set verdict = 'keep'")),
  ).rejects.toThrow(/is signed/);
  const { body } = await security.call("GET", "/api/access-reviews");
  expect(body["items"]).toMatchObject([
    { review_id, lines: 5, judged: 5, signed_by: expect.any(String), to_do: 1, undone: 1 },
  ]);
});

it("says of what was decided whether it has been done, and whose line is the reader's own", async () => {
  const of = async (by: PersonSession) => {
    const { body } = await by.call("GET", "/api/access-reviews");
    const [newest] = body["items"] as { review_id: number; undone: number }[];
    const answer = await by.call("GET", `/api/access-reviews/${newest?.review_id}`);
    return { newest, lines: answer.body["lines"] as Line[] };
  };
  const before = await of(security);
  expect(before.lines.filter(({ own }) => own).map(({ role }) => role)).toEqual(["security_admin"]);
  expect((await of(staff.owner)).lines.filter(({ own }) => own).map(({ role }) => role)).toEqual(["owner"]);
  const [first] = before.lines as [Line];
  expect(before.lines.map(({ done }) => done)).toEqual([false, null, null, null, null]);
  expect(before.newest?.undone).toBe(1);
  const { ground } = world();
  const change = (role: string) =>
    ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update access.person set role = $2 where person_id = $1", [first.person_id, role]),
    );
  await change("operator");
  const after = await of(security);
  expect([after.lines[0]?.["done"], after.newest?.undone]).toEqual([true, 0]);
  await change(String(first["role"]));
});

it("says who did not come for 90 days, and whose role is another than in the review before", async () => {
  const due = async () => {
    const { body } = await security.call("GET", "/api/access-reviews");
    return body["overdue"];
  };
  expect(await due()).toBe(false);
  world().clock.advance({ days: 91 });
  await signIn(security);
  await signIn(staff.owner);
  expect(await due()).toBe(true);
  const { body } = await staff.owner.call("GET", "/api/people");
  const clerk = (body["items"] as { id: number; role: string }[]).find(({ role }) => role === "clerk");
  await staff.owner.call("PATCH", `/api/people/${clerk?.id}`, { role: "agent" });
  const { review_id, lines } = await begin();
  expect(await due()).toBe(false);
  const of = (role: string) => lines.find((line) => line.person_id !== null && line["role"] === role);
  expect(of("agent")).toMatchObject({ changed: true, idle: true });
  expect(of("analyst")).toMatchObject({ changed: false, idle: true });
  expect(of("security_admin")).toMatchObject({ changed: false, idle: false });
  expect(lines.find(({ client_id }) => client_id !== null)).toMatchObject({ idle: true });
  const file = await staff.app.inject({
    url: `/api/access-reviews/${review_id}/review.xlsx`,
    headers: { cookie: security.cookie },
  });
  const book = new exceljs.Workbook();
  await book.xlsx.load(file.rawPayload as never);
  expect(book.worksheets[0]?.rowCount).toBe(6);
  expect(JSON.stringify(book.worksheets[0]?.getSheetValues())).toContain("接口客户端");
  await judgeAll(review_id, lines);
});
