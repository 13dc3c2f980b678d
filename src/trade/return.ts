import { allocate, businessDay } from "../platform/index.ts";
import { addDecimals, type TradeRules } from "./order.ts";
import { byVersion, happenedAt, newest, type Statement, uniteLines } from "./statement.ts";

export interface ReturnLine {
  readonly key: string;
  readonly sku: string;
  readonly quantity: string;
  readonly refund_minor: number;
  readonly original_line_no: string | null;
}

/** What one record says about a return. */
export interface ReturnBody {
  readonly original_order_no?: string;
  readonly store_code?: string;
  readonly channel?: string;
  readonly currency?: string;
  readonly reason?: string;
  /** Total, where the lines are not known. */
  readonly refund_minor?: number;
  /** The whole original order goes back. */
  readonly whole_order?: boolean;
  readonly lines?: readonly ReturnLine[];
}

export interface Return {
  readonly party_id: number | null;
  readonly original_order_no: string | null;
  readonly returned_at: Date;
  readonly business_day: string;
  readonly store_code: string | null;
  readonly channel: string | null;
  readonly currency: string;
  readonly reason: string | null;
  readonly whole_order: boolean;
  /** From the lines, else as stated; null when only the original order tells it. */
  readonly stated_refund_minor: number | null;
  readonly refund_minor: number;
  readonly items: string;
  readonly lines: readonly ReturnLine[];
}

/** The return that a set of statements describes. */
export function foldReturn(statements: readonly Statement<ReturnBody>[], rules: TradeRules): Return {
  const sorted = byVersion(statements);
  const returned_at = happenedAt(sorted);
  const lines = uniteLines(sorted, (body) => body.lines ?? []);
  const field = <K extends Exclude<keyof ReturnBody, "lines">>(name: K) =>
    newest(sorted, (s) => s.body[name]) as NonNullable<ReturnBody[K]> | null;
  const stated_refund_minor =
    lines.length === 0 ? field("refund_minor") : lines.reduce((sum, line) => sum + line.refund_minor, 0);
  return {
    party_id: newest(sorted, (s) => s.party_id),
    original_order_no: field("original_order_no"),
    returned_at,
    business_day: businessDay(returned_at, rules.timezone),
    store_code: field("store_code"),
    channel: field("channel"),
    currency: field("currency") ?? rules.currency,
    reason: field("reason"),
    whole_order: field("whole_order") ?? false,
    stated_refund_minor,
    refund_minor: stated_refund_minor ?? 0,
    items: addDecimals(lines.map((line) => line.quantity)),
    lines,
  };
}

export interface Candidate {
  readonly order_id: number;
  readonly source_id: number;
}

/**
 * The order a return belongs to among those of the stated number: the one of its own source, else the only one there
 * is. Two orders of other sources with one number leave it unmatched rather than guessed.
 */
export function matchOrder(source_id: number, candidates: readonly Candidate[]): number | null {
  const own = candidates.find((candidate) => candidate.source_id === source_id);
  if (own !== undefined) return own.order_id;
  return candidates.length === 1 ? (candidates[0]?.order_id ?? null) : null;
}

export interface RefundableLine {
  readonly key: string;
  readonly sku: string;
  readonly net_minor: number;
}

/**
 * How much of an order's refunds falls on each of its lines. A return line that names its original line goes there;
 * the others fill the lines of their SKU in the order of their keys, each up to its net, and the last takes the rest.
 * A refund for a SKU that the order does not hold falls on no line, only on the order.
 */
export function refundLines(lines: readonly RefundableLine[], returned: readonly ReturnLine[]): Map<string, number> {
  const refunds = new Map<string, number>(lines.map((line) => [line.key, 0]));
  const pools = new Map<string, number>();
  for (const line of returned) {
    const named = line.original_line_no === null ? undefined : refunds.get(line.original_line_no);
    if (named === undefined) pools.set(line.sku, (pools.get(line.sku) ?? 0) + line.refund_minor);
    else refunds.set(line.original_line_no ?? "", named + line.refund_minor);
  }
  for (const [sku, pool] of pools) {
    const targets = lines.filter((line) => line.sku === sku);
    let left = pool;
    for (const [i, target] of targets.entries()) {
      const already = refunds.get(target.key) ?? 0;
      const part = i === targets.length - 1 ? left : Math.min(left, Math.max(0, target.net_minor - already));
      refunds.set(target.key, already + part);
      left -= part;
    }
  }
  return refunds;
}

export interface OrderReturn {
  readonly return_id: number;
  readonly whole_order: boolean;
  readonly stated_refund_minor: number | null;
  readonly lines: readonly ReturnLine[];
}

export interface Refunds {
  readonly order_minor: number;
  readonly by_return: ReadonlyMap<number, number>;
  readonly by_line: ReadonlyMap<string, number>;
}

/**
 * All refunds of one order. A whole-order return without an amount takes what the others left of the order's net; the
 * first of several does. Amounts without lines are spread over the lines by what is left of them.
 * @param returns in a fixed order, since that decides between several whole-order returns.
 */
export function settleRefunds(lines: readonly RefundableLine[], returns: readonly OrderReturn[]): Refunds {
  const known_minor = returns.reduce((sum, r) => sum + (r.stated_refund_minor ?? 0), 0);
  let rest_minor = Math.max(0, lines.reduce((sum, line) => sum + line.net_minor, 0) - known_minor);
  const by_return = new Map<number, number>();
  for (const { return_id, whole_order, stated_refund_minor } of returns) {
    const takes = stated_refund_minor ?? (whole_order ? rest_minor : 0);
    if (stated_refund_minor === null) rest_minor -= takes;
    by_return.set(return_id, takes);
  }
  const by_line = refundLines(
    lines,
    returns.flatMap((r) => r.lines),
  );
  const unlined_minor = returns.reduce(
    (sum, r) => sum + (r.lines.length === 0 ? (by_return.get(r.return_id) ?? 0) : 0),
    0,
  );
  const left = lines.map((line) => Math.max(0, line.net_minor - (by_line.get(line.key) ?? 0)));
  for (const [i, part] of allocate(unlined_minor, left).entries()) {
    const key = lines[i]?.key ?? "";
    by_line.set(key, (by_line.get(key) ?? 0) + part);
  }
  return { order_minor: [...by_return.values()].reduce((a, b) => a + b, 0), by_return, by_line };
}
