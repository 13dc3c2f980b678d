import exceljs from "exceljs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { journey, JourneyShop } from "../../tests/support/journey-shop.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
let owner: OwnerSession;

beforeAll(async () => {
  await shop.open();
  owner = await signInOwner(world());
  await shop.act("login", ["an", "bo"]);
});

afterAll(() => owner.app.close());

async function call(method: "GET" | "POST" | "PUT", url: string, payload?: object, key?: string) {
  const headers = { cookie: owner.cookie, ...(key === undefined ? {} : { "idempotency-key": key }) };
  const answer = await owner.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return answer.json();
}

const body = () => {
  const { key: _, ...rest } = journey("over_http", {
    start: "wait",
    nodes: {
      wait: { kind: "wait", for: { amount: 20, unit: "minutes" }, next: "say" },
      say: { kind: "message", template: "hello", next: "out" },
      out: { kind: "exit" },
    },
  });
  return { key: "over_http", ...rest };
};

test("a journey is drafted, told what is wrong with it, published, entered, and read from its numbers down to a member's way", async () => {
  const broken = { ...body(), start: "nowhere" };
  const saved = await call("PUT", "/api/journeys/over_http/draft", broken);
  expect(saved).toMatchObject({
    version: 1,
    problems: [{ path: "/start" }, { code: "journeys.node_unreached" }, {}, {}],
  });
  const refused = await call("POST", "/api/journeys/over_http/publish", {});
  expect(refused).toMatchObject({ code: "journeys.not_sound" });

  expect(await call("PUT", "/api/journeys/over_http/draft", body())).toEqual({ version: 1, problems: [] });
  expect(await call("POST", "/api/journeys/over_http/publish", {})).toEqual({ version: 1, moved: 0 });
  const [an, bo] = [await shop.member("an"), await shop.member("bo")];
  const enter = () => call("POST", "/api/journeys/over_http/entries", { member_ids: [an, bo] }, "k1");
  expect(await enter()).toEqual({ entered: 2 });
  expect(await enter()).toEqual({ entered: 0 });
  await shop.settle();

  const seen = await call("GET", "/api/journeys/over_http");
  expect(seen).toMatchObject({ state: "live", shown: 1, waiting: { wait: 2, say: 0 }, entered: 2, under_way: 2 });
  expect(seen.nodes.wait).toMatchObject({ zh: "等 20 分钟", en: "Wait 20 minutes" });
  world().clock.advance({ minutes: 21 });
  await shop.settle();
  const after = await call("GET", "/api/journeys/over_http");
  expect(after).toMatchObject({ passed: { wait: [2], say: [2], out: [] }, finished: 2, under_way: 0 });
  expect((await call("GET", "/api/journeys")).items).toMatchObject([{ journey: "over_http", finished: 2 }]);

  const { items } = await call("GET", "/api/journeys/over_http/runs?node=wait&way=0");
  expect(items.map((run: { member_id: number }) => run.member_id).sort()).toEqual([an, bo].sort());
  const way = (await call("GET", `/api/members/${an}/journeys`)).items[0];
  expect(way).toMatchObject({ journey: "over_http", ended: "finished" });
  expect(way.steps.map((step: { zh: string; message_state: string | null }) => [step.zh, step.message_state])).toEqual([
    ["等 20 分钟", null],
    ["发消息「hello」", "waiting"],
  ]);
});

test("what is asked of a journey that does not exist, or not in this state, is refused in words", async () => {
  expect(await call("GET", "/api/journeys/no_such")).toMatchObject({ code: "journeys.unknown" });
  expect(await call("PUT", "/api/journeys/over_http/state", { state: "live" })).toMatchObject({
    code: "journeys.state_differs",
  });
  expect(await call("PUT", "/api/journeys/over_http/state", { state: "paused" })).toEqual({ state: "paused" });
  const entering = await call("POST", "/api/journeys/over_http/entries", { member_ids: [1] }, "k2");
  expect(entering).toMatchObject({ code: "journeys.no_api_entry" });
});

