import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IdentityKind } from "../ingest/index.ts";
import { hardConflict } from "./conflict.ts";
import type { Component, Holding, Party } from "./evidence.ts";
import { reconcile, sidesOf, type ActiveJoin } from "./join-ledger.ts";
import { resolve } from "./resolver.ts";
import { splitVerdicts } from "./split.ts";
import type { Birthday, NameTrait } from "./person-trait.ts";

const DAY = 20_000;

function held(kind: IdentityKind, token: string, more: Partial<Holding> = {}): Holding {
  return { kind, token: `${kind}:${token}`, first_day: DAY, last_day: DAY, stated: true, ended_day: null, ...more };
}

function named(token: string): NameTrait {
  return { form: "full", token, surname: token.slice(0, 1) };
}

function born(text: string): Birthday {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  return { year, month, day, calendar: "solar" };
}

let next = 1;
function party(holdings: readonly Holding[], more: Partial<Party> = {}): Party {
  const anchor = holdings[0];
  if (anchor === undefined) throw new Error("a party needs a holding");
  next += 1;
  return { party_id: next, anchor, source_id: next, holdings, names: [], birthdays: [], ...more };
}

function component(parties: readonly Party[], more: Partial<Component> = {}): Component {
  return { parties, decisions: [], barred: new Set(), released: new Set(), ...more };
}

/** Clusters by anchors, so that two runs with other ids can be compared. */
function people(parties: readonly Party[], clusters: readonly (readonly number[])[]): string[] {
  const anchor = new Map(parties.map((p) => [p.party_id, p.anchor.token]));
  return clusters
    .map((ids) =>
      ids
        .map((id) => anchor.get(id))
        .sort()
        .join(" "),
    )
    .sort();
}

describe("joins", () => {
  it("joins accounts of different systems that share a phone", () => {
    const parties = [
      party([held("crm_id", "1"), held("phone", "x")]),
      party([held("mall_id", "9"), held("phone", "x")]),
    ];
    const { clusters, links } = resolve(component(parties));
    expect(clusters).toHaveLength(1);
    expect(links).toMatchObject([{ rule: "same_phone", kind: "phone" }]);
  });

  it("keeps a family that shares a phone apart: name and birthday both differ", () => {
    const parties = [
      party([held("crm_id", "1"), held("phone", "x")], { names: [named("王丽")], birthdays: [born("1980-03-04")] }),
      party([held("mall_id", "9"), held("phone", "x")], { names: [named("李强")], birthdays: [born("1978-07-09")] }),
    ];
    const { clusters, conflicts } = resolve(component(parties));
    expect(clusters).toHaveLength(2);
    expect(conflicts).toMatchObject([{ conflict: "person_differs", kind: "phone" }]);
  });

  it("does not guess to whom of a contradicting family a bare number belongs", () => {
    const parties = [
      party([held("crm_id", "1"), held("phone", "x")], { names: [named("王丽")], birthdays: [born("1980-03-04")] }),
      party([held("crm_id", "2"), held("phone", "x")], { names: [named("李强")], birthdays: [born("1978-07-09")] }),
      party([held("phone", "x")]),
    ];
    const { clusters, conflicts } = resolve(component(parties));
    expect(clusters).toHaveLength(3);
    expect(conflicts.map((c) => c.conflict).sort()).toEqual(["ambiguous", "ambiguous", "person_differs"]);
  });

  it("lets the name say who of a family an account of the mall belongs to", () => {
    const parties = [
      party([held("crm_id", "1"), held("phone", "x")], { names: [named("王丽")], birthdays: [born("1980-03-04")] }),
      party([held("crm_id", "2"), held("phone", "x")], { names: [named("李强")], birthdays: [born("1978-07-09")] }),
      party([held("mall_id", "9"), held("phone", "x")], { names: [named("王丽")] }),
    ];
    const { clusters } = resolve(component(parties));
    expect(people(parties, clusters)).toEqual(["crm_id:1 mall_id:9", "crm_id:2"]);
  });

  it("never joins across different identity cards or unionids, whatever else is shared", () => {
    for (const kind of ["id_number", "unionid"] as const) {
      const parties = [
        party([held("crm_id", "1"), held("phone", "x"), held("email", "e"), held(kind, "a")], {
          names: [named("王丽")],
        }),
        party([held("mall_id", "9"), held("phone", "x"), held("email", "e"), held(kind, "b")], {
          names: [named("王丽")],
        }),
      ];
      expect(resolve(component(parties)).clusters).toHaveLength(2);
    }
  });

  it("gives a device to the only person on it, and to nobody when there are two", () => {
    const device = party([held("cookie", "c")]);
    const first = party([held("mall_id", "1"), held("cookie", "c")]);
    const second = party([held("mall_id", "2"), held("cookie", "c")]);
    expect(resolve(component([device, first])).clusters).toHaveLength(1);
    expect(resolve(component([device, first, second])).clusters).toHaveLength(3);
  });

  it("quarantines a value that more than five members hold, and joins none of them by it", () => {
    const parties = [1, 2, 3, 4, 5, 6].map((i) =>
      party([held("card_no", `${i}`), held("phone", "clerk")], { source_id: 1 + i }),
    );
    const { clusters, crowded } = resolve(component(parties));
    expect(clusters).toHaveLength(6);
    expect(crowded).toEqual([{ kind: "phone", token: "phone:clerk", holders: 6 }]);
    expect(resolve(component(parties.slice(1))).clusters).toHaveLength(1);
    expect(resolve(component(parties, { released: new Set(["phone:clerk"]) })).clusters).toHaveLength(1);
  });

  it("never joins by a barred value", () => {
    const parties = [
      party([held("crm_id", "1"), held("phone", "x")]),
      party([held("mall_id", "9"), held("phone", "x")]),
    ];
    expect(resolve(component(parties, { barred: new Set(["phone:x"]) })).clusters).toHaveLength(2);
  });
});

