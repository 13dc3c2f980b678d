import { type TSchema, Type } from "typebox";
import { type CellFlaw, cellReader, type CellValue, DAY_FORMATS, type DayFormat } from "../../ingest/index.ts";
import { Problem, problem } from "../../platform/index.ts";
import { MEMBER_KEYS, type MemberKey } from "../members-by-key.ts";

const COLUMN_MAX = 999;
const Column = Type.Integer({ minimum: 0, maximum: COLUMN_MAX });

/** A column that a kind of opening reads. */
export interface OpeningField {
  readonly required: boolean;
  /** Words that such columns have, without blanks and signs. */
  readonly headers: readonly string[];
}
export type OpeningFields<Field extends string> = Readonly<Record<Field, OpeningField>>;

/** Which column of a file is what, and by which kind of value the members are named. */
export type OpeningReading<Field extends string = string> = {
  readonly member_key: MemberKey;
  readonly member: number;
  readonly day_format: DayFormat;
} & Readonly<Partial<Record<Field, number>>>;

export function readingSchema<Field extends string>(fields: OpeningFields<Field>) {
  const columns: Record<string, TSchema> = {};
  for (const [name, { required }] of Object.entries<OpeningField>(fields))
    columns[name] = required ? Column : Type.Optional(Column);
  return Type.Object(
    {
      member_key: Type.Unsafe<MemberKey>(Type.Union(MEMBER_KEYS.map((key) => Type.Literal(key)))),
      member: Column,
      ...columns,
      day_format: Type.Unsafe<DayFormat>(Type.Union(DAY_FORMATS.map((format) => Type.Literal(format)))),
    },
    { additionalProperties: false },
  );
}

const MEMBER_HEADERS: Readonly<Record<MemberKey, readonly string[]>> = {
  phone: ["phone", "mobile", "手机", "手机号", "手机号码"],
  card_no: ["cardno", "card", "cardnumber", "卡号", "会员卡号"],
  crm_id: ["crmid", "memberno", "会员编号", "会员号", "会员id", "客户编号"],
  mall_id: ["mallid", "userid", "商城账号", "用户id"],
  openid: ["openid"],
  unionid: ["unionid"],
  email: ["email", "邮箱"],
  member_id: ["memberid", "huitouid"],
};

/** What the columns of a file seem to be, by their names. */
export function guessReading<Field extends string>(
  fields: OpeningFields<Field>,
  columns: readonly string[],
): Partial<OpeningReading<Field>> & { readonly day_format: DayFormat } {
  const plain = columns.map((name) => name.toLowerCase().replace(/[\s_\-.（）()]/g, ""));
  const at = (words: readonly string[]) => {
    const found = plain.findIndex((name) => words.includes(name));
    return found === -1 ? undefined : found;
  };
  const guess: Partial<OpeningReading> = {};
  for (const [field, { headers }] of Object.entries<OpeningField>(fields)) {
    const column = at(headers);
    if (column !== undefined) Object.assign(guess, { [field]: column });
  }
  for (const key of MEMBER_KEYS) {
    const column = at(MEMBER_HEADERS[key]);
    if (column === undefined) continue;
    Object.assign(guess, { member_key: key, member: column });
    break;
  }
  return { ...(guess as Partial<OpeningReading<Field>>), day_format: "auto" };
}

function used(reading: OpeningReading, fields: OpeningFields<string>): number[] {
  return ["member", ...Object.keys(fields)].flatMap((field) => reading[field] ?? []);
}

/** @throws members.opening_column, members.opening_column_twice */
export function checkReading(reading: OpeningReading, fields: OpeningFields<string>, columns: readonly string[]): void {
  const all = used(reading, fields);
  for (const column of all)
    if (column >= columns.length) throw problem("members.opening_column", { column, columns: columns.length });
  const twice = all.find((column, at) => all.indexOf(column) !== at);
  if (twice !== undefined) throw problem("members.opening_column_twice", { column: columns[twice] ?? "" });
}

export const usedColumns = (reading: OpeningReading, fields: OpeningFields<string>): ReadonlySet<number> =>
  new Set(used(reading, fields));

/** The cells of one row by what they mean; each throws the flaw that keeps the row out. */
export interface RowCells<Field extends string> {
  readonly text: (field: Field) => string;
  readonly whole: (field: Field) => number | undefined;
  /** Undefined for an empty cell and for a word that means never. */
  readonly day: (field: Field) => string | undefined;
}
export interface RowFlaw {
  readonly code: string;
  readonly params: Problem["params"];
}
export type ReadRow<Item> =
  | { readonly item: Item; readonly member: string }
  | { readonly flaw: RowFlaw; readonly member: string };

const NEVER = new Set(["永久", "永久有效", "长期", "长期有效", "不过期", "永不过期", "无", "never", "none", "-"]);

/** Reads one row after the other. @param item what a row brings in; throws why it brings nothing */
export function rowReader<Field extends string, Item>(
  reading: OpeningReading<Field>,
  { columns, timezone }: { readonly columns: readonly string[]; readonly timezone: string },
  item: (row: RowCells<Field>) => Item,
): (cells: readonly string[]) => ReadRow<Item> {
  const read = cellReader(timezone);
  const at = (field: string): number | undefined => (reading as OpeningReading)[field];
  return (cells) => {
    const cell = (field: string) => cells[at(field) ?? -1] ?? "";
    const text = (field: string) => {
      const found = read.text(cell(field));
      return "flaw" in found ? "" : (found.value ?? "");
    };
    const sound = <T>(field: string, value: CellValue<T>): T | undefined => {
      if (!("flaw" in value)) return value.value;
      const { code, params }: CellFlaw = value.flaw;
      throw problem(code, { column: columns[at(field) ?? -1] ?? field, format: reading.day_format, ...params });
    };
    const day = (field: string) =>
      NEVER.has(text(field).toLowerCase()) ? undefined : sound(field, read.day(cell(field), reading.day_format));
    const member = text("member");
    if (member === "") return { flaw: { code: "members.opening_no_member", params: {} }, member };
    try {
      return { item: item({ text, whole: (field) => sound(field, read.whole(cell(field))), day }), member };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { flaw: { code: error.code, params: error.params }, member };
    }
  };
}
