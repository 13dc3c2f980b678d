import { LRUCache } from "lru-cache";
import type { Ground } from "../ground.ts";
import { SETS_BYTES_MAX } from "./limits.ts";
import type { MemberSet } from "./member-set.ts";

const caches = new WeakMap<Ground, LRUCache<string, MemberSet>>();

/**
 * The member sets of conditions that were counted shortly before, least recently used out first. A key holds the
 * condition and the versions of everything it reads, so that a set never goes out of date under its key.
 */
export function setCache(ground: Ground): LRUCache<string, MemberSet> {
  const known = caches.get(ground);
  if (known !== undefined) return known;
  const cache = new LRUCache<string, MemberSet>({
    maxSize: SETS_BYTES_MAX,
    sizeCalculation: (set) => set.bytes.length,
  });
  caches.set(ground, cache);
  return cache;
}

/** Forgets all sets: for benches that measure the first count. */
export function forgetSets(ground: Ground): void {
  caches.get(ground)?.clear();
}
