import type { System } from "./accounts.ts";
import type { Mess } from "./mess.ts";
import { courtesyName, nickname } from "./names.ts";
import type { Birth, Person } from "./persons.ts";
import { address, CITIES, STORES, STAFF_PER_STORE, staffCode } from "./places.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** A consent as a system keeps it; without `text_version` it is a bare "yes". */
export interface ConsentFact {
  readonly purpose: string;
  readonly channel: string;
  readonly granted: boolean;
  readonly proven: boolean;
}

/** What a system believes about a person: gaps and mistakes included. */
export interface AccountFacts {
  readonly name: string | undefined;
  readonly gender: "female" | "male" | undefined;
  readonly birthday: string | undefined;
  readonly birthday_calendar: "lunar" | undefined;
  readonly address: string | undefined;
  readonly city: string | undefined;
  readonly province: string | undefined;
  readonly occupation: string | undefined;
  readonly children: "yes" | "no" | undefined;
  readonly join_channel: string;
  readonly home_store_code: string | undefined;
  readonly associate_code: string | undefined;
  readonly phone_verified: boolean;
  readonly wechat_bound: boolean;
  readonly wecom_friend: boolean;
  readonly consents: readonly ConsentFact[];
}

/** How often a system has a fact, and how often the fact is wrong. */
export const FACT_RATES = {
  birthday: { crm: 0.65, mini_program: 0.3, mall: 0.1 },
  birthday_zero: 0.03,
  gender: { crm: 0.8, mini_program: 0.45, mall: 0.3 },
  gender_wrong: 0.015,
  city: { crm: 0.85, mini_program: 0.5, mall: 0.9 },
  city_misspelt: 0.02,
  courtesy_name: 0.1,
} as const;

export function birthdayText(birth: Birth): string {
  return `${birth.year}-${String(birth.month).padStart(2, "0")}-${String(birth.day).padStart(2, "0")}`;
}

export function factsOf(world: World, person: Person, mess: Mess, system: System, random: Random): AccountFacts {
  // Those who share a phone are told apart by name and birthday, so these are there (see mess.ts).
  const told = mess === "couple";
  const silent = mess === "couple_silent";
  const birthday = told || (!silent && mess !== "relatives" && random.chance(FACT_RATES.birthday[system]));
  const zero = !told && random.chance(FACT_RATES.birthday_zero);
  const gender = random.chance(FACT_RATES.gender[system]);
  const wrongGender = random.chance(FACT_RATES.gender_wrong);
  const city = CITIES[person.city];
  const cityKnown = random.chance(FACT_RATES.city[system]);
  const misspelt = random.chance(FACT_RATES.city_misspelt);
  const crm = system === "crm";
  const store = STORES[person.store]?.code;
  return {
    name: silent ? undefined : nameAs(person, system, told, birthday, random),
    gender: gender ? (wrongGender ? (person.gender === "female" ? "male" : "female") : person.gender) : undefined,
    birthday: birthday ? (zero ? "1900-01-01" : birthdayText(person.birth)) : undefined,
    birthday_calendar: birthday && !zero && person.birth.lunar ? "lunar" : undefined,
    address: random.chance(system === "mall" ? 0.5 : 0.06) ? address(city?.name ?? "", person.index) : undefined,
    city: cityKnown ? (misspelt ? city?.misspelt : city?.name) : undefined,
    province: cityKnown && !crm ? city?.province : undefined,
    occupation: crm && random.chance(0.25) ? person.occupation : undefined,
    children: crm && random.chance(0.2) ? (person.children ? "yes" : "no") : undefined,
    join_channel: joinChannel(system, random),
    home_store_code: crm ? store : undefined,
    associate_code: crm && random.chance(0.4) ? staffCode(store ?? "", random.integer(STAFF_PER_STORE)) : undefined,
    phone_verified: system !== "crm" || random.chance(0.35),
    wechat_bound: system === "mini_program",
    wecom_friend: person.wecom_friend,
    consents: consentsOf(system, random),
  };
}

function nameAs(person: Person, system: System, told: boolean, profile: boolean, random: Random): string | undefined {
  const courtesy = random.chance(FACT_RATES.courtesy_name);
  if (told) return person.name;
  if (system === "crm") return courtesy ? courtesyName(person.name, person.gender) : person.name;
  if (system === "mall") return random.chance(0.8) ? person.name : undefined;
  // In the mini program a nickname, until the profile is filled in for the birthday gift.
  return profile ? person.name : random.chance(0.7) ? nickname(random) : undefined;
}

function joinChannel(system: System, random: Random): string {
  if (system === "crm") return random.chance(0.8) ? "store" : "event";
  if (system === "mall") return random.chance(0.7) ? "mall" : "ad";
  return random.pick(["mini_program", "mini_program", "social", "partner"]);
}

function consentsOf(system: System, random: Random): ConsentFact[] {
  const consents: ConsentFact[] = [];
  const add = (channel: string, rate: number, proven: number): void => {
    if (!random.chance(rate)) return;
    consents.push({ purpose: "marketing", channel, granted: random.chance(0.9), proven: random.chance(proven) });
  };
  if (system === "crm") add("sms", 0.7, 0.35);
  if (system === "mini_program") add("wechat", 0.75, 0.95);
  if (system === "mini_program") add("sms", 0.3, 0.95);
  if (system === "mall") add("email", 0.4, 0.8);
  if (system === "mall") add("sms", 0.5, 0.8);
  // one switch in the settings of the mini program stands for WeChat and for its own inbox
  const wechat = consents.find(({ channel }) => channel === "wechat");
  if (wechat !== undefined) consents.push({ ...wechat, channel: "mini_program" });
  return consents;
}
