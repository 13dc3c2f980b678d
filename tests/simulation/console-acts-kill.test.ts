import { afterAll, beforeAll, expect, test } from "vitest";
import { setUp } from "../../src/access/index.ts";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { ensureSource } from "../../src/ingest/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { id, memberOf, record, send } from "../support/member-records.ts";
import { Rig } from "./ingest-rig.ts";

const KILLS = process.env["HUITOU_SOAK"] === "1" ? 12 : 2;
const VALUES = 6_000;
/** Corrections of a round, and how many try each act at the same time. */
const MEMBERS = 4;
const AT_ONCE = 6;
const owner = { brand_name: "山野茶", name: "林", email: "owner@example.com", password: "longjing-spring-1987" };
const STORE = "HZ01";
const HANDLE = "/api/privacy/requests/:request_id/handle";
const POLL = { timeout: 600_000, interval: 200 };
let rig: Rig;
let cookie = "";
const members: number[] = [];

beforeAll(async () => {
  rig = await Rig.start();
  await rig.killServer();
  const composition = await compose({
    config: loadConfig({ HUITOU_DATA: `${rig.folder}/server`, DATABASE_URL: rig.database_url }),
    clock: systemClock,
    log: makeLog("fatal"),
    domains: await loadDomains(),
  });
  const { ground } = composition;
  await setUp(ground, owner, undefined);
  const crm = await ensureSource(ground, { key: "crm", name: "CRM", kind: "rest" });
  const wanted = Array.from({ length: KILLS * MEMBERS }, (_, n) => `K${n}`);
  const store = { kind: "store", occurred_at: "2026-01-01T04:00:00Z", identities: [], body: { store_code: STORE } };
  await send(ground, crm, [
    store,
    ...wanted.map((crm_id) => record("member", "2026-03-01", [id("crm_id", crm_id)], { name: `王${crm_id}` })),
  ]);
  for (const crm_id of wanted) members.push(await memberOf(ground, crm, "crm_id", crm_id));
  const sealed = Array.from({ length: VALUES }, (_, n) => {
    const value = `+86199${String(n).padStart(8, "0")}`;
    return { token: ground.vault.token("phone", value), kind: "phone", value };
  });
  await ground.store.write(SYSTEM_SCOPE, (tx) => ground.vault.seal(tx, sealed));
  await composition.close();
  await rig.startServer();
  await signIn();
});
afterAll(() => rig.close());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly cookie: string;
}

