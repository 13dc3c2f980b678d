import type { Scope, Tx } from "../store/index.ts";
import { readPlace, writePlace } from "./clv-page.ts";
import { type Cell, CELLS } from "./rfm.ts";
import type { Run } from "./run-store.ts";

export interface CellRow {
  readonly cell: Cell;
  readonly members: number;
  readonly share: number;
  readonly net_minor: number;
}

/** All nine cells, also the empty ones. Shares are of the population. */
export async function cellRows(tx: Tx): Promise<CellRow[]> {
  const rows = await tx.query<{ cell: Cell; members: number; net_minor: number }>(
    "select class || level as cell, count(*) as members, sum(m_minor)::bigint as net_minor from value.rfm_member group by 1",
  );
  const byCell = new Map(rows.map((row) => [row.cell, row]));
  const population = rows.reduce((sum, row) => sum + row.members, 0);
  return CELLS.map((cell) => {
    const { members = 0, net_minor = 0 } = byCell.get(cell) ?? {};
    return { cell, members, share: population === 0 ? 0 : members / population, net_minor };
  });
}

export interface MapRow {
  readonly level: number;
  readonly f_band: number;
  readonly m_band: number;
  readonly members: number;
  readonly net_minor: number;
}

/** The three 5 × 5 maps, without their empty places. Bands are counted from 1. */
export async function mapRows(tx: Tx, { f_edges, m_edges }: Run): Promise<MapRow[]> {
  return tx.query<MapRow>(
    `select level::int as level, ${F_BAND} as f_band, ${M_BAND} as m_band, count(*) as members, sum(m_minor)::bigint as net_minor
     from value.rfm_member group by 1, 2, 3 order by 1, 2, 3`,
    [f_edges, m_edges],
  );
}

/** width_bucket is the number of lower edges that a value has reached; equal edges count together. */
const F_BAND = "greatest(1, width_bucket(f::bigint, $1::bigint[]))";
const M_BAND = "greatest(1, width_bucket(m_minor, $2::bigint[]))";

export interface Wanted {
  readonly cell?: string;
  readonly level?: number;
  readonly f_band?: number;
  readonly m_band?: number;
}

/** Member ids behind a cell or a place of a map, largest M first; of the groups outside, by number. */
export async function memberPage(
  tx: Tx,
  run: Run,
  wanted: Wanted,
  scope: Scope,
  cursor: string | undefined,
  limit: number,
): Promise<{ member_ids: number[]; next_cursor: string | null }> {
  const place = readPlace(cursor);
  const stores = scope.stores === "all" ? null : scope.stores;
  if (wanted.cell === "never" || wanted.cell === "over_365")
    return outsidePage(tx, run, wanted.cell, stores, place, limit);
  const [cls, level] =
    wanted.cell === undefined ? [null, wanted.level ?? null] : [wanted.cell[0] ?? null, wanted.cell[1] ?? null];
  const rows = await tx.query<{ member_id: number; m_minor: number }>(
    `select r.member_id, r.m_minor from value.rfm_member r
     where ($3::text is null or class = $3) and ($4::int is null or level = $4)
       and ($5::int is null or ${F_BAND} = $5) and ($6::int is null or ${M_BAND} = $6)
       and ($7::bigint is null or (r.m_minor, r.member_id) < ($7, $8))
       and ($9::text[] is null or exists (select from catalogue.members m where m.member_id = r.member_id and m.home_store_code = any($9)))
     order by r.m_minor desc, r.member_id desc limit $10`,
    [
      run.f_edges,
      run.m_edges,
      cls,
      level,
      wanted.f_band ?? null,
      wanted.m_band ?? null,
      place?.[0] ?? null,
      place?.[1] ?? null,
      stores,
      limit,
    ],
  );
  const last = rows.at(-1);
  const next = rows.length === limit && last !== undefined ? writePlace([last.m_minor, last.member_id]) : null;
  return { member_ids: rows.map((row) => row.member_id), next_cursor: next };
}

async function outsidePage(
  tx: Tx,
  { business_day }: Run,
  cell: "never" | "over_365",
  stores: readonly string[] | null,
  place: readonly [number, number] | undefined,
  limit: number,
): Promise<{ member_ids: number[]; next_cursor: string | null }> {
  const past = "exists (select from value.rfm_past p where p.member_id = m.member_id)";
  const rows = await tx.query<{ member_id: number }>(
    `select m.member_id from catalogue.members m
     where m.member_id > $1 and not (m.is_staff or m.is_test or m.is_wholesale) and ${cell === "never" ? "not " : ""}${past}
       and not exists (select from value.rfm_member r where r.member_id = m.member_id)
       and ($2::text[] is null or m.home_store_code = any($2))
       and not exists (select from catalogue.purchase_days d where d.member_id = m.member_id and d.net_minor > 0
         and d.business_day between $3::date - 364 and $3)
     order by m.member_id limit $4`,
    [place?.[1] ?? 0, stores, business_day, limit],
  );
  const last = rows.at(-1);
  return {
    member_ids: rows.map((row) => row.member_id),
    next_cursor: rows.length === limit && last !== undefined ? writePlace([0, last.member_id]) : null,
  };
}
