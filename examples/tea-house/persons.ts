import { DAY_MS } from "./calendar.ts";
import { beta, exponential, gamma, lognormal } from "./distributions.ts";
import { fullName, OCCUPATIONS } from "./names.ts";
import { CITIES, CITY_WEIGHTS, STORES } from "./places.ts";
import { CATEGORIES, type Category, TOPICS } from "./products.ts";
import { hash, Random, uniformOf } from "./random.ts";
import { HISTORY_DAYS, JOINED_BEFORE_DAYS, JOINED_BEFORE_SHARE, JOINING_BEND, type World } from "./world.ts";

export type Channel = "store" | "mini_program" | "mall";
export type Daypart = "morning" | "afternoon" | "evening";
export type Flag = "staff" | "test" | "wholesale" | "reseller";

export interface Birth {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Kept by the lunar calendar: year, month and day are lunar. */
  readonly lunar: boolean;
}

/** What somebody is like, whatever the records say. Rates are per day of an ordinary season. */
export interface Person {
  readonly index: number;
  readonly name: string;
  readonly gender: "female" | "male";
  readonly birth: Birth;
  readonly city: number;
  readonly occupation: (typeof OCCUPATIONS)[number];
  readonly children: boolean;
  readonly joined: number;
  /** From here on nothing is bought; Infinity: still here. */
  readonly churned: number;
  readonly buying_rate: number;
  readonly session_rate: number;
  readonly price_level: number;
  readonly favourite: Category;
  /** Share of the purchases in the favourite category. */
  readonly devotion: number;
  readonly channel: Channel;
  readonly channel_loyalty: number;
  readonly store: number;
  readonly daypart: Daypart;
  readonly weekend: boolean;
  readonly coupon_sensitivity: number;
  readonly promotion_only: boolean;
  readonly adventurous: boolean;
  readonly return_rate: number;
  readonly review_rate: number;
  /** 0 … 1: how much is shared, liked, posted. */
  readonly sociability: number;
  readonly satisfaction: number;
  readonly wecom_friend: boolean;
  readonly flag: Flag | undefined;
}

const PERSON_STREAM = 1;
const STORE_SIZES = STORES.map((store) => store.size);
const STORES_BY_CITY = CITIES.map((city) => STORES.flatMap((store, i) => (store.city === city.name ? [i] : [])));

/** When person `index` joined: indices are in the order of joining, 45 % of them before the history begins. */
export function joinedAt(world: World, index: number): number {
  const q = (index + 0.9 * uniformOf(world.seed, PERSON_STREAM, index, 7)) / world.members;
  const before = JOINED_BEFORE_SHARE;
  if (q < before) return Math.floor(world.from - JOINED_BEFORE_DAYS * DAY_MS * (1 - q / before) ** 1.3);
  return Math.floor(world.from + HISTORY_DAYS * DAY_MS * ((q - before) / (1 - before)) ** JOINING_BEND);
}

