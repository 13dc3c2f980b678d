import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { id, memberOf, record, rows, send } from "../../../tests/support/member-records.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import { ensureSource, type Source } from "../../ingest/index.ts";
import { refreshLake } from "../../lake/index.ts";
import { build as q } from "../../query/index.ts";
import { settleMembership } from "../../segments/index.ts";
import { bookOf, computeAll, settleTags } from "../../tags/index.ts";
import { settleTiers } from "../../tiers/index.ts";
import { computeRfm } from "../../value/index.ts";

const world = withDatabase();
const ground = () => world().ground;
let staff: Staff;
let officer: PersonSession;
let crm: Source;
const members: number[] = [];
/** Segments by name, and their ids. */
const segments: Record<string, number> = {};

/** Ten members who buy; the first is the one who refuses. */
beforeAll(async () => {
  staff = await staffOf(world());
  officer = await staff.add("privacy_officer");
  crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
  for (let n = 1; n <= 10; n += 1) {
    const buys = Array.from({ length: 4 }, (_, i) =>
      record("order", `2026-${String(6 + i).padStart(2, "0")}-1${n % 10}`, [id("crm_id", `C${n}`)], {
        order_no: `O${n}-${i}`,
        store_code: "HZ01",
        status: "paid",
        lines: [{ sku: "T1", category: "乌龙茶", quantity: 1, unit_price: String(100 * n) }],
      }),
    );
    const profile = { name: "王芳", city: "杭州", home_store_code: "HZ01" };
    await send(ground(), crm, [
      record("member", "2026-01-05", [id("crm_id", `C${n}`), id("phone", `1381234500${n % 10}`)], profile),
      ...buys,
    ]);
    members.push(await memberOf(ground(), crm, "crm_id", `C${n}`));
  }
  await deliverAll(world());
  for (const { name, ready } of world().domains) if (name === "value" || name === "tiers") await ready?.(ground());
  await computeAll(ground(), bookOf(ground()), { signal: new AbortController().signal, progress: async () => {} });
  const conditions = {
    judged: q.isKnown(q.tag("rfm_class")),
    turned: q.not(q.equals(q.tag("rfm_class"), "A")),
    layer: q.not(q.equals(q.profile("rfm", "class"), "A")),
    plain: q.equals(q.member("city"), "杭州"),
  };
  for (const [name, condition] of Object.entries(conditions)) {
    segments[name] = Number((await staff.owner.call("POST", "/api/segments", { name, condition })).body["segment_id"]);
  }
  await settle();
});
afterAll(async () => staff.app.close());

/** One settle: what the workers of a process do within a second or two, and the lake's next refresh. */
async function settle(): Promise<void> {
  await deliverAll(world());
  await settleTags(ground(), bookOf(ground()));
  await settleTiers(ground());
  await settleMembership(ground());
  await refreshLake(ground());
}

async function say(kind: "refuse_profiling" | "allow_profiling"): Promise<void> {
  const filed = await officer.call("POST", "/api/privacy/requests", { kind, member_id: members[0], via: "counter" });
  const url = `/api/privacy/requests/${String(filed.body["request_id"])}`;
  await officer.call("POST", `${url}/identity`, { how: "document", document: "id_card" });
  expect((await officer.call("POST", `${url}/handle`, {})).body).toMatchObject({ state: "done" });
}

const judging = () =>
  [...bookOf(ground()).tags.values()]
    .filter(({ definition }) => definition.profiling === true)
    .map(({ definition }) => definition.key);

async function valuesOf(member_id: number): Promise<Record<string, string>> {
  const [row] = await rows<{ value: Record<string, string> }>(
    ground(),
    "select value from tags.current where member_id = $1",
    [member_id],
  );
  return row?.value ?? {};
}

/** Rows of judgements about a member, wherever they may stand: PostgreSQL, and the files of the lake. */
async function judgements(member_id: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of ["value.rfm_member", "value.rfm_past", "value.clv_member", "value.silent_member"]) {
    const [row] = await rows<{ n: number }>(ground(), `select count(*) as n from ${table} where member_id = $1`, [
      member_id,
    ]);
    found[table] = row?.n ?? 0;
  }
  const values = await valuesOf(member_id);
  found["tags"] = judging().filter((key) => values[key] !== undefined).length;
  const [row] = await rows<{ n: number }>(
    ground(),
    "select count(*) as n from segments.member where member_id = $1 and segment_id = any($2::bigint[])",
    [member_id, ["judged", "turned", "layer"].map((name) => segments[name])],
  );
  found["segments"] = row?.n ?? 0;
  found["lake"] = await inLake(member_id);
  return found;
}

async function inLake(member_id: number): Promise<number> {
  const entries = await readdir(ground().config.data_dir, { recursive: true, withFileTypes: true });
  const current = await rows<{ path: string; relation: string }>(
    ground(),
    "select path, relation from lake.file where retired_at is null",
  );
  const layers = current.filter(({ relation }) => relation === "rfm" || relation === "clv");
  expect(layers.length).toBeGreaterThan(0);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  let count = 0;
  for (const { path } of layers) {
    const name = path.split("/").at(-1);
    const entry = entries.find(
      (one) => one.isFile() && one.name === name && join(one.parentPath, one.name).endsWith(path),
    );
    const read = await connection.runAndReadAll(
      `select count(*) from read_parquet('${join(entry?.parentPath ?? "", entry?.name ?? "")}') where member_id = ${member_id}`,
    );
    count += Number(read.getRows()[0]?.[0] ?? 0);
  }
  connection.closeSync();
  instance.closeSync();
  return count;
}

