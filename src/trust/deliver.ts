import { brandName, type StaffMember } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import type { AlertMessage } from "../platform/alerts/message.ts";
import { ROBOTS } from "../platform/alerts/robots.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { bundleMessage, singleMessage, type TextGround, type ToldIncident } from "./alert-text.ts";
import { addAttempt, callsOfMinute, channelById, type ChannelRow, noteOutcome } from "./channel-store.ts";
import {
  channelsDue,
  claimDeliveries,
  type DeliveryRow,
  giveBack,
  LEASE_MS,
  markSent,
  putBack,
} from "./delivery-store.ts";
import { incidentsByIds } from "./incident-store.ts";
import { indicatorsOf } from "./indicators.ts";
import { calledAt, roster } from "./roster.ts";
import { type Route, routeOf, sendOn, type Sent } from "./sender.ts";

/** More than so many at once on a channel are one message. */
const SINGLE_MAX = 3;
const MAILS_PER_MINUTE_MAX = 30;
const FULL_WAIT_MS = 20_000;

/** One message with the deliveries it stands for. */
interface Letter {
  readonly rows: readonly DeliveryRow[];
  readonly message: AlertMessage;
  readonly mail_to: readonly string[];
}

export async function textGround(tx: Tx, ground: Ground): Promise<TextGround> {
  const { public_url, timezone } = ground.config;
  return { brand: (await brandName(tx)) || "Huitou", public_url, timezone };
}

/** Sends whatever is due, channel by channel. @returns messages that went out */
export async function deliverDue(ground: Ground): Promise<number> {
  const due = await ground.store.read(SYSTEM_SCOPE, (tx) => channelsDue(tx, ground.wall.now()));
  const counts = await Promise.all(due.map((channel_id) => deliverOn(ground, channel_id)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function deliverOn(ground: Ground, channel_id: number): Promise<number> {
  const taken = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const channel = await channelById(tx, channel_id);
    const rows = await claimDeliveries(tx, channel_id, ground.wall.now());
    const letters = await lettersFor(tx, ground, channel, rows);
    const route = rows.length === 0 ? undefined : await routeOf(tx, ground, channel, []);
    return { channel, letters, route };
  });
  let sent = 0;
  const began = performance.now();
  for (const letter of taken.letters) {
    // a message that may end after its lease would be sent by the next round as well
    if (taken.route === undefined || performance.now() - began > LEASE_MS / 2) break;
    if (await post(ground, taken.channel, { ...taken.route, mail_to: letter.mail_to }, letter)) sent += 1;
    else break; // the ones behind it wait for the next round: their lease ends, or they were put back
  }
  await ground.store.write(SYSTEM_SCOPE, (tx) => releaseRest(tx, ground, taken.letters));
  return sent;
}

/** What was taken and not even tried goes back as it was. */
async function releaseRest(tx: Tx, ground: Ground, letters: readonly Letter[]): Promise<void> {
  const tried = await tx.query<{ delivery_id: number }>(
    "select delivery_id from trust.delivery where delivery_id = any($1) and state = 'sending'",
    [letters.flatMap(({ rows }) => rows.map(({ delivery_id }) => delivery_id))],
  );
  const open = new Set(tried.map(({ delivery_id }) => delivery_id));
  const rest = letters.flatMap(({ rows }) => rows.filter(({ delivery_id }) => open.has(delivery_id)));
  if (rest.length > 0) await giveBack(tx, rest, new Date(ground.wall.now().getTime() + FULL_WAIT_MS));
}

async function lettersFor(
  tx: Tx,
  ground: Ground,
  channel: ChannelRow,
  rows: readonly DeliveryRow[],
): Promise<Letter[]> {
  if (rows.length === 0) return [];
  const used = await callsOfMinute(tx, channel.channel_id, ground.wall.now());
  const room = (channel.kind === "mail" ? MAILS_PER_MINUTE_MAX : ROBOTS[channel.kind].per_minute_max) - used;
  if (room <= 0) {
    await giveBack(tx, rows, new Date(ground.wall.now().getTime() + FULL_WAIT_MS));
    return [];
  }
  const incidents = new Map(
    (
      await incidentsByIds(
        tx,
        rows.map((row) => row.incident_id),
      )
    ).map((i) => [i.incident_id, i]),
  );
  const indicators = new Map(indicatorsOf(ground).map((one) => [one.name, one]));
  const { on_call } = await roster(tx, ground);
  const text = await textGround(tx, ground);
  const told = rows.flatMap((row): { row: DeliveryRow; told: ToldIncident; called: StaffMember | undefined }[] => {
    const incident = incidents.get(row.incident_id);
    if (incident === undefined) return [];
    const called = calledAt(on_call, row.step.startsWith("escalated") ? Number(row.step.split("-")[1]) : 0);
    const indicator = indicators.get(incident.indicator);
    return [
      { row, called, told: { incident, indicator, step: row.step, uncertain: row.uncertain, called: called?.name } },
    ];
  });
  // who is to be called differs by step, and a drill is never in one message with what is real
  const groups = Map.groupBy(told, (one) => `${one.told.incident.synthetic} ${one.called?.person_id ?? 0}`);
  return [...groups.values()].flatMap((group): Letter[] => {
    const mail_to = [...new Set(group.flatMap(({ called }) => called?.email ?? []))];
    const together =
      group.length > Math.min(SINGLE_MAX, room) || (group.length > 1 && group[0]?.told.incident.synthetic);
    if (together)
      return [
        {
          rows: group.map(({ row }) => row),
          message: bundleMessage(
            group.map((one) => one.told),
            text,
          ),
          mail_to,
        },
      ];
    return group.map((one) => ({ rows: [one.row], message: singleMessage(one.told, text), mail_to }));
  });
}

/** @returns whether it went out */
async function post(ground: Ground, channel: ChannelRow, route: Route, letter: Letter): Promise<boolean> {
  const began = performance.now();
  const outcome: Sent = await sendOn(ground, channel, route, letter.message);
  const took_ms = performance.now() - began;
  const now = ground.wall.now();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const { ok, code, text, uncertain, final, pause_seconds } = outcome;
    const result = `${code} ${text}`;
    if (ok)
      await markSent(
        tx,
        letter.rows.map(({ delivery_id }) => delivery_id),
        now,
        result,
      );
    else await putBack(tx, letter.rows, { now, result, uncertain, final });
    await addAttempt(tx, channel.channel_id, { at: now, messages: letter.rows.length, ok, code, text, took_ms });
    await noteOutcome(tx, channel.channel_id, ok, now, pause_seconds);
  });
  if (!outcome.ok) ground.log.warn({ channel: channel.name, code: outcome.code }, "an alert was not delivered");
  return outcome.ok;
}