/** How many persons have joined before an instant: the first index that has not. */
export function joinedBefore(world: World, at: number): number {
  let low = 0;
  let high = world.persons;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (joinedAt(world, middle) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The part of a person that decides how often anything happens; cheap, for passing over the quiet ones. */
export interface Rhythm {
  readonly joined: number;
  readonly churned: number;
  readonly buying_rate: number;
  readonly session_rate: number;
}

export function rhythmOf(world: World, index: number, random = new Random()): Rhythm {
  random.reseed(world.seed, PERSON_STREAM, index, 1);
  const joined = joinedAt(world, index);
  const never = random.chance(0.12);
  const yearly = Math.min(80, gamma(random, 0.75, 3.9));
  const stays = random.chance(0.22 + 0.4 * Math.min(1, yearly / 12));
  const life = exponential(random, 420) + 20;
  const sessions = Math.min(150, gamma(random, 0.35, 9));
  return {
    joined,
    churned: stays ? Number.POSITIVE_INFINITY : joined + life * DAY_MS,
    buying_rate: never ? 0 : yearly / 365,
    session_rate: sessions / 365,
  };
}

export function personOf(world: World, index: number): Person {
  const rhythm = rhythmOf(world, index);
  const random = new Random(world.seed, PERSON_STREAM, index, 2);
  const gender = random.chance(0.62) ? "female" : "male";
  const city = random.weighted(CITY_WEIGHTS);
  const local = STORES_BY_CITY[city] ?? [];
  const store = local.length > 0 && random.chance(0.93) ? random.pick(local) : random.weighted(STORE_SIZES);
  const channelDraw = random.uniform();
  const channel: Channel = channelDraw < 0.55 ? "store" : channelDraw < 0.85 ? "mini_program" : "mall";
  const thisYear = new Date(world.from).getUTCFullYear() + 2;
  const birth = birthOf(random, thisYear);
  const age = thisYear - birth.year;
  const flag = flagOf(random);
  return {
    index,
    name: fullName(random, gender),
    gender,
    birth,
    city,
    occupation: age >= 60 ? "退休" : age <= 22 ? "学生" : random.pick(OCCUPATIONS.slice(0, 7)),
    children: age >= 28 && age <= 58 && random.chance(0.55),
    ...rhythm,
    buying_rate: flag === "test" ? 0.02 : flag === "wholesale" ? 0.03 : rhythm.buying_rate,
    price_level: lognormal(random, 1, 0.45),
    favourite: random.pick(CATEGORIES.slice(0, 6).concat(random.chance(0.3) ? ["茶点", "茶具"] : [])),
    devotion: 0.35 + 0.5 * beta(random, 2.5, 1.5),
    channel,
    channel_loyalty: 0.72 + 0.26 * random.uniform(),
    store,
    daypart: random.pick(["morning", "afternoon", "afternoon", "evening", "evening"] as const),
    weekend: random.chance(0.4),
    coupon_sensitivity: beta(random, 0.8, 1.4),
    promotion_only: random.chance(0.07),
    adventurous: random.chance(0.16),
    return_rate: random.chance(0.06) ? 0.22 : 0.012,
    review_rate: random.chance(0.25) ? 0.35 : 0.05,
    sociability: beta(random, 0.5, 2.5),
    satisfaction: random.chance(0.07) ? 2.2 + random.uniform() : 4 + random.uniform(),
    flag,
    wecom_friend: random.chance(0.22),
  };
}

function birthOf(random: Random, thisYear: number): Birth {
  const lunar = random.chance(0.04);
  if (random.chance(0.001))
    return { year: random.pick([1972, 1984, 1988, 1992, 1996]), month: 2, day: 29, lunar: false };
  const age = 18 + 52 * beta(random, 1.9, 2.8);
  const year = thisYear - Math.round(age);
  // Lunar months have 29 or 30 days; up to 28 the day exists in both calendars.
  return { year, month: random.between(1, 12), day: random.between(1, 28), lunar };
}

function flagOf(random: Random): Flag | undefined {
  const draw = random.uniform();
  if (draw < 0.006) return "staff";
  if (draw < 0.0075) return "test";
  if (draw < 0.0115) return "wholesale";
  return draw < 0.0145 ? "reseller" : undefined;
}

/** Who invited this person: somebody who joined earlier, a few inviting many (power law); undefined for most. */
export function inviterOf(world: World, index: number): number | undefined {
  if (index < 20 || uniformOf(world.seed, PERSON_STREAM, index, 3) > 0.16) return undefined;
  // A candidate among 12 hubs of the last joined tenth, or anyone before: hubs give the long tail.
  const draw = uniformOf(world.seed, PERSON_STREAM, index, 4);
  if (draw < 0.5) return Math.floor(index * uniformOf(world.seed, PERSON_STREAM, index, 5));
  const block = Math.floor(index / 20);
  return (hash(world.seed, PERSON_STREAM, block - 1, 6, Math.floor(draw * 6)) >>> 0) % Math.max(1, index - 20);
}

/** The topic that somebody likes to read about; most of what they read is of it. */
export function interestOf(index: number): (typeof TOPICS)[number] {
  return TOPICS[index % TOPICS.length] ?? TOPICS[0];
}
