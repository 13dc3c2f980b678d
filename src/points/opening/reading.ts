import { type Static, Type } from "typebox";
import { type CellFlaw, cellReader, type CellValue, DAY_FORMATS, type DayFormat } from "../../ingest/index.ts";
import { MEMBER_KEYS, type MemberKey } from "../../members/index.ts";
import { type BusinessDay, problem } from "../../platform/index.ts";
import { POINTS_MAX } from "../ledger/command.ts";

const COLUMN_MAX = 999;
const Column = Type.Integer({ minimum: 0, maximum: COLUMN_MAX });

/** Which column of a file is what. */
export const ReadingSchema = Type.Object(
  {
    member_key: Type.Unsafe<MemberKey>(Type.Union(MEMBER_KEYS.map((key) => Type.Literal(key)))),
    member: Column,
    points: Column,
    /** Empty, or a word for never: these points do not expire. */
    last_day: Type.Optional(Column),
    earned_on: Type.Optional(Column),
    /** The other system's number of the lot; without one, two rows that are alike are one row twice. */
    lot_no: Type.Optional(Column),
    day_format: Type.Unsafe<DayFormat>(Type.Union(DAY_FORMATS.map((format) => Type.Literal(format)))),
  },
  { additionalProperties: false },
);
export type Reading = Static<typeof ReadingSchema>;

const FIELDS = ["member", "points", "last_day", "earned_on", "lot_no"] as const;
type Field = (typeof FIELDS)[number];

/** Words that columns of such files have, without blanks and signs. */
const HEADERS: Readonly<Record<Exclude<Field, "member">, readonly string[]>> = {
  points: ["points", "balance", "积分", "积分余额", "剩余积分", "可用积分", "余额"],
  last_day: ["expires", "expireson", "expiry", "expirydate", "lastday", "到期日", "到期日期", "有效期至", "失效日期"],
  earned_on: ["earnedon", "earned", "issuedon", "获得日", "获得日期", "获得时间", "发放日期", "入账日期"],
  lot_no: ["lotno", "lot", "batchno", "批次", "批次号", "流水号", "积分批次"],
};
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
export function guessReading(columns: readonly string[]): Partial<Reading> & { readonly day_format: DayFormat } {
  const plain = columns.map((name) => name.toLowerCase().replace(/[\s_\-.（）()]/g, ""));
  const at = (words: readonly string[]) => {
    const found = plain.findIndex((name) => words.includes(name));
    return found === -1 ? undefined : found;
  };
  const guess: Partial<Reading> = {};
  for (const [field, words] of Object.entries(HEADERS)) {
    const column = at(words);
    if (column !== undefined) Object.assign(guess, { [field]: column });
  }
  for (const key of MEMBER_KEYS) {
    const column = at(MEMBER_HEADERS[key]);
    if (column === undefined) continue;
    Object.assign(guess, { member_key: key, member: column });
    break;
  }
  return { ...guess, day_format: "auto" };
}

/** @throws points.opening_column, points.opening_column_twice */
export function checkReading(reading: Reading, columns: readonly string[]): void {
  const used = FIELDS.flatMap((field) => (reading[field] === undefined ? [] : [reading[field]]));
  for (const column of used)
    if (column >= columns.length) throw problem("points.opening_column", { column, columns: columns.length });
  const twice = used.find((column, at) => used.indexOf(column) !== at);
  if (twice !== undefined) throw problem("points.opening_column_twice", { column: columns[twice] ?? "" });
}

export const usedColumns = (reading: Reading): ReadonlySet<number> =>
  new Set(FIELDS.flatMap((field) => (reading[field] === undefined ? [] : [reading[field]])));

/** A row as it was read: what it would bring in. */
export interface ReadLot {
  readonly member: string;
  readonly points: number;
  readonly last_day: BusinessDay | null;
  readonly earned_on: BusinessDay | null;
  readonly lot_no: string | null;
}
export type ReadRow =
  | { readonly lot: ReadLot }
  | { readonly flaw: { readonly code: string; readonly params: Flaw["params"] }; readonly member: string };
type Flaw = Required<CellFlaw>;

const NEVER = new Set(["永久", "永久有效", "长期", "长期有效", "不过期", "永不过期", "无", "never", "none", "-"]);

/** Reads one row after the other. @param today what expired before is not brought in */
export function rowReader(
  reading: Reading,
  {
    columns,
    timezone,
    today,
  }: { readonly columns: readonly string[]; readonly timezone: string; readonly today: BusinessDay },
): (cells: readonly string[]) => ReadRow {
  const read = cellReader(timezone);
  const named = (field: Field) => columns[reading[field] ?? -1] ?? field;
  return (cells) => {
    const cell = (field: Field) => (reading[field] === undefined ? "" : (cells[reading[field]] ?? ""));
    const member = valueOf(read.text(cell("member"))) ?? "";
    const bad = (code: string, params: Flaw["params"] = {}): ReadRow => ({ flaw: { code, params }, member });
    const wrong = (field: Field, { code, params }: CellFlaw): ReadRow =>
      bad(code, { column: named(field), format: reading.day_format, ...params });
    if (member === "") return bad("points.opening_no_member");
    const points = read.whole(cell("points"));
    if ("flaw" in points) return wrong("points", points.flaw);
    if (points.value === undefined) return bad("points.opening_no_points");
    if (points.value < 0) return bad("points.opening_negative", { points: points.value });
    if (points.value === 0) return bad("points.opening_zero");
    if (points.value > POINTS_MAX) return bad("points.bad_amount", { points: points.value, max: POINTS_MAX });
    const typed = valueOf(read.text(cell("last_day"))) ?? "";
    const last_day = NEVER.has(typed.toLowerCase()) ? { value: undefined } : read.day(typed, reading.day_format);
    if ("flaw" in last_day) return wrong("last_day", last_day.flaw);
    const earned_on = read.day(cell("earned_on"), reading.day_format);
    if ("flaw" in earned_on) return wrong("earned_on", earned_on.flaw);
    const [last = null, earned = null] = [last_day.value, earned_on.value];
    if (last !== null && last < today) return bad("points.opening_expired", { last_day: last });
    if (earned !== null && earned > today) return bad("points.opening_ahead", { earned_on: earned });
    if (last !== null && earned !== null && last < earned)
      return bad("points.bad_day", { last_day: last, first_day: earned });
    const lot_no = valueOf(read.text(cell("lot_no"))) ?? "";
    return {
      lot: { member, points: points.value, last_day: last, earned_on: earned, lot_no: lot_no === "" ? null : lot_no },
    };
  };
}

const valueOf = (cell: CellValue<string>): string | undefined => ("flaw" in cell ? undefined : cell.value);