test("a node that is not filled in yet says what it lacks, and the others keep their sentences", async () => {
  const { nodes, ...rest } = body();
  const half = {
    ...rest,
    nodes: { ...nodes, say: { kind: "message", template: "", next: "ask" } },
  };
  const asked = { kind: "condition", condition: null, then: "out", otherwise: "out" };
  const check = (definition: object) => call("POST", "/api/journeys/check", { definition });
  const answer = await check({ ...half, nodes: { ...half.nodes, ask: asked } });
  expect(answer.problems).toMatchObject([{ path: "/nodes/say/template", code: "journeys.template_missing" }]);
  expect(answer.nodes).toMatchObject({ wait: { zh: "等 20 分钟" }, out: { zh: "结束" } });
  expect(Object.keys(answer.nodes)).not.toContain("say");
  const said = { kind: "message", template: "hello", next: "ask" };
  const next = await check({ ...half, nodes: { ...nodes, say: said, ask: asked } });
  expect(next.problems).toMatchObject([{ path: "/nodes/ask/condition", code: "journeys.condition_missing" }]);
});

test("whoever draws is told which records and templates there are", async () => {
  const { events, templates } = await call("GET", "/api/journeys/node-choices");
  expect(events).toContainEqual(expect.objectContaining({ kind: "order", zh: "订单", en: "Order" }));
  const values = (kind: string) => events.find((one: { kind: string }) => one.kind === kind)?.values;
  expect(values("order")).toContainEqual({ value: "order_no", zh: "订单号", en: "Order number", type: "text" });
  expect(values("member")).toEqual([]);
  expect(templates).toContainEqual(expect.objectContaining({ template: "hello", channel: "inbox" }));
});

test("a draft that has names and nothing else is listed, read with what it lacks, and has nobody in it", async () => {
  const saved = await call("PUT", "/api/journeys/bare/draft", { key: "bare", zh: "空", en: "Bare" });
  expect(saved.problems.length).toBeGreaterThan(3);
  expect((await call("GET", "/api/journeys")).items[0]).toMatchObject({ journey: "bare", entry_zh: "", draft: true });
  expect(await call("GET", "/api/journeys/bare")).toMatchObject({ state: "draft", nodes: {}, entered: 0 });
  expect(await call("GET", "/api/journeys/bare/runs?node=any")).toEqual({ items: [], before: null });
});

test("whoever may see the members of one store lets in no others, and nobody enters with them", async () => {
  const published = await call("PUT", "/api/journeys/scoped/draft", { ...body(), key: "scoped" });
  expect(published.problems).toEqual([]);
  await call("POST", "/api/journeys/scoped/publish", {});
  const an = await shop.member("an");
  const asked = await call("POST", "/api/journeys/scoped/entries", { member_ids: [an, 987_654] }, "s1");
  expect(asked).toMatchObject({ code: "journeys.members_unseen", params: { count: 1 } });
  await shop.write((tx) => tx.query("update access.person set scope_stores = array['S001']"));
  const elsewhere = await call("POST", "/api/journeys/scoped/entries", { member_ids: [an] }, "s2");
  expect(elsewhere).toMatchObject({ code: "journeys.members_unseen" });
  expect(await shop.runs("scoped")).toEqual([]);
});

test("whom experiments showed what is read in counts, and fetched as a workbook", async () => {
  const split = journey("tone_http", {
    start: "split",
    hold_out_percent: 50,
    nodes: {
      split: {
        kind: "ab",
        experiment: "tone_http_words",
        branches: [
          { variant: "warm", percent: 50, next: "out" },
          { variant: "plain", percent: 50, next: "out" },
        ],
      },
      out: { kind: "exit" },
    },
  });
  await shop.publish(split);
  await shop.enter("tone_http", [await shop.member("an"), await shop.member("bo")]);
  await shop.settle();
  const { items } = (await call("GET", "/api/experiments")) as { items: Record<string, unknown>[] };
  expect(items.find(({ experiment }) => experiment === "hold-out tone_http")).toMatchObject({
    kind: "hold_out",
    members: 2,
    places: [{ journey: "tone_http", version: 1, node: null }],
    variants: [
      { variant: "treated", percent: 50, expected: 1 },
      { variant: "held_out", percent: 50 },
    ],
    chi_square: null,
    mismatch: false,
  });
  expect(items.some(({ experiment }) => experiment === "tone_http_words")).toBe(true);
  const headers = { cookie: owner.cookie };
  const file = await owner.app.inject({ method: "GET", url: "/api/experiments/experiments.xlsx", headers });
  const book = new exceljs.Workbook();
  await book.xlsx.load(file.rawPayload as never);
  const rows = (book.worksheets[0]?.getSheetValues() ?? []) as unknown[][];
  expect(rows.some((row) => row?.[1] === "hold-out tone_http" && row[5] === "held_out")).toBe(true);
});
