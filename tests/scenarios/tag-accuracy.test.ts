import { beforeAll, describe, expect, it } from "vitest";
import { dayNumber, dayOf } from "../../examples/tea-house/calendar.ts";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { trueRfm } from "../../examples/tea-house/true-rfm.ts";
import { type TrueTags, trueTags } from "../../examples/tea-house/true-tags.ts";
import { type Truth, type TruePerson, truth } from "../../examples/tea-house/truth.ts";
import { createWorld } from "../../examples/tea-house/world.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { withDatabase } from "../support/database.ts";
import { clustersOf } from "./clusters.ts";

/** The tags of the shipped definitions against what is truly so in the tea house (labelled so: its data are made up). */
const MEMBERS = process.env["HUITOU_LONG"] === "1" ? 20_000 : 1_500;
const UNTIL = new Date("2026-11-22T08:00:00Z");
const BAR = 0.92;
const JUDGED_MIN = 40;

interface Score {
  judged: number;
  right: number;
  readonly wrong: string[];
}

/** Lower end of the Wilson interval at 95 % (measures.md: tag accuracy). */
function wilson(right: number, judged: number): number {
  const z = 1.96;
  const p = right / judged;
  const centre = p + (z * z) / (2 * judged);
  const spread = z * Math.sqrt((p * (1 - p)) / judged + (z * z) / (4 * judged * judged));
  return (centre - spread) / (1 + (z * z) / judged);
}

describe("tags in the tea house", () => {
  const world = withDatabase();
  const scores = new Map<string, Score>();

  beforeAll(async () => {
    const { ground, clock, domains } = world();
    clock.set(UNTIL);
    const options = { members: MEMBERS, seed: 7, until: UNTIL };
    await seedWorld(ground, options);
    for (const domain of domains) await domain.ready?.(ground);
    const known = truth(createWorld(options));
    const owners = ownersOf(known, await clustersOf(ground, known));
    const today = dayOf(UNTIL.getTime());
    const classes = trueRfm(known, today - 1);
    const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ member_id: number; value: Record<string, string | null> }>(
        "select member_id, value from tags.current",
      ),
    );
    const kinds = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ key: string }>("select key from tags.definition where kind = 'since'"),
    );
    const since = new Set(kinds.map((kind) => kind.key));
    for (const { member_id, value } of rows) {
      const one = known.persons.get(owners.get(member_id) ?? -1);
      if (one === undefined || !isKnowable(known, one)) continue;
      const expected: TrueTags = { ...trueTags(known, one, today), ...classes.get(one.person.index) };
      for (const [tag, said] of Object.entries(value)) {
        const should = expected[tag];
        if (said === null || should === undefined) continue;
        // Days that pass by themselves are stored as the day from which they count.
        const shown = since.has(tag) ? String(today - dayNumber(said)) : said;
        judge(scores, tag, shown, should, `member ${member_id}, person ${one.person.index}`);
      }
    }
  }, 300_000);

  it("are issued for most of what the truth knows", () => {
    expect([...scores.values()].filter((score) => score.judged >= JUDGED_MIN).length).toBeGreaterThanOrEqual(38);
  });

  it(`are right in at least ${BAR * 100} % of what they say, by the Wilson lower bound`, () => {
    const table = [...scores]
      .filter(([, score]) => score.judged >= JUDGED_MIN)
      .map(([tag, { right, judged, wrong }]) => ({
        tag,
        judged,
        accuracy: right / judged,
        bound: wilson(right, judged),
        wrong,
      }))
      .sort((a, b) => a.bound - b.bound);
    const failing = table.filter((row) => row.bound < BAR);
    const shown = (row: (typeof table)[number]) =>
      `${row.tag}: ${(row.accuracy * 100).toFixed(1)} % of ${row.judged}, bound ${(row.bound * 100).toFixed(1)} %, e.g. ${row.wrong.slice(0, 4).join("; ")}`;
    expect(failing.map(shown)).toEqual([]);
  });
});

/** To which true person each member belongs: whoever has most of its accounts, the first of equals. */
function ownersOf(known: Truth, clusters: ReadonlyMap<string, number>): Map<number, number> {
  const votes = new Map<number, Map<number, number>>();
  for (const [account, member_id] of clusters) {
    const person = known.accounts.get(account)?.person ?? -1;
    const list = votes.get(member_id) ?? new Map<number, number>();
    votes.set(member_id, list.set(person, (list.get(person) ?? 0) + 1));
  }
  return new Map(
    [...votes].map(([member_id, list]) => [member_id, [...list].sort((a, b) => b[1] - a[1])[0]?.[0] ?? -1]),
  );
}

/**
 * Whether the records let anyone bring all accounts of a person together. What two members of one person should say is
 * not defined where nothing in the world's records shows that they are one; how many there are is identity's figure.
 */
function isKnowable(known: Truth, one: TruePerson): boolean {
  const group = new Map(one.accounts.map((account) => [account.id, account.id]));
  const root = (id: string): string => {
    const up = group.get(id) ?? id;
    return up === id ? id : root(up);
  };
  for (const { a, b } of known.must_join) if (group.has(a)) group.set(root(a), root(b));
  return new Set([...group.keys()].map(root)).size === 1;
}

function judge(scores: Map<string, Score>, tag: string, said: string, should: string | null, where: string): void {
  const score = scores.get(tag) ?? { judged: 0, right: 0, wrong: [] };
  scores.set(tag, score);
  score.judged++;
  if (should !== null && (said === should || (Number(said) === Number(should) && said.trim() !== ""))) score.right++;
  else if (score.wrong.length < 20) score.wrong.push(`${said} instead of ${should ?? "nothing"} (${where})`);
}
