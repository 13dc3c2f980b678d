import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { present } from "./catalogue-names.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { memberRows, PROFILE_ROW, type MemberRow, type ProfileRow } from "./member-row.ts";
import { FLAGS } from "./profile-field.ts";
import { refusePersonalTag } from "./tag-levels.ts";

export interface ListQuery {
  readonly cursor?: string;
  readonly limit?: number;
  readonly sort?: string;
  readonly segment_id?: string;
  readonly rfm?: string;
  readonly tag?: string;
  readonly store?: string;
  readonly city?: string;
  readonly flag?: string;
  readonly joined_from?: string;
  readonly joined_to?: string;
}

export interface MemberPage {
  readonly items: readonly MemberRow[];
  readonly next_cursor: string | null;
  readonly total: number;
  readonly total_exact: boolean;
}

/** Column, type and null place of each order; all run backwards over an index (column, member_id). */
const SORTS: Readonly<Record<string, { column: string; type: string; nullable: boolean }>> = {
  joined: { column: "joined_at", type: "timestamptz", nullable: false },
  last_order: { column: "last_order_at", type: "timestamptz", nullable: true },
  net: { column: "net_minor", type: "bigint", nullable: false },
  orders: { column: "orders", type: "int", nullable: false },
};
export const SORT_NAMES = Object.keys(SORTS);

const PAGE_MAX = 200;
/** Beyond this many a total is an estimate, and the answer says so. */
const COUNTED_MAX = 10_000;

/** Members by cursor, newest or largest first. Without a last order a member has no place in that order and comes last. */
export async function listMembers(tx: Tx, ground: Ground, query: ListQuery, scope: Scope): Promise<MemberPage> {
  const sort = SORTS[query.sort ?? "joined"] ?? SORTS["joined"];
  if (sort === undefined) throw new Error("the list has no default order");
  const limit = Math.min(query.limit ?? 50, PAGE_MAX);
  const filter = await filterOf(tx, ground, query, scope);
  const place = decodeCursor(query.cursor, 2);
  const rows = await pageOf(tx, sort, filter, place, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const total = await totalOf(tx, filter);
  return {
    items: await memberRows(tx, ground, shown),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor([last.place, last.member_id]) : null,
    ...total,
  };
}

interface Filter {
  readonly where: readonly string[];
  readonly values: readonly unknown[];
}

async function filterOf(tx: Tx, ground: Ground, query: ListQuery, scope: Scope): Promise<Filter> {
  const where: string[] = [];
  const values: unknown[] = [];
  const add = (condition: (place: string) => string, value: unknown) => {
    values.push(value);
    where.push(condition(`$${values.length}`));
  };
  if (scope.stores !== "all") add((p) => `f.home_store_code = any(${p}::text[])`, scope.stores);
  if (query.store !== undefined) add((p) => `f.home_store_code = ${p}`, query.store);
  if (query.city !== undefined) add((p) => `f.city = ${p}`, query.city);
  if (query.joined_from !== undefined) add((p) => `f.joined_at >= ${p}::timestamptz`, query.joined_from);
  if (query.joined_to !== undefined) add((p) => `f.joined_at < ${p}::timestamptz`, query.joined_to);
  if (query.flag !== undefined) {
    if (!(FLAGS as readonly string[]).includes(query.flag)) {
      throw problem("members.flag_unknown", { flag: query.flag, allowed: FLAGS.join(", ") });
    }
    where.push(`f.is_${query.flag}`);
  }
  if (query.segment_id !== undefined) {
    if (!(await present(tx, "segment_members"))) throw problem("members.segment_unavailable", { filter: "segment_id" });
    add(
      (p) =>
        `exists (select 1 from catalogue.segment_members s where s.member_id = f.member_id and s.segment_id::text = ${p})`,
      query.segment_id,
    );
  }
  const tags = [...(query.tag === undefined ? [] : [query.tag]), ...rfmTags(query.rfm)];
  for (const tag of tags) {
    refusePersonalTag(ground, scope, tag.split(":")[0] ?? "");
    if (!(await present(tx, "tag_values"))) throw problem("members.segment_unavailable", { filter: "tag" });
    const colon = tag.indexOf(":");
    values.push(tag.slice(0, colon < 0 ? undefined : colon), colon < 0 ? null : tag.slice(colon + 1));
    const [key, value] = [`$${values.length - 1}`, `$${values.length}`];
    where.push(`exists (select 1 from catalogue.tag_values t where t.member_id = f.member_id and t.tag = ${key}
      and (${value}::text is null or coalesce(t.value_text, t.value_number::text, t.value_date::text) = ${value}))`);
  }
  return { where, values };
}

/** "A1" is class A and level 1, "A" the class alone. */
function rfmTags(rfm: string | undefined): string[] {
  if (rfm === undefined) return [];
  const [name = "", level] = rfm;
  return [`rfm_class:${name}`, ...(level === undefined ? [] : [`rfm_level:${level}`])];
}

type PlacedRow = ProfileRow & { readonly place: string | null };

async function pageOf(
  tx: Tx,
  sort: { column: string; type: string; nullable: boolean },
  { where, values }: Filter,
  place: readonly unknown[] | undefined,
  limit: number,
): Promise<PlacedRow[]> {
  const select = `select ${PROFILE_ROW}, f.${sort.column}::text as place from members.profile f`;
  const run = (extra: readonly string[], extraValues: readonly unknown[], order: string, count: number) =>
    tx.query<PlacedRow>(
      `${select} where ${[...where, ...extra, "true"].join(" and ")} order by ${order} limit ${count}`,
      [...values, ...extraValues],
    );
  const [at, id] = [`$${values.length + 1}`, `$${values.length + 2}`];
  const ordered = `f.${sort.column} desc, f.member_id desc`;
  const rows =
    place !== undefined && place[0] === null
      ? []
      : await run(
          [
            ...(sort.nullable ? [`f.${sort.column} is not null`] : []),
            ...(place === undefined ? [] : [`(f.${sort.column}, f.member_id) < (${at}::${sort.type}, ${id}::bigint)`]),
          ],
          place ?? [],
          ordered,
          limit,
        );
  if (!sort.nullable || rows.length >= limit) return rows;
  const after = place !== undefined && place[0] === null ? [place[1]] : [];
  const rest = await run(
    [`f.${sort.column} is null`, ...(after.length === 0 ? [] : [`f.member_id < ${at}::bigint`])],
    after,
    "f.member_id desc",
    limit - rows.length,
  );
  return [...rows, ...rest];
}

async function totalOf(tx: Tx, { where, values }: Filter): Promise<{ total: number; total_exact: boolean }> {
  const counted = await tx.one<{ total: number }>(
    `select count(*)::int as total from (select 1 from members.profile f where ${[...where, "true"].join(" and ")} limit ${COUNTED_MAX + 1}) c`,
    values,
  );
  const total = counted?.total ?? 0;
  if (total <= COUNTED_MAX) return { total, total_exact: true };
  if (where.length > 0) return { total: COUNTED_MAX, total_exact: false };
  const estimate = await tx.one<{ total: number }>(
    "select greatest(reltuples, $1)::bigint as total from pg_class where oid = 'members.profile'::regclass",
    [COUNTED_MAX],
  );
  return { total: estimate?.total ?? COUNTED_MAX, total_exact: false };
}
