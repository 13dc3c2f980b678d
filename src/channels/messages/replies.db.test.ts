import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { MessageDesk, SMS } from "../../../tests/support/message-desk.ts";
import { type Staff, staffOf } from "../../../tests/support/people.ts";
import { drainPipeline } from "../../ingest/index.ts";
import { consentEvidence, eraseMember } from "../../members/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { recordClicks } from "./clicks.ts";

const world = withDatabase();
let desk: MessageDesk;
let sim: ChannelSim;
let staff: Staff;
let path: string;

beforeAll(async () => {
  staff = await staffOf(world());
  desk = new MessageDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  sim.aliyun.limited = false;
  await desk.smsTo(sim.url);
  for (let number = 1; number <= 9; number += 1) await desk.member(number);
  await desk.member(20, { phone: "+8613900000020" });
  await desk.member(21, { phone: "+8613900000020" });
  await desk.template("points_sms", SMS);
  await desk.template("offer_sms", {
    ...SMS,
    text: "新品上架 t.example/s/${link} 拒收请回复R",
    parameters: { link: '{{ "https://shop.example/new" | short_code: 30 }}' },
    variables: [],
  });
  // records make parties of their own
  await desk.query("select setval(pg_get_serial_sequence('members.party', 'party_id'), 1000)");
  await desk.policy();
  const made = await staff.owner.call("POST", "/api/messages/carriers/sms/callback");
  path = new URL(made.body["address"] as string).pathname;
});
afterAll(async () => {
  await sim.stop();
  await staff.app.close();
});
beforeEach(async () => {
  await desk.clear();
  sim.log.clear();
});

const push = (items: unknown) => staff.app.inject({ method: "POST", url: path, payload: items as object });
const answer = (phone: string, content: string) =>
  push([sim.aliyun.reply(phone, content, world().clock.now().getTime())]);
const evidence = (member_id: number) => world().ground.store.read(SYSTEM_SCOPE, (tx) => consentEvidence(tx, member_id));
const sms = (member_id: number, effect_key: string) => ({
  member_id,
  effect_key,
  template: "points_sms",
  variables: { points: 7 },
});

