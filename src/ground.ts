import type { Clock } from "./platform/clock.ts";
import type { Log } from "./platform/log.ts";
import type { Config } from "./config.ts";
import type { Store } from "./store/index.ts";
import type { Vault } from "./vault/index.ts";
import type { Registry } from "prom-client";
import type { Catalogue } from "./query/index.ts";

/** What every domain stands on: made once by the composition, handed to routes, jobs and stages. */
export interface Ground {
  readonly config: Config;
  /** The time the business lives in: real time, or that of a demo world that runs ahead of it (store/world-time.ts). */
  readonly clock: Clock;
  /** Real time, always: sessions, locks, keys, signatures, audit, age of files on this machine. The same object as `clock` outside of a demo world. */
  readonly wall: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly vault: Vault;
  readonly metrics: Registry;
  /** What tags and segments may read: the relations that domains registered. */
  readonly catalogue: Catalogue;
  /** In-process signals for live pages; what must not be lost goes through the outbox instead. */
  readonly signals: Signals;
}

/** Best-effort notices between parts of one process ("records applied", "job moved"). */
export interface Signals {
  emit(topic: string, payload: unknown): void;
  /** @returns a function that ends the subscription. */
  on(topic: string, listener: (payload: unknown) => void): () => void;
}
