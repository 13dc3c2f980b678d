import { type Account, type AccountPhone, identifiedPerson } from "./accounts.ts";
import { DAY_MS, dayOf } from "./calendar.ts";
import type { Mess } from "./mess.ts";
import { inviterOf, type Person } from "./persons.ts";
import { foldHistory, type TrueHistory } from "./true-history.ts";
import { history } from "./stream.ts";
import type { World } from "./world.ts";

/**
 * What is really so in a world: kept apart from what its sources send, for measuring only. Nothing under src/ may
 * import it (truth.test.ts looks: the product sees the seeding only).
 */
export interface TruePerson {
  readonly person: Person;
  readonly mess: Mess;
  readonly accounts: readonly Account[];
  readonly invited_by: number | undefined;
  readonly history: TrueHistory;
}

export interface AccountPair {
  readonly a: string;
  readonly b: string;
  readonly why: string;
}

export interface Truth {
  readonly world: World;
  /** The last closed business day: measures look at history up to it. */
  readonly day: number;
  readonly persons: ReadonlyMap<number, TruePerson>;
  readonly accounts: ReadonlyMap<string, Account>;
  /** Accounts of one person that the records let anyone bring together, each with the evidence. */
  readonly must_join: readonly AccountPair[];
  /** Accounts of two persons that share an identifier. `hard`: the records themselves say that they are two. */
  readonly must_not_join: readonly (AccountPair & { readonly hard: boolean })[];
  /** To whom each record belongs, by `source|key`; null: to nobody that the sources could know. */
  readonly records: ReadonlyMap<string, number | null>;
}

/** Worlds above this are for load, not for accuracy: the truth of a member takes some 3 KB. */
export const TRUTH_MEMBERS_MAX = 50_000;

/** Makes the truth of a world by living through it again. */
export function truth(world: World): Truth {
  if (world.members > TRUTH_MEMBERS_MAX)
    throw new RangeError(`the truth is kept for up to ${TRUTH_MEMBERS_MAX} members`);
  const histories = new Map<number, TrueHistory>();
  const records = new Map<string, number | null>();
  for (const slice of history(world)) {
    for (const happening of slice) {
      const { person, record, source } = happening;
      const known = record.identities.length > 0 ? person : undefined;
      records.set(`${source}|${record.key ?? ""}`, known ?? null);
      if (known === undefined) continue;
      foldHistory(histories, known, happening);
    }
  }
  const persons = new Map<number, TruePerson>();
  const accounts = new Map<string, Account>();
  for (let index = 0; index < world.persons; index++) {
    const identified = identifiedPerson(world, index);
    const open = identified.accounts.filter((account) => account.opened < world.until);
    if (open.length === 0) continue;
    for (const account of open) accounts.set(account.id, account);
    persons.set(index, {
      person: identified.person,
      mess: identified.mess,
      accounts: open,
      invited_by: inviterOf(world, index),
      history: histories.get(index) ?? { orders: [], returns: [], events: [] },
    });
  }
  return {
    world,
    day: dayOf(world.until) - 1,
    persons,
    accounts,
    must_join: [...persons.values()].flatMap(joinablePairs),
    must_not_join: separatePairs(accounts, world.until),
    records,
  };
}

/** The real numbers that an account was known by until an instant. */
function realPhones(account: Account, until: number): AccountPhone[] {
  const later = account.phone_later;
  const phones = [account.phone, later !== undefined && later.at < until ? later.phone : undefined];
  return phones.filter(
    (phone) => phone !== undefined && ["own", "shared", "recycled"].includes(phone.use),
  ) as AccountPhone[];
}

function joinablePairs(one: TruePerson): AccountPair[] {
  const { accounts } = one;
  const pairs: AccountPair[] = [];
  accounts.forEach((a, i) => {
    for (const b of accounts.slice(i + 1)) {
      const why = sharedEvidence(a, b);
      if (why === "phone" && longSilent(one, a, b)) continue;
      if (why !== undefined) pairs.push({ a: a.id, b: b.id, why });
    }
  });
  return pairs;
}

