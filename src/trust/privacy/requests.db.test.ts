import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { id, memberOf, record, rows, send } from "../../../tests/support/member-records.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { changeMatrix, type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import { signatureHolds } from "../../access/index.ts";
import { ensureSource } from "../../ingest/index.ts";
import { sleep } from "../../platform/index.ts";
import { deliverOutbox, type Subscription, SYSTEM_SCOPE } from "../../store/index.ts";

const world = withDatabase();
const ground = () => world().ground;
let staff: Staff;
let officer: PersonSession;
let clerk: PersonSession;
const members: number[] = [];

beforeAll(async () => {
  staff = await staffOf(world());
  officer = await staff.add("privacy_officer");
  clerk = await staff.add("clerk", ["HZ01"]);
  const crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
  const count = 9;
  for (let n = 1; n <= count; n += 1) {
    const phone = `1381234560${n}`;
    await send(ground(), crm, [
      record("member", "2026-03-01", [id("crm_id", `R${n}`), id("phone", phone), id("card_no", `8800000${n}`)], {
        name: "欧阳明",
        birthday: "1988-03-12",
        gender: "female",
        city: "杭州",
        home_store_code: n === 9 ? "SH01" : "HZ01",
        consents: [
          {
            purpose: "marketing",
            channel: "sms",
            granted: true,
            text_version: "v3",
            at: "2026-02-01T00:00:00Z",
            via: "till",
          },
        ],
      }),
      record("order", "2026-03-02", [id("crm_id", `R${n}`)], {
        order_no: `O${n}`,
        store_code: "HZ01",
        status: "paid",
        lines: [{ sku: "T1", quantity: 1, unit_price: "88.00" }],
      }),
    ]);
    members.push(await memberOf(ground(), crm, "crm_id", `R${n}`));
  }
  await deliverAll(world());
});
afterAll(async () => staff.app.close());

const member = (n: number) => members[n - 1] as number;
const file = (n: number, kind: string, more: object = {}, who = officer) =>
  who.call("POST", "/api/privacy/requests", { kind, member_id: member(n), via: "counter", ...more });
const filed = async (n: number, kind: string, more: object = {}) =>
  Number((await file(n, kind, more)).body["request_id"]);
const act = (request_id: number, what: string, body: object = {}) =>
  officer.call("POST", `/api/privacy/requests/${request_id}/${what}`, body);
const detailsOf = (n: number) => ({
  how: "two_details",
  details: [
    { kind: "phone", value: `1381234560${n}` },
    { kind: "birthday", value: "1988-03-12" },
  ],
});
const stateOf = async (request_id: number) =>
  (await officer.call("GET", `/api/privacy/requests/${request_id}`)).body as Record<string, unknown>;

