import type { Message } from "./trade-history.ts";

/**
 * The state of sales as a person would work it out on paper from the whole history, in its order of time. It shares no
 * code with the stage it is compared with.
 */
export function modelOf(history: readonly Message[]) {
  const orders = modelOrders(history);
  const returns = modelReturns(history, orders);
  settleModel(orders, returns);
  return { orders, returns, products: modelProducts(history) };
}

type Body = Record<string, unknown>;
interface ModelLine {
  sku: string;
  gross: number;
  discount: number;
  tender: number;
  net: number;
  refund: number;
}
interface ModelOrder {
  key: string;
  source_id: number;
  order_no: string;
  party_id: number | null;
  status: string;
  store_code: string | null;
  placed_minute: number;
  discount: number;
  points: number;
  lines: Map<string, ModelLine>;
  refund: number;
}
interface ModelReturn {
  source_id: number;
  return_no: string;
  original: string | null;
  party_id: number | null;
  minute: number;
  whole: boolean;
  lines: Map<string, { sku: string; refund: number; original: string | null }>;
  refund: number;
  order: ModelOrder | null;
}

/** Cents of quantity × price in decimals of a thousandth, half up. */
function cents(quantity: string, price: string): number {
  const milli = (text: string) => Math.round(Number(text) * 1000);
  return Math.floor((milli(quantity) * milli(price)) / 10_000 + 0.5);
}

function modelOrders(history: readonly Message[]): ModelOrder[] {
  const orders = new Map<string, ModelOrder>();
  for (const { kind, source_id, body, party_id, minute, updated } of history) {
    if (kind !== "order") continue;
    const key = `${source_id}/${String(body["order_no"])}`;
    const fresh = {
      key,
      source_id,
      order_no: String(body["order_no"]),
      party_id: null,
      status: "paid",
      store_code: null,
      refund: 0,
    };
    const order = orders.get(key) ?? {
      ...fresh,
      placed_minute: Number.POSITIVE_INFINITY,
      discount: 0,
      points: 0,
      lines: new Map(),
    };
    orders.set(key, order);
    order.party_id = party_id ?? order.party_id;
    order.status = (body["status"] as string | undefined) ?? order.status;
    order.store_code = (body["store_code"] as string | undefined) ?? order.store_code;
    order.discount = (body["discount_minor"] as number | undefined) ?? order.discount;
    order.points = (body["points_paid_minor"] as number | undefined) ?? order.points;
    const lines = body["lines"] as Body[] | undefined;
    if (updated && lines !== undefined) {
      order.lines.clear();
      order.placed_minute = 0;
    }
    order.placed_minute = Math.min(order.placed_minute, updated ? 0 : minute);
    for (const line of lines ?? []) {
      const gross = cents(String(line["quantity"]), String(line["unit_price"]));
      const discount = (line["discount_minor"] as number | undefined) ?? 0;
      order.lines.set(String(line["line_no"]), {
        sku: String(line["sku"]),
        gross,
        discount,
        tender: 0,
        net: gross - discount,
        refund: 0,
      });
    }
  }
  for (const order of orders.values()) {
    share(order, order.discount, (line, part) => {
      line.discount += part;
      line.net -= part;
    });
    share(order, order.points, (line, part) => {
      line.tender += part;
      line.net -= part;
    });
  }
  return [...orders.values()];
}

const inOrder = <T>(lines: Map<string, T>): T[] =>
  [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);

/** One cent after the other to whom most is owed: the same as largest remainder after floors. */
function share(order: ModelOrder, total: number, give: (line: ModelLine, part: number) => void): void {
  const lines = inOrder(order.lines);
  const weights = lines.map((line) => Math.max(0, line.net));
  const sum = weights.reduce((a, b) => a + b, 0);
  const amount = Math.min(total, sum);
  const owed = weights.map((weight) => (sum === 0 ? 0 : (amount * weight) / sum));
  const parts = owed.map(Math.floor);
  const rank = owed.map((o, i) => ({ i, rest: o - Math.floor(o) })).sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of rank.slice(0, amount - parts.reduce((a, b) => a + b, 0))) parts[i] = (parts[i] ?? 0) + 1;
  for (const [i, line] of lines.entries()) give(line, parts[i] ?? 0);
}

