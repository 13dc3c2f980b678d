import type { ChannelSim } from "../../channel-sim/server.ts";
import { listMessages } from "../../src/channels/messages/log-store.ts";
import { accept, type ClearRecord, drainPipeline, ensureSource } from "../../src/ingest/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { MessageDesk, OPENIDS, WECHAT, WECHAT_TEMPLATE } from "./message-desk.ts";

export const openidOf = (number: number) => `oMemberOfTests0000000${String(number).padStart(7, "0")}`;

/** Twelve members of a mini program, templates of subscribe messages, and the simulator in the place of WeChat. */
export class WechatDesk extends MessageDesk {
  #records = 0;

  async open(): Promise<void> {
    for (let number = 1; number <= 12; number += 1)
      await this.member(number, { name: "林小满", openid: openidOf(number), consents: ["wechat"] });
    await this.member(50, { consents: ["wechat"] });
    await this.query("select setval('members.party_party_id_seq', 1000)");
    await this.template("expiring_wechat", WECHAT);
    await this.template("expiring_service", WECHAT, "service");
    await this.policy();
  }

  async reset(sim: ChannelSim): Promise<void> {
    await this.clear();
    await this.wechatTo(sim.url);
    sim.log.clear();
    sim.dials.set("wechat", { outcome: "ok" });
    sim.wechat.push = undefined;
    sim.wechat.templates.set(WECHAT_TEMPLATE, ["name1", "number2", "date3", "thing4"]);
    for (let number = 1; number <= 12; number += 1) sim.wechat.setLeft(openidOf(number), WECHAT_TEMPLATE, 0);
  }

  /** The mini program tells what a member chose, as any source tells things. */
  async said(number: number, state: string, over: Partial<ClearRecord> = {}): Promise<void> {
    const { ground } = this;
    this.#records += 1;
    const record: ClearRecord = {
      kind: "subscription",
      key: `s${this.#records}`,
      occurred_at: ground.clock.now().toISOString(),
      identities: [{ kind: "openid", value: openidOf(number), namespace: OPENIDS }],
      body: { service_template: WECHAT_TEMPLATE, state },
      ...over,
    };
    const source = await ensureSource(ground, { key: "mini", name: "mini", kind: "rest" });
    await accept(ground, source, [record], { protocol: "rest" });
    await drainPipeline(ground);
  }

  /** Agrees in the mini program, and so with WeChat. */
  async accepts(sim: ChannelSim, number: number, times = 1): Promise<void> {
    const openid = openidOf(number);
    for (let n = 0; n < times; n += 1) {
      await this.said(number, "accepted");
      sim.wechat.setLeft(openid, WECHAT_TEMPLATE, sim.wechat.left(openid, WECHAT_TEMPLATE) + 1);
    }
  }

  /** By member: "1 of 2" used. */
  async stock(): Promise<Record<string, string>> {
    const rows = await this.query<{ party_id: number; accepted: number; spent: number }>(
      "select party_id, accepted, spent from channels.subscription order by party_id",
    );
    return Object.fromEntries(rows.map(({ party_id, accepted, spent }) => [party_id, `${spent} of ${accepted}`]));
  }

  log() {
    return this.ground.store.read(SYSTEM_SCOPE, (tx) => listMessages(tx, {}, SYSTEM_SCOPE, { limit: 100 }));
  }
}

export const pointsDue = (member_id: number, effect_key: string, template = "expiring_wechat") => ({
  member_id,
  effect_key,
  template,
  variables: { points: 120, day: "2026-12-31" },
});
