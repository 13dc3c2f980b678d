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
  /** Whether the values are numbers to reckon with. */
  readonly number: boolean;
  /** What is read; absent for columns that the members domain shows. */
  readonly expression?: Expression;
  readonly show: (value: string, language: Language, names: CodeNames) => string;
}

/** What cannot be exported, and is said to be so. */
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
const PERSONAL: ReadonlySet<Sensitivity | undefined> = new Set(["L3", "L4"]);
const YES = { true: { zh: "是", en: "yes" }, false: { zh: "否", en: "no" } } as const;

const same = (value: string): string => value;
const identity = (key: string, zh: string, en: string, masked: boolean): ExportColumn => ({
  key,
  zh,
  en,
  group: "identity",
  masked,
  number: false,
  show: same,
});

/**
 * Every column that may be exported: ids and masked names, the profile, layers such as RFM and tier, and tags; nothing
 * above L2. Personal columns are named as withheld: in clear they need the approval of a second person, which does not
 * exist yet.
 */
export function exportColumns(ground: Ground): Offer {
  const columns: ExportColumn[] = [
    { ...identity("member_id", "会员编号", "Member id", false), number: true, expression: q.member("member_id") },
    identity(NAME, "姓名（脱敏）", "Name, masked", true),
    identity(PHONE, "手机号（脱敏）", "Phone, masked", true),
  ];
  const withheld: Withheld[] = [];
  for (const relation of storedCatalogue(ground).all()) {
    if (relation.per_member !== "one" || relation.name === "member_tags") continue;
    for (const column of relation.columns) {
      if (relation.key.includes(column.name) || column.type === "instant") continue;
      const key = `${relation.name}.${column.name}`;
      if (PERSONAL.has(column.sensitivity)) withheld.push({ key, zh: column.zh, en: column.en });
      else columns.push(ofColumn(key, relation, column));
    }
  }
  const book = bookOf(ground);
  for (const [name, { definition, kind }] of book.tags) {
    const key = `tag.${name}`;
    const { zh, en } = definition;
    if (PERSONAL.has(definition.privacy)) withheld.push({ key, zh, en });
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
  return { zh: definition.zh, en: definition.en, group: "tags", masked: false, show: shown };
}

function majorUnits(value: string): string {
  return /^-?\d+$/.test(value) ? formatDecimal(BigInt(value), 2) : value;
}

/** The columns of these keys in this order. @throws segments.export_column */
export function chosenColumns(ground: Ground, keys: readonly string[]): ExportColumn[] {
  const offered = new Map(exportColumns(ground).columns.map((column) => [column.key, column]));
  return [...new Set(keys)].map((key) => {
    const column = offered.get(key);
    if (column === undefined) throw problem("segments.export_column", { key: key.slice(0, 80) });
    return column;
  });
}
