import { join } from "node:path";
import type { Ground } from "../ground.ts";
import type { Column } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { lakeEngine } from "./engines.ts";
import type { LakeSession } from "./engine.ts";
import { type FiledRelation, isFiled, isPersonal, type ManifestFile } from "./layout.ts";
import { currentFiles, newestBatch } from "./manifest-store.ts";
import { FILED, selectFrom, viewSelect } from "./view.ts";
import { lakeFolders } from "./writer.ts";

/** More rows of all relations together are not kept in memory. */
const ROWS_MAX = 80_000_000;
/** Rows read by one statement. */
const PART_ROWS_MAX = 5_000_000;
/** If more of a hundred parties belong to another member than before, all rows are read anew. */
const MOVED_SHARE_MAX = 0.02;

/** Rows of one relation in the engine's memory, with the member found and only the columns that conditions ask for. */
interface Kept {
  readonly table: string;
  readonly columns: ReadonlySet<string>;
  /** Paths of the files whose rows it holds. */
  files: ReadonlySet<string>;
}

interface Keeper {
  readonly wanted: Map<string, readonly string[]>;
  readonly kept: Map<string, Kept>;
  /** The batch that all of them hold; undefined while they change. */
  batch_id: number | undefined;
  /** Rises whenever they begin to change: what was read meanwhile is not to be used. */
  change: number;
  turn: Promise<unknown>;
}

const keepers = new WeakMap<Ground, Keeper>();

function keeperOf(ground: Ground): Keeper {
  const known = keepers.get(ground);
  if (known !== undefined) return known;
  const keeper: Keeper = {
    wanted: new Map(),
    kept: new Map(),
    batch_id: undefined,
    change: 0,
    turn: Promise.resolve(),
  };
  keepers.set(ground, keeper);
  return keeper;
}

/** The table that holds a relation's rows. */
export const rowsTable = (relation: string): string => `kept."rows_${relation}"`;

/**
 * Asks for these columns of a relation to be kept in memory from now on. Reading a history there takes a tenth of the time
 * that its files take, for nothing is unpacked and no party looked up. Personal columns, and members other than whose row
 * it is, are left out.
 */
export function wantRows(ground: Ground, relation: string, columns: readonly string[]): void {
  const { wanted } = keeperOf(ground);
  const found = ground.catalogue.find(relation);
  if (found === undefined || !isFiled(found) || found.lake.partition === null) return;
  const names = new Set([
    "party_id",
    "member_id",
    found.day,
    found.instant,
    ...(wanted.get(relation) ?? []),
    ...columns,
  ]);
  const keepable = found.columns.filter((column) => names.has(column.name) && isKeepable(column));
  if (!found.columns.some(({ name }) => name === "party_id")) return;
  wanted.set(
    relation,
    keepable.map(({ name }) => name),
  );
}

function isKeepable(column: Column): boolean {
  const { resolved_from } = column;
  return !isPersonal(column) && (resolved_from === "party_id" || resolved_from?.endsWith("party_id") !== true);
}

/** What is in memory of one batch. Whoever has read there asks for it again: `change` says whether it was the same all the time. */
export interface RowsKept {
  /** Columns by relation. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  readonly change: number;
}

/** The relations whose rows of this batch are in memory; none while they change. */
export function rowsKept(ground: Ground, batch_id: number): RowsKept {
  const { kept, batch_id: at, change } = keeperOf(ground);
  const columns = at === batch_id ? [...kept].map(([name, held]) => [name, held.columns] as const) : [];
  return { columns: new Map(columns), change };
}

/** Brings the rows in memory to the newest batch: files that came are read, those that went leave. */
export function followRows(ground: Ground): Promise<void> {
  const keeper = keeperOf(ground);
  if (keeper.wanted.size === 0) return Promise.resolve();
  const done = keeper.turn.then(() => follow(ground, keeper));
  keeper.turn = done.catch(() => undefined);
  return done;
}

interface Newest {
  readonly batch_id: number;
  readonly files: readonly ManifestFile[];
}

async function newestFiles(ground: Ground): Promise<Newest | undefined> {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const batch = await newestBatch(tx);
    return batch && { batch_id: batch.batch_id, files: await currentFiles(tx) };
  });
}