describe("numbers that change hands", () => {
  const old = () => party([held("crm_id", "1", { last_day: DAY + 10 }), held("phone", "x", { last_day: DAY + 10 })]);

  it("a new WeChat with a number unused for more than 180 days never opens the old account", () => {
    const at = DAY + 10 + 181;
    const newcomer = party([
      held("openid", "o", { first_day: at, last_day: at }),
      held("phone", "x", { first_day: at, last_day: at }),
    ]);
    const { clusters, conflicts } = resolve(component([old(), newcomer]));
    expect(clusters).toHaveLength(2);
    expect(conflicts).toMatchObject([{ conflict: "number_recycled" }]);
  });

  it("within 180 days the same WeChat is the old account's owner", () => {
    const at = DAY + 10 + 180;
    const newcomer = party([
      held("openid", "o", { first_day: at, last_day: at }),
      held("phone", "x", { first_day: at, last_day: at }),
    ]);
    expect(resolve(component([old(), newcomer])).clusters).toHaveLength(1);
  });

  it("a number that the account replaced by another joins nobody who comes later", () => {
    const moved = party([
      held("crm_id", "1", { last_day: DAY + 90 }),
      held("phone", "x", { last_day: DAY + 10 }),
      held("phone", "y", { first_day: DAY + 20, last_day: DAY + 90 }),
    ]);
    const at = DAY + 60;
    const newcomer = party([
      held("mall_id", "9", { first_day: at, last_day: at }),
      held("phone", "x", { first_day: at, last_day: at }),
    ]);
    const { clusters, conflicts } = resolve(component([moved, newcomer]));
    expect(clusters).toHaveLength(2);
    expect(conflicts).toMatchObject([{ conflict: "number_given_up" }]);
  });

  it("two accounts that a source unbound from each other stay apart", () => {
    const parties = [
      party([held("crm_id", "1"), held("phone", "x"), held("mall_id", "9", { ended_day: DAY + 1 })]),
      party([held("mall_id", "9"), held("phone", "x")]),
    ];
    const { clusters, conflicts } = resolve(component(parties));
    expect(clusters).toHaveLength(2);
    expect(conflicts).toMatchObject([{ conflict: "source_apart" }]);
  });
});

