export interface OrderLine {
  readonly line_id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly paid_minor: number;
}
export interface Order {
  readonly order_reference: string;
  readonly store_code: string | null;
  readonly channel: string;
  readonly currency: string;
  readonly points_left: number;
  readonly lines: readonly OrderLine[];
}

/** A line of what is taken, as it is typed. */
export interface TakenLine {
  readonly id: number;
  readonly sku: string;
  readonly quantity: string;
  readonly price: string;
}

export interface Typed {
  readonly back: Readonly<Record<string, string>>;
  readonly lines: readonly TakenLine[];
  readonly order_reference: string;
  readonly store_code: string;
  readonly member: string;
  readonly codes: string;
  readonly points: string;
}

export const EMPTY_LINE: Omit<TakenLine, "id"> = { sku: "", quantity: "1", price: "" };
export const NOTHING: Typed = {
  back: {},
  lines: [{ id: 1, ...EMPTY_LINE }],
  order_reference: "",
  store_code: "",
  member: "",
  codes: "",
  points: "",
};

export interface Exchanged {
  readonly returned: { readonly given_back: readonly unknown[]; readonly discount_minor: number };
  readonly taken: { readonly discount_minor: number };
  readonly points: {
    readonly returned: number;
    readonly burned: number;
    readonly taken_back: number;
    readonly earned: number;
  };
  readonly refund_minor: number;
  readonly due_minor: number;
  readonly difference_minor: number;
}

const whole = (text: string): number | undefined => (/^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : undefined);
/** Yuan with up to two decimals. */
const minorOf = (text: string): number | undefined =>
  /^\d{1,9}(\.\d{1,2})?$/.test(text.trim()) ? Math.round(Number(text.trim()) * 100) : undefined;

/** What is sent; undefined while something is missing or no number. */
export function wishOf(order: Order, typed: Typed): Readonly<Record<string, unknown>> | undefined {
  const back = order.lines.flatMap(({ line_id, quantity }) => {
    const wanted = typed.back[line_id]?.trim() ?? "";
    return wanted === "" || wanted === "0" ? [] : [{ line_id, quantity: whole(wanted), most: quantity }];
  });
  const lines = typed.lines.map(({ id, sku, quantity, price }) => {
    const [pieces, unit] = [whole(quantity), minorOf(price)];
    const good = sku.trim() !== "" && pieces !== undefined && pieces > 0 && unit !== undefined;
    return good
      ? { line_id: String(id), sku: sku.trim(), quantity: pieces, unit_price_minor: unit, amount_minor: pieces * unit }
      : undefined;
  });
  const [member, points] = [whole(typed.member), whole(typed.points)];
  const bad =
    back.length === 0 ||
    back.some(({ quantity, most }) => quantity === undefined || quantity > most) ||
    lines.length === 0 ||
    lines.includes(undefined) ||
    typed.order_reference.trim() === "" ||
    typed.store_code.trim() === "" ||
    (typed.member.trim() !== "" && member === undefined) ||
    (typed.points.trim() !== "" && points === undefined);
  if (bad) return undefined;
  const { order_reference, store_code, channel, currency } = order;
  return {
    back: { order_reference, store_code, channel, lines: back.map(({ line_id, quantity }) => ({ line_id, quantity })) },
    basket: { currency, store_code: typed.store_code.trim(), channel, lines },
    coupons: typed.codes
      .split(/[\s,，、]+/)
      .filter((code) => code !== "")
      .map((code) => ({ code })),
    member_id: member ?? null,
    order_reference: typed.order_reference.trim(),
    points: points ?? 0,
  };
}