function modelReturns(history: readonly Message[], orders: readonly ModelOrder[]): ModelReturn[] {
  const returns = new Map<string, ModelReturn>();
  for (const { kind, source_id, body, party_id, minute } of history) {
    if (kind !== "return") continue;
    const key = `${source_id}/${String(body["return_no"])}`;
    const fresh = {
      source_id,
      return_no: String(body["return_no"]),
      original: null,
      party_id: null,
      minute,
      whole: false,
      refund: 0,
      order: null,
    };
    const row = returns.get(key) ?? { ...fresh, lines: new Map() };
    returns.set(key, row);
    row.party_id = party_id ?? row.party_id;
    row.original = (body["original_order_no"] as string | undefined) ?? row.original;
    row.whole ||= body["whole_order"] === true;
    for (const line of (body["lines"] as Body[] | undefined) ?? []) {
      const original = (line["original_line_no"] as string | undefined) ?? null;
      row.lines.set(String(line["line_no"]), {
        sku: String(line["sku"]),
        refund: line["refund_minor"] as number,
        original,
      });
    }
  }
  for (const row of returns.values()) {
    row.refund = inOrder(row.lines).reduce((sum, line) => sum + line.refund, 0);
    const named = orders.filter((order) => order.order_no === row.original);
    row.order =
      named.find((order) => order.source_id === row.source_id) ?? (named.length === 1 ? (named[0] ?? null) : null);
    row.party_id ??= row.order?.party_id ?? null;
  }
  return [...returns.values()];
}

function settleModel(orders: readonly ModelOrder[], returns: readonly ModelReturn[]): void {
  for (const order of orders) {
    const mine = returns
      .filter((row) => row.order === order)
      .sort((a, b) => (a.return_no === b.return_no ? a.source_id - b.source_id : a.return_no < b.return_no ? -1 : 1));
    const lines = inOrder(order.lines);
    const pools = new Map<string, number>();
    for (const part of mine.flatMap((row) => inOrder(row.lines))) {
      const named = part.original === null ? undefined : order.lines.get(part.original);
      if (named === undefined) pools.set(part.sku, (pools.get(part.sku) ?? 0) + part.refund);
      else named.refund += part.refund;
    }
    for (const [sku, pool] of pools) {
      const targets = lines.filter((line) => line.sku === sku);
      let left = pool;
      for (const [i, line] of targets.entries()) {
        const part = i === targets.length - 1 ? left : Math.min(left, Math.max(0, line.net - line.refund));
        line.refund += part;
        left -= part;
      }
    }
    const whole = mine.find((row) => row.whole && row.lines.size === 0);
    if (whole !== undefined) {
      const rest = Math.max(
        0,
        lines.reduce((sum, l) => sum + l.net, 0) - mine.reduce((sum, row) => sum + row.refund, 0),
      );
      whole.refund = rest;
      refundRest(lines, rest);
    }
    order.refund = mine.reduce((sum, row) => sum + row.refund, 0);
  }
}

function refundRest(lines: readonly ModelLine[], rest: number): void {
  const left = lines.map((line) => Math.max(0, line.net - line.refund));
  const sum = left.reduce((a, b) => a + b, 0);
  const owed = left.map((l, i) => (sum === 0 ? (i === 0 ? rest : 0) : (rest * l) / sum));
  const parts = owed.map(Math.floor);
  const rank = owed.map((o, i) => ({ i, rest: o - Math.floor(o) })).sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of rank.slice(0, rest - parts.reduce((a, b) => a + b, 0))) parts[i] = (parts[i] ?? 0) + 1;
  for (const [i, line] of lines.entries()) line.refund += parts[i] ?? 0;
}

function modelProducts(history: readonly Message[]): Map<string, { name: string | null; line_name: string | null }> {
  const products = new Map<string, { name: string | null; line_name: string | null }>();
  const of = (sku: string) => products.get(sku) ?? { name: null, line_name: null };
  for (const { kind, body } of history) {
    if (kind === "product") {
      const sku = String(body["sku"]);
      products.set(sku, { ...of(sku), name: (body["name"] as string | undefined) ?? of(sku).name });
    }
    const lines = (body["lines"] as Body[] | undefined) ?? [];
    for (const sku of new Set(lines.map((line) => String(line["sku"])))) {
      const names = lines
        .flatMap((line) => (line["sku"] === sku ? ((line["product_name"] as string | undefined) ?? []) : []))
        .sort();
      products.set(sku, { ...of(sku), line_name: of(sku).line_name ?? names[0] ?? null });
    }
  }
  return products;
}