async function follow(ground: Ground, keeper: Keeper): Promise<void> {
  const newest = await newestFiles(ground);
  if (newest === undefined) return;
  await lakeEngine(ground).session("", async (session) => {
    if (!(await stillThere(session, keeper))) {
      keeper.kept.clear();
      keeper.batch_id = undefined;
    }
    const due = [...keeper.wanted].filter(
      ([name, columns]) => !columns.every((one) => keeper.kept.get(name)?.columns.has(one)),
    );
    if (keeper.batch_id === newest.batch_id && due.length === 0) return;
    if (rowsOf(newest, keeper.wanted) > ROWS_MAX) {
      ground.log.warn({ max: ROWS_MAX }, "too many rows to be kept in memory");
      keeper.wanted.clear();
      return;
    }
    const moved = await movedParties(session);
    keeper.batch_id = undefined;
    keeper.change += 1;
    for (const relation of keeper.wanted.keys()) await bringOver(ground, session, keeper, relation, newest, moved);
    await session.run(
      `create or replace table kept.rows_parties as select party_id, member_id, is_excluded from ${FILED}.parties`,
    );
    await pack(session);
    // another batch came meanwhile: the next round brings it
    const now = await newestFiles(ground);
    if (now?.batch_id === newest.batch_id) keeper.batch_id = newest.batch_id;
  });
}

function rowsOf({ files }: Newest, wanted: ReadonlyMap<string, unknown>): number {
  return files.reduce((sum, file) => sum + (wanted.has(file.relation) ? file.rows : 0), 0);
}

/** The engine may have been closed meanwhile, and its memory with it. */
async function stillThere(session: LakeSession, keeper: Keeper): Promise<boolean> {
  if (keeper.kept.size === 0) return true;
  const found = await session.query("select 1 as one from duckdb_tables() where table_name = 'rows_parties'");
  return found.length > 0;
}

/** Leaves the parties that belong to another member than when the rows were read in `moved`. @returns whether they are too many. */
async function movedParties(session: LakeSession): Promise<boolean> {
  await session.run(
    "create table if not exists kept.rows_parties (party_id bigint, member_id bigint, is_excluded boolean)",
  );
  const now = `select party_id, member_id, is_excluded from ${FILED}.parties`;
  await session.run(
    `create or replace temporary table moved as select distinct party_id from
       ((${now} except from kept.rows_parties) union all (from kept.rows_parties except ${now}))`,
  );
  const [row] = await session.query(
    "select (select count(*) from moved) as moved, (select count(*) from kept.rows_parties) as known",
  );
  return Number(row?.["moved"] ?? 0) > MOVED_SHARE_MAX * Number(row?.["known"] ?? 0);
}

async function bringOver(
  ground: Ground,
  session: LakeSession,
  keeper: Keeper,
  name: string,
  { files }: Newest,
  anew: boolean,
): Promise<void> {
  const relation = ground.catalogue.get(name) as FiledRelation;
  const columns = keeper.wanted.get(name) ?? [];
  const { root } = lakeFolders(ground.config.data_dir);
  const own = files
    .filter((file) => file.relation === name)
    .map(({ path, rows }) => ({ path: join(root, path), rows }));
  const paths = new Set(own.map(({ path }) => path));
  const held = keeper.kept.get(name);
  const old = !anew && columns.every((one) => held?.columns.has(one)) ? held?.files : undefined;
  const table = rowsTable(name);
  const list = columns.map((column) => `"${column}"`).join(", ");
  const insert = async (some: readonly SizedFile[], filter = "") => {
    for (const part of inParts(some)) {
      const source = `read_parquet([${part.map(({ path }) => text(path)).join(", ")}], filename = true)`;
      const rows = selectFrom(relation, source, false, ["s.filename as in_file"]);
      await session.run(
        `insert into ${table} select ${list}, in_file from (${rows}) r where member_id is not null${filter}`,
      );
    }
  };
  if (old === undefined) {
    keeper.kept.delete(name);
    const form = viewSelect(relation, [], false);
    await session.run(`create or replace table ${table} as select ${list}, '' as in_file from (${form}) r where false`);
    await insert(own);
  } else {
    const gone = [...old].filter((path) => !paths.has(path));
    await session.run("begin");
    await session.run(
      `delete from ${table} where in_file in (${["", ...gone].map(text).join(", ")}) or party_id in (select party_id from moved)`,
    );
    const [row] = await session.query("select count(*) as moved from moved");
    if (Number(row?.["moved"] ?? 0) > 0) {
      const stays = own.filter(({ path }) => old.has(path));
      await insert(stays, " and party_id in (select party_id from moved)");
    }
    await insert(own.filter(({ path }) => !old.has(path)));
    await session.run("commit");
  }
  keeper.kept.set(name, { table, columns: new Set(columns), files: paths });
}

interface SizedFile {
  readonly path: string;
  readonly rows: number;
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Files that are read by one statement. A statement a file looks up the parties as often: of a million, 0.2 s each time. */
function inParts(files: readonly SizedFile[]): SizedFile[][] {
  const parts: SizedFile[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  for (const file of files) {
    if (rows + file.rows > PART_ROWS_MAX) {
      parts.push([]);
      rows = 0;
    }
    parts.at(-1)?.push(file);
    rows += file.rows;
  }
  return parts;
}

/** Packs what came; whoever reads at this moment prevents it, and the next round packs it. */
async function pack(session: LakeSession): Promise<void> {
  await session.run("checkpoint kept").catch(() => undefined);
}
