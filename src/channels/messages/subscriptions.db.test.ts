import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { WECHAT, WECHAT_TEMPLATE } from "../../../tests/support/message-desk.ts";
import { type Staff, staffOf } from "../../../tests/support/people.ts";
import { openidOf, pointsDue, WechatDesk } from "../../../tests/support/wechat-desk.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { rehearseMessages } from "./rehearse.ts";

const world = withDatabase();
let staff: Staff;
let desk: WechatDesk;
let sim: ChannelSim;

beforeAll(async () => {
  staff = await staffOf(world());
  desk = new WechatDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  await desk.open();
});
afterAll(async () => {
  await staff.app.close();
  await sim.stop();
});
beforeEach(() => desk.reset(sim));

const accepts = (number: number, times?: number) => desk.accepts(sim, number, times);
const stock = () => desk.stock();
const taken = () => sim.log.list({ kind: "wechat" }).filter((row) => row.taken);

describe("what members have left", () => {
  it("is shown in counts: of each template, and of one member with what they said last", async () => {
    await accepts(1, 3);
    await accepts(2);
    await desk.said(2, "refused");
    await desk.request([pointsDue(1, "a"), pointsDue(2, "b")]);
    await desk.run("wechat");
    const { owner } = staff;
    expect((await owner.call("GET", "/api/messages/subscriptions")).body["items"]).toEqual([
      { service_template: WECHAT_TEMPLATE, members: 1, members_ever: 2, left: 2, spent: 2, accepted_7d: 4 },
    ]);
    expect((await owner.call("GET", "/api/members/2/subscriptions")).body["items"]).toMatchObject([
      {
        left: 0,
        spent: 1,
        last_word: "refused",
        templates: [{ template: "expiring_service" }, { template: "expiring_wechat" }],
      },
    ]);
    expect((await owner.call("GET", "/api/members/50/subscriptions")).body["items"]).toEqual([]);
  });

  it("is told once however often a record comes, and goes with the records when they are taken back", async () => {
    await desk.said(10, "accepted", { key: "once" });
    await desk.said(10, "accepted", { key: "once" });
    await desk.said(10, "refused");
    expect(await stock()).toEqual({ 10: "0 of 1" });
    const { ground } = world();
    await desk.said(10, "accepted", { identities: [{ kind: "phone", value: "13911112222" }] });
    const rejects = await desk.query("select code from ingest.reject");
    expect(rejects).toEqual([{ code: "channels.no_openid" }]);
    expect(await stock()).toEqual({ 10: "0 of 1" });
    // an end that is told late takes only what was accepted before it
    const earlier = new Date(ground.clock.now().getTime() - 3_600_000).toISOString();
    await desk.said(10, "ended", { occurred_at: earlier });
    expect(await stock()).toEqual({ 10: "0 of 1" });
    await desk.said(10, "ended");
    expect(await stock()).toEqual({ 10: "0 of 0" });
  });

  it("is one for joined members: a message for one goes to the openid of the other that agreed", async () => {
    await accepts(11);
    await desk.query("update members.party set member_id = 12 where party_id = 11");
    await desk.request([pointsDue(12, "joined"), pointsDue(12, "next")]);
    await desk.run("wechat");
    await desk.query("update members.party set member_id = 11 where party_id = 11");
    expect(await desk.outcomes()).toEqual({ joined: "accepted", next: "no_subscription" });
    expect(taken()).toMatchObject([{ to: openidOf(11) }]);
  });

  it("is reckoned by a dry run as it stood then, with what was really sent and what it would have sent", async () => {
    const { ground, clock } = world();
    const from = new Date(clock.now().getTime());
    const constant = { ...WECHAT, parameters: { ...WECHAT.parameters, number2: "1", date3: "2026-12-31" } };
    await desk.query("delete from channels.template where template = 'dry_wechat'");
    await desk.template("dry_wechat", { ...constant, variables: [] }, "service");
    const at = (hours: number) => new Date(from.getTime() + hours * 3_600_000);
    clock.advance({ hours: 1 });
    await accepts(1, 2);
    clock.advance({ hours: 2 });
    await desk.request([pointsDue(1, "real", "expiring_service")]);
    await desk.run("wechat");
    clock.advance({ hours: 2 });
    await desk.said(1, "ended");
    clock.advance({ hours: 2 });
    await desk.said(1, "accepted");
    clock.advance({ hours: 4 });
    const requests = [0, 2, 2.5, 4, 6, 8, 9].map((hours) => ({ member_id: 1, template: "dry_wechat", at: at(hours) }));
    const fates = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      rehearseMessages(tx, ground, requests, {
        from,
        until: clock.now(),
        instead_of: { source: "journeys", first_words: [] },
        pulse: async () => undefined,
      }),
    );
    expect(fates.map(({ state, reason }) => reason ?? state)).toEqual([
      "no_subscription",
      "sent",
      "sent",
      "no_subscription",
      "no_subscription",
      "sent",
      "no_subscription",
    ]);
    // nothing was taken by rehearsing it
    expect(await stock()).toEqual({ 1: "1 of 2" });
  });
});
