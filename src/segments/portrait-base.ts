import { LRUCache } from "lru-cache";
import type { Ground } from "../ground.ts";
import type { Scope, Tx } from "../store/index.ts";
import { bookOf } from "../tags/index.ts";
import { todayOf } from "./count.ts";
import { PORTRAIT_BASE_MS, PORTRAIT_BASE_OLD_MS, PORTRAIT_BASES_MAX } from "./limits.ts";
import type { SetSource } from "./overlap.ts";
import type { Fact } from "./portrait-facts.ts";
import type { Borders, FactSource, Spread } from "./portrait-store.ts";

/** What one question about a group is answered with. */
export interface Asking {
  readonly tx: Tx;
  readonly ground: Ground;
  readonly scope: Scope;
  readonly signal: AbortSignal;
}

/** How everybody one may see is spread, and where the groups are read. */
export interface Base {
  readonly source: FactSource;
  readonly as_of: Date;
  readonly borders: Borders;
  readonly spreads: ReadonlyMap<string, Spread>;
}

type Kept = Omit<Base, "source">;

const bases = new WeakMap<Ground, LRUCache<string, Kept>>();
const counting = new WeakMap<Ground, Map<string, Promise<Kept>>>();

function keptOf(ground: Ground): LRUCache<string, Kept> {
  const known = bases.get(ground) ?? new LRUCache<string, Kept>({ max: PORTRAIT_BASES_MAX });
  bases.set(ground, known);
  return known;
}

/** Forgets every distribution: for benches that measure the first portrait. */
export function forgetBases(ground: Ground): void {
  bases.get(ground)?.clear();
}

/** What a distribution is of: the day, the tags that are on, and whose members one sees. */
function keyOf(ground: Ground, scope: Scope): string {
  return JSON.stringify([todayOf(ground), bookOf(ground).version, scope.stores]);
}

/**
 * The distribution over everybody one may see. With many members it is kept: counting it takes seconds, its shares hardly
 * move within minutes, and its age is shown. What is older is shown once more while it is counted anew.
 */
export async function baseOf(
  asking: Asking,
  source: FactSource,
  facts: readonly Fact[],
  sets: SetSource,
): Promise<Base> {
  const { ground, scope } = asking;
  const count = async (by: FactSource): Promise<Kept> => {
    const as_of = ground.clock.now();
    const borders = await by.borders(facts, sets.visible);
    return { as_of, borders, spreads: await by.spreads(facts, sets.visible, borders) };
  };
  if (source.engine === "postgresql") return { source, ...(await count(source)) };
  const key = keyOf(ground, scope);
  const known = keptOf(ground).get(key);
  const age = known === undefined ? Number.POSITIVE_INFINITY : ground.clock.now().getTime() - known.as_of.getTime();
  if (known !== undefined && age < PORTRAIT_BASE_MS) return { source, ...known };
  // others may wait for the same count: it does not end with the request that began it
  const counted = once(ground, key, () => count(source));
  if (known === undefined || age >= PORTRAIT_BASE_OLD_MS) return { source, ...(await counted) };
  counted.catch((error: unknown) => ground.log.warn({ error: String(error) }, "a base of portraits was not counted"));
  return { source, ...known };
}

/** One count of a base at a time; who asks meanwhile waits for the same. */
function once(ground: Ground, key: string, count: () => Promise<Kept>): Promise<Kept> {
  const running = counting.get(ground) ?? new Map<string, Promise<Kept>>();
  counting.set(ground, running);
  const known = running.get(key);
  if (known !== undefined) return known;
  const started = count()
    .then((kept) => {
      keptOf(ground).set(key, kept);
      return kept;
    })
    .finally(() => running.delete(key));
  running.set(key, started);
  return started;
}