describe("a rights request", () => {
  it("is filed with its due day, checked by two details, handled once, and closed with a proof that verifies", async () => {
    const request_id = await filed(1, "refuse_profiling");
    expect(await stateOf(request_id)).toMatchObject({ state: "received", days_left: 30, name_masked: "欧**" });
    expect((await act(request_id, "handle")).body).toMatchObject({ code: "privacy.wrong_state" });
    expect((await act(request_id, "identity", detailsOf(1))).body).toMatchObject({ state: "verified" });
    expect((await act(request_id, "handle")).body).toMatchObject({ state: "done" });
    expect((await act(request_id, "handle")).status).toBe(409);
    const proof = (await officer.call("GET", `/api/privacy/requests/${request_id}/proof`)).body;
    expect(proof).toMatchObject({
      format: "huitou-rights-proof/1",
      kind: "refuse_profiling",
      member_id: member(1),
      identity_check: "two_details",
      identity_details: ["phone", "birthday"],
      outcome: { profiling_refused: true },
    });
    const key = await readFile(join(ground().config.data_dir, "keys", "audit-host.pem"), "utf8");
    const pem = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
    expect(signatureHolds(proof, pem)).toBe(true);
    expect(signatureHolds({ ...proof, member_id: 999_999 }, pem)).toBe(false);
    expect(JSON.stringify(proof)).not.toMatch(/欧阳|1381234/);
    const [profile] = await rows(ground(), "select profiling_refused from members.profile where member_id = $1", [
      member(1),
    ]);
    expect(profile).toEqual({ profiling_refused: true });
  });

  it("waits once per wish, and says which one is open", async () => {
    const request_id = await filed(2, "copy");
    expect((await file(2, "copy")).body).toMatchObject({ code: "privacy.request_open", params: { request_id } });
  });

  it("is refused only with a ground and a reason in words, and the reason holds no phone", async () => {
    const request_id = await filed(2, "explain");
    expect((await act(request_id, "refuse", { ground: "repeated", reason: "no" })).status).toBe(400);
    await act(request_id, "refuse", { ground: "repeated", reason: "三天内第四次同样的请求，来电 13900001111" });
    expect(await stateOf(request_id)).toMatchObject({
      state: "refused",
      refusal_ground: "repeated",
      refusal_reason: expect.stringContaining("139****1111") as string,
      has_proof: true,
    });
  });

  it("lets nobody guess details: five wrong checks, then only a document helps", async () => {
    const request_id = await filed(3, "correct", { field: "city", value: "苏州" });
    const wrong = { how: "two_details", details: [...detailsOf(4).details] };
    for (const left of [4, 3, 2, 1, 0]) {
      expect((await act(request_id, "identity", wrong)).body).toMatchObject({
        code: "privacy.details_wrong",
        params: { wrong: "phone", left },
      });
    }
    expect((await act(request_id, "identity", detailsOf(3))).body).toMatchObject({ code: "privacy.attempts_used" });
    expect((await act(request_id, "identity", { how: "document", document: "id_card" })).status).toBe(200);
    expect((await act(request_id, "handle")).body).toMatchObject({ state: "done" });
    const [profile] = await rows(ground(), "select city from members.profile where member_id = $1", [member(3)]);
    expect(profile).toEqual({ city: "苏州" });
  });

  it("keeps its wished value sealed, and not at all once it is closed", async () => {
    const request_id = await filed(4, "correct", { field: "occupation", value: "调香师" });
    const [open] = await rows<{ wish: object; value_sealed: Buffer }>(
      ground(),
      "select wish, value_sealed from trust.rights_request where request_id = $1",
      [request_id],
    );
    expect(open?.wish).toEqual({ field: "occupation" });
    expect(open?.value_sealed.includes(Buffer.from("调香师"))).toBe(false);
    await act(request_id, "identity", detailsOf(4));
    await act(request_id, "handle");
    const [closed] = await rows(ground(), "select value_sealed from trust.rights_request where request_id = $1", [
      request_id,
    ]);
    expect(closed).toEqual({ value_sealed: null });
  });

  it("withdraws consent, and whoever sends hears of it with the transaction", async () => {
    const consents = [{ purpose: "marketing", medium: "sms" }];
    const request_id = await filed(5, "withdraw", { consents });
    await act(request_id, "identity", detailsOf(5));
    await act(request_id, "handle");
    expect(await rows(ground(), "select state from catalogue.consents where member_id = $1", [member(5)])).toEqual([
      { state: "withdrawn" },
    ]);
    const [event] = await rows<{ payload: object }>(
      ground(),
      "select payload from store.outbox where type = 'members.consent_changed' order by event_id desc limit 1",
    );
    expect(event?.payload).toEqual({ member_id: member(5), withdrawn: consents, granted: [] });
  });

  it("reaches a listener that sends messages within a minute, also one that was stopped meanwhile", async () => {
    const heard: unknown[] = [];
    const sender: Subscription = {
      subscriber: "a sender",
      type: "members.consent_changed",
      handle: async (_tx, _ground, events) => {
        heard.push(...events.map((event: { readonly payload: unknown }) => event.payload));
      },
    };
    await deliverOutbox(ground(), [sender]);
    const token = String((await officer.call("POST", `/api/members/${member(8)}/subject-token`)).body["token"]);
    await staff.app.inject({
      method: "POST",
      url: "/api/member-rights/withdrawals",
      headers: { authorization: `Bearer ${token}` },
      payload: { consents: [{ purpose: "marketing", medium: "sms" }] },
    });
    // events wait for older transactions of the server, which other tests may hold for a moment
    const own = () => heard.filter((payload) => (payload as { member_id: number }).member_id === member(8));
    for (let waited = 0; own().length === 0 && waited < 600; waited += 1) {
      await deliverOutbox(ground(), [sender]);
      await sleep(100);
    }
    expect(own()).toEqual([
      { member_id: member(8), withdrawn: [{ purpose: "marketing", medium: "sms" }], granted: [] },
    ]);
  });

  it("shows what is overdue, by the business calendar", async () => {
    await ground().store.write(SYSTEM_SCOPE, (tx) =>
      tx.query(
        `insert into trust.rights_request (kind, member_id, via, state, received_at, received_day, due_day, filed_by)
         values ('delete', $1, 'letter', 'received', '2020-01-06', '2020-01-06', '2020-02-03', 1)`,
        [member(6)],
      ),
    );
    const { body } = await officer.call("GET", "/api/privacy/requests?state=overdue");
    const kinds = (body["items"] as { kind: string; days_left: number }[]).map(({ kind }) => kind);
    expect(kinds).toContain("delete");
    expect(body["counts"]).toMatchObject({ overdue: kinds.length });
    expect((body["items"] as { days_left: number }[]).every(({ days_left }) => days_left < 0)).toBe(true);
  });

  it("of another store's member does not exist for a clerk, who may file for the own store only", async () => {
    expect((await file(9, "access", {}, clerk)).status).toBe(404);
    expect((await file(8, "access", {}, clerk)).status).toBe(201);
    const request_id = await filed(9, "access");
    const body = { how: "document", document: "id_card" };
    expect((await clerk.call("POST", `/api/privacy/requests/${request_id}/identity`, body)).status).toBe(404);
    expect((await clerk.call("GET", "/api/privacy/requests")).status).toBe(403);
  });
});

