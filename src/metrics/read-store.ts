import { isWhole, type Scope, type Tx } from "../store/index.ts";

/** The stores whose rows a person may see; null for all of them. */
export async function visibleStores(tx: Tx, scope: Scope): Promise<readonly string[] | null> {
  if (isWhole(scope)) return null;
  const list = (part: "all" | readonly string[]) => (part === "all" ? null : part);
  const rows = await tx.query<{ store_code: string }>(
    `select store_code from catalogue.stores
     where ($1::text[] is null or store_code = any($1)) and ($2::text[] is null or region_code = any($2)) and ($3::text[] is null or brand_code = any($3))`,
    [list(scope.stores), list(scope.regions), list(scope.brands)],
  );
  return rows.map((row) => row.store_code);
}

export interface FigureRow {
  readonly metric: string;
  /** A day, or a month. */
  readonly at: string;
  readonly numerator: number;
  readonly denominator: number | null;
  readonly version: number;
}

/** Whole figures, or the sums over the stores that a person may see. */
const SUMS = `sum(numerator)::bigint as numerator, sum(denominator)::bigint as denominator, max(version) as version`;
const WHOSE = `(($1::text[] is null and part = 'all') or ($1::text[] is not null and part = 'store' and code = any($1)))`;
type Stores = readonly string[] | null;

export async function figuresOn(
  tx: Tx,
  stores: Stores,
  metrics: readonly string[],
  days: readonly string[],
): Promise<FigureRow[]> {
  return tx.query<FigureRow>(
    `select metric, day as at, ${SUMS} from metrics.day_figure where ${WHOSE} and metric = any($2) and day = any($3::date[]) group by 1, 2`,
    [stores, metrics, days],
  );
}

/** Figures of the days from `from` to `to`, in order. */
export async function figuresBetween(
  tx: Tx,
  stores: Stores,
  metrics: readonly string[],
  from: string,
  to: string,
): Promise<FigureRow[]> {
  return tx.query<FigureRow>(
    `select metric, day as at, ${SUMS} from metrics.day_figure where ${WHOSE} and metric = any($2) and day between $3 and $4
     group by 1, 2 order by 1, 2`,
    [stores, metrics, from, to],
  );
}

/** Figures of months as known now and as they were closed. */
export async function monthFigures(
  tx: Tx,
  stores: Stores,
  metrics: readonly string[],
  closed: boolean,
): Promise<FigureRow[]> {
  return tx.query<FigureRow>(
    `select metric, month as at, ${SUMS} from metrics.${closed ? "closed_figure" : "month_figure"} where ${WHOSE} and metric = any($2)
     group by 1, 2 order by 1, 2`,
    [stores, metrics],
  );
}

export interface PartRow extends FigureRow {
  readonly code: string;
}

/** Figures of the parts of a metric on some days. */
export async function partFigures(
  tx: Tx,
  stores: Stores,
  metric: string,
  part: "store" | "region" | "channel",
  days: readonly string[],
): Promise<PartRow[]> {
  return tx.query<PartRow>(
    `select metric, day as at, code, numerator, denominator, version from metrics.day_figure
     where metric = $1 and part = $2 and day = any($3::date[]) and ($4::text[] is null or ($2 = 'store' and code = any($4)))`,
    [metric, part, days, stores],
  );
}

export interface StoreName {
  readonly store_code: string;
  readonly name: string;
  readonly region_code: string | null;
  readonly region_name: string | null;
}

export async function storeNames(tx: Tx): Promise<StoreName[]> {
  return tx.query<StoreName>(
    "select store_code, name, region_code, region_name from catalogue.stores order by store_code",
  );
}
