import { LRUCache } from "lru-cache";
import type { Ground } from "../ground.ts";
import { Committer } from "./committer.ts";
import { IdentityCache } from "./identity-cache.ts";
import { LIMITS } from "./limits.ts";
import { ingestMetrics } from "./metrics.ts";
import type { Source } from "./source.ts";

/** What one process keeps between calls of the edge. */
export interface Edge {
  readonly committer: Committer;
  /** Tokens whose clear values an accepted batch carries or the vault has. */
  readonly known: LRUCache<string, true>;
  readonly identities: IdentityCache;
  count(source: Source, counts: { accepted: number; duplicates: number; rejected: number }): void;
}

const edges = new WeakMap<Ground, Edge>();

/** The edge of a ground, made at first use. */
export function edgeOf(ground: Ground): Edge {
  let edge = edges.get(ground);
  if (edge === undefined) {
    const metrics = ingestMetrics(ground.metrics);
    edge = {
      committer: new Committer(ground),
      known: new LRUCache({
        max: LIMITS.known_tokens_max,
        ttl: LIMITS.known_tokens_minutes * 60_000,
        // asking the clock for every identifier took 1.6 µs of an event; the minutes need no milliseconds
        ttlResolution: 10_000,
      }),
      identities: new IdentityCache(ground.vault, LIMITS.known_tokens_max),
      count: (source, counts) => {
        for (const [outcome, count] of Object.entries(counts)) {
          if (count > 0) metrics.records.inc({ source: source.key, outcome }, count);
        }
      },
    };
    edges.set(ground, edge);
  }
  return edge;
}

/** Forgets tokens whose values were destroyed, so that a value collected again is sealed again. */
export function forgetTokens(ground: Ground, tokens: readonly string[]): void {
  const edge = edges.get(ground);
  for (const token of tokens) edge?.known.delete(token);
}
