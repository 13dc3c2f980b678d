import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { MessageDesk, WECOM } from "../../../tests/support/message-desk.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { carrierViews } from "./carrier-view-store.ts";
import { confirmRound } from "./confirm.ts";
import { countOutcomes, listMessages } from "./log-store.ts";
import { rehearseMessages } from "./rehearse.ts";
import { sentBy } from "./share-store.ts";
import { tryWecom, wecomCarrier } from "./wecom.ts";

const world = withDatabase();
let desk: MessageDesk;
let sim: ChannelSim;

const customer = (number: number) => `wmCustomerOfTests${String(number).padStart(8, "0")}`;

beforeAll(async () => {
  desk = new MessageDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  for (let number = 1; number <= 9; number += 1)
    await desk.member(number, {
      external_userid: customer(number),
      associate: number <= 6 ? "S001-01" : "S001-02",
      consents: ["wecom"],
    });
  await desk.member(20, { external_userid: customer(20), consents: ["wecom"] });
  await desk.member(21, { associate: "S001-01", consents: ["wecom"] });
  await desk.template("rougui", WECOM);
  await desk.policy();
});
afterAll(() => sim.stop());
beforeEach(async () => {
  sim.wecom.confirm("S001-01");
  sim.wecom.confirm("S001-02");
  await desk.clear();
  await desk.wecomTo(sim.url);
  sim.log.clear();
  sim.dials.set("wecom_app", { outcome: "ok" });
  sim.wecom.friends = null;
  world().clock.advance({ hours: 1 });
});

const told = (member_id: number, effect_key: string, shop = "杭州店") => ({
  member_id,
  effect_key,
  template: "rougui",
  variables: { shop },
});
const log = async () => {
  const rows = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    listMessages(tx, {}, SYSTEM_SCOPE, { limit: 100 }),
  );
  return Object.fromEntries(
    rows.map(({ effect_key, state, reason, service_code }) => [
      effect_key,
      reason === null ? state : `${state}: ${reason === "refused_by_service" ? service_code : reason}`,
    ]),
  );
};
const confirmed = async () => {
  while (await confirmRound(world().ground, wecomCarrier));
};
const tasks = () => sim.log.list({ kind: "wecom_app" }).filter(({ taken }) => taken);

