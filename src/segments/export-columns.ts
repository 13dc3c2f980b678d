import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import {
  build as q,
  type Column,
  type Expression,
  formatDecimal,
  type Relation,
  type Sensitivity,
} from "../query/index.ts";
import { bookOf, type CodeNames, displayValue, storedTag, type TagDefinition } from "../tags/index.ts";
import { storedCatalogue } from "./condition.ts";

export type Language = "zh" | "en";
export type ColumnGroup = "identity" | "profile" | "layers" | "tags";

/** One column that an export may have. */
export interface ExportColumn {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly group: ColumnGroup;
  /** Shows a part of a personal value only. */
  readonly masked: boolean;
  /** Personal data in clear (L3): to be had where the matrix allows it, or after approval. */
  readonly personal: boolean;
  /** Whether the values are numbers to reckon with. */
  readonly number: boolean;
  /** What is read; absent for columns that the members domain shows. */
  readonly expression?: Expression;
  readonly show: (value: string, language: Language, names: CodeNames) => string;
}

/** What nobody can export, and is said to be so. */
export interface Withheld {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
}

export interface Offer {
  readonly columns: readonly ExportColumn[];
  readonly withheld: readonly Withheld[];
}

export const NAME = "name_masked";
export const PHONE = "phone_masked";
export const NAME_CLEAR = "name";
export const PHONE_CLEAR = "phone";
const YES = { true: { zh: "是", en: "yes" }, false: { zh: "否", en: "no" } } as const;

const isPersonal = (level: Sensitivity | undefined): boolean => level === "L3" || level === "L4";
const same = (value: string): string => value;
const identity = (key: string, zh: string, en: string, of: "id" | "masked" | "clear"): ExportColumn => ({
  key,
  zh,
  en,
  group: "identity",
  masked: of === "masked",
  personal: of === "clear",
  number: false,
  show: same,
});

/**
 * Every column that may be exported: ids and names, the profile, layers such as RFM and tier, and tags. Those of L3 are
 * marked as personal; those of L4 are withheld from everybody.
 */
export function exportColumns(ground: Ground): Offer {
  const columns: ExportColumn[] = [
    { ...identity("member_id", "会员编号", "Member id", "id"), number: true, expression: q.member("member_id") },
    identity(NAME, "姓名（脱敏）", "Name, masked", "masked"),
    identity(PHONE, "手机号（脱敏）", "Phone, masked", "masked"),
    identity(NAME_CLEAR, "姓名（明文）", "Name, in clear", "clear"),
    identity(PHONE_CLEAR, "手机号（明文）", "Phone, in clear", "clear"),
  ];
  const withheld: Withheld[] = [];
  for (const relation of storedCatalogue(ground).all()) {
    if (relation.per_member !== "one" || relation.name === "member_tags") continue;
    for (const column of relation.columns) {
      if (relation.key.includes(column.name) || column.type === "instant") continue;
      const key = `${relation.name}.${column.name}`;
      if (column.sensitivity === "L4") withheld.push({ key, zh: column.zh, en: column.en });
      else columns.push(ofColumn(key, relation, column));
    }
  }
  const book = bookOf(ground);
  for (const [name, { definition, kind }] of book.tags) {
    const key = `tag.${name}`;
    const { zh, en } = definition;
    if (definition.privacy === "L4") withheld.push({ key, zh, en });
    else {
      const number = kind === "number" || kind === "since";
      columns.push({ ...ofTag(ground, definition), key, number, expression: storedTag(book, name) ?? q.tag(name) });
    }
  }
  return { columns, withheld };
}

function ofColumn(key: string, relation: Relation, column: Column): ExportColumn {
  const shown = (value: string, language: Language, names: CodeNames): string => {
    if (value === "true" || value === "false") return YES[value][language];
    if (column.unit === "minor") return majorUnits(value);
    if (column.name.endsWith("store_code")) return names.get("stores")?.get(value) ?? value;
    return column.values?.find((one) => one.value === value)?.[language] ?? value;
  };
  const layer = relation.name !== "members";
  return {
    key,
    zh: layer ? `${relation.zh}·${column.zh}` : column.zh,
    en: layer ? `${relation.en}: ${column.en}` : column.en,
    group: layer ? "layers" : "profile",
    masked: false,
    personal: isPersonal(column.sensitivity),
    number: column.type === "integer" || column.type.startsWith("decimal"),
    expression: q.profile(relation.name, column.name),
    show: shown,
  };
}

/** Texts as people read them; numbers bare, so that a sheet can reckon with them, amounts in major units. */
function ofTag(ground: Ground, definition: TagDefinition): Omit<ExportColumn, "key" | "number"> {
  const shown = (value: string, language: Language, names: CodeNames): string => {
    if (definition.unit === "minor") return majorUnits(value);
    if (definition.unit !== undefined) return value;
    return displayValue(definition, value, { currency: ground.config.currency, names }, language);
  };
  const { zh, en, privacy } = definition;
  return { zh, en, group: "tags", masked: false, personal: isPersonal(privacy), show: shown };
}

function majorUnits(value: string): string {
  return /^-?\d+$/.test(value) ? formatDecimal(BigInt(value), 2) : value;
}

/** The columns of these keys in this order. @param personal whether those in clear are to be had. @throws segments.export_column */
export function chosenColumns(ground: Ground, keys: readonly string[], personal: boolean): ExportColumn[] {
  const offered = new Map(exportColumns(ground).columns.map((column) => [column.key, column]));
  return [...new Set(keys)].map((key) => {
    const column = offered.get(key);
    if (column === undefined || (column.personal && !personal))
      throw problem("segments.export_column", { key: key.slice(0, 80) });
    return column;
  });
}