async function call(method: string, path: string, body?: object, as = cookie): Promise<Answer> {
  const answer = await fetch(rig.address + path, {
    method,
    headers: { cookie: as, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const set = answer.headers.getSetCookie().map((one) => one.split(";")[0] ?? "");
  return {
    status: answer.status,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
    cookie: set.join("; "),
  };
}

/** By password, with a second factor as if it had been shown just now. */
async function signIn(): Promise<void> {
  const { email, password } = owner;
  cookie = (await call("POST", "/api/session", { email, password }, "")).cookie;
  await rig.query(
    `insert into access.factor (person_id, kind, name, created_at, confirmed_at, secret_sealed)
     select person_id, 'totp', 'app', now(), now(), 'x' from access.person p
     where not exists (select 1 from access.factor f where f.person_id = p.person_id)`,
  );
  await rig.query("update access.session set assurance = 2, last_strong_auth_at = now()");
}

/** Begins acts, kills the server when they have come so far (or are over), and starts it again. @returns the answers that came */
async function killedAmid(
  reached: () => Promise<boolean>,
  acts: readonly (() => Promise<Answer>)[],
): Promise<Answer[]> {
  const over = { all: false };
  const trying = Promise.allSettled(acts.map((act) => act())).finally(() => (over.all = true));
  while (!over.all && !(await reached())) await sleep(1);
  await rig.killServer();
  const answers = (await trying).flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  await rig.startServer();
  await signIn();
  return answers;
}

interface Audited {
  readonly begun: number;
  readonly done: number;
}

/** How often an act was written down as begun, and as done, since a row of the audit; of all, or of one rights request. */
async function audited(after: number, path: string, request: number | null = null): Promise<Audited> {
  const [row] = await rig.query<Audited>(
    `select count(*) filter (where phase = 'begun')::int as begun, count(*) filter (where phase = 'done' and succeeded)::int as done
     from access.audit where sequence > $1 and method = 'POST' and path = $2
       and ($3::text is null or subject ->> 'request_id' = $3)`,
    [after, path, request === null ? null : String(request)],
  );
  return row ?? { begun: 0, done: 0 };
}

async function lastSequence(): Promise<number> {
  const [row] = await rig.query<{ last: string }>("select coalesce(max(sequence), 0) as last from access.audit");
  return Number(row?.last ?? 0);
}

const succeeded = (answers: readonly Answer[]) => answers.filter(({ status }) => status < 300);
/** Rounds end by turns as soon as an act is written down as begun, and as soon as it has an effect. */
const by = (round: number, begun: () => Promise<boolean>, effect: () => Promise<boolean>) =>
  round % 2 === 0 ? begun : effect;
const isBegun = (after: number, path: string) => async () => (await audited(after, path)).begun > 0;

interface Keys {
  readonly current_version: number;
  readonly job_id: string | null;
  readonly versions: readonly { version: number; left_values: number | null }[];
}

test("kill -9 amid a rotation started in the console: one new version or none, and what was begun ends by itself", async () => {
  for (let round = 0; round < KILLS; round += 1) {
    const keys = async () => (await call("GET", "/api/keys")).body as unknown as Keys;
    const before = (await keys()).current_version;
    const since = await lastSequence();
    const jobs = async () =>
      Number((await rig.query<{ n: string }>("select count(*) as n from store.job where kind = 'vault.rotate'"))[0]?.n);
    const jobs_before = await jobs();
    const rotate = () => call("POST", "/api/keys/rotation", { act: "rotate" });
    // amid the work itself: the new version is there, and some values are not sealed under it yet
    const isAmid = async () => {
      const { current_version, versions } = await keys();
      const { left_values: left = null } = versions.at(-1) ?? {};
      return current_version > before && left !== null && left > 0 && left < VALUES;
    };
    const answers = await killedAmid(
      by(round, isBegun(since, "/api/keys/rotation"), isAmid),
      round % 2 === 0 ? Array.from({ length: AT_ONCE }, () => rotate) : [rotate, () => untilMoved(keys, before)],
    );
    const happened = (await jobs()) - jobs_before;
    expect(happened, "jobs of one round").toBeLessThanOrEqual(1);
    expect(succeeded(answers).length, "who was told that it was begun").toBeLessThanOrEqual(happened);
    const written = await audited(since, "/api/keys/rotation");
    expect(written.begun, "nothing is begun unwritten").toBeGreaterThanOrEqual(happened);
    expect(written.done, "nothing is written as done that was not").toBeLessThanOrEqual(happened);
    expect(written.done, "who got an answer finds it written").toBeGreaterThanOrEqual(succeeded(answers).length);
    if (happened === 0) expect((await rotate()).status).toBe(201);
    await expect
      .poll(async () => {
        const { current_version, job_id, versions } = await keys();
        return { current_version, job_id, left: versions.at(-1)?.left_values };
      }, POLL)
      .toEqual({ current_version: before + 1, job_id: null, left: 0 });
    expect(await jobs()).toBe(jobs_before + 1);
  }
  const stale = await rig.query("select 1 from vault.sealed where get_byte(ciphertext, 1) <> $1", [KILLS + 1]);
  expect(stale).toEqual([]);
});

/** Looks at the keys until the rotation has ended: so that a round goes on for as long as there is something to kill. */
async function untilMoved(keys: () => Promise<Keys>, before: number): Promise<Answer> {
  for (;;) {
    const { current_version, versions, job_id } = await keys();
    if (current_version > before && versions.at(-1)?.left_values === 0 && job_id === null) break;
    await sleep(20);
  }
  return { status: 400, body: {}, cookie: "" };
}

test("kill -9 amid correction requests: each is filed and done once or not at all, with its steps, evidence and audit", async () => {
  for (let round = 0; round < KILLS; round += 1) {
    const mine = members.slice(round * MEMBERS, (round + 1) * MEMBERS);
    const file = (member_id: number) =>
      call("POST", "/api/privacy/requests", {
        kind: "correct",
        member_id,
        via: "counter",
        field: "name",
        value: `欧阳${"甲乙丙丁"[mine.indexOf(member_id)] ?? "甲"}`,
      });
    let since = await lastSequence();
    const isFiled = async () => (await openRequests(mine)).size > 0;
    await killedAmid(
      by(round, isBegun(since, "/api/privacy/requests"), isFiled),
      mine.flatMap((member_id) => Array.from({ length: AT_ONCE }, () => () => file(member_id))),
    );
    const filed = await openRequests(mine);
    expect((await audited(since, "/api/privacy/requests")).begun).toBeGreaterThanOrEqual(filed.size);
    expect((await audited(since, "/api/privacy/requests")).done).toBeLessThanOrEqual(filed.size);
    for (const member_id of mine)
      expect((await file(member_id)).status, "filed already, or filed now").toBe(filed.has(member_id) ? 409 : 201);
    const requests = [...(await openRequests(mine)).values()];
    expect(requests.length).toBe(MEMBERS);
    for (const request of requests) {
      const check = { how: "document", document: "id_card" };
      expect((await call("POST", `/api/privacy/requests/${request}/identity`, check)).status).toBe(200);
    }
    since = await lastSequence();
    const handle = (request: number) => call("POST", `/api/privacy/requests/${request}/handle`, {});
    const isDone = async () => (await doneRequests(requests)).length > 0;
    const answers = await killedAmid(
      by(round, isBegun(since, HANDLE), isDone),
      requests.flatMap((request) => Array.from({ length: AT_ONCE }, () => () => handle(request))),
    );
    const done = new Set(await doneRequests(requests));
    expect(succeeded(answers).length).toBeLessThanOrEqual(done.size);
    for (const request of requests) {
      const written = await audited(since, HANDLE, request);
      expect(written.done).toBeLessThanOrEqual(done.has(request) ? 1 : 0);
      if (done.has(request)) expect(written.begun).toBeGreaterThanOrEqual(1);
      const again = await handle(request);
      expect([again.status, again.body["code"]]).toEqual(
        done.has(request) ? [409, "privacy.wrong_state"] : [200, undefined],
      );
    }
    for (const [n, request] of requests.entries()) expect(await traces(request, mine[n] ?? 0)).toEqual(ONCE);
  }
});

/** Open corrections by the member who asked. */
async function openRequests(of: readonly number[]): Promise<Map<number, number>> {
  const rows = await rig.query<{ request_id: string; member_id: string }>(
    `select request_id, member_id from trust.rights_request where kind = 'correct' and closed_at is null and member_id = any($1)
     order by member_id`,
    [of],
  );
  const found = new Map(rows.map((row) => [Number(row.member_id), Number(row.request_id)]));
  expect(found.size, "no member has two").toBe(rows.length);
  return found;
}

async function doneRequests(of: readonly number[]): Promise<number[]> {
  const rows = await rig.query<{ request_id: string }>(
    "select request_id from trust.rights_request where state = 'done' and request_id = any($1)",
    [of],
  );
  return rows.map((row) => Number(row.request_id));
}

/** What a correction that was done once leaves: one of each. */
const ONCE = { received: 1, verified: 1, done: 1, facts: 1, evidence: 1, proofs: 1, corrected: true };

async function traces(request: number, member: number): Promise<typeof ONCE | undefined> {
  const step = (name: string) =>
    `(select count(*)::int from trust.rights_step where request_id = $1 and step = '${name}') as ${name}`;
  const [row] = await rig.query<typeof ONCE>(
    `select ${step("received")}, ${step("verified")}, ${step("done")},
       (select count(*)::int from members.fact f join members.party p using (party_id)
        where p.member_id = $2 and f.field = 'name' and f.person_id is not null) as facts,
       (select count(*)::int from trust.correction where request_id = $1) as evidence,
       (select count(*)::int from trust.rights_request where request_id = $1 and proof is not null) as proofs,
       (select f.name_token = t.token from members.profile f, members.party p join members.fact t using (party_id)
        where f.member_id = $2 and p.member_id = $2 and t.field = 'name' and t.person_id is not null) as corrected`,
    [request, member],
  );
  return row;
}

test("kill -9 amid a tablet's binding: one browser is the tablet or none, and the code works no second time", async () => {
  for (let round = 0; round < KILLS; round += 1) {
    const made = await call("POST", "/api/tablets", { store_code: STORE, name: `收银台 ${round}` });
    expect(made.status).toBe(201);
    const { tablet_id, code } = made.body as { tablet_id: number; code: string };
    const since = await lastSequence();
    const bind = () => call("POST", "/api/till/binding", { code }, "");
    const bound = async () =>
      (await rig.query("select 1 from access.tablet where tablet_id = $1 and device_hash is not null", [tablet_id]))
        .length;
    const answers = await killedAmid(
      by(round, isBegun(since, "/api/till/binding"), async () => (await bound()) > 0),
      Array.from({ length: AT_ONCE }, () => bind),
    );
    const happened = await bound();
    expect(succeeded(answers).length, "browsers that were told they are the tablet").toBeLessThanOrEqual(happened);
    for (const { cookie: device } of succeeded(answers)) await expectTablet(device, round);
    const written = await audited(since, "/api/till/binding");
    expect(written.begun).toBeGreaterThanOrEqual(happened);
    expect(written.done).toBeLessThanOrEqual(happened);
    expect(written.done).toBeGreaterThanOrEqual(succeeded(answers).length);
    const again = await bind();
    if (happened === 1) expect(again.body["code"]).toBe("access.tablet_code_wrong");
    else await expectTablet(again.cookie, round);
    expect(await bound()).toBe(1);
    expect((await bind()).body["code"]).toBe("access.tablet_code_wrong");
    if (succeeded(answers).length === 0 && happened === 1) {
      // bound, and the browser died of it: another code makes another browser the tablet
      const other = await call("POST", `/api/tablets/${tablet_id}/code`);
      const second = await call("POST", "/api/till/binding", { code: other.body["code"] }, "");
      await expectTablet(second.cookie, round);
    }
    // a store has ten places
    expect((await call("DELETE", `/api/tablets/${tablet_id}`)).status).toBe(204);
  }
});

async function expectTablet(device: string, round: number): Promise<void> {
  const { body } = await call("GET", "/api/till", undefined, device);
  expect(body["tablet"]).toMatchObject({ name: `收银台 ${round}`, store_code: STORE });
}
