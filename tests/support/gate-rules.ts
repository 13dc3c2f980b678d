import { expect } from "vitest";
import type { Policy } from "../../src/channels/messages/policy.ts";
import type { FakeClock } from "../../src/platform/clock.ts";
import type { MessageDesk } from "./message-desk.ts";

export type Step =
  | {
      readonly kind: "ask";
      readonly member: number;
      readonly template: string;
      readonly priority: number;
      readonly valid_hours: number | null;
    }
  | { readonly kind: "run" }
  | { readonly kind: "wait"; readonly minutes: number }
  | {
      readonly kind: "consent";
      readonly member: number;
      readonly medium: "sms" | "mini_program";
      readonly granted: boolean;
    }
  | { readonly kind: "join"; readonly kept: number; readonly absorbed: number };

/** Members elsewhere: clocks that change by an hour in the north, by half an hour, and by quarters of one. */
const ZONES: Readonly<Record<number, string>> = {
  2: "America/New_York",
  3: "Europe/Berlin",
  4: "Australia/Lord_Howe",
  6: "Pacific/Chatham",
};
const BRAND_ZONE = "Asia/Shanghai";
const COST_MINOR = 5;

export const LIMITS = {
  quiet: { from: "21:00", to: "09:00", channels: ["sms", "inbox"], categories: ["marketing"], then: "later" },
  member_caps: [
    { channel: "sms", category: "marketing", period: "day", max: 1 },
    { channel: null, category: "marketing", period: "week", max: 3 },
  ],
  household_caps: [{ channel: "sms", period: "day", max: 2 }],
  budgets: [{ channel: "sms", period: "day", limit_minor: 3 * COST_MINOR }],
  repeat_after_hours: { marketing: 24, service: 0 },
} satisfies Policy;

/** Reasons that a few hundred steps must have met. */
export const HELD_AT = ["no_consent", "repeated", "expired", "quiet_hours", "cap_member", "cap_household", "budget"];

interface Asked {
  readonly member: number;
  readonly template: string;
  readonly valid_until: number | null;
}

interface Sent extends Asked {
  readonly owner: number;
  readonly at: number;
}

const HOUR_MS = 3_600_000;
const DRAIN_HOURS = 60;
const DRAIN_STEP_HOURS = 4;
const PHONES: Readonly<Record<number, string>> = { 1: "a", 2: "a", 3: "b", 4: "b", 5: "c", 6: "d" };

const walls = new Map<string, Intl.DateTimeFormat>();

/** What the wall shows: day and time. */
function wall(at: number, timezone: string): { readonly day: string; readonly time: string } {
  const format =
    walls.get(timezone) ??
    new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "short" });
  walls.set(timezone, format);
  const [day = "", time = ""] = format.format(at).split(" ");
  return { day, time };
}

function weekOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  return new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * 24 * HOUR_MS).toISOString().slice(0, 10);
}

const isMarketing = (template: string) => template !== "receipt_sms";
const isSms = (template: string) => template.endsWith("_sms");

/** The gate's rules once more, as simple as they can be said, over all that was sent; and the steps that shake them. */
export class GateRules {
  readonly reasons = new Set<string>();
  readonly #desk: MessageDesk;
  readonly #clock: FakeClock;
  readonly #asked = new Map<string, Asked>();
  readonly #sent: Sent[] = [];
  readonly #ended = new Set<string>();
  readonly #owner = new Map<number, number>([1, 2, 3, 4, 5, 6].map((one) => [one, one]));
  /** By party and medium: the newest word. */
  readonly #said = new Map<string, { readonly granted: boolean; readonly at: number }>();

  constructor(desk: MessageDesk, clock: FakeClock) {
    this.#desk = desk;
    this.#clock = clock;
  }

  async open(): Promise<void> {
    await this.#desk.query("delete from members.consent");
    await this.#desk.query("update members.party set member_id = party_id");
    for (const [number, zone] of Object.entries(ZONES))
      await this.#desk.query("insert into channels.member_zone values ($1, $2)", [Number(number), zone]);
    for (const member of this.#owner.keys())
      for (const medium of ["sms", "mini_program"] as const)
        if ((member + medium.length) % 4 !== 0) await this.#say(member, medium, true);
  }

  async #say(member: number, medium: string, granted: boolean): Promise<void> {
    this.#clock.advance({ seconds: 1 });
    const at = this.#clock.now();
    await this.#desk.query(
      `insert into members.consent (party_id, purpose, medium, record_id, state, text_version, at, via)
       values ($1, 'marketing', $2, gen_random_uuid(), $3, $4, $5, 'app')`,
      [member, medium, granted ? "granted" : "withdrawn", granted ? "v1" : null, at],
    );
    this.#said.set(`${member} ${medium}`, { granted, at: at.getTime() });
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "ask": {
        const key = `k${this.#asked.size}`;
        const { member, template, priority, valid_hours } = step;
        const valid_until = valid_hours === null ? null : this.#clock.now().getTime() + valid_hours * HOUR_MS;
        this.#asked.set(key, { member, template, valid_until });
        const until = valid_until === null ? {} : { valid_until: new Date(valid_until) };
        await this.#desk.request([{ effect_key: key, member_id: member, template, priority, ...until }]);
        return;
      }
      case "wait":
        this.#clock.advance({ minutes: step.minutes });
        return;
      case "consent":
        return this.#say(step.member, step.medium, step.granted);
      case "join": {
        const [kept, absorbed] = [this.#ownerOf(step.kept), this.#ownerOf(step.absorbed)];
        if (kept === absorbed) return;
        for (const [party, owner] of this.#owner) if (owner === absorbed) this.#owner.set(party, kept);
        await this.#desk.query("update members.party set member_id = $1 where member_id = $2", [kept, absorbed]);
        return;
      }
      case "run":
        return this.#run();
    }
  }