describe("a reply R or TD", () => {
  it("withdraws consent to marketing by SMS at once, with channel, word and time as evidence; what waits does not go out", async () => {
    await desk.request([sms(1, "waits"), sms(2, "other")]);
    await answer("13800000001", "td。");
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({ other: "accepted", waits: "no_consent" });
    expect(await evidence(1)).toContainEqual(
      expect.objectContaining({ purpose: "marketing", medium: "sms", state: "withdrawn", via: "sms_reply" }),
    );
    const { body } = await staff.owner.call("GET", "/api/messages/replies");
    expect(body["items"]).toMatchObject([{ effect: "withdrawn", word: "TD", member_ids: [1], at: expect.any(String) }]);
  });

  it("told twice is one reply: consent given anew in between stays given", async () => {
    const reply = sim.aliyun.reply("13800000003", "R", world().clock.now().getTime());
    await push([reply]);
    const before = (await evidence(3)).length;
    await push([reply, reply]);
    expect((await evidence(3)).length).toBe(before);
  });

  it("speaks for everybody who holds the number, and one from a number that nobody holds is kept", async () => {
    await answer("13900000020", "退订");
    for (const member_id of [20, 21])
      expect((await evidence(member_id)).filter(({ state }) => state === "withdrawn")).toHaveLength(1);
    await answer("13999999999", "R");
    const { body } = await staff.owner.call("GET", "/api/messages/replies");
    expect((body["items"] as object[])[0]).toMatchObject({ effect: "nobody", word: "R", member_ids: [] });
  });

  it("needs no answer, and is found by its whole number only", async () => {
    await answer("13800000006", "TD");
    const { body } = await staff.owner.call("GET", "/api/messages/replies?phone=138%200000%200006");
    const [reply] = body["items"] as { reply_id: number }[];
    expect(reply).toMatchObject({ effect: "withdrawn", word: "TD", text: null });
    const marked = await staff.owner.call("PUT", "/api/messages/replies/answered", {
      reply_id: reply?.reply_id,
      answered: true,
    });
    expect(marked.body["code"]).toBe("channels.reply_not_open");
    const part = await staff.owner.call("GET", "/api/messages/replies?phone=13800");
    expect(part.body["code"]).toBe("channels.reply_phone");
  });

  it("is not seen in another answer, whose text is kept sealed until its writer is erased", async () => {
    await answer("13800000004", "请问周六开门吗？我是林四");
    expect((await evidence(4)).filter(({ state }) => state === "withdrawn")).toEqual([]);
    const open = () => staff.owner.call("GET", "/api/messages/replies?effect=open&phone=13800000004");
    const [waiting] = (await open()).body["items"] as { reply_id: number; members: object[] }[];
    expect(waiting).toMatchObject({ effect: "kept", word: null, answered_at: null, members: [{ member_id: 4 }] });
    expect(JSON.stringify(waiting)).not.toMatch(/13800000004/);
    const marked = (answered: boolean) =>
      staff.owner.call("PUT", "/api/messages/replies/answered", { reply_id: waiting?.reply_id, answered });
    expect((await marked(true)).status).toBe(204);
    expect((await open()).body["items"]).toEqual([]);
    const { body: kept } = await staff.owner.call("GET", "/api/messages/replies?effect=kept&member_id=4");
    expect(kept["items"]).toMatchObject([{ answered_at: expect.any(String), answered_by_name: expect.any(String) }]);
    await marked(false);
    expect((await open()).body["items"]).toHaveLength(1);
    const rows = await desk.query<{ row: string }>("select r::text as row from channels.sms_reply r");
    expect(rows.map(({ row }) => row).join(" ")).not.toMatch(/周六|林四|13800000004/);
    const { ground, composition } = world();
    const by = { person_id: null, reason: "test", now: ground.clock.now() };
    await ground.store.write(SYSTEM_SCOPE, (tx) => eraseMember(tx, ground, 4, by));
    const erased = composition.domains.find(({ name }) => name === "channels")?.events?.["members.erased"];
    const payload = { member_id: 4, party_ids: [4] };
    const event = { event_id: 1, type: "members.erased", payload, created_at: ground.clock.now() };
    await ground.store.write(SYSTEM_SCOPE, async (tx) => erased?.(tx, ground, [event] as never));
    expect(await desk.query("select from channels.sms_reply where text_sealed is not null")).toEqual([]);
  });
});

describe("short links", () => {
  it("lead on where the template said, count clicks, become one record of the member's timeline, and end", async () => {
    const { ground, clock } = world();
    await desk.request([{ member_id: 5, effect_key: "offer", template: "offer_sms" }]);
    await desk.run("sms");
    const code = /"link":"(\w+)"/.exec(sim.log.list({ kind: "sms" }).at(-1)?.text ?? "")?.[1] ?? "";
    expect(code).toMatch(/^[0-9A-Za-z]{10,14}$/);
    const open = (url: string, headers = {}, method: "GET" | "HEAD" = "GET") =>
      staff.app.inject({ method, url, headers });
    await open(`/s/${code}`, {}, "HEAD");
    await open(`/s/${code}`, { "sec-purpose": "prefetch" });
    expect(await desk.query("select clicks from channels.link")).toEqual([{ clicks: 0 }]);
    for (let n = 0; n < 2; n += 1) {
      const answered = await open(`/s/${code}`);
      expect([answered.statusCode, answered.headers.location]).toEqual([302, "https://shop.example/new"]);
    }
    expect(await desk.query("select clicks from channels.link")).toEqual([{ clicks: 2 }]);
    expect((await open(`/s/${code.slice(0, -1)}${code.endsWith("A") ? "B" : "A"}`)).statusCode).toBe(404);
    expect((await open("/s/0000000000")).body).toContain("链接已失效");
    await recordClicks(ground);
    await recordClicks(ground);
    await drainPipeline(ground);
    const events = await desk.query(
      "select subject, properties, member_id from members.event join members.party using (party_id) where kind = 'message'",
    );
    expect(events).toMatchObject([{ member_id: 5 }]);
    expect(JSON.stringify(events)).toContain("clicked");
    clock.advance({ days: 31 });
    expect((await open(`/s/${code}`)).statusCode).toBe(404);
  });
});
