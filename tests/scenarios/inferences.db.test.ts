import { afterAll, beforeAll, expect, it } from "vitest";
import { ensureSource, type Source } from "../../src/ingest/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { withDatabase } from "../support/database.ts";
import { id, memberOf, record, rows, send } from "../support/member-records.ts";
import { changeMatrix, type PersonSession, type Staff, staffOf } from "../support/people.ts";

const world = withDatabase();
const ground = () => world().ground;
let staff: Staff;
let security: PersonSession;
let operator: PersonSession;
let crm: Source;
const members: Record<string, number> = {};

beforeAll(async () => {
  staff = await staffOf(world());
  security = await staff.add("security_admin");
  operator = await staff.add("operator", ["HZ01"]);
  crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
  for (const [store, phone] of [
    ["HZ01", "13812345601"],
    ["SH01", "13912345602"],
  ] as const) {
    const profile = { name: "欧阳明", home_store_code: store, gender: "female", birthday: "1988-03-12" };
    await send(ground(), crm, [
      record("member", "2026-03-01", [id("crm_id", `C-${store}`), id("phone", phone)], profile),
    ]);
    members[store] = await memberOf(ground(), crm, "crm_id", `C-${store}`);
  }
});
afterAll(async () => staff.app.close());

it("a number that a member of another store has is refused without saying whose it is", async () => {
  const change = (person: PersonSession) =>
    person.call("POST", `/api/members/${members["HZ01"]}/phone-change`, {
      new_phone: "13912345602",
      check: { kind: "birthday", value: "1988-03-12" },
      reason: "柜台办理",
    });
  const refused = await change(operator);
  expect(refused.body).toMatchObject({ status: 409, code: "members.phone_taken_elsewhere" });
  expect(refused.body["params"]).toEqual({});
  expect((await change(staff.owner)).body).toMatchObject({
    code: "members.phone_taken",
    params: { member_id: members["SH01"] },
  });
});

it("quarantined values are those of members of one's own stores, to be listed, barred and let go", async () => {
  const tokens = await rows<{ token: string; store: string }>(
    ground(),
    `select h.token, f.home_store_code as store from members.holding h join members.party p using (party_id)
     join members.profile f using (member_id) where h.kind = 'phone'`,
  );
  const tokenOf = (store: string) => tokens.find((one) => one.store === store)?.token ?? "";
  const bar = (person: PersonSession, store: string) =>
    person.call("POST", `/api/identity-values/${tokenOf(store)}/quarantine`, { reason: "前台座机" });
  expect((await bar(operator, "SH01")).body).toMatchObject({ code: "members.value_unknown" });
  for (const store of ["HZ01", "SH01"]) expect((await bar(staff.owner, store)).status).toBe(204);
  const listed = async (person: PersonSession) =>
    ((await person.call("GET", "/api/identity-values/quarantined")).body["items"] as { value_id: string }[]).map(
      (one) => one.value_id,
    );
  expect(await listed(operator)).toEqual([tokenOf("HZ01")]);
  expect((await listed(staff.owner)).sort()).toEqual([tokenOf("HZ01"), tokenOf("SH01")].sort());
  const release = await operator.call("POST", `/api/identity-values/${tokenOf("SH01")}/release`, { reason: "放行" });
  expect(release.status).toBe(404);
  expect(await listed(staff.owner)).toHaveLength(2);
});

it("members are not filtered by a tag that is masked for whoever asks", async () => {
  const asked = await operator.call("GET", "/api/members?tag=gender:female");
  expect(asked.body).toMatchObject({ status: 403, code: "members.tag_personal" });
  expect((await operator.call("GET", "/api/members?tag=tenure_band:new")).status).toBe(200);
  await changeMatrix(security, staff.owner, {
    cells: [{ role: "operator", permission: "members.read", level: "L3", outcome: "allow" }],
  });
  // in clear only where a row of the audit log is written, and lists are not
  expect((await operator.call("GET", "/api/members?tag=gender:female")).status).toBe(200);
});

it("a job is stopped by those who may stop jobs, not by everybody who sees them", async () => {
  const cells = ["L1", "L2", "L3"].map((level) => ({
    role: "operator",
    permission: "jobs.manage",
    level,
    outcome: "deny",
  }));
  await changeMatrix(security, staff.owner, { cells });
  const job = "00000000-0000-7000-8000-000000000000";
  expect((await operator.call("GET", "/api/jobs")).status).toBe(200);
  expect((await operator.call("POST", `/api/jobs/${job}/cancel`)).body).toMatchObject({
    code: "access.not_allowed",
    params: { permission: "jobs.manage" },
  });
  expect((await staff.owner.call("POST", `/api/jobs/${job}/cancel`)).status).toBe(404);
});

it("whom an exact look-up found is open to be read, and not to be changed", async () => {
  const person = await staff.add("operator", ["HZ01"]);
  const there = String(members["SH01"]);
  await ground().store.write(SYSTEM_SCOPE, (tx) => tx.query("update members.quarantine set released_at = now()"));
  const found = await person.call("GET", "/api/members/search?q=13912345602");
  expect((found.body["items"] as unknown[]).length).toBe(1);
  expect((await person.call("GET", `/api/members/${there}`)).status).toBe(200);
  const flag = { flag: "staff", holds: true, reason: "测试越店" };
  expect((await person.call("POST", `/api/members/${there}/flags`, flag)).status).toBe(404);
});

it("a live page that an exact look-up opened ends when the look-up is over", async () => {
  const clerk = await staff.add("clerk", ["HZ01"]);
  expect((await clerk.call("GET", "/api/members/search?q=13912345602")).status).toBe(200);
  const address = await staff.app.listen({ port: 0, host: "127.0.0.1" });
  const live = await fetch(`${address}/api/members/${members["SH01"]}/live`, { headers: { cookie: clerk.cookie } });
  expect(live.status).toBe(200);
  let ended = false;
  const reading = (async () => {
    for await (const _ of live.body ?? []) continue;
    ended = true;
  })();
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(ended).toBe(false);
  world().clock.advance({ minutes: 16 });
  await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 3_000))]);
  expect(ended).toBe(true);
});
