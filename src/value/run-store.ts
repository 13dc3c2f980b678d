import type { Tx } from "../store/index.ts";
import type { Thresholds } from "./rfm.ts";
import type { Others } from "./rfm-store.ts";

export interface Version extends Thresholds {
  readonly version: number;
  readonly currency: string;
  readonly origin: "derived" | "set";
  readonly business_day: string;
  readonly population: number;
  readonly person_id: number | null;
  readonly created_at: Date;
}

const VERSION =
  "v.version, v.m_hi_minor, v.f_hi, v.r1_days, v.r2_days, v.currency, v.origin, v.business_day, v.population, v.person_id, v.created_at";

/** The version in force. */
export async function activeVersion(tx: Tx): Promise<Version | undefined> {
  return tx.one<Version>(
    `select ${VERSION} from value.rfm_activation a join value.rfm_version v using (version) order by a.activation_id desc limit 1`,
  );
}

export async function versionByNumber(tx: Tx, version: number): Promise<Version | undefined> {
  return tx.one<Version>(`select ${VERSION} from value.rfm_version v where version = $1`, [version]);
}

/** All versions, newest first. */
export async function listVersions(tx: Tx): Promise<Version[]> {
  return tx.query<Version>(`select ${VERSION} from value.rfm_version v order by version desc`);
}

/** Adds a version, one at a time. Versions are never changed. @returns its number. */
export async function addVersion(tx: Tx, version: Omit<Version, "version">): Promise<number> {
  // a computation that adds one may still be at work: its number is seen only once it is done
  await tx.query("select pg_advisory_xact_lock(hashtextextended('value.rfm_version', 0))");
  const row = await tx.one<{ version: number }>(
    `insert into value.rfm_version (version, m_hi_minor, f_hi, r1_days, r2_days, currency, origin, business_day, population, person_id, created_at)
     select coalesce(max(version), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 from value.rfm_version returning version`,
    [
      version.m_hi_minor,
      version.f_hi,
      version.r1_days,
      version.r2_days,
      version.currency,
      version.origin,
      version.business_day,
      version.population,
      version.person_id,
      version.created_at,
    ],
  );
  return row?.version ?? 0;
}

export async function activate(tx: Tx, version: number, person_id: number | null, now: Date): Promise<void> {
  await tx.query("insert into value.rfm_activation (version, person_id, activated_at) values ($1, $2, $3)", [
    version,
    person_id,
    now,
  ]);
}

export interface Run extends Thresholds, Others {
  readonly business_day: string;
  readonly data_ended: boolean;
  readonly currency: string;
  readonly version: number;
  readonly thresholds_at: Date;
  readonly f_edges: readonly number[];
  readonly m_edges: readonly number[];
  readonly computed_at: Date;
}

const RUN = [
  "business_day",
  "data_ended",
  "currency",
  "version",
  "m_hi_minor",
  "f_hi",
  "r1_days",
  "r2_days",
  "thresholds_at",
  "f_edges",
  "m_edges",
  "population",
  "never",
  "over_365",
  "flagged",
  "refused",
  "other_currency",
  "computed_at",
] as const satisfies readonly (keyof Run)[];

/** What rfm_member shows at present. */
export async function currentRun(tx: Tx): Promise<Run | undefined> {
  const row = await tx.one<Run>(`select ${RUN.join(", ")} from value.rfm_run`);
  // arrays of bigint come as texts
  return row === undefined ? undefined : { ...row, f_edges: row.f_edges.map(Number), m_edges: row.m_edges.map(Number) };
}

export async function writeRun(tx: Tx, run: Run): Promise<void> {
  await tx.query("delete from value.rfm_run");
  const places = RUN.map((_, i) => `$${i + 1}`).join(", ");
  await tx.query(
    `insert into value.rfm_run (${RUN.join(", ")}) values (${places})`,
    RUN.map((name) => run[name]),
  );
}
