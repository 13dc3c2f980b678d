import { existsSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { Ground } from "./ground.ts";
import type { Relation } from "./query/index.ts";
import type { Stage } from "./ingest/index.ts";
import type { TagFollower } from "./tags/index.ts";
import type { Indicator, JobKind, OutboxHandler, Schedule, Tx } from "./store/index.ts";
import type { RestoreCheck } from "./recovery/index.ts";
import type { DeletionSubject, MovedTokens } from "./vault/index.ts";

/**
 * A domain as the composition sees it. Each lives in `src/<name>/domain.ts`; the order below is the order in which data
 * flows: a domain imports only earlier ones, through their index.ts.
 */
export interface Domain {
  readonly name: string;
  /** Folder of numbered SQL files; `new URL("./migrations/", import.meta.url)`. */
  readonly migrations?: URL;
  /** PostgreSQL schemas the domain owns; the application role may use them. */
  readonly schemas?: readonly string[];
  readonly routes?: (app: FastifyInstance, ground: Ground) => void;
  readonly jobs?: readonly JobKind[];
  readonly schedules?: readonly Schedule[];
  /** Outbox events of earlier domains, by type. */
  readonly events?: Readonly<Record<string, OutboxHandler>>;
  /** What tags and segments may read of this domain. */
  readonly relations?: readonly Relation[];
  /** What this domain does with each record that arrives; stages run in the order of domains. */
  readonly stage?: Stage;
  /** What this domain does when tags of members change, in the transaction that wrote them. */
  readonly tagFollower?: TagFollower;
  /** Figures watched all day (src/trust); a domain from ingest on has some or says why it has none. */
  readonly indicators?: readonly Indicator[];
  readonly no_indicators?: string;
  /**
   * Deletes again what a restore has brought back: `about` as the domain gave it to `vault.destroy`, `tokens` whose keys are
   * destroyed. In the transaction that also removes their ciphertexts; must do nothing where nothing is left.
   */
  readonly replayDeletion?: (
    tx: Tx,
    ground: Ground,
    deletion: { readonly about: DeletionSubject | null; readonly tokens: readonly string[] },
  ) => Promise<void>;
  /** Files of the data folder that the database lists: a back-up takes those of its moment, and no other of their folder. */
  readonly listedFiles?: { readonly folder: string; readonly paths: (tx: Tx) => Promise<readonly string[]> };
  /** What the exchange of the index key needs of this domain (docs/decisions/0011-keys.md); its columns are found without it. */
  readonly indexExchange?: {
    /** @throws what has to be finished before (`waitsFor`) */
    readonly ready?: (tx: Tx, ground: Ground) => Promise<void>;
    /** Statements that give, as `token`, what no key was ever made for and what stands in no column called token: search keys, hints. */
    readonly tokens?: readonly string[];
    /** In the exchange's transaction, before any column is changed: what has another form than a token, and what their order said. */
    readonly carry?: (tx: Tx, ground: Ground, moved: MovedTokens) => Promise<void>;
  };
  /** What must be true of a restored installation before anybody works in it (a sum, a chain, files that are listed). */
  readonly restoreCheck?: (ground: Ground) => Promise<readonly RestoreCheck[]>;
  /** Generated pages under docs/reference/ (file name and text); `npm run generate` writes them, a test compares them. */
  readonly reference?: (ground: Ground) => Promise<readonly { readonly file: string; readonly text: string }[]>;
  /** Called at each start after migration and seeding, in domain order, before the platform says it is ready; cheap when nothing is missing. */
  readonly ready?: (ground: Ground) => Promise<void>;
  /** Work in the background of a `work` process. @returns how to stop it. */
  readonly start?: (ground: Ground) => Promise<() => Promise<void>>;
}

/** Folders below the domains, in their own order. */
export const FOUNDATIONS = ["platform", "store", "vault", "query", "access", "recovery"] as const;

/** THE ORDER. */
export const DOMAIN_ORDER = [
  "ingest",
  "members",
  "trade",
  "lake",
  "tags",
  "segments",
  "value",
  "tiers",
  "points",
  "benefits",
  "channels",
  "tasks",
  "robots",
  "journeys",
  "metrics",
  "today",
  "trust",
] as const;

/** Loads the domains in their order; tests may ask for the foundations and some of them only. */
export async function loadDomains(only?: readonly string[]): Promise<Domain[]> {
  const foundations: Domain[] = [
    (await import("./store/domain.ts")).domain,
    (await import("./vault/domain.ts")).domain,
    (await import("./access/domain.ts")).domain,
    (await import("./recovery/domain.ts")).domain,
  ];
  const wanted = DOMAIN_ORDER.filter((name) => only === undefined || only.includes(name));
  const present = wanted.filter((name) => existsSync(new URL(`./${name}/domain.ts`, import.meta.url)));
  const flow = await Promise.all(
    present.map(async (name) => ((await import(`./${name}/domain.ts`)) as { domain: Domain }).domain),
  );
  return [...foundations, ...flow];
}
