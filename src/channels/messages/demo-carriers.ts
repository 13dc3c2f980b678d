import type { Ground } from "../../ground.ts";
import { setSetting, type Tx } from "../../store/index.ts";
import { CHANNEL_SIM, channelSim } from "../channel-sim.ts";
import { changeEndpoint, insertEndpoint, listEndpoints } from "../webhooks/endpoint-store.ts";
import { saveCarrier } from "./carrier-settings.ts";

/** Where the simulator of an example world listens, and the keys with which it must be called. */
export interface MessageSim {
  readonly http: string;
  readonly smtp: string;
  readonly access_key_id: string;
  readonly access_key_secret: string;
  readonly webhook_secret: string;
  readonly wecom?: { readonly corp_id: string; readonly corp_secret: string };
  readonly wechat?: { readonly app_id: string; readonly app_secret: string };
}

const SHOWN = "channel-sim";
const ENDPOINT = "通道模拟器";
const COST_MINOR = { sms: 5, email: 1, wechat: 0, wecom: 0 } as const;
/** In which the mini program of the example world names openids. */
const OPENIDS = "mini_program";

/**
 * Lets SMS, WeChat, mail and requests to the brand's own systems of an example world go to a channel simulator. A service that
 * people set up in its place stays theirs, and so does an endpoint that they took away.
 */
export async function useMessageSim(tx: Tx, ground: Ground, sim: MessageSim): Promise<void> {
  const { http, smtp, access_key_id, access_key_secret } = sim;
  const rows = await tx.query<{ channel: string }>(
    "select channel from channels.carrier where settings_sealed is null or settings_shown = $1",
    [SHOWN],
  );
  const free = new Set(rows.map(({ channel }) => channel));
  const keep = (channel: keyof typeof COST_MINOR, settings: object) =>
    saveCarrier(tx, ground, channel, { settings, shown: SHOWN, cost_minor: COST_MINOR[channel] });
  if (free.has("sms")) await keep("sms", { access_key_id, access_key_secret, origin: http });
  if (free.has("email")) await keep("email", { simulator: smtp, from: "山野茶 <tea@shanye.example>" });
  if (free.has("wechat") && sim.wechat !== undefined)
    await keep("wechat", { ...sim.wechat, openid_namespace: OPENIDS, origin: http });
  if (free.has("wecom") && sim.wecom !== undefined) await keep("wecom", { ...sim.wecom, origin: http });
  const before = await channelSim(tx);
  const address = `${http}/hooks/tea-house`;
  const own = (await listEndpoints(tx, ground.wall.now())).find(({ name }) => name === ENDPOINT);
  if (own !== undefined) await changeEndpoint(tx, ground, own.endpoint_id, { address });
  else if (before === undefined)
    await insertEndpoint(tx, ground, {
      name: ENDPOINT,
      address,
      kinds: ["message.requested"],
      secret: sim.webhook_secret,
      made_by: null,
    });
  await setSetting(tx, CHANNEL_SIM, { http });
}
