import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, JourneyShop } from "../../../tests/support/journey-shop.ts";
import { type OwnerSession, signInOwner } from "../../../tests/support/owner.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import { build as q } from "../../query/index.ts";
import { saveSegment } from "../../segments/index.ts";
import { dryRun } from "./run.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
let owner: OwnerSession;

beforeAll(async () => {
  await shop.open();
  owner = await signInOwner(world());
  for (const days of [20, 12, 5]) {
    const at = new Date(world().clock.now().getTime() - days * 86_400_000);
    await shop.act("share", ["an", "bo", "cy"].slice(0, days === 5 ? 1 : 3), {}, at);
  }
});
afterAll(() => owner.app.close());

async function call(method: "GET" | "POST" | "PUT", url: string, payload?: object) {
  const answer = await owner.app.inject({
    method,
    url,
    headers: { cookie: owner.cookie },
    ...(payload === undefined ? {} : { payload }),
  });
  return answer.json();
}

const DRAFT = journey("shared", {
  entry: { kind: "event", event: "share" },
  reentry: { kind: "again", after_days: 10 },
  start: "wait",
  nodes: {
    wait: { kind: "wait", for: { amount: 1, unit: "days" }, next: "say" },
    say: { kind: "message", template: "hello", next: "give" },
    give: { kind: "points", points: 30, valid_days: 30, budget: "small", next: "out" },
    out: { kind: "exit" },
  },
});

const LEDGERS = `select (select count(*) from channels.message)::int as messages, (select count(*) from channels.used)::int as used,
  (select count(*) from points.request)::int as requests, (select count(*) from points.lot)::int as lots,
  (select count(*) from journeys.run)::int as runs, (select count(*) from journeys.edge_count)::int as counts`;

