import type { Ground } from "../ground.ts";
import {
  type CodedColumn,
  type CodedForm,
  codeColumns,
  COLUMNS_AT_ONCE,
  type LakeSession,
  lakeEngine,
} from "../lake/index.ts";
import { duckdb, scaleOf } from "../query/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { aboutStored, changedValues, goneAfter, newestVersion } from "./mirror-store.ts";
import { bookOf } from "./registry.ts";
import { memberTagsRelation } from "./stored-tags.ts";

/** Up to so many members a caller waits for the first copy; of more it is made beside him. */
const WAITED_FOR_MAX = 50_000;
/** Of more changed members at once the coded columns are read anew: putting in so many one by one takes longer. */
const CODES_FOLLOWED_MAX = 20_000;

/** The live typed copy of all tags in the memory of this process: `catalogue.member_tags` of the lake's engine. */
interface Mirror {
  /** The version it stands at, the table in the engine's memory and its columns; undefined before the first copy. */
  state: State | undefined;
  /** Tables that were made. */
  made: number;
  turn: Promise<unknown>;
  /** The first copy, or one in another form, while it is made. */
  making: MirrorProgress | undefined;
  /** Set once somebody asked. */
  wanted: boolean;
  /** Columns as codes, of the tags that somebody asked for; they stand at the same version as the table. */
  readonly coded: Map<string, CodedColumn>;
  readonly codes_wanted: Set<string>;
}

/** Members whose values are copied already, and about how many there are. */
export interface MirrorProgress {
  readonly done: number;
  readonly total: number;
}

interface State {
  readonly version: number;
  readonly table: string;
  readonly form: string;
}

const mirrors = new WeakMap<Ground, Mirror>();

function mirrorOf(ground: Ground): Mirror {
  const known = mirrors.get(ground);
  if (known !== undefined) return known;
  const mirror: Mirror = {
    state: undefined,
    made: 0,
    turn: Promise.resolve(),
    making: undefined,
    wanted: false,
    coded: new Map(),
    codes_wanted: new Set(),
  };
  mirrors.set(ground, mirror);
  return mirror;
}

/**
 * Brings the copy of all tags up to date. @returns the version up to which it stands now: sets that were counted at the
 * same version are the same. undefined while the first copy of many members is made: then tags are to be read elsewhere.
 */
export async function mirrorVersion(ground: Ground): Promise<number | undefined> {
  const mirror = mirrorOf(ground);
  mirror.wanted = true;
  const { form } = columnsOf(bookOf(ground));
  const about = mirror.state?.form === form ? 0 : await ground.store.read(SYSTEM_SCOPE, aboutStored);
  const refreshed = refresh(ground, mirror);
  if (about <= WAITED_FOR_MAX) return refreshed;
  refreshed.catch((error: unknown) => ground.log.error({ error: String(error) }, "the copy of all tags failed"));
  return undefined;
}

/** How far the copy is that is being made; undefined while none is, or one that is there follows the records. */
export const mirrorProgress = (ground: Ground): MirrorProgress | undefined => mirrorOf(ground).making;

/** Keeps the copy current in a process that uses it: people who are gone disappear although nobody asks. */
export async function followMirror(ground: Ground): Promise<void> {
  const mirror = mirrorOf(ground);
  if (!mirror.wanted) return;
  await refresh(ground, mirror);
  await codeMissing(ground, mirror);
}

/**
 * Lets `work` read tags as codes by member id, up to date; nothing changes them meanwhile, and counts wait, so that it is to
 * be short. The first reading of a column takes a while, in which counts go on. Keys without a tag are left out.
 * @returns undefined while the copy of all tags is made.
 */
export async function withCodedTags<T>(
  ground: Ground,
  keys: readonly string[],
  work: (columns: ReadonlyMap<string, CodedColumn>) => Promise<T>,
): Promise<T | undefined> {
  const mirror = mirrorOf(ground);
  for (const key of keys) mirror.codes_wanted.add(key);
  for (;;) {
    if ((await mirrorVersion(ground)) === undefined) return undefined;
    await codeMissing(ground, mirror);
    const done = await inTurn(mirror, async () =>
      missingCodes(ground, mirror, keys).length === 0 ? { value: await work(mirror.coded) } : undefined,
    );
    if (done !== undefined) return done.value;
  }
}

function missingCodes(ground: Ground, mirror: Mirror, keys: Iterable<string>): string[] {
  const book = bookOf(ground);
  return [...keys].filter((key) => book.get(key) !== undefined && !mirror.coded.has(key));
}

/** A few columns at a time: whoever counts meanwhile waits for these only. */
async function codeMissing(ground: Ground, mirror: Mirror): Promise<void> {
  for (;;) {
    const more = await inTurn(mirror, async () => {
      const form = columnsOf(bookOf(ground)).form;
      const keys = missingCodes(ground, mirror, mirror.codes_wanted).slice(0, COLUMNS_AT_ONCE);
      const { state } = mirror;
      if (keys.length === 0 || state === undefined || state.form !== form) return false;
      const columns = keys.map((name) => ({ name, form: codedForm(bookOf(ground), name) }));
      const coded = await lakeEngine(ground).session("", async (session) =>
        (await isThere(session, state.table)) ? codeColumns(session, state.table, columns) : undefined,
      );
      for (const [key, column] of coded ?? []) mirror.coded.set(key, column);
      return coded !== undefined;
    });
    if (!more) return;
  }
}

function codedForm(book: TagBook, key: string): CodedForm {
  const type = book.get(key)?.stored.type;
  if (type?.kind === "integer") return { kind: "number", scale: 0 };
  if (type?.kind === "decimal") return { kind: "number", scale: scaleOf(type) };
  return { kind: type?.kind === "date" ? "day" : "text" };
}

