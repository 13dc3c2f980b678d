import type { ClearIdentity } from "../../src/ingest/record.ts";
import { DAY_MS } from "./calendar.ts";
import { exponential } from "./distributions.ts";
import { type AccountFacts, factsOf } from "./facts.ts";
import { formerOwner, type Mess, messOf, pairOf } from "./mess.ts";
import { type Person, personOf } from "./persons.ts";
import {
  clerkPhone,
  firstPhone,
  maskedPhone,
  PLACEHOLDER_PHONE,
  privacyPhone,
  secondPhone,
  spelled,
} from "./phones.ts";
import { CARELESS_STORES, STORES } from "./places.ts";
import { hash, Random, uniformOf } from "./random.ts";
import type { World } from "./world.ts";

export type System = "crm" | "mall" | "mini_program";

/** Where an identifier is unique: the key of the source that gives it out. */
export const NAMESPACES = {
  crm_id: "crm",
  card_no: "crm",
  mall_id: "mall",
  openid: "mini_program",
  cookie: "mall",
} as const;

export interface AccountPhone {
  /** Eleven digits, or what stands in their place. */
  readonly value: string;
  /** As the source writes it. */
  readonly spelled: string;
  /** `own` and `shared` are real numbers of the person; the others are no key, or a trap. */
  readonly use: "own" | "shared" | "recycled" | "clerk" | "placeholder" | "masked" | "privacy";
}

/** One record of a person in one system: what joins have to bring together. */
export interface Account {
  /** "crm:C00000123": unique in the world. */
  readonly id: string;
  readonly system: System;
  readonly person: number;
  readonly opened: number;
  /** The system's own identifiers; the first names the account. */
  readonly keys: readonly ClearIdentity[];
  readonly phone: AccountPhone | undefined;
  readonly phone_later: { readonly phone: AccountPhone; readonly at: number } | undefined;
  readonly email: string | undefined;
  readonly id_number: string | undefined;
  readonly facts: AccountFacts;
}

export interface Identified {
  readonly person: Person;
  readonly mess: Mess;
  readonly accounts: readonly Account[];
  readonly cookies: readonly string[];
}

const ACCOUNT_STREAM = 3;

/** A person with the accounts under which the systems know it. */
export function identifiedPerson(world: World, index: number): Identified {
  const person = personOf(world, index);
  const mess = messOf(world, index);
  const random = new Random(world.seed, ACCOUNT_STREAM, index);
  const systems = systemsOf(random, person, mess);
  const phones = new PhoneBook(world, person, mess);
  const accounts: Account[] = [];
  for (const system of systems) {
    const opened = accounts.length === 0 ? person.joined : person.joined + (1 + exponential(random, 45)) * DAY_MS;
    // Whoever has left opens nothing any more.
    if (opened > person.churned) continue;
    accounts.push(account(world, person, mess, system, accounts.length, opened, phones, random));
  }
  return { person, mess, accounts, cookies: cookiesOf(world, index, mess) };
}

const MAIN: Readonly<Record<Person["channel"], System>> = { store: "crm", mini_program: "mini_program", mall: "mall" };

/** Which systems know the person, the first one first; the CRM twice for duplicates. */
function systemsOf(random: Random, person: Person, mess: Mess): System[] {
  const several = random.chance(0.31);
  const draw = random.uniform();
  if (mess === "relatives") return ["crm"];
  if (mess === "recycled") return ["mini_program"];
  if (mess === "couple" || mess === "couple_silent") return [MAIN[person.channel]];
  const main = MAIN[person.channel];
  if (mess === "duplicate") return several ? ["crm", "crm", "mini_program"] : ["crm", "crm"];
  if (mess === "number_changed")
    return main === "mini_program" && several ? ["mini_program", "crm"] : ["crm", "mini_program"];
  if (!several) return [main];
  const others = (["mini_program", "crm", "mall"] as const).filter((system) => system !== main);
  const [first, second] = others as [System, System];
  if (draw < 0.6) return [main, first];
  return draw < 0.84 ? [main, second] : [main, first, second];
}

/** Which number a system learns. */
class PhoneBook {
  readonly world: World;
  readonly person: Person;
  readonly mess: Mess;

  constructor(world: World, person: Person, mess: Mess) {
    this.world = world;
    this.person = person;
    this.mess = mess;
  }

  /** The number the person really answers. */
  real(): { value: string; use: "own" | "shared" | "recycled" } {
    const { index } = this.person;
    const pair = pairOf(this.world, index);
    if (pair !== undefined) return { value: firstPhone(pair.second ? index - 1 : index), use: "shared" };
    if (this.mess !== "recycled") return { value: firstPhone(index), use: "own" };
    return { value: firstPhone(formerOwner(this.world, index) ?? index), use: "recycled" };
  }