describe("taking a join back", () => {
  it("moves no third person, though one of the sides then stands beside their evidence too", () => {
    const one = party([held("crm_id", "1"), held("id_number", "x"), held("unionid", "u")]);
    const two = party([held("openid", "2"), held("id_number", "x"), held("unionid", "u"), held("unionid", "v")]);
    const third = party([held("mall_id", "3"), held("id_number", "y"), held("unionid", "v")]);
    const account = party([held("mall_id", "4"), held("unionid", "v")]);
    const parties = [one, two, third, account];
    const before = resolve(component(parties));
    expect(people(parties, before.clusters)).toEqual(["crm_id:1 openid:2", "mall_id:3 mall_id:4"]);
    const active = before.links.map((link, i) => ({ join_id: i, a: link.a, b: link.b }));
    const join = active.find(({ a, b }) => [a, b].includes(one.party_id) && [a, b].includes(two.party_id));
    if (join === undefined) throw new Error("the two were not joined with each other");
    const decisions = splitVerdicts(component(parties), join, active).map((verdict, i) => ({
      decision_id: i,
      ...verdict,
    }));
    const after = resolve(component(parties, { decisions }));
    expect(people(parties, after.clusters)).toEqual(["crm_id:1", "mall_id:3 mall_id:4", "openid:2"]);
  });
});

const token = (kind: IdentityKind, values: number) =>
  fc.integer({ min: 0, max: values }).map((n) => held(kind, `${n}`));
const shared = fc.oneof(
  token("phone", 4),
  token("email", 3),
  token("unionid", 3),
  token("cookie", 2),
  token("card_no", 3),
  token("id_number", 2),
);
const trait = fc.record({
  name: fc.option(fc.constantFrom("王丽", "李强", "赵敏"), { nil: null }),
  birthday: fc.option(fc.constantFrom("1980-03-04", "1978-07-09", "1992-11-23"), { nil: null }),
});
const world: fc.Arbitrary<Party[]> = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 0, max: 40 }),
      kind: fc.constantFrom("crm_id" as const, "mall_id" as const, "openid" as const),
    }),
    {
      minLength: 1,
      maxLength: 9,
      selector: (a) => `${a.kind}${a.id}`,
    },
  )
  .chain((anchors) =>
    fc.tuple(
      ...anchors.map((anchor) =>
        fc.tuple(
          fc.constant(anchor),
          fc.uniqueArray(shared, { maxLength: 4, selector: (h) => h.token }),
          trait,
          fc.integer({ min: 0, max: 400 }),
        ),
      ),
    ),
  )
  .map((rows) =>
    rows.map(([anchor, holdings, { name, birthday }, shift], i) => ({
      ...party(
        [held(anchor.kind, `${anchor.id}`), ...holdings].map((h) => ({
          ...h,
          first_day: DAY + shift,
          last_day: DAY + shift + (i % 3) * 60,
        })),
      ),
      source_id: anchor.kind === "crm_id" ? 1 : anchor.kind === "mall_id" ? 2 : 3,
      names: name === null ? [] : [named(name)],
      birthdays: birthday === null ? [] : [born(birthday)],
    })),
  );

