import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { ClearIdentity } from "../../src/ingest/index.ts";
import { normalise } from "../../src/vault/index.ts";
import { identifiedPerson } from "./accounts.ts";
import { scoreJoins } from "./score.ts";
import { records } from "./stream.ts";
import { STRANGER_SHARE } from "./purchases.ts";
import { trueRfm } from "./true-rfm.ts";
import { netByDay } from "./true-history.ts";
import { cookieIdentity } from "./tills.ts";
import { truth } from "./truth.ts";
import { createWorld } from "./world.ts";

const MEMBERS = process.env["HUITOU_LONG"] === "1" ? 5_000 : 2_500;
const world = createWorld({ members: MEMBERS, seed: 5, trouble: 1, until: new Date("2026-11-22T08:00:00Z") });
const known = truth(world);
const people = [...known.persons.values()];

/** Every identifier of the world with the persons who hold it. */
const identifiers = new Map<string, Set<number>>();
const spelling = ({ kind, value }: ClearIdentity): string => {
  const normal = normalise(kind, value);
  return `${kind} ${"value" in normal ? normal.value : ""}`;
};
for (const { person, accounts, cookies } of Array.from(known.persons.keys(), (index) =>
  identifiedPerson(world, index),
)) {
  const own: ClearIdentity[] = [
    ...accounts.flatMap((account) => account.keys),
    ...accounts.flatMap((account) =>
      [account.phone, account.phone_later?.phone].flatMap((p) => (p ? [phoneOf(p.value)] : [])),
    ),
    ...cookies.map(cookieIdentity),
  ];
  for (const identity of own) {
    const holders = identifiers.get(spelling(identity)) ?? new Set();
    identifiers.set(spelling(identity), holders.add(person.index));
  }
}

function phoneOf(value: string): ClearIdentity {
  return { kind: "phone", value };
}

describe("the kept truth", () => {
  it("gives every record to exactly one person, or to nobody", async () => {
    let seen = 0;
    const nobodys: string[] = [];
    const unnamed: string[] = [];
    for await (const batch of records({ ...world, untidy: false })) {
      for (const record of batch.records) {
        if (["store", "staff", "product", "item"].includes(record.kind)) continue;
        const key = `${batch.source}|${record.key}`;
        const owner = known.records.get(key);
        seen++;
        if (owner === undefined) nobodys.push(key);
        if (owner === null || owner === undefined) continue;
        // Whoever owns it holds at least one of the identifiers by which the record names somebody.
        const holders = record.identities.map((identity) => identifiers.get(spelling(identity)));
        if (!holders.some((persons) => persons?.has(owner))) unnamed.push(key);
      }
    }
    expect({ nobodys, unnamed }).toEqual({ nobodys: [], unnamed: [] });
    expect(known.records.size).toBe(seen);
  });

  it("gives every account to one person", () => {
    const accounts = people.flatMap((one) => one.accounts.map((account) => account.id));
    expect(new Set(accounts).size).toBe(accounts.length);
    expect(accounts.length).toBe(known.accounts.size);
  });

  it("never asks to join what it forbids to join", () => {
    const forbidden = new Set(known.must_not_join.map(({ a, b }) => [a, b].sort().join()));
    expect(known.must_join.filter(({ a, b }) => forbidden.has([a, b].sort().join()))).toEqual([]);
    const person = (id: string) => known.accounts.get(id)?.person;
    expect(known.must_join.every(({ a, b }) => person(a) === person(b))).toBe(true);
    expect(known.must_not_join.every(({ a, b }) => person(a) !== person(b))).toBe(true);
  });

  it("knows 30 % of the members under several identities", () => {
    const several = people.filter((one) => one.accounts.length > 1).length / people.length;
    expect(several).toBeGreaterThan(0.27);
    expect(several).toBeLessThan(0.34);
  });

  it("has each promised trouble", () => {
    const troubles = new Set(people.map((one) => one.mess));
    expect([...troubles].sort()).toEqual(
      [undefined, "couple", "couple_silent", "duplicate", "number_changed", "recycled", "relatives"].sort(),
    );
    const uses = new Set([...known.accounts.values()].map((account) => account.phone?.use));
    expect([...uses].sort()).toEqual(
      [undefined, "clerk", "masked", "own", "placeholder", "privacy", "recycled", "shared"].sort(),
    );
    const facts = [...known.accounts.values()].map((account) => account.facts);
    expect(facts.some((fact) => fact.birthday === "1900-01-01")).toBe(true);
    expect(facts.some((fact) => fact.birthday_calendar === "lunar")).toBe(true);
    expect(facts.some((fact) => fact.birthday?.endsWith("-02-29"))).toBe(true);
    expect(facts.some((fact) => /\p{Emoji_Presentation}/u.test(fact.name ?? ""))).toBe(true);
    const flags = new Set(people.map((one) => one.person.flag));
    expect([...flags].sort()).toEqual([undefined, "staff", "test", "wholesale", "reseller"].sort());
    const whys = new Set(known.must_not_join.map((pair) => pair.why));
    expect(whys).toContain("name and birthday differ");
    expect(whys).toContain("id_number differs");
    expect(whys).toContain("recycled");
    expect(whys).toContain("clerk's phone");
  });

  it("gives a recycled number to the newcomer only after the old owner was silent for over 180 days", () => {
    const newcomers = people.filter((one) => one.mess === "recycled");
    expect(newcomers.length).toBeGreaterThan(10);
    for (const newcomer of newcomers) {
      const phone = newcomer.accounts[0]?.phone?.value;
      const former = people.find(
        (one) => one !== newcomer && one.mess !== "recycled" && one.accounts.some((a) => a.phone?.value === phone),
      );
      const last = Math.max(0, ...(former?.history.orders.map((order) => order.at) ?? []));
      expect(newcomer.person.joined - last).toBeGreaterThan(180 * 86_400_000);
    }
  });
});

