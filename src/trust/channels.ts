import type { Ground } from "../ground.ts";
import { checkedAddress, OutgoingFailed, OutgoingRefused } from "../platform/alerts/outgoing.ts";
import { ROBOTS } from "../platform/alerts/robots.ts";
import { problem } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { textGround } from "./deliver.ts";
import {
  addAttempt,
  channelById,
  type ChannelKind,
  type ChannelRow,
  noteOutcome,
  type RobotAddress,
} from "./channel-store.ts";
import { roster } from "./roster.ts";
import { outgoingRule, routeOf, sendOn, type Sent } from "./sender.ts";

const SHOWN_LETTERS = 4;

/** What people see of a robot's address: its host, and the last letters of what makes it a secret. */
export function shownAddress(address: string): string {
  const url = new URL(address);
  const secret =
    url.searchParams.get("key") ?? url.searchParams.get("access_token") ?? url.pathname.split("/").at(-1) ?? "";
  return `${url.host} …${secret.slice(-SHOWN_LETTERS)}`;
}

/** @throws trust.address_refused, saying why; trust.mail_has_no_address */
export async function requireAddress(
  ground: Ground,
  kind: ChannelKind,
  robot: RobotAddress | undefined,
): Promise<void> {
  if (kind === "mail") {
    if (robot !== undefined) throw problem("trust.mail_has_no_address");
    return;
  }
  const refused = (reason: string) =>
    problem("trust.address_refused", { reason, hosts: [ROBOTS[kind].host, ...ground.config.alert_origins].join(", ") });
  if (robot === undefined || !URL.canParse(robot.address)) throw refused("scheme");
  const url = new URL(robot.address);
  const rule = outgoingRule(ground, undefined);
  if (!rule.open.includes(url.origin) && url.hostname !== ROBOTS[kind].host) throw refused("host");
  try {
    await checkedAddress(url, rule);
  } catch (error) {
    if (error instanceof OutgoingRefused) throw refused(error.reason);
    // a name that does not resolve now may do so later; sending looks again
    if (!(error instanceof OutgoingFailed)) throw error;
  }
}

/** Sends a test to a channel, as it would be sent in earnest. */
export async function sendTest(
  ground: Ground,
  channel_id: number,
  person: { name: string; email: string },
): Promise<Sent> {
  const { channel, route, brand } = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const found: ChannelRow = await channelById(tx, channel_id);
    const { on_call } = await roster(tx, ground);
    const mail_to = [on_call[0]?.email ?? person.email];
    return {
      channel: found,
      route: await routeOf(tx, ground, found, mail_to),
      brand: (await textGround(tx, ground)).brand,
    };
  });
  const began = performance.now();
  const now = ground.wall.now();
  const sent = await sendOn(ground, channel, route, {
    number: `TEST-${channel_id}-${now.getTime()}`,
    title: `${brand} 告警通道测试`,
    lines: [`${person.name} 从控制台发出的测试，收到即说明这条通道可用。`],
    link: `${ground.config.public_url}/trust/alerts`,
  });
  const { ok, code, text, pause_seconds } = sent;
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await addAttempt(tx, channel_id, { at: now, messages: 1, ok, code, text, took_ms: performance.now() - began });
    await noteOutcome(tx, channel_id, ok, now, pause_seconds);
  });
  return sent;
}
