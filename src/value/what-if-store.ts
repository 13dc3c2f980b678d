import type { Tx } from "../store/index.ts";
import { type Thresholds, thresholdsOf } from "./rfm.ts";

export interface Move {
  readonly from_cell: string;
  readonly to_cell: string;
  readonly members: number;
}

/** From which cell to which the members of the present run would go by other thresholds. Nothing is changed. */
export async function movesBy(tx: Tx, t: Thresholds): Promise<Move[]> {
  return tx.query<Move>(
    `select class || level as from_cell,
       (case when m_minor < $1 then 'C' when f >= $2 then 'A' else 'B' end)
       || (case when r_days <= $3 then '1' when r_days <= $4 then '2' else '3' end) as to_cell, count(*) as members
     from value.rfm_member group by 1, 2 order by 1, 2`,
    [t.m_hi_minor, t.f_hi, t.r1_days, t.r2_days],
  );
}

/** M_hi and F_hi of the present run by nearest rank, where the top `percent` of a hundred are high. */
export async function quantileThresholds(
  tx: Tx,
  percent: number,
): Promise<Pick<Thresholds, "m_hi_minor" | "f_hi"> | undefined> {
  const row = await tx.one<{ m_hi_minor: number | null; f_middle: number }>(
    `with high as (
       select m_minor from value.rfm_member order by m_minor desc
       offset (select ((count(*) * $1::int + 99) / 100 - 1)::bigint from value.rfm_member) limit 1
     ), rich as (
       select f, row_number() over (order by f) as place, count(*) over () as k from value.rfm_member
       where m_minor >= (select m_minor from high)
     )
     select (select m_minor from high) as m_hi_minor, (select f from rich where place = (k + 1) / 2) as f_middle`,
    [percent],
  );
  if (row === undefined || row.m_hi_minor === null) return undefined;
  const { m_hi_minor, f_hi } = thresholdsOf(row.m_hi_minor, row.f_middle);
  return { m_hi_minor, f_hi };
}
