import { requestMessages, shipTemplates } from "../../src/channels/index.ts";
import type { Ground } from "../../src/ground.ts";
import { accept, type ClearRecord, drainPipeline, ensureSource } from "../../src/ingest/index.ts";
import { reachedMembers } from "../../src/members/index.ts";
import { settingOf, setSetting, SYSTEM_SCOPE } from "../../src/store/index.ts";
import { NAMESPACES } from "./accounts.ts";

const SETTING = "tea_house.notices";
const SERVICE_TEMPLATE = "Tea-house_points_expiring_000000000000000000";
const TEMPLATE = "points_expiring_wechat";
const ASKED = 120;

/**
 * Members of the tea house's mini program agree to be told by WeChat when points expire, some of them twice, some not at
 * all; then all of them are to be told. Once.
 */
export async function seedNotices(ground: Ground): Promise<void> {
  const { clock, store, vault } = ground;
  if ((await store.read(SYSTEM_SCOPE, (tx) => settingOf(tx, SETTING))) !== undefined) return;
  const now = clock.now();
  const asked = await store.read(SYSTEM_SCOPE, async (tx) => {
    const rows = await tx.query<{ member_id: number }>(
      "select member_id from catalogue.members where has_openid order by joined_at desc, member_id limit $1",
      [ASKED],
    );
    const ids = rows.map(({ member_id }) => member_id);
    const reached = await reachedMembers(tx, ids, "openid");
    const clear = await vault.open(
      tx,
      reached.flatMap(({ address_token }) => address_token ?? []),
    );
    return reached.flatMap(({ member_id, address_token }) => {
      const openid = clear.get(address_token ?? "")?.value;
      return openid === undefined ? [] : [{ member_id, openid }];
    });
  });
  const source = await ensureSource(ground, { key: NAMESPACES.openid, name: NAMESPACES.openid, kind: "rest" });
  const records = asked.flatMap(({ member_id, openid }, at): ClearRecord[] => {
    const state = at % 6 === 5 ? "refused" : "accepted";
    return Array.from({ length: at % 4 === 1 ? 2 : 1 }, (_, time) => ({
      kind: "subscription",
      key: `notice.${member_id}.${time}`,
      occurred_at: new Date(now.getTime() - (at + 1) * 3_600_000 - time * 60_000).toISOString(),
      identities: [{ kind: "openid", value: openid, namespace: NAMESPACES.openid }],
      body: { service_template: SERVICE_TEMPLATE, state, scene: "积分兑换页" },
    }));
  });
  // heard when the app told it, within the history: what comes after that is what the shops do as they go on living
  const received_at = new Date(now.getTime() - 1_800_000);
  if (records.length > 0) await accept(ground, source, records, { protocol: "rest", received_at });
  await drainPipeline(ground);
  await store.write(SYSTEM_SCOPE, async (tx) => {
    await shipTemplates(
      tx,
      [
        {
          template: TEMPLATE,
          name: "积分到期提醒（微信）",
          category: "service",
          state: "approved",
          content: {
            kind: "wechat",
            title: "积分到期提醒",
            service_template: SERVICE_TEMPLATE,
            text: "到期积分：{{number1.DATA}}\n到期时间：{{date2.DATA}}\n温馨提示：{{thing3.DATA}}",
            parameters: { number1: "{{ points }}", date2: "{{ day }}", thing3: "可兑换茶点和品鉴席位" },
            page: "pages/points/index",
            variables: ["points", "day"],
          },
        },
      ],
      now,
    );
    const requests = asked.map(({ member_id }, at) => ({
      effect_key: `opening.${TEMPLATE}.${member_id}`,
      member_id,
      template: TEMPLATE,
      variables: { points: 20 + ((at * 37) % 400), day: "2026年12月31日" },
    }));
    await requestMessages(tx, ground, "example", requests);
    await setSetting(tx, SETTING, { at: now.toISOString() });
  });
}
