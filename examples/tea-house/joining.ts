import type { ClearIdentity } from "../../src/ingest/record.ts";
import { type Account, type Identified, NAMESPACES } from "./accounts.ts";
import { DAY_MS, utcText } from "./calendar.ts";
import { exponential } from "./distributions.ts";
import { inviterOf } from "./persons.ts";
import { Random } from "./random.ts";
import { writeReferral } from "./referrals.ts";
import type { Sheet } from "./sheet.ts";
import type { WorldState } from "./state.ts";
import { cookieIdentity, programIdentities } from "./tills.ts";

const JOINING_STREAM = 5;

/** The version of the consent text that is in force at an instant. */
export function textVersion(at: number): string {
  const year = new Date(at).getUTCFullYear();
  return `privacy-${year}.${new Date(at).getUTCMonth() < 6 ? 1 : 2}`;
}

/** Everything that a person's accounts say of themselves, from the first to the last, whenever each opens. */
export function join(state: WorldState, sheet: Sheet, index: number): void {
  const random = new Random(state.world.seed, JOINING_STREAM, index);
  const who = state.identified(index);
  for (const account of who.accounts) {
    writeAccount(sheet, who, account);
    consents(sheet, who, account, random);
    if (account.system !== "crm") bindings(sheet, who, account, random);
    if (account.system === "mini_program") wrongBinding(state, sheet, who, account, random);
  }
  const { world } = state;
  const inviter = inviterOf(world, index);
  if (inviter !== undefined)
    writeReferral(state, sheet, state.identified(inviter), who, "joined", who.person.joined + 30_000);
  const opening = who.person.joined < world.from && random.chance(0.5) ? random.between(50, 1_800) : 0;
  const identities = programIdentities(who, world.from);
  if (opening > 0 && identities.length > 0) {
    const body = { points: opening, reason: "opening_balance", expires_on: "2099-12-31" };
    sheet.add("crm", world.from + 1_000, index, "points_movement", identities, body, `points:opening:${index}`);
  }
}

function writeAccount(sheet: Sheet, who: Identified, account: Account): void {
  const { person, mess } = who;
  const version = (at: number, nth: number, phone: Account["phone"], old: boolean): void => {
    const identities: ClearIdentity[] = [...account.keys];
    if (phone !== undefined) identities.push({ kind: "phone", value: phone.spelled });
    if (account.email !== undefined) identities.push({ kind: "email", value: account.email });
    if (account.id_number !== undefined) identities.push({ kind: "id_number", value: account.id_number });
    sheet.add(
      account.system,
      at,
      person.index,
      "member",
      identities,
      memberBody(who, account, old),
      `${account.id}:v${nth}`,
    );
  };
  version(account.opened, 1, account.phone, true);
  if (account.phone_later !== undefined) version(account.phone_later.at, 2, account.phone_later.phone, true);
  // Clerks fill in later what was missing: a second version of a few CRM records.
  if (mess === undefined && account.system === "crm" && person.index % 17 === 3) {
    version(account.opened + 45 * DAY_MS, 2, account.phone, false);
  }
}

function memberBody(who: Identified, account: Account, first: boolean): Record<string, unknown> {
  const { facts } = account;
  const { person } = who;
  const proof = (proven: boolean) =>
    proven ? { text_version: textVersion(account.opened), at: utcText(account.opened), via: account.system } : {};
  const main = who.accounts[0] === account;
  const body: Record<string, unknown> = {
    name: facts.name,
    gender: facts.gender ?? (first ? undefined : person.gender),
    birthday: facts.birthday,
    birthday_calendar: facts.birthday_calendar,
    address: facts.address,
    city: facts.city,
    province: facts.province,
    occupation: facts.occupation,
    children: facts.children,
    joined_at: utcText(account.opened),
    join_channel: facts.join_channel,
    home_store_code: facts.home_store_code,
    associate_code: facts.associate_code,
    phone_verified: account.phone === undefined ? false : facts.phone_verified,
    wechat_bound: facts.wechat_bound,
    wecom_friend: facts.wecom_friend,
    flag: main ? person.flag : undefined,
    consents: facts.consents
      .filter((consent) => account.system === "crm" || !consent.proven)
      .map(({ purpose, channel, granted, proven }) => ({ purpose, channel, granted, ...proof(proven) })),
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** Given in an app, with text and time; some take it back later. */
function consents(sheet: Sheet, who: Identified, account: Account, random: Random): void {
  for (const consent of account.facts.consents) {
    const say = (granted: boolean, at: number, via: string): void => {
      const body = { purpose: consent.purpose, medium: consent.channel, granted, text_version: textVersion(at), via };
      sheet.add(account.system, at, who.person.index, "consent", account.keys.slice(0, 1), body);
    };
    if (account.system !== "crm" && consent.proven) say(consent.granted, account.opened + 2_000, account.system);
    if (consent.granted && consent.channel !== "mini_program" && random.chance(0.05))
      say(false, account.opened + exponential(random, 200) * DAY_MS, "preference_page");
  }
}

/** Links that a source states itself: a browser that logged in, a mall account bound in the mini program. */
function bindings(sheet: Sheet, who: Identified, account: Account, random: Random): void {
  const { index } = who.person;
  const first = account.keys[0] as ClearIdentity;
  const cookie = who.cookies[0];
  if (account.system === "mall" && cookie !== undefined && random.chance(0.5)) {
    const identities = [first, cookieIdentity(cookie)];
    sheet.add("mall", account.opened + 1_000, index, "identity_link", identities, { via: "login" });
  }
  const mall = who.accounts.find((one) => one.system === "mall");
  if (account.system !== "mini_program" || mall === undefined || !random.chance(0.4)) return;
  const at = Math.max(account.opened, mall.opened) + 3_600_000;
  sheet.add("mini_program", at, index, "identity_link", [first, mallIdentity(mall)], { via: "bind" });
}

/** Somebody binds the mall account of somebody else by mistake, and takes it back: two people to the end. */
function wrongBinding(state: WorldState, sheet: Sheet, who: Identified, account: Account, random: Random): void {
  const { index } = who.person;
  if (!random.chance(0.012)) return;
  for (let other = index - 1; other > Math.max(0, index - 8); other--) {
    const mall = state.identified(other).accounts.find((one) => one.system === "mall" && one.opened < account.opened);
    if (mall === undefined) continue;
    const identities = [account.keys[0] as ClearIdentity, mallIdentity(mall)];
    sheet.add("mini_program", account.opened + 3_600_000, index, "identity_link", identities, { via: "bind" });
    sheet.add("mini_program", account.opened + 7_200_000, index, "identity_unlink", identities, { via: "unbind" });
    return;
  }
}

function mallIdentity(mall: Account): ClearIdentity {
  return { kind: "mall_id", value: mall.keys[0]?.value ?? "", namespace: NAMESPACES.mall_id };
}
