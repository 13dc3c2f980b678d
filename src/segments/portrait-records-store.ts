import Cursor from "pg-cursor";
import { daysBetween } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { MemberSet } from "./member-set.ts";
import type { Fact } from "./portrait-facts.ts";
import { type Borders, type FactSource, QUARTILES, QUINTILES, type Spread, VALUES_MAX } from "./portrait-store.ts";

const PORTION_ROWS = 5_000;

/** The values of one fact: a code for each member, 0 for none, and what each code stands for. */
interface Coded {
  readonly codes: Uint32Array;
  readonly words: string[];
  readonly places: Map<string, number>;
}

interface Table {
  readonly member_ids: number[];
  readonly columns: ReadonlyMap<string, Coded>;
}

/**
 * The facts of everybody visible, read once out of the record store and counted in memory, for platforms with few members
 * or without a mirror. Taking fifty values out of each JSON by SQL, for each of four statements, took 12 s with 15,000
 * members; reading it whole takes a few tenths of one.
 */
export function recordFacts(tx: Tx, visible: MemberSet, today: string): FactSource {
  let table: Promise<Table> | undefined;
  const read = (facts: readonly Fact[]): Promise<Table> => {
    table ??= readTable(tx, facts, visible, today);
    return table;
  };
  return {
    engine: "postgresql",
    borders: async (facts, within) => bordersOf(await read(facts), facts, within),
    spreads: async (facts, within, borders) => {
      const { member_ids, columns } = await read(facts);
      const rows = placesIn(member_ids, within);
      return new Map(
        facts.map((fact) => [fact.key, spreadOf(fact, columns.get(fact.key), rows, borders.get(fact.key) ?? [])]),
      );
    },
  };
}

type MemberRow = Readonly<Record<string, unknown>> & { readonly member_id: number };

async function readTable(tx: Tx, facts: readonly Fact[], visible: MemberSet, today: string): Promise<Table> {
  const size = visible.size;
  const table: Table = {
    member_ids: [],
    columns: new Map(
      facts.map(({ key }) => [key, { codes: new Uint32Array(size), words: [""], places: new Map<string, number>() }]),
    ),
  };
  const own = facts.filter(({ column }) => column.relation === "members").map(({ column }) => `, m."${column.name}"`);
  const sql = `select m.member_id, t.value as tags${own.join("")} from catalogue.members m left join catalogue.member_tags t using (member_id)`;
  const cursor = tx.client.query(new Cursor<MemberRow>(sql));
  try {
    for (let rows = await cursor.read(PORTION_ROWS); rows.length > 0; rows = await cursor.read(PORTION_ROWS)) {
      for (const row of rows) if (visible.has(row.member_id)) addRow(table, facts, row, size, today);
    }
  } finally {
    await cursor.close();
  }
  return table;
}

function addRow(table: Table, facts: readonly Fact[], row: MemberRow, size: number, today: string): void {
  const place = table.member_ids.length;
  // a member who came between the two readings
  if (place >= size) return;
  table.member_ids.push(row.member_id);
  const tags = (row["tags"] ?? {}) as Readonly<Record<string, string | null>>;
  for (const { key, column } of facts) {
    const value = column.relation === "members" ? row[column.name] : tags[column.name];
    const coded = table.columns.get(key);
    if (value === null || value === undefined || coded === undefined) continue;
    const word = String(value);
    let code = coded.places.get(word);
    if (code === undefined) {
      code = coded.words.length;
      coded.places.set(word, code);
      coded.words.push(column.since ? String(daysBetween(word, today)) : word);
    }
    coded.codes[place] = code;
  }
}

function placesIn(member_ids: readonly number[], within: MemberSet): number[] {
  return member_ids.flatMap((member_id, place) => (within.has(member_id) ? [place] : []));
}

/** Members by code. */
function countsOf({ codes, words }: Coded, rows: readonly number[]): Uint32Array {
  const counts = new Uint32Array(words.length);
  for (const place of rows) {
    const code = codes[place] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

function bordersOf(table: Table, facts: readonly Fact[], within: MemberSet): Borders {
  const rows = placesIn(table.member_ids, within);
  const borders = new Map<string, string[]>();
  for (const { key, kind } of facts) {
    const coded = table.columns.get(key);
    if (kind === "bands" && coded !== undefined)
      borders.set(key, [...new Set(ranksOf(numbersOf(coded, countsOf(coded, rows)), QUINTILES))]);
  }
  return borders;
}

interface Held {
  readonly word: string;
  readonly number: number;
  readonly members: number;
}

/** The numbers that occur, from the lowest. */
function numbersOf({ words }: Coded, counts: Uint32Array): Held[] {
  const held: Held[] = [];
  for (let code = 1; code < words.length; code++) {
    const [word = "", members = 0] = [words[code], counts[code]];
    if (members > 0) held.push({ word, number: Number(word), members });
  }
  return held.sort((a, b) => a.number - b.number);
}

/** Values at these shares of all, by nearest rank. */
function ranksOf(held: readonly Held[], shares: readonly number[]): string[] {
  const known = held.reduce((sum, { members }) => sum + members, 0);
  return shares.flatMap((share) => {
    const rank = Math.max(1, Math.ceil(share * known - 1e-9));
    let seen = 0;
    const found = held.find(({ members }) => {
      seen += members;
      return seen >= rank;
    });
    return found === undefined ? [] : [found.word];
  });
}

function spreadOf(fact: Fact, coded: Coded | undefined, rows: readonly number[], borders: readonly string[]): Spread {
  if (coded === undefined) return { known: 0, values: new Map(), quartiles: null, sum: null };
  const counts = countsOf(coded, rows);
  const known = rows.length - (counts[0] ?? 0);
  if (fact.kind === "values") {
    const values = coded.words.flatMap((word, code): [string, number][] => {
      const members = counts[code] ?? 0;
      return code > 0 && members > 0 ? [[word, members]] : [];
    });
    values.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return { known, values: new Map(values.slice(0, VALUES_MAX)), quartiles: null, sum: null };
  }
  const held = numbersOf(coded, counts);
  const edges = borders.map(Number);
  const bands = new Map<string, number>();
  for (const { number, members } of held) {
    const at = edges.findIndex((edge) => number < edge);
    const band = String(at < 0 ? edges.length : at);
    bands.set(band, (bands.get(band) ?? 0) + members);
  }
  const quartiles = ranksOf(held, QUARTILES);
  const sum = held.reduce((total, { number, members }) => total + number * members, 0);
  return { known, values: bands, quartiles: quartiles.length === QUARTILES.length ? quartiles : null, sum };
}
