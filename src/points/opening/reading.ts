import type { OpeningFields, RowCells } from "../../members/index.ts";
import { type BusinessDay, problem } from "../../platform/index.ts";
import { POINTS_MAX } from "../ledger/command.ts";

/** An empty last day, or a word for never: these points do not expire. Without a number two rows that are alike are one row twice. */
export const LOT_FIELDS = {
  points: {
    required: true,
    headers: ["points", "balance", "积分", "积分余额", "剩余积分", "可用积分", "余额"],
  },
  last_day: {
    required: false,
    headers: ["expires", "expireson", "expiry", "expirydate", "lastday", "到期日", "到期日期", "有效期至", "失效日期"],
  },
  earned_on: {
    required: false,
    headers: ["earnedon", "earned", "issuedon", "获得日", "获得日期", "获得时间", "发放日期", "入账日期"],
  },
  lot_no: { required: false, headers: ["lotno", "lot", "batchno", "批次", "批次号", "流水号", "积分批次"] },
} satisfies OpeningFields<string>;

/** A row as it was read: what it would bring in. */
export interface ReadLot {
  readonly points: number;
  readonly last_day: BusinessDay | null;
  readonly earned_on: BusinessDay | null;
  readonly lot_no: string | null;
}

/** @param today what expired before is not brought in @throws why the row brings nothing in */
export function readLot(row: RowCells<keyof typeof LOT_FIELDS>, today: BusinessDay): ReadLot {
  const points = row.whole("points");
  if (points === undefined) throw problem("points.opening_no_points");
  if (points < 0) throw problem("points.opening_negative", { points });
  if (points === 0) throw problem("points.opening_zero");
  if (points > POINTS_MAX) throw problem("points.bad_amount", { points, max: POINTS_MAX });
  const last_day = row.day("last_day") ?? null;
  const earned_on = row.day("earned_on") ?? null;
  if (last_day !== null && last_day < today) throw problem("points.opening_expired", { last_day });
  if (earned_on !== null && earned_on > today) throw problem("points.opening_ahead", { earned_on });
  if (last_day !== null && earned_on !== null && last_day < earned_on)
    throw problem("points.bad_day", { last_day, first_day: earned_on });
  const lot_no = row.text("lot_no");
  return { points, last_day, earned_on, lot_no: lot_no === "" ? null : lot_no };
}
