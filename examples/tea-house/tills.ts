import type { ClearIdentity } from "../../src/ingest/record.ts";
import { type Account, type Identified, NAMESPACES, type System } from "./accounts.ts";
import type { Channel } from "./persons.ts";
import { maskedPhone, privacyPhone, spelled } from "./phones.ts";
import type { Random } from "./random.ts";

/** The account of a system that is open at an instant; of two, the later or the earlier by `draw`. */
export function accountOf(who: Identified, system: System, at: number, draw = 0): Account | undefined {
  const open = who.accounts.filter((account) => account.system === system && account.opened <= at);
  return open[open.length > 1 && draw > 0.6 ? 1 : 0];
}

/** A phone by which the person may be known without anything else: real and nobody else's. */
function ownPhone(who: Identified): string | undefined {
  if (who.mess !== undefined && who.mess !== "duplicate") return undefined;
  return who.accounts.find((account) => account.phone?.use === "own")?.phone?.value;
}

/** Where the purchase can really take place: whoever has no account buys in the store. */
export function possibleChannel(who: Identified, wanted: Channel, at: number): Channel {
  if (wanted === "mini_program" && accountOf(who, "mini_program", at) !== undefined) return wanted;
  if (wanted === "mall" && accountOf(who, "mall", at) !== undefined) return wanted;
  if (wanted !== "store" && accountOf(who, "mall", at) !== undefined) return "mall";
  return "store";
}

/** By what a sale names its member; empty: the person stays unknown this time. */
export function saleIdentities(
  who: Identified,
  channel: Channel,
  at: number,
  random: Random,
): readonly ClearIdentity[] {
  if (channel === "store") return tillIdentities(who, at, random);
  if (channel === "mini_program") return openIdentities(who, at, random);
  const mall = accountOf(who, "mall", at);
  if (mall === undefined) return [];
  const identities = [mall.keys[0] as ClearIdentity];
  const draw = random.uniform();
  const phone = mall.phone;
  // What malls put into the phone field of an order: never a key, and never the reason for losing the order.
  if (phone?.use === "own" && draw < 0.1) identities.push({ kind: "phone", value: maskedPhone(phone.value) });
  else if (phone?.use === "own" && draw < 0.16) identities.push({ kind: "phone", value: privacyPhone(random) });
  else if (phone?.use === "own" && draw < 0.4) identities.push({ kind: "phone", value: phone.spelled });
  return identities;
}

function tillIdentities(who: Identified, at: number, random: Random): readonly ClearIdentity[] {
  const crm = accountOf(who, "crm", at, random.uniform());
  const phone = ownPhone(who);
  const known = who.accounts.some((account) => account.opened <= at && account.phone?.value === phone);
  if (phone !== undefined && known && random.chance(crm === undefined ? 0.85 : 0.3)) {
    return [{ kind: "phone", value: spelled(random, phone) }];
  }
  if (crm !== undefined) return [crm.keys[1] as ClearIdentity];
  return openIdentities(who, at, random);
}

function openIdentities(who: Identified, at: number, random: Random): readonly ClearIdentity[] {
  const mini = accountOf(who, "mini_program", at);
  if (mini === undefined) return accountOf(who, "mall", at)?.keys.slice(0, 1) ?? [];
  return random.chance(0.5) ? mini.keys : mini.keys.slice(0, 1);
}

/** By what an app event names its member. */
export function appIdentities(who: Identified, system: System, at: number): readonly ClearIdentity[] {
  return accountOf(who, system, at)?.keys.slice(0, 1) ?? [];
}

export function cookieIdentity(value: string): ClearIdentity {
  return { kind: "cookie", value, namespace: NAMESPACES.cookie };
}

/** By what the points and coupon system in the CRM names somebody: the card, or the openid. */
export function programIdentities(who: Identified, at: number): readonly ClearIdentity[] {
  const crm = accountOf(who, "crm", at);
  if (crm !== undefined) return crm.keys.slice(0, 1);
  return appIdentities(who, "mini_program", at);
}
