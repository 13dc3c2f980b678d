import pg from "pg";
import { queryPlanned } from "./kept-plans.ts";
import { ROLES } from "./roles.ts";

/** The rows a person or a job may touch. "all" is the whole brand; lists hold codes. */
export interface Scope {
  readonly regions: "all" | readonly string[];
  readonly stores: "all" | readonly string[];
  readonly brands: "all" | readonly string[];
  /** Who asks; absent: the platform itself. */
  readonly person_id?: number;
  /** The API client that asks, in the place of a person. */
  readonly client_id?: number;
  /** How values that tell who somebody is leave for whoever asks; absent: masked. */
  readonly personal?: "clear" | "mask" | "omit";
  /** The highest sensitivity of columns that conditions may ask about; absent: any. */
  readonly asks?: "L1" | "L2" | "L3" | "L4";
  /** Members of other stores whom the person found just now by an exact phone or code. */
  readonly found?: readonly number[];
}

/** For the platform's own work: jobs, the pipeline, migrations. */
export const SYSTEM_SCOPE: Scope = { regions: "all", stores: "all", brands: "all" };

/** Whether every row of the brand lies in it. */
export function isWhole({ regions, stores, brands }: Pick<Scope, "regions" | "stores" | "brands">): boolean {
  return regions === "all" && stores === "all" && brands === "all";
}

/** One open transaction. */
export interface Tx {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The first row, or undefined when there is none. */
  one<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row | undefined>;
  /** Rows touched by a statement that returns none. */
  execute(text: string, values?: readonly unknown[]): Promise<number>;
  /** As `query`, by a plan that the connection keeps: for wide statements that run again and again (kept-plans.ts). */
  planned<Row = Record<string, unknown>>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** The connection itself, for copy streams and cursors. */
  readonly client: pg.PoolClient;
  /** What it was opened for: the rows it may touch and how personal values are shown. */
  readonly scope: Scope;
}

export interface Store {
  /** Runs in a read-only transaction with one snapshot. */
  read<T>(scope: Scope, run: (tx: Tx) => Promise<T>): Promise<T>;
  /** As `read`, with further transactions of the same snapshot, each on its own connection: for questions that are asked side by side. */
  readTogether<T>(scope: Scope, others: number, run: (tx: Tx, others: readonly Tx[]) => Promise<T>): Promise<T>;
  /**
   * Runs ONE statement of the platform itself, which is its own transaction: one round trip where `read` takes three, for
   * look-ups that stand before every request.
   */
  glance<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs in a transaction; commits when `run` resolves, rolls back when it throws. Retries serialisation failures and deadlocks. */
  write<T>(scope: Scope, run: (tx: Tx) => Promise<T>): Promise<T>;
  readonly pool: pg.Pool;
  /** How it connects, for a thread that opens its own. */
  readonly connection: Pick<PoolOptions, "url" | "role">;
  close(): Promise<void>;
}

const RETRYABLE = new Set(["40001", "40P01"]);
const ATTEMPTS_MAX = 4;
const INT8 = 20;
const DATE = 1082;

/** Ids and counts are below 2^53 by construction; anything larger must stop rather than lose digits. */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`bigint outside the safe range: ${text}`);
  return value;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (format !== "binary" && oid === INT8) return parseInt8;
    if (format !== "binary" && oid === DATE) return (text: string) => text;
    return pg.types.getTypeParser(oid, format as "text");
  }) as pg.CustomTypesConfig["getTypeParser"],
};

export interface PoolOptions {
  readonly url: string;
  /** Role taken on at connection, so that an administrator's login never serves requests. */
  readonly role?: string;
  readonly size_max?: number;
  readonly onError: (error: Error) => void;
}

export function openPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.size_max ?? 20,
    types,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 15_000,
    application_name: "huitou",
    ...(options.role === undefined ? {} : { options: `-c role=${options.role}` }),
  });
  pool.on("error", options.onError);
  // a connection that breaks while in use fails its query; without a listener it would also end the process
  pool.on("connect", (client) => client.on("error", options.onError));
  return pool;
}

export function openStore(options: PoolOptions): Store {
  const pool = openPool(options);
  const run = async <T>(begin: string, scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(pool, begin, scope, work);
      } catch (error) {
        if (attempt >= ATTEMPTS_MAX || !RETRYABLE.has((error as { code?: string }).code ?? "")) throw error;
      }
    }
  };
  const { url, role } = options;
  const readAs = <T>(scope: Scope, snapshot: string | undefined, work: (tx: Tx) => Promise<T>): Promise<T> => {
    const same = snapshot === undefined ? "" : `; set transaction snapshot '${snapshot}'`;
    return run(`begin isolation level repeatable read read only${same}${asScoped(scope)}`, scope, work);
  };
  return {
    pool,
    connection: role === undefined ? { url } : { url, role },
    read: (scope, work) => readAs(scope, undefined, work),
    readTogether: (scope, others, work) =>
      readAs(scope, undefined, async (tx) => {
        const snapshot = (await tx.one<{ id: string }>("select pg_export_snapshot() as id"))?.id;
        const open = (opened: readonly Tx[]): ReturnType<typeof work> =>
          opened.length >= others ? work(tx, opened) : readAs(scope, snapshot, (one) => open([...opened, one]));
        return open([]);
      }),
    glance: (work) => glance(pool, work),
    write: (scope, work) => run("begin", scope, work),
    close: () => pool.end(),
  };
}

async function glance<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(txOf(client));
  } finally {
    client.release();
  }
}

async function once<T>(pool: pg.Pool, begin: string, scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    // One round trip: begin and scope together.
    await client.query(`${begin}; ${scopeStatement(scope)}`);
    try {
      const result = await work(txOf(client, scope));
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch((e: Error) => {
        broken = e;
      });
      throw error;
    }
  } finally {
    client.release(broken);
  }
}

/**
 * Who sees a part of the rows only reads as a role of its own: the policies for that role are the backstop, and the
 * platform's own statements are planned as if there were none. Writes keep the application's role, because one change may
 * have to look at rows of other stores (who else holds this number); they check the object that they are about.
 */
function asScoped(scope: Scope): string {
  return isWhole(scope) ? "" : `; set local role ${ROLES.scoped}`;
}

/** Row-level policies read these settings; they live exactly as long as the transaction. */
function scopeStatement(scope: Scope): string {
  const set = (name: string, value: "all" | readonly string[]) => {
    const text = value === "all" ? "*" : value.join(",");
    return `set local huitou.${name} = '${text.replaceAll("'", "''")}'`;
  };
  const found = (scope.found ?? []).map(String);
  return [
    set("regions", scope.regions),
    set("stores", scope.stores),
    set("brands", scope.brands),
    set("found", found),
  ].join("; ");
}

export function txOf(client: pg.PoolClient, scope: Scope = SYSTEM_SCOPE): Tx {
  return {
    client,
    scope,
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, values as unknown[])).rows as Row[],
    one: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, values as unknown[])).rows[0] as Row | undefined,
    planned: <Row>(text: string, values: readonly unknown[]) => queryPlanned<Row>(client, text, values),
    execute: async (text, values = []) => (await client.query(text, values as unknown[])).rowCount ?? 0,
  };
}
