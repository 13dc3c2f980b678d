import type { Tx } from "../../store/index.ts";
import { type RatioTest, ratioTest } from "./chi-square.ts";
import { exposedCounts, type ExposedCount, type PublishedVersion, publishedVersions } from "./experiment-store.ts";

/** Where an experiment stands in a journey: at a node, or (null) as its hold-out. */
export interface Place {
  readonly journey: string;
  readonly zh: string;
  readonly en: string;
  readonly version: number;
  readonly node: string | null;
}

export interface Variant {
  readonly variant: string;
  readonly members: number;
  /** By the shares of the version that showed each member their variant. */
  readonly expected: number;
  /** Of the newest version, in percent; null where no version has it any more. */
  readonly percent: number | null;
}

export interface Experiment {
  readonly experiment: string;
  readonly kind: "ab" | "hold_out";
  readonly places: readonly Place[];
  readonly variants: readonly Variant[];
  readonly members: number;
  readonly first_at: Date | null;
  readonly last_at: Date | null;
  readonly ratio: RatioTest | null;
}

interface Shares {
  readonly kind: Experiment["kind"];
  readonly place: Place;
  readonly version_id: number;
  readonly percents: ReadonlyMap<string, number>;
}

const HOLD_OUT = "hold-out ";

/** Experiments of one version, by name. */
function sharesOf({ version_id, journey, version, definition }: PublishedVersion): [string, Shares][] {
  const place = (node: string | null): Place => {
    const { zh, en } = definition;
    return { journey, zh, en, version, node };
  };
  const found: [string, Shares][] = [];
  const held = definition.hold_out_percent;
  if (held > 0)
    found.push([
      `${HOLD_OUT}${journey}`,
      {
        kind: "hold_out",
        place: place(null),
        version_id,
        percents: new Map([
          ["treated", 100 - held],
          ["held_out", held],
        ]),
      },
    ]);
  for (const [key, node] of Object.entries(definition.nodes))
    if (node.kind === "ab")
      found.push([
        node.experiment,
        {
          kind: "ab",
          place: place(key),
          version_id,
          percents: new Map(node.branches.map(({ variant, percent }) => [variant, percent])),
        },
      ]);
  return found;
}

/** Every experiment of a published version, with whom it showed what, against the shares that were set. */
export async function experimentsOf(tx: Tx): Promise<Experiment[]> {
  const versions = await publishedVersions(tx);
  const counts = Map.groupBy(await exposedCounts(tx), ({ experiment }) => experiment);
  const shares = Map.groupBy(versions.flatMap(sharesOf), ([experiment]) => experiment);
  return [...shares]
    .map(([experiment, own]) =>
      experimentOf(
        experiment,
        own.map(([, one]) => one),
        counts.get(experiment) ?? [],
      ),
    )
    .sort(
      (a, b) => (b.last_at?.getTime() ?? 0) - (a.last_at?.getTime() ?? 0) || (a.experiment < b.experiment ? -1 : 1),
    );
}

function experimentOf(experiment: string, shares: readonly Shares[], counts: readonly ExposedCount[]): Experiment {
  const [newest] = shares;
  const byVersion = new Map(shares.map((one) => [one.version_id, one.percents]));
  const names = [...new Set([...(newest?.percents.keys() ?? []), ...counts.map(({ variant }) => variant)])];
  const shown = Map.groupBy(counts, ({ version_id }) => version_id);
  const variants = names.map((variant): Variant => {
    let expected = 0;
    for (const [version_id, own] of shown) {
      const all = own.reduce((sum, { members }) => sum + members, 0);
      expected += (all * (byVersion.get(version_id)?.get(variant) ?? 0)) / 100;
    }
    const members = counts.filter((one) => one.variant === variant).reduce((sum, one) => sum + one.members, 0);
    return { variant, members, expected, percent: newest?.percents.get(variant) ?? null };
  });
  const times = (of: (one: ExposedCount) => Date) => counts.map((one) => of(one).getTime());
  // of each journey the newest version says where it stands
  const places = [...Map.groupBy(shares, ({ place }) => `${place.journey} ${place.node}`).values()].flatMap(
    ([first]) => first?.place ?? [],
  );
  return {
    experiment,
    kind: newest?.kind ?? "ab",
    places,
    variants,
    members: counts.reduce((sum, { members }) => sum + members, 0),
    first_at: counts.length === 0 ? null : new Date(Math.min(...times(({ first_at }) => first_at))),
    last_at: counts.length === 0 ? null : new Date(Math.max(...times(({ last_at }) => last_at))),
    ratio: ratioTest(variants),
  };
}
