import { byVersion, newest, type Statement } from "./statement.ts";

export interface ProductBody {
  readonly name?: string;
  readonly category_1?: string;
  readonly category_2?: string;
  readonly category_3?: string;
  readonly brand?: string;
  readonly series?: string;
  readonly list_price_minor?: number;
  readonly cost_minor?: number;
  readonly launched_on?: string;
}

export interface StoreBody {
  readonly name?: string;
  readonly region_code?: string;
  readonly region_name?: string;
  readonly city?: string;
  readonly brand_code?: string;
  readonly ownership?: string;
  readonly opened_on?: string;
}

export interface StaffBody {
  /** The token under which the vault holds the name. */
  readonly name_token?: string;
  readonly store_code?: string;
  readonly role?: string;
  readonly left_on?: string;
}

export const PRODUCT_FIELDS = [
  "name",
  "category_1",
  "category_2",
  "category_3",
  "brand",
  "series",
  "list_price_minor",
  "cost_minor",
  "launched_on",
] as const satisfies readonly (keyof ProductBody)[];
export const STORE_FIELDS = [
  "name",
  "region_code",
  "region_name",
  "city",
  "brand_code",
  "ownership",
  "opened_on",
] as const satisfies readonly (keyof StoreBody)[];
export const STAFF_FIELDS = [
  "name_token",
  "store_code",
  "role",
  "left_on",
] as const satisfies readonly (keyof StaffBody)[];

/** What a master entity is: for each field the newest statement that gives it. */
export function foldMaster<Body extends object>(
  statements: readonly Statement<Body>[],
  fields: readonly (keyof Body & string)[],
): Record<string, unknown> {
  const sorted = byVersion(statements);
  return Object.fromEntries(fields.map((name) => [name, newest(sorted, (s) => s.body[name])]));
}
