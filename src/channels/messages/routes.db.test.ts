import { afterAll, beforeAll, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { INBOX, MessageDesk, SMS } from "../../../tests/support/message-desk.ts";
import { type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { OPEN_POLICY } from "../../../tests/support/message-desk.ts";

const world = withDatabase();
let staff: Staff;
let owner: PersonSession;
let desk: MessageDesk;

beforeAll(async () => {
  staff = await staffOf(world());
  ({ owner } = staff);
  desk = new MessageDesk(world().ground);
  for (const number of [1, 2, 3])
    await desk.member(number, { name: "王小明", consents: number === 3 ? [] : ["mini_program"] });
});
afterAll(() => staff.app.close());

it("a template is drafted, read as a masked member, approved, sent, and the next version takes its place", async () => {
  const draft = (content: object) =>
    owner.call("PUT", "/api/messages/templates/expiring/draft", { category: "marketing", content });
  expect(await draft({ ...INBOX, text: "{% for i in (1..9) %}" })).toMatchObject({
    status: 422,
    body: { code: "channels.template_unreadable" },
  });
  expect((await draft(INBOX)).body).toEqual({ version: 1 });
  expect(await draft(SMS)).toMatchObject({ status: 409, body: { code: "channels.template_kind" } });
  const seen = await owner.call("POST", "/api/messages/preview", {
    content: INBOX,
    member_id: 1,
    variables: { points: "120", day: "12月31日" },
  });
  expect(seen.body).toMatchObject({
    title: expect.stringMatching(/^王\*+，您好$/),
    text: "您有 120 积分将于 12月31日 过期。",
    parts: 1,
  });
  const missing = await owner.call("POST", "/api/messages/preview", { content: INBOX, variables: {} });
  expect(missing).toMatchObject({ status: 422, body: { code: "channels.template_unreadable" } });

  const move = (version: number, to: string) =>
    owner.call("POST", `/api/messages/templates/expiring/versions/${version}/state`, { to });
  const variables = { points: 1, day: "明天" };
  await desk.request([{ effect_key: "early", member_id: 1, template: "expiring", variables }]);
  await desk.run();
  expect((await move(1, "approved")).status).toBe(204);
  await desk.policy();
  await desk.request(
    [1, 2, 3].map((member_id) => ({ effect_key: `e${member_id}`, member_id, template: "expiring", variables })),
  );
  await desk.run();
  expect((await draft({ ...INBOX, text: "改了 {{ points }}" })).body).toEqual({ version: 2 });
  expect((await move(2, "approved")).status).toBe(204);
  expect(await move(1, "approved")).toMatchObject({ status: 409, body: { code: "channels.version_state" } });
  const listed = (await owner.call("GET", "/api/messages/templates")).body["items"];
  expect(listed).toMatchObject([
    {
      template: "expiring",
      versions: [
        { version: 2, state: "approved" },
        { version: 1, state: "retired" },
      ],
    },
  ]);
  await expect(desk.query("update channels.template_version set content = '{}' where version = 1")).rejects.toThrow(
    "never changed",
  );
});

it("each message says how it ended and why nothing went out", async () => {
  const all = await owner.call("GET", "/api/messages?limit=2");
  expect(all.body).toMatchObject({
    items: [
      { member_id: 3, state: "held", reason: "no_consent", reason_zh: "没有同意或已撤回" },
      { member_id: 2, state: "accepted", reason: null },
    ],
    next_cursor: expect.any(Number),
  });
  const held = await owner.call("GET", "/api/messages?state=held&reason=template_missing");
  expect(held.body["items"]).toMatchObject([{ member_id: 1, template: "expiring" }]);
  const counts = (await owner.call("GET", "/api/messages/outcomes")).body["items"];
  expect(counts).toEqual(
    expect.arrayContaining([expect.objectContaining({ channel: "inbox", state: "accepted", messages: 2 })]),
  );
});

it("one button stops everything, another lets it out again; the rules are changed as a whole", async () => {
  expect((await owner.call("POST", "/api/messages/stops", { what: "all", reason: "发错了模板" })).status).toBe(204);
  await desk.request([{ effect_key: "s", member_id: 1, template: "expiring", variables: { points: 1 } }]);
  await desk.run();
  expect((await desk.outcomes())["s"]).toBe("stopped");
  expect((await owner.call("GET", "/api/messages/stops")).body["items"]).toMatchObject([
    { what: "all", reason: "发错了模板" },
  ]);
  expect((await owner.call("DELETE", "/api/messages/stops?what=all")).status).toBe(204);
  const policy = { ...OPEN_POLICY, member_caps: [{ channel: "sms", category: null, period: "day", max: 2 }] };
  expect((await owner.call("PUT", "/api/messages/policy", policy)).status).toBe(204);
  expect((await owner.call("GET", "/api/messages/policy")).body).toEqual(policy);
  expect((await owner.call("PUT", "/api/messages/policy", { ...policy, quiet: { from: "25:00" } })).status).toBe(400);
  const clerk = await staff.add("clerk", ["S1"]);
  expect((await clerk.call("GET", "/api/messages")).status).toBe(403);
  const analyst = await staff.add("analyst");
  expect((await analyst.call("POST", "/api/messages/stops", { what: "all", reason: "不行" })).status).toBe(403);
});