describe("a message by WeCom", () => {
  it("waits prepared with the member's associate, and is sent only when WeCom says that the associate did", async () => {
    await desk.request([told(1, "a"), told(2, "b"), told(7, "other associate"), told(3, "other words", "上海店")]);
    await desk.run("wecom");
    expect(
      tasks()
        .map(({ to, title }) => `${to} ${title}`)
        .sort(),
    ).toEqual([
      "S001-01 1 位客户，待 S001-01 确认",
      "S001-01 2 位客户，待 S001-01 确认",
      "S001-02 1 位客户，待 S001-02 确认",
    ]);
    world().clock.advance({ minutes: 2 });
    await confirmed();
    expect(new Set(Object.values(await log()))).toEqual(new Set(["prepared"]));
    const { ground, clock } = world();
    const counts = () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        outcomes: (await countOutcomes(tx, {}, SYSTEM_SCOPE))
          .map(({ state, messages }) => `${state} ${messages}`)
          .sort(),
        card: (await carrierViews(tx, clock.now())).find(({ channel }) => channel === "wecom"),
        share: (await sentBy(tx, "marketing", new Date(clock.now().getTime() - 3_600_000))).reduce(
          (n, one) => n + one.messages,
          0,
        ),
      }));
    expect(await counts()).toMatchObject({
      outcomes: ["prepared 4"],
      card: { prepared: 4, under_way: 0, waiting: 0, accepted_day: 0 },
      share: 0,
    });
    expect(sim.wecom.confirm("S001-01", { [customer(2)]: 2 })).toBe(2);
    clock.advance({ minutes: 5 });
    await confirmed();
    expect(await log()).toEqual({
      a: "accepted",
      b: "refused: not_a_friend",
      "other associate": "prepared",
      "other words": "accepted",
    });
    expect(await counts()).toMatchObject({
      outcomes: ["accepted 2", "prepared 1", "refused 1"],
      card: { prepared: 1, accepted_day: 2, refused_day: 1 },
      share: 2,
    });
  });

  it("is not prepared for whom nobody looks after, or who is no contact; a dry run says the same", async () => {
    const { ground, clock } = world();
    await desk.request([told(20, "nobody"), told(21, "no contact"), told(1, "fine")]);
    await desk.run("wecom");
    expect(await log()).toEqual({ nobody: "held: no_associate", "no contact": "held: no_address", fine: "prepared" });
    await desk.template("constant_words", { kind: "wecom", text: "新茶到店", variables: [] });
    const at = new Date(clock.now().getTime() - 1_000);
    const requests = [20, 21, 1].map((member_id) => ({ member_id, template: "constant_words", at }));
    const fates = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      rehearseMessages(tx, ground, requests, {
        from: new Date(at.getTime() - 1_000),
        until: clock.now(),
        instead_of: { source: "journeys", first_words: [] },
        pulse: async () => undefined,
      }),
    );
    expect(fates.map(({ state, reason }) => reason ?? state)).toEqual(["no_associate", "no_address", "sent"]);
  });

  it("that the associate does not send within a week is taken back there, and held back as not confirmed", async () => {
    await desk.request([told(1, "late"), told(2, "sent at last")]);
    await desk.run("wecom");
    for (let day = 0; day < 6; day += 1) {
      world().clock.advance({ hours: 24 });
      await confirmed();
    }
    expect(await log()).toEqual({ late: "prepared", "sent at last": "prepared" });
    sim.wecom.confirm("S001-01", { [customer(1)]: 3 });
    world().clock.advance({ hours: 2 });
    await confirmed();
    expect(await log()).toEqual({ late: "refused: other_broadcast", "sent at last": "accepted" });
    await desk.request([told(3, "never")]);
    await desk.run("wecom");
    world().clock.advance({ hours: 24 * 7 + 1 });
    await confirmed();
    expect(await log()).toMatchObject({ never: "held: not_confirmed" });
    // it is gone at WeCom as well: pressing send reaches nobody
    expect(sim.wecom.confirm("S001-01")).toBe(0);
  });

  it("that WeCom says nothing of any more, or that nobody is connected to, is not asked for for ever", async () => {
    await desk.request([told(4, "forgotten"), told(5, "cut off")]);
    await desk.run("wecom");
    sim.wecom.forget();
    world().clock.advance({ hours: 24 * 13 });
    await confirmed();
    expect(await log()).toEqual({ forgotten: "prepared", "cut off": "prepared" });
    world().clock.advance({ hours: 24 * 2 });
    await confirmed();
    expect(await log()).toEqual({ forgotten: "unknown: fate_unknown", "cut off": "unknown: fate_unknown" });
    await desk.request([told(6, "left alone")]);
    await desk.run("wecom");
    await desk.query("update channels.carrier set settings_sealed = null, settings_shown = '' where channel = 'wecom'");
    world().clock.advance({ hours: 24 * 15 });
    await confirmed();
    expect(await log()).toMatchObject({ "left alone": "unknown: fate_unknown" });
  });

  it("whose answer was lost is found at WeCom by associate, words and customer, and prepared once", async () => {
    sim.dials.set("wecom_app", { outcome: "lost", next: 1 });
    await desk.request([told(1, "lost"), told(2, "lost too")]);
    await desk.run("wecom");
    expect(await log()).toEqual({ lost: "asking", "lost too": "asking" });
    // what people prepare by hand for the same customer is none of ours
    sim.wecom.byHand("S001-01", "您好，本周到店有礼", [customer(1)]);
    for (let n = 0; n < 3; n += 1) {
      world().clock.advance({ minutes: 5 });
      await desk.run("wecom");
    }
    expect(await log()).toEqual({ lost: "prepared", "lost too": "prepared" });
    expect(sim.wecom.confirm("S001-01")).toBe(3);
    world().clock.advance({ minutes: 10 });
    await confirmed();
    expect(await log()).toEqual({ lost: "accepted", "lost too": "accepted" });
    expect(tasks()).toHaveLength(1);
  });

  it("that never arrived at WeCom is prepared again, once it is sure that it is not there", async () => {
    sim.dials.set("wecom_app", { outcome: "http_500", next: 1 });
    await desk.request([told(4, "away")]);
    await desk.run("wecom");
    expect(await log()).toEqual({ away: "asking" });
    world().clock.advance({ minutes: 1 });
    await desk.run("wecom");
    expect(tasks()).toHaveLength(0);
    for (let n = 0; n < 3; n += 1) {
      world().clock.advance({ minutes: 5 });
      await desk.run("wecom");
    }
    expect(await log()).toEqual({ away: "prepared" });
    expect(tasks()).toHaveLength(1);
  });

  it("knows those whom WeCom does not reach, and survives a token that ended", async () => {
    sim.wecom.friends = new Map([["S001-01", new Set([customer(1)])]]);
    sim.wecom.endToken();
    await desk.request([told(1, "friend"), told(2, "stranger"), told(8, "nobody's")]);
    await desk.run("wecom");
    expect(await log()).toEqual({ friend: "prepared", stranger: "refused: fail_list", "nobody's": "refused: 41048" });
    expect(await tryWecom(world().ground)).toEqual({ ok: true, code: "OK", text: "" });
  });
});
