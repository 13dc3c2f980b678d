import { insertTold } from "../webhooks/collect.ts";
import type { Carrier } from "./carrier.ts";
import { inboxCarrier } from "./inbox-store.ts";
import { smsCarrier } from "./sms.ts";
import { smtpMail } from "./smtp.ts";
import { wechatCarrier } from "./wechat.ts";
import { wecomCarrier } from "./wecom.ts";

/** To the brand's own system, which sends by a channel that is not ours: by the endpoints that chose the kind. */
const webhook: Carrier = {
  channel: "webhook",
  address: null,
  within: async (ground, letters) => (tx) =>
    insertTold(
      tx,
      ground,
      letters.map(({ message_id, member_id, rendered }) => ({
        kind: "message.requested",
        data: { message_id, member_id, text: rendered.text },
        occurred_at: ground.clock.now(),
      })),
    ),
};

export const CARRIERS: readonly Carrier[] = [inboxCarrier, webhook, smsCarrier, wechatCarrier, wecomCarrier, smtpMail];