  asKnownTo(system: System, nth: number, random: Random): AccountPhone | undefined {
    const real = this.real();
    const truthful = (): AccountPhone => ({ value: real.value, spelled: spelled(random, real.value), use: real.use });
    const trap = (value: string, use: AccountPhone["use"]): AccountPhone => ({ value, spelled: value, use });
    const draw = random.uniform();
    // The stories of a mess need their number.
    if (this.mess !== undefined && this.mess !== "duplicate") return truthful();
    if (this.mess === "duplicate" && nth === 1 && draw < 0.3) return undefined;
    if (system === "crm") {
      const store = STORES[this.person.store]?.code ?? "";
      if (CARELESS_STORES.includes(store) && draw < 0.16) return trap(clerkPhone(this.person.store), "clerk");
      if (draw > 0.994) return trap(PLACEHOLDER_PHONE, "placeholder");
      return draw > 0.955 ? undefined : truthful();
    }
    if (system === "mall") {
      if (draw < 0.03) return trap(maskedPhone(real.value), "masked");
      if (draw < 0.05) return trap(privacyPhone(random), "privacy");
      return draw > 0.97 ? undefined : truthful();
    }
    return draw < 0.2 && nth === 0 ? undefined : draw < 0.05 ? undefined : truthful();
  }
}

function account(
  world: World,
  person: Person,
  mess: Mess,
  system: System,
  nth: number,
  opened: number,
  phones: PhoneBook,
  random: Random,
): Account {
  const phone = phones.asKnownTo(system, nth, random);
  const changes = mess === "number_changed" && system === "mini_program";
  const next = secondPhone(person.index);
  const keys = keysOf(world, person.index, system, nth, random);
  const named = system === "crm" && (mess === "relatives" || random.chance(0.012));
  return {
    id: `${system}:${keys[0]?.value ?? ""}`,
    system,
    person: person.index,
    opened: Math.floor(opened),
    keys,
    phone,
    phone_later: changes
      ? {
          phone: { value: next, spelled: next, use: "own" },
          at: Math.floor(opened + (20 + exponential(random, 120)) * DAY_MS),
        }
      : undefined,
    email: system === "mall" ? emailOf(person.index, random) : undefined,
    id_number: named ? idNumber(person) : undefined,
    facts: factsOf(world, person, mess, system, random),
  };
}

function keysOf(world: World, index: number, system: System, nth: number, random: Random): ClearIdentity[] {
  const serial = String(index * 2 + (nth === 1 && system === "crm" ? 1 : 0)).padStart(8, "0");
  if (system === "crm") {
    return [
      { kind: "crm_id", value: `C${serial}`, namespace: NAMESPACES.crm_id },
      { kind: "card_no", value: `SY${serial}`, namespace: NAMESPACES.card_no },
    ];
  }
  const unionid: ClearIdentity = { kind: "unionid", value: wechatId("oU", world, index, 11) };
  if (system === "mini_program") {
    return [{ kind: "openid", value: wechatId("oT", world, index, 12), namespace: NAMESPACES.openid }, unionid];
  }
  const mall: ClearIdentity = { kind: "mall_id", value: `u${serial}`, namespace: NAMESPACES.mall_id };
  return random.chance(0.4) ? [mall, unionid] : [mall];
}

/** 28 characters like WeChat's; the index makes it unique, the rest makes it look so. */
function wechatId(prefix: string, world: World, index: number, nth: number): string {
  const part = (n: number): string => (hash(world.seed, index, nth, n) >>> 0).toString(36).padStart(7, "0");
  return `${prefix}${index.toString(36).padStart(5, "0")}${part(1)}${part(2)}${part(3)}`;
}

function emailOf(index: number, random: Random): string | undefined {
  const draw = random.uniform();
  if (draw < 0.01) return "none@example.com";
  return draw < 0.35 ? `tea${index}@example.com` : undefined;
}

const CHECK_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** An identity card number with a right check digit and a region 99xxxx, which no real one has. */
export function idNumber(person: Person): string {
  const { year, month, day } = person.birth;
  const date = `${year}${String(month).padStart(2, "0")}${String(day).padStart(2, "0")}`;
  const region = `99${String(Math.floor(person.index / 1000) % 10_000).padStart(4, "0")}`;
  const body = `${region}${date}${String(person.index % 1000).padStart(3, "0")}`;
  const sum = CHECK_WEIGHTS.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return `${body}${"10X98765432"[sum % 11]}`;
}

/** The browsers a person uses; couples share theirs. */
function cookiesOf(world: World, index: number, mess: Mess): string[] {
  const owner = mess === "couple" || mess === "couple_silent" ? index & ~1 : index;
  const cookie = (nth: number): string => {
    const part = (n: number): string => (hash(world.seed, owner, 20 + nth, n) >>> 0).toString(16).padStart(8, "0");
    return `ck-${part(1)}${part(2)}${part(3)}`;
  };
  return uniformOf(world.seed, ACCOUNT_STREAM, index, 1) < 0.4 ? [cookie(0), cookie(1)] : [cookie(0)];
}