/** One at a time: two would write over each other. */
function inTurn<T>(mirror: Mirror, work: () => Promise<T>): Promise<T> {
  const done = mirror.turn.then(work);
  mirror.turn = done.catch(() => undefined);
  return done;
}

const refresh = (ground: Ground, mirror: Mirror): Promise<number> => inTurn(mirror, () => refreshNow(ground, mirror));

async function refreshNow(ground: Ground, mirror: Mirror): Promise<number> {
  const columns = columnsOf(bookOf(ground));
  return lakeEngine(ground).session("", async (session) => {
    const old = mirror.state;
    const from = old?.form === columns.form && (await isThere(session, old.table)) ? old : undefined;
    mirror.state = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const version = await newestVersion(tx);
      if (from !== undefined) {
        if (version > from.version) await copyChanges(session, tx, columns, from, mirror.coded);
        return { ...from, version };
      }
      const table = `kept.member_tags_${mirror.made + 1}`;
      await copyAll(session, tx, columns, table, mirror).finally(() => {
        mirror.making = undefined;
      });
      mirror.made += 1;
      mirror.coded.clear();
      return { version, table, form: columns.form };
    });
    if (from === undefined && old !== undefined) await session.run(`drop table if exists ${old.table}`);
    return mirror.state.version;
  });
}

/** The engine may have been closed meanwhile, and its memory with it. */
async function isThere(session: LakeSession, table: string): Promise<boolean> {
  const tables = await session.query(
    `select 1 as one from duckdb_tables() where database_name || '.' || table_name = '${table}'`,
  );
  return tables.length > 0;
}

/** Beside a copy that is read; the view changes over at once. */
async function copyAll(session: LakeSession, tx: Tx, columns: Columns, table: string, mirror: Mirror): Promise<void> {
  const total = await aboutStored(tx);
  const told = (done: number) => {
    mirror.making = { done: Math.min(done, total), total };
  };
  told(0);
  // one that was begun and not finished is of no use
  await session.run(`create or replace table ${table} (${columns.form})`);
  await session.load(table, columns.select, countingLines(changedValues(tx, 0), told));
  await session.run("checkpoint kept");
  await session.run(`create or replace view catalogue.member_tags as select * from ${table}`);
}

const NEWLINE = 10;

/** The same bytes; says how many lines have gone by. */
async function* countingLines(chunks: AsyncIterable<Buffer>, told: (lines: number) => void): AsyncGenerator<Buffer> {
  let lines = 0;
  for await (const chunk of chunks) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
    told(lines);
    yield chunk;
  }
}

async function copyChanges(
  session: LakeSession,
  tx: Tx,
  columns: Columns,
  from: State,
  coded: Map<string, CodedColumn>,
): Promise<void> {
  await session.run(`create or replace temporary table changed (${columns.form})`);
  await session.load("changed", columns.select, changedValues(tx, from.version));
  const gone = await goneAfter(tx, from.version);
  await session.run("begin");
  await session.run(
    `delete from ${from.table} where member_id in (select member_id from changed union all select unnest([${gone.join(", ")}]::bigint[]))`,
  );
  await session.run(`insert into ${from.table} select * from changed`);
  await session.run("commit");
  await recode(session, gone, coded);
  await session.run("drop table changed");
}

/** Puts what changed into the coded columns; those who are gone come first, for some may be back. */
async function recode(session: LakeSession, gone: readonly number[], coded: Map<string, CodedColumn>): Promise<void> {
  const [row] = await session.query("select count(*) as members from changed");
  if (Number(row?.["members"] ?? 0) + gone.length > CODES_FOLLOWED_MAX) coded.clear();
  if (coded.size === 0) return;
  const columns = [...coded.values()];
  for (const member_id of gone) for (const column of columns) column.set(member_id, null);
  const values = [...coded.keys()].map((key) => `${duckdb.quoted(key)}::varchar`);
  for await (const [members = [], ...each] of session.columns(
    `select member_id::uinteger, ${values.join(", ")} from changed`,
  )) {
    for (const [place, texts] of each.entries())
      for (const [index, text] of texts.entries())
        columns[place]?.set(Number(members[index]), text === null ? null : String(text));
  }
}

interface Columns {
  /** Names and types, as a table is made of them. */
  readonly form: string;
  /** The same out of lines as `changedValues` sends them. */
  readonly select: string;
}

function columnsOf(book: TagBook): Columns {
  const { columns } = memberTagsRelation(book);
  const tags = columns.filter(({ json_of }) => json_of !== undefined);
  const shape = JSON.stringify(Object.fromEntries(tags.map(({ name }) => [name, "VARCHAR"])));
  const type = (name: string) => {
    const found = columns.find((column) => column.name === name)?.type ?? "text";
    return DUCK_TYPES[found] ?? found;
  };
  const read = tags.map(({ name }) => `v.${duckdb.quoted(name)}::${type(name)}`);
  const text = "replace(split_part(line, chr(9), 2), '\\\\', '\\')";
  return {
    form: ["member_id bigint", ...tags.map(({ name }) => `${duckdb.quoted(name)} ${type(name)}`)].join(", "),
    select: `select member_id, ${read.join(", ")} from (
      select split_part(line, chr(9), 1)::bigint as member_id, json_transform(${text}, ${duckdb.text(shape)}) as v from lines) l`,
  };
}

const DUCK_TYPES: Readonly<Record<string, string>> = { integer: "bigint", text: "varchar", instant: "timestamptz" };
