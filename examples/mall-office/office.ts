import { createHash } from "node:crypto";

/** One line of an order as the mall exports it. Amounts in yuan, as text. */
export interface OrderLine {
  readonly order_no: string;
  readonly placed_at: string;
  readonly phone: string;
  readonly line_no: number;
  readonly sku: string;
  readonly product: string;
  readonly quantity: number;
  readonly price: string;
  readonly paid: string;
}

export interface GiftOrder {
  readonly order_no: string;
  /** What whoever entered it calls it. The office does not mind two with the same, as real ones do not. */
  readonly reference: string;
  readonly phone: string;
  readonly gift: string;
}

/** How the office behaves at the moment; each is a way in which real back offices surprise robots. */
export interface Dials {
  /** So many more pages of somebody signed in, then the session ends; null: it does not. */
  log_out_after: number | null;
  /** How long each page takes. */
  slow_ms: number;
  /** How long a gift order takes to be answered after it has been taken. */
  answer_late_ms: number;
  /** The words on buttons and fields: as they were, as the next release has them, as nobody expects them. */
  words: "usual" | "new" | "strange";
  /** Whether elements carry the ids for tests that they usually do. */
  test_ids: boolean;
  /** Elements that are not on their page at all. */
  missing: readonly string[];
  /** Orders for these references are refused: out of stock. */
  refuse: readonly string[];
}

export const CALM: Dials = {
  log_out_after: null,
  slow_ms: 0,
  answer_late_ms: 0,
  words: "usual",
  test_ids: true,
  missing: [],
  refuse: [],
};

export const OFFICE_USER = "robot@shanye.example";
export const OFFICE_PASSWORD = "tea-robot-2026";

const GOODS = [
  ["SY-OL-01", "安溪铁观音 清香 100g", 88],
  ["SY-HC-01", "正山小种 100g", 98],
  ["SY-LC-04", "黄山毛峰 100g", 128],
  ["SY-HH-01", "茉莉龙珠 100g", 88],
  ["SY-CJ-01", "青瓷盖碗", 128],
  ["SY-CD-03", "抹茶曲奇", 45],
] as const;
const ORDERS_A_DAY = 24;
const LINES_MAX = 3;

/** A number that belongs to a text: the same day has the same orders, whoever asks when. */
function drawn(text: string, below: number): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) % below;
}

/** What was ordered on a day. */
export function ordersOf(day: string): OrderLine[] {
  return Array.from({ length: ORDERS_A_DAY }, (_, n) => {
    const order_no = `MO${day.replaceAll("-", "")}${String(n + 1).padStart(3, "0")}`;
    const minute = drawn(`${order_no} minute`, 60);
    const hour = 8 + Math.floor((n * 14) / ORDERS_A_DAY);
    const placed_at = `${day} ${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}:00`;
    const phone = `19905${String(drawn(`${order_no} phone`, 1_000_000)).padStart(6, "0")}`;
    return Array.from({ length: 1 + drawn(`${order_no} lines`, LINES_MAX) }, (__, at) => {
      const [sku, product, yuan] = GOODS[(drawn(order_no, GOODS.length) + at) % GOODS.length] ?? GOODS[0];
      const quantity = 1 + drawn(`${order_no} ${at}`, 2);
      return {
        order_no,
        placed_at,
        phone,
        line_no: at + 1,
        sku,
        product,
        quantity,
        price: `${yuan}.00`,
        paid: `${yuan * quantity}.00`,
      };
    });
  }).flat();
}

const HEADINGS = "订单号,下单时间,订单状态,手机号,行号,商品编码,商品名称,数量,单价,实付金额";

/** The export as a file, in UTF-8 with a byte order mark. */
export function exportOf(day: string): string {
  const rows = ordersOf(day).map((line) =>
    [
      line.order_no,
      line.placed_at,
      "已付款",
      line.phone,
      line.line_no,
      line.sku,
      line.product,
      line.quantity,
      line.price,
      line.paid,
    ].join(","),
  );
  return `\u{feff}${[HEADINGS, ...rows].join("\r\n")}\r\n`;
}

/** What the office knows: who is signed in, which gift orders it has taken. */
export class Office {
  readonly gifts: GiftOrder[] = [];
  readonly exports: string[] = [];
  dials: Dials = CALM;
  sign_ins = 0;
  readonly #sessions = new Set<string>();

  signIn(user: string, password: string): string | undefined {
    if (user !== OFFICE_USER || password !== OFFICE_PASSWORD) return undefined;
    this.sign_ins += 1;
    const session = createHash("sha256").update(`session ${this.sign_ins} ${performance.now()}`).digest("hex");
    this.#sessions.add(session);
    return session;
  }

  /** Whether a page may be shown; the dial that ends sessions counts here. */
  admits(session: string | undefined): boolean {
    if (session === undefined || !this.#sessions.has(session)) return false;
    const left = this.dials.log_out_after;
    if (left === null) return true;
    this.dials = { ...this.dials, log_out_after: left <= 0 ? null : left - 1 };
    if (left > 0) return true;
    this.#sessions.clear();
    return false;
  }

  /** @returns the order, or why it is not taken */
  take(wanted: Omit<GiftOrder, "order_no">): GiftOrder | string {
    if (!/^1\d{10}$/.test(wanted.phone)) return "收件会员手机号不正确";
    if (wanted.gift === "") return "请选择礼品";
    if (this.dials.refuse.includes(wanted.reference)) return "礼品库存不足，未受理";
    const order = { ...wanted, order_no: `LP${String(this.gifts.length + 1).padStart(6, "0")}` };
    this.gifts.push(order);
    return order;
  }
}
