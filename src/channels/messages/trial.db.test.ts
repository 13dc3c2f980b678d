import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { INBOX, MessageDesk, OPEN_POLICY, SMS } from "../../../tests/support/message-desk.ts";
import { type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { inboxOf } from "./inbox-store.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";

const world = withDatabase();
let staff: Staff;
let owner: PersonSession;
let desk: MessageDesk;
const [COLLEAGUE, TESTER, MEMBER] = [1, 2, 3];
const variables = { points: "120", day: "12月31日" };

beforeAll(async () => {
  staff = await staffOf(world());
  ({ owner } = staff);
  desk = new MessageDesk(world().ground);
  await desk.member(COLLEAGUE, { is_staff: true, consents: [] });
  await desk.member(TESTER, { is_test: true, consents: [] });
  await desk.member(MEMBER);
  await owner.call("PUT", "/api/messages/templates/expiring/draft", {
    category: "marketing",
    content: INBOX,
    name: "积分到期",
  });
});
afterAll(() => staff.app.close());
beforeEach(async () => {
  await desk.clear();
  await desk.query("delete from channels.seed_member");
  await desk.policy();
});

let keys = 0;
const tryOn = async (to: "me" | "all", key = `k${(keys += 1)}`, version = 1, values: object = variables) => {
  const answer = await staff.app.inject({
    method: "POST",
    url: `/api/messages/templates/expiring/versions/${version}/test`,
    headers: { cookie: owner.cookie, "idempotency-key": key },
    payload: { to, variables: values },
  });
  return { status: answer.statusCode, body: answer.json() as Record<string, unknown> };
};
const seed = (member_id: number, mine = false) => owner.call("PUT", "/api/messages/seeds", { member_id, mine });
const ends = () =>
  desk.query<{ member_id: number; how: string }>(
    "select m.member_id, coalesce(o.reason, o.state) as how from channels.message m join channels.outcome o using (message_id) order by 1",
  );

it("a draft is tried on the seed list, marked, before anybody approved it, and once for a key", async () => {
  expect((await tryOn("all")).body).toMatchObject({ code: "channels.no_seed" });
  expect((await seed(COLLEAGUE, true)).status).toBe(204);
  expect((await seed(TESTER)).status).toBe(204);
  expect(await tryOn("me", "once")).toMatchObject({ status: 200, body: { fresh: 1 } });
  expect(await tryOn("me", "once")).toMatchObject({ status: 200, body: { fresh: 0 } });
  expect(await tryOn("me", "once", 1, { points: "1", day: "今天" })).toMatchObject({
    status: 422,
    body: { code: "channels.test_other" },
  });
  await tryOn("all", "all");
  await desk.run();
  expect(await ends()).toEqual([
    { member_id: COLLEAGUE, how: "accepted" },
    { member_id: COLLEAGUE, how: "accepted" },
    { member_id: TESTER, how: "accepted" },
  ]);
  const [got] = await world().ground.store.read(SYSTEM_SCOPE, (tx) => inboxOf(tx, world().ground, TESTER, 5));
  expect(got).toMatchObject({ title: `【试发】林${TESTER}，您好`, text: "您有 120 积分将于 12月31日 过期。" });
  const logged = await owner.call("GET", "/api/messages?source=test");
  expect(logged.body["items"]).toMatchObject([{ test: true, version: 1, template_name: "积分到期" }, {}, {}]);
});

it("a trial reaches nobody but the seed list, whoever is put there or taken off, however it is asked for", async () => {
  expect(await seed(MEMBER)).toMatchObject({ status: 422, body: { code: "channels.seed_refused" } });
  await seed(TESTER);
  await seed(COLLEAGUE);
  await tryOn("all");
  // off the list, no longer staff, or never on it: the gate looks at the moment of sending
  await owner.call("DELETE", `/api/messages/seeds/${TESTER}`);
  await desk.query("update members.profile set is_staff = false where member_id = $1", [COLLEAGUE]);
  await desk.query(
    `insert into channels.message (source, effect_key, member_id, channel, template, variables, priority, requested_at, test_version)
     select 'test', 'x', $1, channel, template, variables, 5, requested_at, 1 from channels.message limit 1`,
    [MEMBER],
  );
  await desk.query(
    `insert into channels.pending (message_id, channel, member_id, priority, phase, due_at)
     select message_id, channel, member_id, priority, 'gate', requested_at from channels.message where effect_key = 'x'`,
  );
  await desk.run();
  expect(new Set((await ends()).map(({ how }) => how))).toEqual(new Set(["excluded"]));
  expect(await ends()).toHaveLength(3);
  await desk.query("update members.profile set is_staff = true where member_id = $1", [COLLEAGUE]);
});

it("a trial goes at any hour and takes from no cap; a stop holds it, and a real message is held from no trial", async () => {
  await seed(COLLEAGUE);
  await desk.policy({
    ...OPEN_POLICY,
    quiet: { from: "00:00", to: "23:59", channels: ["inbox"], categories: ["marketing"], then: "drop" },
    member_caps: [{ channel: null, category: null, period: "day", max: 1 }],
    repeat_after_hours: { marketing: 24, service: 24 },
  });
  await tryOn("all");
  await tryOn("all");
  await desk.run();
  expect((await ends()).map(({ how }) => how)).toEqual(["accepted", "accepted"]);
  expect(await desk.query("select from channels.told")).toHaveLength(0);
  expect(await desk.query("select from channels.used")).toHaveLength(0);
  await owner.call("POST", "/api/messages/stops", { what: "all", reason: "模板写错了" });
  await tryOn("all");
  await desk.run();
  expect((await ends()).map(({ how }) => how).sort()).toEqual(["accepted", "accepted", "stopped"]);
});

it("a version tells who moved it on and when; an SMS is approved only with a signature that is on file", async () => {
  const draft = { category: "marketing", content: { ...SMS, sign_name: "山野茶铺" } };
  await owner.call("PUT", "/api/messages/templates/filed/draft", draft);
  const move = (to: string, reason?: string) =>
    owner.call("POST", "/api/messages/templates/filed/versions/1/state", { to, ...(reason ? { reason } : {}) });
  expect((await move("submitted")).status).toBe(204);
  expect(await move("approved")).toMatchObject({ status: 409, body: { code: "channels.sign_not_filed" } });
  const sign = (state: string) => owner.call("PUT", "/api/messages/signs", { sign_name: "山野茶铺", state });
  await sign("filing");
  expect((await move("approved")).status).toBe(409);
  await sign("filed");
  expect((await move("approved")).status).toBe(204);
  await owner.call("PUT", "/api/messages/templates/filed/draft", draft);
  await owner.call("POST", "/api/messages/templates/filed/versions/2/state", { to: "approved" });
  const { items } = (await owner.call("GET", "/api/messages/templates")).body as {
    items: { template: string; versions: { saved_by_name: string; moves: object[] }[] }[];
  };
  const versions = items.find(({ template }) => template === "filed")?.versions;
  expect(versions?.[1]).toMatchObject({
    saved_by_name: "林",
    moves: [
      { to: "submitted", by_name: "林" },
      { to: "approved", by_name: "林" },
      { to: "retired", by_name: "林" },
    ],
  });
  for (let n = 2; n <= 20; n += 1)
    await owner.call("PUT", "/api/messages/signs", { sign_name: `签名${n}`, state: "filing" });
  expect(await owner.call("PUT", "/api/messages/signs", { sign_name: "再一个", state: "filing" })).toMatchObject({
    status: 409,
    body: { code: "channels.signs_full" },
  });
});