  /** Lets time pass until nothing may wait any more. */
  async drain(): Promise<void> {
    for (let hour = 0; hour < DRAIN_HOURS; hour += DRAIN_STEP_HOURS) {
      this.#clock.advance({ hours: DRAIN_STEP_HOURS });
      await this.#run();
    }
    expect([...this.#asked.keys()].filter((key) => !this.#ended.has(key))).toEqual([]);
  }

  #ownerOf(member: number): number {
    return this.#owner.get(member) ?? member;
  }

  async #run(): Promise<void> {
    for (const channel of ["sms", "inbox"] as const) await this.#desk.run(channel);
    const at = this.#clock.now().getTime();
    const news = Object.entries(await this.#desk.outcomes()).filter(([key]) => !this.#ended.has(key));
    // what went out in an earlier round of the same instant was another member's, if a join came in between
    const before = this.#sent.length;
    for (const [key, how] of news) {
      this.#ended.add(key);
      const asked = this.#asked.get(key);
      if (asked !== undefined && how === "accepted")
        this.#sent.push({ ...asked, owner: this.#ownerOf(asked.member), at });
    }
    for (const one of this.#sent.slice(before)) this.#mayBeSent(one);
    for (const [key, how] of news) if (how !== "accepted") this.#isTrue(how, key, at);
  }

  #mayBeSent(one: Sent): void {
    const { owner, template, at, valid_until } = one;
    const why = JSON.stringify({ ...one, at: new Date(at).toISOString() });
    expect(valid_until === null || valid_until > at, why).toBe(true);
    if (isSms(template)) expect(this.#household(one).length, why).toBeLessThanOrEqual(2);
    if (isSms(template)) expect(this.#spent(at), why).toBeLessThanOrEqual(3 * COST_MINOR);
    if (!isMarketing(template)) return;
    expect(this.#isQuiet(owner, at), why).toBe(false);
    expect(this.#consents(owner, template), why).toBe(true);
    expect(this.#smsOfDay(owner, at).length, why).toBeLessThanOrEqual(1);
    expect(this.#ofWeek(owner, at).length, why).toBeLessThanOrEqual(3);
    expect(this.#before(one, at).length, why).toBe(0);
  }

  /** Whether a message was held back for what was so at that moment. */
  #isTrue(reason: string, key: string, at: number): void {
    const asked = this.#asked.get(key);
    if (asked === undefined) throw new Error(key);
    this.reasons.add(reason);
    const { template, valid_until } = asked;
    const owner = this.#ownerOf(asked.member);
    const why = `${reason} ${JSON.stringify({ ...asked, owner, at: new Date(at).toISOString() })}`;
    const holds: Readonly<Record<string, () => boolean>> = {
      no_consent: () => isMarketing(template) && !this.#consents(owner, template),
      expired: () => valid_until !== null && valid_until <= at,
      quiet_hours: () => this.#isQuiet(owner, at) && valid_until !== null,
      repeated: () => this.#before({ ...asked, owner, at: at + 1 }, at).length > 0,
      cap_member: () => this.#smsOfDay(owner, at).length >= 1 || this.#ofWeek(owner, at).length >= 3,
      cap_household: () => this.#household({ ...asked, owner, at }).length >= 2,
      budget: () => this.#spent(at) + COST_MINOR > 3 * COST_MINOR,
    };
    expect(holds[reason]?.(), why).toBe(true);
  }

  #zone(owner: number): string {
    return ZONES[owner] ?? BRAND_ZONE;
  }

  #isQuiet(owner: number, at: number): boolean {
    const { time } = wall(at, this.#zone(owner));
    return time >= "21:00" || time < "09:00";
  }

  /** A no of any of a member's numbers stands until a later yes of another. */
  #consents(owner: number, template: string): boolean {
    const medium = isSms(template) ? "sms" : "mini_program";
    const words = [...this.#owner].flatMap(([party, of]) => {
      const word = of === owner ? this.#said.get(`${party} ${medium}`) : undefined;
      return word === undefined ? [] : [word];
    });
    const yes = words.filter(({ granted }) => granted);
    const noes = words.filter(({ granted, at }) => !granted && !yes.some((one) => one.at > at));
    return yes.length > 0 && noes.length === 0;
  }

  #smsOfDay(owner: number, at: number): Sent[] {
    const day = (one: number) => wall(one, this.#zone(owner)).day;
    return this.#sent.filter(
      (one) => one.owner === owner && isMarketing(one.template) && isSms(one.template) && day(one.at) === day(at),
    );
  }

  #ofWeek(owner: number, at: number): Sent[] {
    const week = (one: number) => weekOf(wall(one, this.#zone(owner)).day);
    return this.#sent.filter((one) => one.owner === owner && isMarketing(one.template) && week(one.at) === week(at));
  }

  #household({ owner, at }: Sent): Sent[] {
    const day = (one: number) => wall(one, BRAND_ZONE).day;
    return this.#sent.filter(
      (one) => PHONES[one.owner] === PHONES[owner] && isSms(one.template) && day(one.at) === day(at),
    );
  }

  #spent(at: number): number {
    const { day } = wall(at, BRAND_ZONE);
    return this.#sent.filter((one) => isSms(one.template) && wall(one.at, BRAND_ZONE).day === day).length * COST_MINOR;
  }

  /** The same words to the same member too short a time before. */
  #before(one: Sent, until: number): Sent[] {
    return this.#sent.filter(
      (other) =>
        other.owner === one.owner &&
        other.template === one.template &&
        isMarketing(other.template) &&
        other.at <= until &&
        (other.at < one.at || (other.at === one.at && other.member !== one.member)) &&
        other.at > one.at - 24 * HOUR_MS,
    );
  }
}