describe("a member who refuses profiling", () => {
  const first = () => members[0] as number;
  let before: Record<string, string> = {};

  it("begins like everybody: in RFM, CLV, judging tags, segments and the lake", async () => {
    before = await valuesOf(first());
    expect(await judgements(first())).toMatchObject({ "value.rfm_member": 1, "value.clv_member": 1, lake: 2 });
    expect(judging().length).toBeGreaterThanOrEqual(20);
    expect(judging().filter((key) => before[key] !== undefined).length).toBeGreaterThanOrEqual(8);
  });

  it("is in none of them within one settle, in no segment that asks about them either way, and keeps tier and facts", async () => {
    await say("refuse_profiling");
    await settle();
    const left = await judgements(first());
    expect(
      Object.values(left).reduce((sum, count) => sum + count, 0),
      JSON.stringify(left),
    ).toBe(0);
    const after = await valuesOf(first());
    const kept = Object.fromEntries(Object.entries(before).filter(([key]) => !judging().includes(key)));
    expect(after).toEqual(kept);
    expect(after["tier"]).toBeDefined();
    const [plain] = await rows(
      ground(),
      "select 1 as n from segments.member where member_id = $1 and segment_id = $2",
      [first(), segments["plain"]],
    );
    expect(plain).toEqual({ n: 1 });
  });

  it("stays out when everything is computed anew, and the full computation finds no difference", async () => {
    await computeRfm(ground(), { thresholds: "keep" });
    await runQueuedJobs(world());
    await settle();
    const full = await computeAll(ground(), bookOf(ground()), {
      signal: new AbortController().signal,
      progress: async () => {},
    });
    expect(full).toMatchObject({ difference: 0 });
    const left = await judgements(first());
    expect(
      Object.values(left).reduce((sum, count) => sum + count, 0),
      JSON.stringify(left),
    ).toBe(0);
    // sources say nothing about it: a record that comes in does not bring the judgements back
    await send(ground(), crm, [record("member", "2026-11-01", [id("crm_id", "C1")], { city: "宁波" })]);
    await settle();
    expect((await judgements(first()))["tags"]).toBe(0);
  });

  it("is explained: abstained on their page, counted beside the coverage, named as the reason in a segment", async () => {
    const page = (await staff.owner.call("GET", `/api/members/${first()}/tags`)).body as {
      abstained: { key: string }[];
    };
    expect(page.abstained.map(({ key }) => key).toSorted()).toEqual(judging().toSorted());
    const list = (await staff.owner.call("GET", "/api/tags")).body as {
      items: { key: string; abstained: number; coverage: number; profiling: boolean }[];
    };
    expect(list.items.find(({ key }) => key === "rfm_class")).toMatchObject({
      profiling: true,
      abstained: 1,
      coverage: 1,
    });
    expect(list.items.find(({ key }) => key === "city")).toMatchObject({ profiling: false, abstained: 0 });
    const rfm = (await staff.owner.call("GET", "/api/rfm")).body as { others: { refused: number } };
    expect(rfm.others.refused).toBe(1);
  });

  it("is not counted, previewed or exported by a condition over judgements, whichever way round it asks", async () => {
    const condition = q.not(q.equals(q.tag("rfm_class"), "A"));
    const counted = await staff.owner.call("POST", "/api/segments/count", { condition });
    const [held] = await rows<{ n: number }>(
      ground(),
      "select count(*) as n from segments.member where segment_id = $1",
      [segments["turned"]],
    );
    expect(counted.body["count"]).toBe(held?.n);
    const explained = await staff.owner.call("POST", "/api/segments/explain", { condition, member_id: first() });
    expect(explained.body).toMatchObject({ holds: false });
    expect(JSON.stringify(explained.body)).toContain("拒绝画像");
  });

  it("is back everywhere within one settle after taking it back", async () => {
    await say("allow_profiling");
    await settle();
    expect(await judgements(first())).toMatchObject({ "value.rfm_member": 1, "value.clv_member": 1, lake: 2 });
    const after = await valuesOf(first());
    expect(judging().filter((key) => (after[key] === undefined) !== (before[key] === undefined))).toEqual([]);
  });

  it("and after a join the stricter word counts: the joined member is not judged", async () => {
    const [, a, b] = members as [number, number, number];
    await ask(a);
    expect(
      (await staff.owner.call("POST", "/api/joins", { member_ids: [a, b], reason: "同一个人" })).status,
    ).toBeLessThan(300);
    await settle();
    const [row] = await rows(ground(), "select profiling_refused from catalogue.members where member_id = $1", [
      Math.min(a, b),
    ]);
    expect(row).toEqual({ profiling_refused: true });
    expect((await judgements(Math.min(a, b)))["tags"]).toBe(0);
  });
});

async function ask(member_id: number): Promise<void> {
  const token = String((await officer.call("POST", `/api/members/${member_id}/subject-token`)).body["token"]);
  const answer = await staff.app.inject({
    method: "POST",
    url: "/api/member-rights/requests",
    headers: { authorization: `Bearer ${token}` },
    payload: { kind: "refuse_profiling" },
  });
  expect(answer.json()).toMatchObject({ state: "done" });
}