describe("a dry run over the API", () => {
  test("lets members in by their joining, and says that later updates of profiles are not played", async () => {
    const at = new Date(world().clock.now().getTime() - 3 * 86_400_000);
    await shop.act("member", ["di"], { joined_at: at.toISOString() }, at);
    const draft = { ...DRAFT, key: "welcomed", entry: { kind: "event", event: "member" }, reentry: { kind: "once" } };
    expect((await call("PUT", "/api/journeys/welcomed/draft", draft)).problems).toEqual([]);
    await call("POST", "/api/journeys/welcomed/dry-run", { days: 10 });
    await runQueuedJobs(world());
    const { result } = await call("GET", "/api/journeys/welcomed/dry-run");
    expect(result.entered).toBe(1);
    expect(result.notes.map(({ code }: { code: string }) => code)).toContain("joins_only");
    expect(
      await shop.read(
        "select p.member_id, p.entered_at from journeys.dry_path p join journeys.dry_run using (dry_run_id) where journey = 'welcomed'",
      ),
    ).toEqual([{ member_id: await shop.member("di"), entered_at: at }]);
  });

  test("says who would have entered and when, what was held and refused and why, and writes nothing else", async () => {
    await shop.write((tx) => tx.query("insert into points.account (kind, name, floor) values ('budget', 'small', 0)"));
    expect((await call("PUT", "/api/journeys/shared/draft", DRAFT)).problems).toEqual([]);
    expect(await call("GET", "/api/journeys/shared/dry-run")).toEqual({ running: null, result: null });
    const before = await shop.read(LEDGERS);
    const { job_id } = await call("POST", "/api/journeys/shared/dry-run", { days: 15 });
    expect(await call("GET", "/api/journeys/shared/dry-run")).toEqual({ running: job_id, result: null });
    expect(await call("POST", "/api/journeys/shared/dry-run", {})).toMatchObject({ code: "jobs.already_running" });
    await runQueuedJobs(world());
    expect(await shop.read(LEDGERS)).toEqual(before);
    const { running, result } = await call("GET", "/api/journeys/shared/dry-run");
    expect(running).toBe(null);
    expect(result).toMatchObject({
      stale: false,
      days: 15,
      entered: 3,
      finished: 3,
      sent: 0,
      held: 3,
      reasons: [{ reason: "template_missing", zh: "模板没有已通过的版本", messages: 3 }],
      points: 0,
      refusals: [{ code: "points.budget_exhausted", times: 3 }],
      passed: { wait: [3], say: [3], give: [3], out: [] },
      waiting: { wait: 0 },
      effects: { say: { held: 3 }, give: { refused: 3 } },
      notes: [{ code: "by_occurrence" }, { code: "rules_of_now" }],
    });
    const url = `/api/journeys/shared/dry-run/${result.dry_run_id}/members`;
    const { items } = await call("GET", `${url}?node=say&state=held&reason=template_missing&limit=2`);
    expect(items.map((one: { member_id: number }) => one.member_id)).toEqual([
      await shop.member("an"),
      await shop.member("bo"),
    ]);
    const way = await call("GET", `${url}/${items[0].path}`);
    const entered = new Date(world().clock.now().getTime() - 12 * 86_400_000);
    expect(way).toMatchObject({ entered_at: entered.toISOString(), ended: "finished" });
    const next = new Date(entered.getTime() + 86_400_000).toISOString();
    expect(way.steps.map((one: { at: string; zh: string }) => [one.at, one.zh])).toEqual([
      [next, "等 1 天"],
      [next, "发消息「hello」"],
      [next, expect.stringContaining("送 30 积分")],
    ]);
    expect(way.steps[2].effect).toMatchObject({ kind: "points", state: "refused" });
  });

  test("is stale once the draft has changed, and is kept to whoever may see its members", async () => {
    const changed = { ...DRAFT, hold_out_percent: 5 };
    await call("PUT", "/api/journeys/shared/draft", changed);
    const { result } = await call("GET", "/api/journeys/shared/dry-run");
    expect(result.stale).toBe(true);
    await call("PUT", "/api/journeys/shared/draft", DRAFT);
    expect((await call("GET", "/api/journeys/shared/dry-run")).result.stale).toBe(false);
    const url = `/api/journeys/shared/dry-run/${result.dry_run_id}/members`;
    const [first] = (await call("GET", url)).items;
    await shop.write((tx) => tx.query("update access.person set scope_stores = array['S001']"));
    expect((await call("GET", url)).items).toEqual([]);
    expect(await call("GET", `${url}/${first.path}`)).toMatchObject({ code: "journeys.dry_run_unknown" });
    expect(await call("POST", "/api/journeys/shared/dry-run", { member_id: first.member_id })).toMatchObject({
      code: "journeys.dry_run_member",
    });
    await shop.write((tx) => tx.query("update access.person set scope_stores = null"));
  });

  test("of one member looks at that member alone", async () => {
    const an = await shop.member("an");
    await call("POST", "/api/journeys/shared/dry-run", { days: 30, member_id: an });
    await runQueuedJobs(world());
    const [kept] = await shop.read<{ dry_run_id: number }>(
      "select dry_run_id from journeys.dry_run where member_id is not null",
    );
    const { result } = await call("GET", `/api/journeys/shared/dry-run?dry_run_id=${kept?.dry_run_id}`);
    // twenty days ago and, ten days being over, not before five days ago
    expect(result).toMatchObject({ member_id: an, entered: 2 });
  });

  test("of an entry over the API wants to know with whom, and then everybody enters on the first day", async () => {
    await call("PUT", "/api/journeys/asked/draft", journey("asked"));
    expect(await call("POST", "/api/journeys/asked/dry-run", {})).toMatchObject({ code: "journeys.dry_run_whom" });
    const shares = q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "share") }), 3);
    const segment = await saveSegment(
      world().ground,
      { name: "分享三次", description: "", condition: shares },
      { person_id: null, name: null },
    );
    await call("POST", "/api/journeys/asked/dry-run", { days: 10, segment_id: segment.segment_id });
    await runQueuedJobs(world());
    const { result } = await call("GET", "/api/journeys/asked/dry-run");
    expect(result.notes.map((one: { code: string }) => one.code)).toContain("all_on_first_day");
    expect(result.entered).toBe(1);
  });

  test("that is cancelled leaves nothing", async () => {
    const stopped = new AbortController();
    stopped.abort();
    const input = {
      journey: "shared",
      version: 1,
      definition: JSON.stringify(DRAFT),
      days: 30,
      member_id: null,
      segment_id: null,
    };
    const until = world().clock.now().toISOString();
    const before = await shop.read("select count(*) from journeys.dry_run");
    const running = dryRun({
      ground: world().ground,
      job_id: "0199a000-0000-7000-8000-000000000001",
      input: { ...input, person_id: null, until },
      signal: stopped.signal,
      cancelled: () => true,
      progress: async () => {},
    });
    await expect(running).rejects.toThrow();
    expect(await shop.read("select count(*) from journeys.dry_run")).toEqual(before);
  });
});
