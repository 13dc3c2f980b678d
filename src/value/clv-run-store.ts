import type { Tx } from "../store/index.ts";
import type { BgNbdFit } from "./bgnbd.ts";
import type { BandBorders, Rate, Totals } from "./clv.ts";
import type { GammaGammaFit } from "./gamma-gamma.ts";
import type { HoldOut } from "./hold-out.ts";

export interface ClvVersion extends BandBorders {
  readonly version: number;
  readonly currency: string;
  readonly origin: "derived" | "set";
  readonly business_day: string;
  readonly population: number;
  readonly person_id: number | null;
  readonly created_at: Date;
}

const VERSION = "version, high_minor, middle_minor, currency, origin, business_day, population, person_id, created_at";

/** All versions of the band borders, newest first: the first is in force. */
export async function clvVersions(tx: Tx): Promise<ClvVersion[]> {
  return tx.query<ClvVersion>(`select ${VERSION} from value.clv_version order by version desc`);
}

/** Adds a version and so puts it in force, one at a time. Versions are never changed. @returns its number. */
export async function addClvVersion(tx: Tx, version: Omit<ClvVersion, "version">): Promise<number> {
  // a computation that adds one may still be at work: its number is seen only once it is done
  await tx.query("select pg_advisory_xact_lock(hashtextextended('value.clv_version', 0))");
  const row = await tx.one<{ version: number }>(
    `insert into value.clv_version (${VERSION})
     select coalesce(max(version), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8 from value.clv_version returning version`,
    [
      version.high_minor,
      version.middle_minor,
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

/** What the formula used on the day; G as an exact ratio in texts, because its parts exceed the numbers of JSON. */
export interface ClvParameters {
  readonly totals: Totals;
  /** Less than two years of history: R is the repurchase rate and G is 0. */
  readonly is_short: boolean;
  readonly rates: readonly Rate[];
  readonly growth: { readonly n: string; readonly d: string };
}

export interface ClvModels {
  /** Every how manieth member was taken to fit. */
  readonly every: number;
  readonly bgnbd: BgNbdFit;
  readonly gamma_gamma: GammaGammaFit | null;
}

export interface ClvRun extends BandBorders {
  readonly business_day: string;
  readonly currency: string;
  readonly rfm_version: number;
  readonly version: number;
  readonly population: number;
  readonly parameters: ClvParameters;
  readonly models: ClvModels | null;
  readonly hold_out: HoldOut | null;
  readonly computed_at: Date;
}

const RUN = [
  "business_day",
  "currency",
  "rfm_version",
  "version",
  "high_minor",
  "middle_minor",
  "population",
  "parameters",
  "models",
  "hold_out",
  "computed_at",
] as const satisfies readonly (keyof ClvRun)[];

/** What clv_member shows at present. */
export async function currentClvRun(tx: Tx): Promise<ClvRun | undefined> {
  return tx.one<ClvRun>(`select ${RUN.join(", ")} from value.clv_run`);
}

export async function writeClvRun(tx: Tx, run: ClvRun): Promise<void> {
  await tx.query("delete from value.clv_run");
  await tx.query(
    `insert into value.clv_run (${RUN.join(", ")}) values (${RUN.map((_, i) => `$${i + 1}`).join(", ")})`,
    RUN.map((name) => (["parameters", "models", "hold_out"].includes(name) ? JSON.stringify(run[name]) : run[name])),
  );
}

/** Nobody has a value any more. @returns who had one. */
export async function forgetClv(tx: Tx): Promise<number[]> {
  const gone = await tx.query<{ member_id: number }>("delete from value.clv_member returning member_id");
  await tx.query("delete from value.clv_run");
  return gone.map((row) => row.member_id);
}