/** After this many silent days a phone that comes back with a new WeChat proves nothing (requirement: recycled numbers). */
const SILENT_DAYS_MAX = 180;

/** Whether a new WeChat came with the phone of an account that nothing had been heard of for long: rightly left apart. */
function longSilent(one: TruePerson, a: Account, b: Account): boolean {
  const later = a.opened > b.opened ? a : b;
  const wechat = later.keys.some((key) => key.kind === "unionid");
  const agreed = (a.facts.name !== undefined && a.facts.name === b.facts.name) || bornAlike(a, b);
  if (!wechat || agreed) return false;
  const heard = [...one.history.orders.map((order) => order.at), ...one.history.events.map((event) => event.at)];
  const opened = one.accounts.map((account) => account.opened).filter((at) => at < later.opened);
  const last = Math.max(...opened, ...heard.filter((at) => at < later.opened));
  return later.opened - last > SILENT_DAYS_MAX * DAY_MS;
}

function bornAlike(a: Account, b: Account): boolean {
  const { birthday } = a.facts;
  return birthday !== undefined && birthday === b.facts.birthday && !birthday.startsWith("1900");
}

/** What two accounts of one person have in common that only a person's accounts have in common. */
function sharedEvidence(a: Account, b: Account): string | undefined {
  const unionid = (account: Account) => account.keys.find((key) => key.kind === "unionid")?.value;
  if (unionid(a) !== undefined && unionid(a) === unionid(b)) return "unionid";
  if (a.id_number !== undefined && a.id_number === b.id_number) return "id_number";
  if (a.phone?.use !== "own" || b.phone?.use !== "own") return undefined;
  if (a.system !== b.system) return "phone";
  // Two cards of one till with one phone: only name or birthday can say that it is not a couple.
  const named = a.facts.name !== undefined && a.facts.name === b.facts.name;
  return named || bornAlike(a, b) ? "phone and person" : undefined;
}

function separatePairs(accounts: ReadonlyMap<string, Account>, until: number): (AccountPair & { hard: boolean })[] {
  const holders = new Map<string, Account[]>();
  for (const account of accounts.values()) {
    const phones = realPhones(account, until).map((phone) => phone.value);
    if (account.phone?.use === "clerk") phones.push(account.phone.value);
    for (const phone of new Set(phones)) holders.set(phone, [...(holders.get(phone) ?? []), account]);
  }
  const pairs: (AccountPair & { hard: boolean })[] = [];
  for (const list of holders.values()) {
    list.forEach((a, i) => {
      for (const b of list.slice(i + 1)) {
        if (a.person === b.person) continue;
        const hard = contradiction(a, b);
        const why =
          hard ??
          (a.phone?.use === "clerk" ? "clerk's phone" : b.phone?.use === "recycled" ? "recycled" : "shared phone");
        pairs.push({ a: a.id, b: b.id, why, hard: hard !== undefined });
      }
    });
  }
  return pairs;
}

/** What in the records themselves says that two accounts are two people. */
export function contradiction(a: Account, b: Account): string | undefined {
  if (a.id_number !== undefined && b.id_number !== undefined && a.id_number !== b.id_number) return "id_number differs";
  const [x, y] = [a.facts, b.facts];
  const filler = (birthday: string) => birthday.startsWith("1900") || birthday.slice(5) === "01-01";
  if (x.birthday === undefined || y.birthday === undefined || filler(x.birthday) || filler(y.birthday))
    return undefined;
  if (x.birthday_calendar !== y.birthday_calendar || !wholeName(x.name) || !wholeName(y.name)) return undefined;
  const parts = x.birthday.split("-").filter((part, nth) => part !== y.birthday?.split("-")[nth]).length;
  return parts >= 2 && x.name !== y.name ? "name and birthday differ" : undefined;
}

function wholeName(name: string | undefined): boolean {
  return name !== undefined && /^\p{Script=Han}{2,4}$/u.test(name) && !/(先生|女士)$/.test(name);
}
