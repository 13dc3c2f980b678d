import { benchMember } from "./world-members.ts";

/**
 * What is sent to the brand of an online mall, in hundredths: people look, search and log in far more often than they
 * buy. Orders, returns, referrals and points touch stored tags (an order all of them), the rest none but the behaviour
 * segments. Members are drawn evenly over everybody: the worst for every cache, for in truth few are on line at a time.
 */
export const MALL_MIX = [
  [46, "browse"],
  [12, "search"],
  [12, "login"],
  [10, "cart"],
  [6, "message"],
  [7, "order"],
  [3, "points_movement"],
  [2, "share"],
  [1, "like"],
  [1, "review"],
] as const;
export const MIX_SAID = MALL_MIX.map(([share, kind]) => `${share} % ${kind}`).join(", ");
const KINDS: readonly string[] = MALL_MIX.flatMap(([share, kind]) => Array.from({ length: share }, () => kind));
export const BATCH_RECORDS = KINDS.length;

/** An order so large that nobody of the bench world has one, and a product that nobody looks at: they make samples known. */
export const SAMPLE_FEN = 99_999_900;
export const SAMPLE_SKU = "BENCH-SAMPLE";

const BODIES: Readonly<Record<string, object>> = {
  browse: { page: "product", sku: "WY-DHP-50" },
  login: { platform: "mini_program" },
  search: { keyword: "乌龙" },
  cart: { sku: "WY-DHP-50", action: "add" },
  message: { medium: "sms", message_id: "m", stage: "sent" },
  points_movement: { points: 5, reason: "earn" },
  share: { target: "friend" },
  like: { direction: "received" },
  review: { rating: 5 },
};

const orderOf = (order_no: string, net_minor: number): object => ({
  order_no,
  status: "paid",
  lines: [{ line_no: "1", sku: "WY-DHP-50", quantity: "1", net_minor }],
});

function record(kind: string, key: string, member: number, body: object | undefined): object {
  const identities = [{ kind: "phone", value: benchMember(member).phone }];
  return { kind, key, occurred_at: new Date().toISOString(), identities, body };
}

/** A batch of the stream with two samples in it: whose order and whose look at a product are waited for. */
export interface MallBatch {
  readonly records: readonly object[];
  /** Numbers of the bench's members. */
  readonly buyer: number;
  readonly looker: number;
}

/**
 * @param run a word of its own for each run of the stream, so that no key comes twice.
 * @param place of the batch: its number, plus a fraction that moves all samples of a run to other members.
 */
export function mallBatch(run: string, place: number, batches: number, members: number): MallBatch {
  const n = Math.floor(place);
  const records = KINDS.map((kind, i) => {
    const key = `${run}-${n}-${i}`;
    const member = (n * 7_919 + i * 104_729 + 13) % members;
    return record(kind, key, member, kind === "order" ? orderOf(key, 8_800) : BODIES[kind]);
  });
  const buyer = Math.floor((place * members) / batches) % members;
  const looker = Math.floor(((place + 0.5) * members) / batches) % members;
  const at = (n * 37) % BATCH_RECORDS;
  records[at] = record("order", `${run}-buyer-${n}`, buyer, orderOf(`${run}-buyer-${n}`, SAMPLE_FEN));
  records[(at + 50) % BATCH_RECORDS] = record("browse", `${run}-looker-${n}`, looker, { sku: SAMPLE_SKU });
  return { records, buyer, looker };
}
