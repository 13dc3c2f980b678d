import { existsSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { Ground } from "./ground.ts";
import type { Relation } from "./query/index.ts";
import type { Stage } from "./ingest/index.ts";
import type { TagFollower } from "./tags/index.ts";
import type { Indicator, JobKind, OutboxHandler, Schedule } from "./store/index.ts";

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
  /** Generated pages under docs/reference/ (file name and text); `npm run generate` writes them, a test compares them. */
  readonly reference?: (ground: Ground) => Promise<readonly { readonly file: string; readonly text: string }[]>;
  /** Called at each start after migration and seeding, in domain order, before the platform says it is ready; cheap when nothing is missing. */
  readonly ready?: (ground: Ground) => Promise<void>;
  /** Work in the background of a `work` process. @returns how to stop it. */
  readonly start?: (ground: Ground) => Promise<() => Promise<void>>;
}

/** Folders below the domains, in their own order. */
export const FOUNDATIONS = ["platform", "store", "vault", "query", "access"] as const;

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
  ];
  const wanted = DOMAIN_ORDER.filter((name) => only === undefined || only.includes(name));
  const present = wanted.filter((name) => existsSync(new URL(`./${name}/domain.ts`, import.meta.url)));
  const flow = await Promise.all(
    present.map(async (name) => ((await import(`./${name}/domain.ts`)) as { domain: Domain }).domain),
  );
  return [...foundations, ...flow];
}
