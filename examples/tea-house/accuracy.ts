import { TAG_DEFINITIONS, TAG_KEYS } from "../../definitions/tags/index.ts";
import type { Ground } from "../../src/ground.ts";
import { businessDay } from "../../src/platform/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { dayNumber } from "./calendar.ts";
import { clustersOf } from "./clusters.ts";
import { scoreTags, type TagScore, type Verdict } from "./score-tags.ts";
import { trueClvBands } from "./true-clv.ts";
import { trueRfm } from "./true-rfm.ts";
import { trueTags } from "./true-tags.ts";
import type { Truth, TruePerson } from "./truth.ts";

/** Optional tags are judged as well where somebody switched them on. */
export const OPTIONAL_TAGS: readonly string[] = TAG_DEFINITIONS.filter(
  ({ default: initially }) => initially === "off",
).map(({ key }) => key);

/**
 * The stored tags of an installation that was seeded with a world, against what is truly so in that world. To be shown as
 * accuracy in the example world: its data are made up, mistakes included.
 */
export async function tagAccuracy(ground: Ground, truth: Truth): Promise<TagAccuracy> {
  const { rows, since } = await stored(ground);
  const judged = await verdicts(ground, truth, rows, since);
  return { members: rows.length, judged: judged.length, scores: scoreTags(TAG_KEYS, judged) };
}

export interface TagAccuracy {
  readonly members: number;
  /** Members whose person is known and whose accounts the records allow to be brought together. */
  readonly judged: number;
  readonly scores: readonly TagScore[];
}

interface StoredRow {
  readonly member_id: number;
  readonly value: Readonly<Record<string, string>>;
}

async function verdicts(
  ground: Ground,
  truth: Truth,
  rows: readonly StoredRow[],
  since: ReadonlySet<string>,
): Promise<Verdict[]> {
  const owners = ownersOf(truth, await clustersOf(ground, truth));
  const today = dayNumber(businessDay(ground.clock.now(), ground.config.timezone));
  const classes = trueRfm(truth, today - 1);
  const bands = trueClvBands(truth, today - 1);
  return rows.flatMap(({ member_id, value }) => {
    const one = truth.persons.get(owners.get(member_id) ?? -1);
    if (one === undefined || !isKnowable(truth, one)) return [];
    const said = Object.fromEntries(
      // Days that pass by themselves are stored as the day from which they count.
      Object.entries(value).map(([tag, text]) => [tag, since.has(tag) ? String(today - dayNumber(text)) : text]),
    );
    const inviter = said["invited_by"];
    if (inviter !== undefined) said["invited_by"] = String(owners.get(Number(inviter)) ?? "nobody known");
    return [
      {
        where: `member ${member_id}, person ${one.person.index}`,
        said,
        should: {
          ...trueTags(truth, one, today),
          ...classes.get(one.person.index),
          clv_band: bands.get(one.person.index) ?? null,
        },
      },
    ];
  });
}

async function stored(ground: Ground) {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const rows = await tx.query<StoredRow>("select member_id, value from tags.current order by member_id");
    const since = await tx.query<{ key: string }>("select key from tags.definition where kind = 'since'");
    return { rows, since: new Set(since.map(({ key }) => key)) };
  });
}

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