describe("the trade of the tea house", () => {
  it("sells 35 % of the tickets to people it does not know, fewer as time passes", async () => {
    const months = new Map<string, { all: number; unknown: number }>();
    for await (const batch of records({ ...world, untidy: false })) {
      for (const { kind, body, identities, occurred_at } of batch.records) {
        if (kind !== "order" || body["status"] === "placed") continue;
        const month = months.get(occurred_at.slice(0, 7)) ?? { all: 0, unknown: 0 };
        month.all++;
        if (identities.length === 0) month.unknown++;
        months.set(occurred_at.slice(0, 7), month);
      }
    }
    const share = (list: readonly { all: number; unknown: number }[]) =>
      list.reduce((sum, m) => sum + m.unknown, 0) / list.reduce((sum, m) => sum + m.all, 0);
    const list = [...months.values()];
    expect(share(list)).toBeGreaterThan(0.31);
    expect(share(list)).toBeLessThan(0.39);
    expect(share(list.slice(0, 6))).toBeGreaterThan(share(list.slice(-6)) + 0.05);
    expect(STRANGER_SHARE.first).toBeGreaterThan(STRANGER_SHARE.last);
  });

  it("has baskets of a tea shop: the middle of the orders at 100 to 400 yuan, the ends at 30 and 2,500", () => {
    const values = people
      .filter((one) => one.person.flag === undefined)
      .flatMap((one) => one.history.orders.map((order) => order.net_fen / 100))
      .sort((a, b) => a - b);
    const at = (q: number) => values[Math.floor(q * values.length)] ?? 0;
    expect(at(0.05)).toBeGreaterThan(25);
    expect(at(0.5)).toBeGreaterThan(100);
    expect(at(0.5)).toBeLessThan(400);
    expect(at(0.99)).toBeLessThan(2_500);
  });

  it("has few who buy much: RFM classes are all there, C the largest", () => {
    const counts = { A: 0, B: 0, C: 0 };
    const classes = trueRfm(known, known.day);
    for (const { rfm_class } of classes.values()) counts[rfm_class]++;
    const buyers = [...classes.keys()].map((index) => {
      const one = known.persons.get(index);
      const net = one === undefined ? [] : [...netByDay(one.history, known.day)];
      return { m: net.reduce((sum, [day, fen]) => (day > known.day - 365 ? sum + fen : sum), 0) };
    });
    expect(counts.C / buyers.length).toBeCloseTo(0.85, 1);
    expect(counts.A / buyers.length).toBeGreaterThan(0.05);
    expect(counts.B / buyers.length).toBeGreaterThan(0.02);
    // Power law: the best fifth of the buyers brings most of the money.
    const money = buyers.map((one) => one.m).sort((a, b) => b - a);
    const sum = (list: readonly number[]) => list.reduce((total, m) => total + m, 0);
    expect(sum(money.slice(0, Math.floor(money.length / 5))) / sum(money)).toBeGreaterThan(0.5);
  });
});

describe("scoring joins", () => {
  const own = new Map([...known.accounts.values()].map((account) => [account.id, account.person] as const));

  it("gives full marks to the truth itself", () => {
    const score = scoreJoins(known, own);
    expect(score).toMatchObject({ precision: 1, recall: 1, hard_joined: 0, wrong: [], missed: [] });
    expect(score.joinable_pairs).toBeGreaterThan(500);
  });

  it("counts what was not joined as missed and joins of two people as wrong", () => {
    const alone = new Map([...known.accounts.keys()].map((id) => [id, id] as const));
    expect(scoreJoins(known, alone)).toMatchObject({ precision: 1, recall: 0, joined_pairs: 0 });
    const byPhone = new Map(
      [...known.accounts.values()].map((account) => [account.id, account.phone?.value ?? account.id] as const),
    );
    const score = scoreJoins(known, byPhone);
    expect(score.precision).toBeLessThan(0.9);
    expect(score.hard_joined).toBe(score.hard_pairs);
    expect(score.wrong.length).toBeGreaterThan(0);
    expect(() => scoreJoins(known, new Map([["crm:nobody", 1]]))).toThrow(RangeError);
  });
});

describe("the product", () => {
  it("knows how the tea house is filled in and goes on living, and nothing else of it", async () => {
    const root = new URL("../../src/", import.meta.url);
    const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith(".ts"));
    const found = await Promise.all(
      files
        .filter((file) => !file.endsWith(".test.ts"))
        .map(async (file) =>
          [...(await readFile(new URL(file, root), "utf8")).matchAll(/tea-house\/([\w-]+)\.ts"/g)].map((m) => m[1]),
        ),
    );
    const filling = new Set(["seed", "loyalty", "coupons", "benefits", "messages", "notices", "journeys", "live"]);
    expect([...new Set(found.flat())].filter((name) => !filling.has(name ?? ""))).toEqual([]);
    expect(found.flat()).toContain("seed");
  });
});