describe("the database itself", () => {
  const write = (sql: string, values: readonly unknown[] = []) =>
    ground().store.write(SYSTEM_SCOPE, (tx) => tx.query(sql, values));
  it.each([
    ["a leap over the identity check", "update trust.rights_request set state = 'done' where request_id = $1"],
    ["another member", "update trust.rights_request set member_id = 1 where request_id = $1"],
    ["the removal of a request", "delete from trust.rights_request where request_id = $1"],
    ["the removal of its steps", "delete from trust.rights_step where request_id = $1"],
    [
      "a refusal without a reason",
      "update trust.rights_request set state = 'refused', closed_at = now() where request_id = $1",
    ],
  ])("refuses %s", async (_, sql) => {
    const request_id = await filed(7, "correct", { field: "city", value: "宁波" });
    await expect(write(sql, [request_id])).rejects.toThrow();
  });
});

describe("the member's own copy", () => {
  it("is one ZIP with JSON and Excel, sealed, fetched once by its link", async () => {
    const request_id = await filed(4, "copy");
    await act(request_id, "identity", detailsOf(4));
    expect((await act(request_id, "handle")).body).toMatchObject({ state: "running" });
    await runQueuedJobs(world());
    expect(await stateOf(request_id)).toMatchObject({ state: "done" });
    const [stored] = await rows<{ sealed: Buffer }>(
      ground(),
      "select sealed from trust.member_copy where request_id = $1",
      [request_id],
    );
    expect(stored?.sealed.includes(Buffer.from("member.json"))).toBe(false);
    const { link } = (await act(request_id, "link")).body as { link: string };
    const fetchIt = () => staff.app.inject({ method: "POST", url: "/api/member-rights/copies", payload: { link } });
    const first = await fetchIt();
    expect(first.statusCode).toBe(200);
    const data = firstEntry(first.rawPayload);
    expect(data).toMatchObject({ format: "huitou-member-copy/1", member_id: member(4) });
    expect(data["identities"]).toContainEqual(expect.objectContaining({ kind: "phone", value: "+8613812345604" }));
    expect(data["orders"]).toContainEqual(expect.objectContaining({ order_no: "O4" }));
    expect((await fetchIt()).statusCode).toBe(410);
    const [gone] = await rows(ground(), "select sealed, link_hash from trust.member_copy where request_id = $1", [
      request_id,
    ]);
    expect(gone).toEqual({ sealed: null, link_hash: null });
  });
});

