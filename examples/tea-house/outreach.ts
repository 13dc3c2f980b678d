import type { Account, Identified } from "./accounts.ts";
import { type Campaign, DAY_MS, dayText, startOfDay } from "./calendar.ts";
import { exponential } from "./distributions.ts";
import { couponCode } from "./purchases.ts";
import { Random, uniformOf } from "./random.ts";
import type { Sheet } from "./sheet.ts";
import type { WorldState } from "./state.ts";
import { programIdentities } from "./tills.ts";
import type { ClearIdentity } from "../../src/ingest/record.ts";

const OUTREACH_STREAM = 7;

/** Share of the members who stand on the list of a campaign, by its kind. */
export const REACH: Readonly<Record<Campaign["type"], number>> = {
  online_sale: 0.16,
  festival: 0.16,
  season: 0.1,
  member_day: 0.025,
};

/** Nobody is written to who left longer ago than this. */
const SILENT_DAYS_MAX = 120;
const COUPON_DAYS = 30;

/** Sends the campaigns that begin in the days [from, to) to members 0 … joined. */
export function reachOut(state: WorldState, sheet: Sheet, joined: number, from: number, to: number): void {
  const { world } = state;
  for (let day = from; day < to; day++) {
    const { campaign } = world.seasons.day(day);
    if (campaign === undefined || campaign.from !== day) continue;
    const number = state.campaignNumber(campaign.code);
    for (let index = 0; index < joined; index++) {
      if (uniformOf(world.seed, OUTREACH_STREAM, index, day) >= REACH[campaign.type]) continue;
      if ((state.churned[index] ?? 0) + SILENT_DAYS_MAX * DAY_MS < startOfDay(day)) continue;
      reach(state, sheet, state.identified(index), campaign, number);
    }
  }
}

interface Medium {
  readonly medium: "sms" | "email" | "wechat";
  readonly identities: readonly ClearIdentity[];
  readonly opened: number;
}

/** The way that a member gets messages: what an account of theirs agreed to. */
function mediumFor(who: Identified, at: number, random: Random): Medium | undefined {
  const open = who.accounts.filter((account) => account.opened < at);
  const options = open.flatMap((account) =>
    account.facts.consents.filter((c) => c.granted && c.channel !== "mini_program").map((c) => ({ account, c })),
  );
  if (options.length === 0) return undefined;
  const { account, c } = random.pick(options);
  const key = (one: Account): ClearIdentity[] => one.keys.slice(0, 1) as ClearIdentity[];
  const medium = c.channel as Medium["medium"];
  return { medium, identities: key(account), opened: medium === "wechat" ? 0.38 : medium === "email" ? 0.3 : 0 };
}

function reach(state: WorldState, sheet: Sheet, who: Identified, campaign: Campaign, number: number): void {
  const { index } = who.person;
  const random = new Random(state.world.seed, OUTREACH_STREAM, index, campaign.from, 1);
  const at = startOfDay(campaign.from) + (10 * 3_600 + random.integer(3_600)) * 1_000;
  if (at < who.person.joined) return;
  const way = mediumFor(who, at, random);
  if (way === undefined) return;
  const campaign_code = campaign.code;
  const message_id = `MS-${campaign_code}-${index.toString(36)}`;
  const say = (stage: string, delay: number): void => {
    const body = { message_id, medium: way.medium, stage, campaign_code, template: campaign.name };
    sheet.add("crm", at + delay, index, "message", way.identities, body, `${message_id}:${stage}`);
  };
  if (random.chance(0.4)) {
    const body = { campaign_code, campaign_type: campaign.type };
    sheet.add("crm", at - 60_000, index, "campaign", way.identities, body, `list:${message_id}`);
  }
  say("sent", 0);
  if (random.chance(0.03)) return say("failed", 5_000);
  say("delivered", 8_000);
  if (random.chance(way.opened)) {
    say("opened", Math.floor(exponential(random, 0.3) * DAY_MS) + 60_000);
  }
  if (random.chance(0.09)) say("clicked", Math.floor(exponential(random, 0.5) * DAY_MS) + 90_000);
  if (random.chance(0.012)) say("unsubscribed", DAY_MS);
  if (random.chance(0.45)) issueCoupon(state, sheet, who, campaign, number, at);
}

function issueCoupon(
  state: WorldState,
  sheet: Sheet,
  who: Identified,
  campaign: Campaign,
  number: number,
  at: number,
): void {
  const { index } = who.person;
  const identities = programIdentities(who, at);
  if (identities.length === 0) return;
  expireCoupon(state, sheet, who, at);
  state.coupon_ends[index] = campaign.from + COUPON_DAYS;
  state.coupon_campaign[index] = number;
  const coupon_code = couponCode(campaign.code, index);
  const body = { coupon_code, campaign_code: campaign.code, stage: "issued", amount_minor: 1_500 };
  sheet.add("crm", at + 1_000, index, "coupon_use", identities, body, `coupon:${coupon_code}:issued`);
}

/** Says of a coupon in hand that it ended unused; told when the next one is given, as such systems do. */
function expireCoupon(state: WorldState, sheet: Sheet, who: Identified, now: number): void {
  const { index } = who.person;
  const ends = state.coupon_ends[index] ?? 0;
  if (ends === 0 || startOfDay(ends + 1) > now) return;
  const campaign_code = state.campaigns[state.coupon_campaign[index] ?? 0] ?? "";
  const coupon_code = couponCode(campaign_code, index);
  const body = { coupon_code, campaign_code, stage: "expired" };
  const identities = programIdentities(who, now);
  sheet.add("crm", now, index, "coupon_use", identities, body, `coupon:${coupon_code}:expired`);
}

/** At the end of each year a part of the points lapses. */
export function lapsePoints(state: WorldState, sheet: Sheet, joined: number, from: number, to: number): void {
  for (let day = from; day < to; day++) {
    if (!dayText(day).endsWith("-12-31")) continue;
    for (let index = 0; index < joined; index++) {
      const balance = state.points[index] ?? 0;
      if (balance < 800 || uniformOf(state.world.seed, OUTREACH_STREAM, index, day, 2) > 0.3) continue;
      const at = startOfDay(day + 1) - 60_000;
      const identities = programIdentities(state.identified(index), at);
      if (identities.length === 0) continue;
      const body = { points: -Math.floor(balance / 4), reason: "expired" };
      sheet.add("crm", at, index, "points_movement", identities, body, `points:lapse:${day}:${index}`);
    }
  }
}
