import type { TagDefinition } from "../../src/tags/definition.ts";
import type { Catalogue, Column, DataRow, DataSet, Relation } from "../../src/query/index.ts";
import { addDays } from "../../src/platform/index.ts";

type Cell = string | number | boolean | null;
type Constants = ReadonlyMap<string, readonly (string | number)[]>;

export interface GeneratedOptions {
  readonly seed: number;
  readonly members: number;
  /** The day around which everything lies: on the borders of windows, at month and year ends, a little after it too. */
  readonly today: string;
}

/** Days before today that lie on or beside the borders of windows; negative ones are days to come. */
const DISTANCES = [
  0, 0, 1, 2, 3, 6, 7, 8, 13, 14, 15, 29, 30, 31, 44, 45, 46, 59, 60, 61, 89, 90, 91, 119, 120, 121, 150, 179, 180, 181,
  200, 269, 270, 271, 300, 364, 365, 366, 400, 455, 500, 547, 600, 729, 730, 731, 900, 1095, 1096, -1, -3,
];
const INSTANT_HOURS = [1, 2, 2, 2, 10, 13, 15];
/** Texts whose order differs between code point and locale, and those that a literal could spoil. */
const ODD_TEXTS = ["Abc", "abc", "ábc", "_x", "乌龙茶", "绿茶", "😀茶", "｡", "it's", "a\\b", "${x}", ""];
const AMOUNTS = [0, 1, 99, 100, 333, 1999, 2000, 4900, 5000, 9900, 10_000, 19_900, 29_999, 30_000, 88_800, 250_000];

/**
 * Rows of every relation for `members` members: few different values so that ties are the rule, missing values wherever
 * a column may be missing, days on the borders of windows, sales without a member and of members who are gone. What
 * definitions compare columns with is among the values, so that branches are taken. The same seed gives the same rows.
 */
export function generatedCatalogue(
  catalogue: Catalogue,
  definitions: readonly TagDefinition[],
  options: GeneratedOptions,
): DataSet {
  const generator = new Generator(constantsOf(definitions), options);
  return Object.fromEntries(catalogue.all().map((relation) => [relation.name, generator.rows(relation)]));
}

/** The same rows after some members were joined: all rows of one are the other's, whose own profile stays. */
export function joined(data: DataSet, catalogue: Catalogue, pairs: ReadonlyMap<number, number>): DataSet {
  return mapped(data, catalogue, (member) => pairs.get(member) ?? member, new Set(pairs.keys()));
}

/** The same rows after some members were split: every second row belongs to a new member who has no profile yet. */
export function split(data: DataSet, catalogue: Catalogue, members: ReadonlyMap<number, number>): DataSet {
  const parted = mapped(data, catalogue, (member, index) => (index % 2 ? (members.get(member) ?? member) : member));
  const fresh = [...members.values()].map((member_id) => ({ member_id }));
  return { ...parted, members: [...(data["members"] ?? []), ...fresh] };
}

function mapped(
  data: DataSet,
  catalogue: Catalogue,
  owner: (member: number, index: number) => number,
  gone: ReadonlySet<number> = new Set(),
): DataSet {
  const entries = Object.entries(data).map(([name, rows]): [string, readonly DataRow[]] => {
    const relation = catalogue.get(name);
    if (relation.per_member === "none") return [name, rows];
    if (relation.per_member === "one") return [name, rows.filter((row) => !gone.has(Number(row["member_id"])))];
    const people = relation.columns.map((column) => column.name).filter((column) => column.endsWith("member_id"));
    const moved = rows.map((row, index) => {
      const changes = people
        .filter((column) => typeof row[column] === "number")
        .map((column) => [column, owner(Number(row[column]), index)]);
      return { ...row, ...(Object.fromEntries(changes) as DataRow) };
    });
    return [name, distinct(relation, moved)];
  });
  return Object.fromEntries(entries);
}

function distinct(relation: Relation, rows: readonly DataRow[]): DataRow[] {
  const byKey = new Map(rows.map((row) => [JSON.stringify(relation.key.map((name) => row[name])), row]));
  return [...byKey.values()];
}

class Generator {
  readonly #constants: Constants;
  readonly #options: GeneratedOptions;
  readonly #days: readonly string[];
  #state: number;

  constructor(constants: Constants, options: GeneratedOptions) {
    this.#constants = constants;
    this.#options = options;
    this.#state = options.seed >>> 0;
    const { today } = options;
    const ends = [0, 1, 2, 11, 12, 23].flatMap((back) => {
      const first = monthStart(today, back);
      return [first, addDays(first, -1)];
    });
    this.#days = [...DISTANCES.map((days) => addDays(today, -days)), ...ends];
  }

