import { afterAll, beforeAll, expect, test } from "vitest";
import { setUp } from "../../src/access/index.ts";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { build as q } from "../../src/query/index.ts";
import { sleep } from "../../src/platform/timers.ts";
import { Rig } from "./ingest-rig.ts";

const KILLS = process.env["HUITOU_LONG"] === "1" ? 8 : 2;
/** Approved acts of a round, and how many try each of them at the same time. */
const ACTS = 5;
const AT_ONCE = 8;
const owner = { brand_name: "山野茶", name: "林", email: "owner@example.com", password: "longjing-spring-1987" };
let rig: Rig;
let cookie = "";
let segment_id = 0;

beforeAll(async () => {
  rig = await Rig.start();
  const composition = await compose({
    config: loadConfig({ HUITOU_DATA: `${rig.folder}/server`, DATABASE_URL: rig.database_url }),
    clock: systemClock,
    log: makeLog("fatal"),
    domains: await loadDomains(),
  });
  await setUp(composition.ground, owner, undefined);
  await composition.close();
  await signIn();
  const condition = q.compare(q.member("member_id"), ">", 0);
  const made = await post("/api/segments", { name: "全部会员", description: "", condition });
  segment_id = Number(made.body["segment_id"]);
  expect(segment_id).toBeGreaterThan(0);
});
afterAll(() => rig.close());

async function post(path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(rig.address + path, {
    method: "POST",
    headers: { cookie, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** By password, with a second factor as if it had been shown just now. */
async function signIn(): Promise<void> {
  const answer = await fetch(`${rig.address}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: owner.email, password: owner.password }),
  });
  cookie = String(answer.headers.get("set-cookie")).split(";")[0] ?? "";
  await rig.query(
    `insert into access.factor (person_id, kind, name, created_at, confirmed_at, secret_sealed)
     select person_id, 'totp', 'app', now(), now(), 'x' from access.person p
     where not exists (select 1 from access.factor f where f.person_id = p.person_id)`,
  );
  await rig.query("update access.session set assurance = 2, last_strong_auth_at = now()");
}

/** Asks for an export with names in clear and approves it, alone. @returns its number */
async function approved(n: number): Promise<number> {
  const wish = {
    segment_id,
    columns: ["member_id", "name"],
    format: "csv",
    language: "zh",
    reason: `第 ${n} 次测试导出`,
  };
  const asked = await post("/api/segments/exports", wish);
  expect(asked.body).toMatchObject({ code: "access.approval_asked_alone" });
  const id = Number((asked.body["params"] as { approval_id: number }).approval_id);
  expect((await post(`/api/approvals/${id}/decide`, { decision: "approved" })).status).toBe(200);
  return id;
}

/** Tries until the act is done, however often it takes; a server that is gone is waited for by the caller. */
async function carryOut(id: number): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { status, body } = await post(`/api/approvals/${id}/execute`);
    if (status === 202) return "done";
    if (body["code"] === "access.approval_used") return "used";
    await sleep(50);
  }
  throw new Error(`approval ${id} was never carried out`);
}

test("kill -9 amid approved acts: each is done exactly once, however many try and however often the server dies", async () => {
  const ids: number[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    const fresh: number[] = [];
    for (let n = 0; n < ACTS; n += 1) fresh.push(await approved(ids.length + n));
    ids.push(...fresh);
    const tries = Promise.allSettled(fresh.flatMap((id) => Array.from({ length: AT_ONCE }, () => carryOut(id))));
    await sleep(60 + 70 * round);
    await rig.killServer();
    await tries;
    await rig.startServer();
    await signIn();
    for (const id of fresh) expect(["done", "used"]).toContain(await carryOut(id));
  }
  const rows = await rig.query<{ approval_id: number; made: number }>(
    `select a.approval_id, (select count(*)::int from segments.export e where e.export_id = (a.outcome ->> 'export_id')::bigint) as made
     from access.approval a where a.executed_at is not null order by 1`,
  );
  expect(rows.map((row) => [Number(row.approval_id), row.made])).toEqual(ids.map((id) => [id, 1]));
  const [all] = await rig.query<{ exports: number }>("select count(*)::int as exports from segments.export");
  expect(all?.exports).toBe(ids.length);
});
