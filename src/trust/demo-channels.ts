import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { type ChannelKind, insertChannel, listChannels } from "./channel-store.ts";
import { ROBOTS } from "../platform/alerts/robots.ts";
import { shownAddress } from "./channels.ts";
import { rememberSim, simAddress, type SimAddress } from "./sender.ts";

const PATHS = {
  wecom: "/cgi-bin/webhook/send?key=demo-tea-house",
  dingtalk: "/robot/send?access_token=demo-tea-house",
  feishu: "/open-apis/bot/v2/hook/demo-tea-house",
} as const;
const NAMES: Readonly<Record<ChannelKind, string>> = {
  wecom: "企业微信 · 运营群",
  dingtalk: "钉钉 · 值班群",
  feishu: "飞书 · 技术群",
  mail: "邮件 · 值班人员",
};

/**
 * Lets alerts of an example world go to a channel simulator. Its channels are made once; whoever took one away does not
 * find it again.
 * @param secretOf the secrets with which the simulator's robots must be called
 */
export async function useChannelSim(
  ground: Ground,
  address: SimAddress,
  secretOf: (kind: Exclude<ChannelKind, "mail">) => string,
): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const known = await simAddress(tx);
    await rememberSim(tx, address);
    if (known !== undefined || (await listChannels(tx)).length > 0) return;
    for (const kind of ["wecom", "dingtalk", "feishu", "mail"] as const) {
      const robot =
        kind === "mail"
          ? null
          : {
              address: `https://${ROBOTS[kind].host}${PATHS[kind]}`,
              ...(kind === "wecom" ? {} : { secret: secretOf(kind) }),
            };
      await insertChannel(tx, ground, {
        kind,
        name: NAMES[kind],
        robot,
        address_shown: robot === null ? "" : shownAddress(robot.address),
        level_min: kind === "mail" ? "alarm" : "warn",
        enabled: true,
        simulated: true,
        created_by: null,
      });
    }
  });
}