  rows(relation: Relation): readonly DataRow[] {
    const { members } = this.#options;
    if (relation.per_member === "none") return distinct(relation, this.#many(relation, 8));
    if (relation.per_member === "one") {
      const all = Array.from({ length: members }, (_, index) => index + 1);
      const known = relation.name === "members" ? all : all.filter(() => this.#chance(0.8));
      return known.map((member_id, index) => ({ ...this.#row(relation, index), member_id }));
    }
    return distinct(relation, this.#many(relation, members * (relation.name === "events" ? 40 : 16)));
  }

  #many(relation: Relation, count: number): DataRow[] {
    return Array.from({ length: count }, (_, index) => this.#row(relation, index));
  }

  #row(relation: Relation, index: number): DataRow {
    const day = this.#of(this.#days);
    const row: Record<string, Cell> = {};
    for (const column of relation.columns) row[column.name] = this.#cell(relation, column, index, day);
    if (relation.name === "order_lines" || relation.name === "orders") {
      // as in trade: what is invalid or returned has no net
      if (row["is_valid"] === true && this.#chance(0.1)) row["net_minor"] = 0;
    }
    return row;
  }

  #cell(relation: Relation, column: Column, index: number, day: string): Cell {
    const { name } = column;
    const inKey = relation.key.includes(name);
    if (name === "member_id" && relation.per_member === "many") return this.#member(inKey);
    if (inKey && relation.key.length === 1 && column.type === "integer") return index + 1;
    if (inKey && relation.key.length === 1) return `${this.#of(ODD_TEXTS)}${index}`;
    if (name === relation.day) return day;
    if (name === relation.instant) return `${day} ${String(this.#of(INSTANT_HOURS)).padStart(2, "0")}:00:00+00`;
    if (!inKey && this.#chance(0.12)) return null;
    return this.#value(relation, column);
  }

  /** Some members have many rows, some none; some rows nobody, some a member who is gone. */
  #member(needed: boolean): number | null {
    const { members } = this.#options;
    if (!needed && this.#chance(0.04)) return null;
    if (this.#chance(0.02)) return members + 50;
    return Math.floor(members * this.#random() ** 2) + 1;
  }

  #value(relation: Relation, column: Column): Cell {
    const { name, type } = column;
    const constants = this.#constants.get(`${relation.name}.${name}`) ?? [];
    switch (type) {
      case "boolean":
        return this.#chance(name.startsWith("is_valid") ? 0.9 : 0.6);
      case "date":
        return this.#of(this.#days);
      case "instant":
        return `${this.#of(this.#days)} 02:00:00+00`;
      case "text":
        return this.#text(column, constants);
      case "integer":
        return this.#integer(column, constants);
      default:
        return this.#of(["0.000000", "1.000000", "1.000000", "2.000000", "0.500000", "3.250000", "12.000000"]);
    }
  }

  #text({ values, name }: Column, constants: readonly (string | number)[]): string {
    const pool = [...constants, ...constants, ...(values ?? []).map(({ value }) => value)].map(String);
    if (pool.length > 0 && this.#chance(0.9)) return this.#of(pool);
    if (name === "currency") return "CNY";
    return this.#of(ODD_TEXTS);
  }

  #integer({ name, unit }: Column, constants: readonly (string | number)[]): number {
    if (constants.length > 0 && this.#chance(0.5)) return Number(this.#of(constants)) + this.#of([-1, 0, 0, 1]);
    if (name.endsWith("member_id")) return this.#member(true) ?? 1;
    if (unit === "minor" || unit === "points") return this.#of(AMOUNTS) * (this.#chance(0.05) ? -1 : 1);
    if (name === "birth_year") return 1950 + Math.floor(this.#random() * 70);
    if (name === "birth_month") return this.#of([1, 2, 2, 3, 11, 12]);
    if (name === "birth_day") return this.#of([1, 27, 28, 29, 30]);
    if (name === "hour") return Math.floor(this.#random() * 24);
    if (name === "weekday") return 1 + Math.floor(this.#random() * 7);
    return Math.floor(this.#random() * 6);
  }

  #of<T>(list: readonly T[]): T {
    const found = list[Math.floor(this.#random() * list.length)];
    if (found === undefined) throw new Error("nothing to choose from");
    return found;
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  /** mulberry32 */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
}

/** The first day of the month of `day`, moved back by `back` months. */
function monthStart(day: string, back: number): string {
  const [year = 0, month = 0] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 10);
}

/** What definitions compare each column with, and the values that they take from a profile as they stand: `events.kind` → share, like … */
function constantsOf(definitions: readonly TagDefinition[]): Constants {
  const found = new Map<string, Set<string | number>>();
  const note = (relation: string, side: Tree, constants: readonly unknown[]) => {
    const column = side["column"];
    if (typeof column !== "string") return;
    const key = `${typeof side["relation"] === "string" ? side["relation"] : relation}.${column}`;
    const values = constants.filter((value) => typeof value === "string" || typeof value === "number");
    found.set(key, new Set([...(found.get(key) ?? []), ...values]));
  };
  const visit = (value: unknown, relation: string): void => {
    if (Array.isArray(value)) return value.forEach((item) => visit(item, relation));
    if (typeof value !== "object" || value === null) return;
    const tree = value as Tree;
    const inside = typeof tree["relation"] === "string" ? tree["relation"] : relation;
    if (tree["node"] === "in") note(inside, tree["value"] as Tree, tree["options"] as unknown[]);
    if (tree["node"] === "compare") {
      const [left, right] = [tree["left"] as Tree, tree["right"] as Tree];
      note(inside, left, [right["value"]]);
      note(inside, right, [left["value"]]);
    }
    for (const child of Object.values(tree)) visit(child, inside);
  };
  for (const { expression, values = [] } of definitions) {
    visit(expression, "");
    if (expression.node === "profile")
      note(
        "",
        expression as unknown as Tree,
        values.map(({ value }) => value),
      );
  }
  return new Map([...found].map(([key, values]) => [key, [...values]]));
}

type Tree = Readonly<Record<string, unknown>>;