describe("a token that speaks for one member", () => {
  const asMember = (token: string, method: "GET" | "POST", url: string, payload?: object) =>
    staff.app.inject({
      method,
      url: `/api/member-rights/${url}`,
      headers: { authorization: `Bearer ${token}` },
      ...(payload === undefined ? {} : { payload }),
    });
  const tokenFor = async (n: number) =>
    String((await officer.call("POST", `/api/members/${member(n)}/subject-token`)).body["token"]);

  let lasting = "";
  beforeAll(async () => {
    lasting = await tokenFor(3);
  });

  it("shows that member's data in clear, and leaves an audit row of the member", async () => {
    const token = await tokenFor(2);
    const answer = await asMember(token, "GET", "data");
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ member_id: member(2) });
    expect(answer.body).toContain("+8613812345602");
    const [row] = await rows(
      ground(),
      "select actor, action, subject::jsonb -> 'member_id' as member_id from access.audit where action = 'rights.see' order by sequence desc limit 1",
    );
    expect(row).toEqual({ actor: "member", action: "rights.see", member_id: member(2) });
  });

  it("withdraws in one call, refuses profiling at once, and sees only the member's own requests", async () => {
    const token = await tokenFor(2);
    const done = await asMember(token, "POST", "requests", { kind: "refuse_profiling" });
    expect(done.json()).toMatchObject({ kind: "refuse_profiling", state: "done" });
    const withdrawn = await asMember(token, "POST", "withdrawals", {
      consents: [{ purpose: "marketing", medium: "sms" }],
    });
    expect(withdrawn.json()).toEqual({ withdrawn: 1 });
    const other = await filed(6, "access");
    expect((await asMember(token, "POST", `requests/${other}/link`)).statusCode).toBe(404);
    const listed = (await asMember(token, "GET", "requests")).json<{ items: { request_id: number }[] }>();
    expect(listed.items.map(({ request_id }) => request_id)).not.toContain(other);
  });

  it("cannot be made by somebody whom the matrix does not let handle requests", async () => {
    expect((await clerk.call("POST", `/api/members/${member(2)}/subject-token`)).status).toBe(403);
    const security = await staff.add("security_admin");
    await changeMatrix(staff.owner, security, {
      cells: ["L1", "L2", "L3", "L4"].map((level) => ({
        role: "privacy_officer",
        permission: "privacy.handle",
        level,
        outcome: level === "L1" || level === "L2" ? "allow" : "deny",
      })),
    });
    expect((await officer.call("POST", `/api/members/${member(2)}/subject-token`)).status).toBe(403);
  });

  it("is refused when unknown, after its time, and beyond sixty calls a minute", async () => {
    // made before the matrix closed
    const token = lasting;
    expect((await asMember("x".repeat(43), "GET", "requests")).json()).toMatchObject({ code: "privacy.token_invalid" });
    for (let n = 0; n < 60; n += 1) await asMember(token, "GET", "requests");
    expect((await asMember(token, "GET", "requests")).statusCode).toBe(429);
    world().clock.advance({ seconds: 61 });
    expect((await asMember(token, "GET", "requests")).statusCode).toBe(200);
    world().clock.advance({ minutes: 30 });
    expect((await asMember(token, "GET", "requests")).statusCode).toBe(401);
    const [stored] = await rows<{ hash: Buffer }>(ground(), "select hash from trust.subject_token limit 1");
    expect(stored?.hash.toString("base64url")).not.toBe(token);
  });
});

/** The content of the first file of a ZIP archive, read by its own header. */
function firstEntry(zip: Buffer): Record<string, unknown> {
  const size = zip.readUInt32LE(18);
  const start = 30 + zip.readUInt16LE(26) + zip.readUInt16LE(28);
  return JSON.parse(inflateRawSync(zip.subarray(start, start + size)).toString("utf8")) as Record<string, unknown>;
}
