import type { OpeningFields, RowCells } from "../../members/index.ts";
import { type BusinessDay, problem } from "../../platform/index.ts";
import { codeHash, normaliseCode } from "../coupons/code.ts";
import { CODE_LENGTH_MAX } from "../coupons/wallet.ts";
import type { OpenBatch } from "./opening-store.ts";

/** Uses that one coupon of the system before may have left. */
export const USES_MAX = 100;

export const COUPON_FIELDS = {
  coupon: {
    required: true,
    headers: [
      "coupon",
      "batch",
      "couponkey",
      "batchid",
      "优惠券",
      "券",
      "券批次",
      "批次",
      "批次号",
      "券编码",
      "券名称",
    ],
  },
  code: { required: false, headers: ["code", "couponcode", "券码", "优惠码", "兑换码", "券号"] },
  last_day: {
    required: false,
    headers: ["validuntil", "expires", "expireson", "expiry", "到期日", "到期日期", "有效期至", "失效日期"],
  },
  uses: { required: false, headers: ["uses", "usesleft", "remaining", "剩余次数", "可用次数", "剩余张数", "次数"] },
} satisfies OpeningFields<string>;

/** A coupon as it was read; of its code the hash only. */
export interface ReadCoupon {
  readonly batch_id: number;
  readonly batch: string;
  readonly code: string | null;
  readonly last_day: BusinessDay | null;
  readonly uses: number;
}

/** @throws benefits.opening_batch_unknown, benefits.opening_batch_several */
function batchNamed(coupon: string, batches: readonly OpenBatch[]): OpenBatch {
  const called = (one: OpenBatch) => [
    [String(one.batch_id)],
    [one.name],
    [one.key, one.definition.zh, one.definition.en],
  ];
  for (let rank = 0; rank < 3; rank++) {
    const [first, other] = batches.filter((one) => called(one)[rank]?.includes(coupon));
    if (other !== undefined) throw problem("benefits.opening_batch_several", { coupon });
    if (first !== undefined) return first;
  }
  throw problem("benefits.opening_batch_unknown", { coupon });
}

/** @throws why the row brings nothing in */
export function readCoupon(
  row: RowCells<keyof typeof COUPON_FIELDS>,
  {
    batches,
    key,
    today,
  }: { readonly batches: readonly OpenBatch[]; readonly key: Buffer; readonly today: BusinessDay },
): ReadCoupon {
  const coupon = row.text("coupon");
  if (coupon === "") throw problem("benefits.opening_no_coupon");
  const { batch_id, name } = batchNamed(coupon, batches);
  const code = normaliseCode(row.text("code"));
  if (code.length > CODE_LENGTH_MAX) throw problem("benefits.opening_code_long", { max: CODE_LENGTH_MAX });
  const last_day = row.day("last_day") ?? null;
  if (last_day !== null && last_day < today) throw problem("members.opening_over", { last_day });
  const uses = row.whole("uses") ?? 1;
  if (uses < 1 || uses > USES_MAX) throw problem("benefits.opening_uses", { uses, max: USES_MAX });
  return {
    batch_id,
    batch: `${batch_id} ${name}`,
    code: code === "" ? null : codeHash(key, code).toString("hex"),
    last_day,
    uses,
  };
}