describe("properties of resolving", () => {
  it("the order of parties and their ids do not matter", () => {
    fc.assert(
      fc.property(world, fc.integer(), (parties, seed) => {
        const shuffled = [...parties].sort(
          (a, b) => ((a.party_id * 7919 + seed) % 13) - ((b.party_id * 7919 + seed) % 13),
        );
        const renumbered = shuffled.map((p, i) => ({ ...p, party_id: 1000 - i, holdings: [...p.holdings].reverse() }));
        const [one, other] = [resolve(component(parties)), resolve(component(renumbered))];
        expect(people(renumbered, other.clusters)).toEqual(people(parties, one.clusters));
      }),
    );
  });

  it("under other tokens everything is decided as before, as long as their places of before are known", () => {
    const renamed = (token: string) => createHash("sha256").update(token).digest("base64url").slice(0, 22);
    const moved = (one: Party): Party => ({
      ...one,
      anchor: { ...one.anchor, token: renamed(one.anchor.token) },
      holdings: one.holdings.map((h) => ({ ...h, token: renamed(h.token) })),
    });
    let differing = 0;
    fc.assert(
      fc.property(world, (parties) => {
        const tokens = [...new Set(parties.flatMap((p) => p.holdings.map((h) => h.token)))].sort();
        const ties = new Map(tokens.map((token, place) => [renamed(token), place]));
        const before = resolve(component(parties));
        const links = before.links.map((link) => ({
          ...link,
          token: link.token === null ? null : renamed(link.token),
        }));
        const after = resolve(component(parties.map(moved), { ties }));
        expect(after.links).toEqual(links);
        expect(after.clusters).toEqual(before.clusters);
        const without = resolve(component(parties.map(moved)));
        if (JSON.stringify(without.links) !== JSON.stringify(links)) differing += 1;
      }),
    );
    // the places are what does it
    expect(differing).toBeGreaterThan(0);
  });

  it("no cluster holds two parties in hard conflict, and its links span it", () => {
    fc.assert(
      fc.property(world, (parties) => {
        const { clusters, links } = resolve(component(parties));
        const byId = new Map(parties.map((p) => [p.party_id, p]));
        for (const cluster of clusters) {
          for (const a of cluster) {
            for (const b of cluster) {
              const [p, q] = [byId.get(a), byId.get(b)];
              if (p !== undefined && q !== undefined && a < b) expect(hardConflict(p, q)).toBeNull();
            }
          }
        }
        expect(links).toHaveLength(parties.length - clusters.length);
      }),
    );
  });

  it("join, then split: both sides are exactly what they were, and stay so when the same evidence comes again", () => {
    fc.assert(
      fc.property(world, fc.nat(), (parties, pick) => {
        const before = resolve(component(parties));
        const active: ActiveJoin[] = before.links.map((link, i) => ({ join_id: i, a: link.a, b: link.b }));
        const join = active[pick % Math.max(1, active.length)];
        if (join === undefined) return;
        const older = active.filter((other) => other.join_id < join.join_id);
        const [left, right] = sidesOf(join, older);
        const verdicts = splitVerdicts(component(parties), join, active);
        const decisions = verdicts.map((verdict, i) => ({ decision_id: i, ...verdict }));
        const after = resolve(component(parties, { decisions }));
        const clusterOf = (id: number) => after.clusters.findIndex((cluster) => cluster.includes(id));
        expect(new Set(left.map(clusterOf)).size).toBe(1);
        expect(new Set(right.map(clusterOf)).size).toBe(1);
        expect(clusterOf(join.a)).not.toBe(clusterOf(join.b));
        const others = before.clusters.filter((cluster) => !cluster.includes(join.a));
        for (const cluster of others) expect(after.clusters).toContainEqual(cluster);
      }),
    );
  });

  it("the stored joins always span the members, however one state follows another", () => {
    fc.assert(
      fc.property(world, world, (one, two) => {
        const first = resolve(component(one));
        const current = new Map(first.clusters.flatMap((ids) => ids.map((id) => [id, Math.min(...ids)] as const)));
        const active = first.links.map((link, i) => ({ join_id: i, a: link.a, b: link.b }));
        // the same parties with the other world's traits: some joins fall, others arise
        const changed = one.map((p, i) => ({
          ...p,
          names: two[i % two.length]?.names ?? [],
          birthdays: two[i % two.length]?.birthdays ?? [],
        }));
        const second = resolve(component(changed));
        const { made, undone, moves } = reconcile(current, active, second);
        expect(active.length - undone.length + made.length).toBe(one.length - second.clusters.length);
        for (const { party_id, member_id } of moves) current.set(party_id, member_id);
        for (const ids of second.clusters) for (const id of ids) expect(current.get(id)).toBe(Math.min(...ids));
      }),
    );
  });
});
