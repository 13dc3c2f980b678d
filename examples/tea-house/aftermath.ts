import type { Identified } from "./accounts.ts";
import type { Line } from "./baskets.ts";
import { DAY_MS, dayOf, dayText } from "./calendar.ts";
import { exponential, poisson } from "./distributions.ts";
import { inviterOf } from "./persons.ts";
import type { Sale } from "./purchases.ts";
import type { Random } from "./random.ts";
import { writeReferral } from "./referrals.ts";
import type { Sheet } from "./sheet.ts";
import type { WorldState } from "./state.ts";
import { accountOf, appIdentities, programIdentities } from "./tills.ts";

const REVIEWS = {
  good: ["茶香很正，会回购", "包装用心，送人有面子", "汤色清亮，回甘好", "店员讲解很耐心", "一如既往的好"],
  middling: ["还可以，价格略高", "味道一般", "物流慢了点"],
  bad: ["和上次的不一样，有点失望", "茶叶碎，不值这个价", "等了一周才到"],
} as const;

/** What follows a purchase, now and in the days after it. */
export function afterPurchase(state: WorldState, sheet: Sheet, who: Identified, sale: Sale, random: Random): void {
  const { person } = who;
  points(sheet, who, sale);
  if (sale.coupon !== undefined) couponUsed(sheet, who, sale);
  if (random.chance(person.return_rate)) takeBack(sheet, who, sale, random);
  if (random.chance(sale.channel === "store" ? person.review_rate / 4 : person.review_rate))
    review(sheet, who, sale, random);
  if (random.chance(person.satisfaction < 3.2 ? 0.12 : 0.012)) complain(sheet, who, sale.at, sale.order_no, random);
  if (state.orders[person.index] === 1) {
    const inviter = inviterOf(state.world, person.index);
    if (inviter !== undefined)
      writeReferral(state, sheet, state.identified(inviter), who, "first_order", sale.at + 60_000);
  }
}

/** One point for each whole yuan; spent points go first. */
function points(sheet: Sheet, who: Identified, sale: Sale): void {
  const identities = programIdentities(who, sale.at);
  if (identities.length === 0) return;
  const { index } = who.person;
  const move = (amount: number, reason: string, at: number, extra: Record<string, unknown> = {}): void => {
    if (amount === 0) return;
    const body = { points: amount, reason, order_no: sale.order_no, ...extra };
    sheet.add("crm", at, index, "points_movement", identities, body, `points:${sale.order_no}:${reason}`);
  };
  move(-sale.points_paid, "redeem", sale.at);
  const year = Number(dayText(dayOf(sale.at)).slice(0, 4));
  const earned = Math.floor((sale.net_fen - sale.points_paid) / 100);
  move(earned, "purchase", sale.at + 60_000, { expires_on: `${year + 1}-12-31` });
}

function couponUsed(sheet: Sheet, who: Identified, sale: Sale): void {
  const identities = programIdentities(who, sale.at);
  if (identities.length === 0) return;
  const amount_minor = sale.lines.reduce((sum, line) => sum + line.coupon_fen, 0);
  const campaign_code = sale.coupon?.split("-").slice(1, -1).join("-");
  const body = {
    coupon_code: sale.coupon,
    campaign_code,
    stage: "used",
    order_no: sale.order_no,
    amount_minor,
    channel: sale.channel,
  };
  sheet.add(
    "crm",
    sale.at,
    who.person.index,
    "coupon_use",
    identities,
    body,
    `coupon:${sale.coupon}:used:${sale.order_no}`,
  );
}

/** Share of returns whose source does not say which order they belong to. */
export const ORIGINAL_UNKNOWN_RATE = 0.08;

function takeBack(sheet: Sheet, who: Identified, sale: Sale, random: Random): void {
  const at = sale.at + Math.floor((0.2 + exponential(random, 4)) * DAY_MS);
  const whole = random.chance(0.5);
  const chosen = random.integer(sale.lines.length);
  const known = !random.chance(ORIGINAL_UNKNOWN_RATE);
  const lines = sale.lines.flatMap((line, nth) => (whole || nth === chosen ? [returnLine(line, nth, known)] : []));
  const refund = lines.reduce((sum, line) => sum + line.refund_minor, 0);
  if (refund <= 0) return;
  const online = sale.channel !== "store";
  const return_no = `R${sale.order_no}`;
  const body = {
    return_no,
    ...(known ? { original_order_no: sale.order_no } : {}),
    ...(online ? {} : { store_code: sale.store }),
    channel: sale.channel,
    currency: "CNY",
    reason: random.pick(["不喜欢口味", "包装破损", "买多了", "质量问题"]),
    lines,
  };
  sheet.add(online ? "mall" : "pos", at, who.person.index, "return", sale.identities, body, return_no);
  const identities = programIdentities(who, sale.at);
  if (identities.length === 0 || refund < 100) return;
  const movement = { points: -Math.floor(refund / 100), reason: "return", order_no: sale.order_no };
  sheet.add("crm", at + 60_000, who.person.index, "points_movement", identities, movement, `points:${return_no}`);
}

function returnLine(line: Line, nth: number, known: boolean) {
  return {
    line_no: String(nth + 1),
    ...(known ? { original_line_no: String(nth + 1) } : {}),
    sku: line.product.sku,
    quantity: String(line.quantity),
    refund_minor: line.net_fen,
  };
}

function review(sheet: Sheet, who: Identified, sale: Sale, random: Random): void {
  const at = sale.at + Math.floor((2 + exponential(random, 3)) * DAY_MS);
  const system = accountOf(who, "mini_program", at) === undefined ? "mall" : "mini_program";
  const identities = appIdentities(who, system, at);
  if (identities.length === 0) return;
  const rating = Math.max(1, Math.min(5, Math.round(who.person.satisfaction + 0.9 * (random.uniform() - 0.5))));
  const texts = rating >= 4 ? REVIEWS.good : rating === 3 ? REVIEWS.middling : REVIEWS.bad;
  const review_id = `RV-${sale.order_no}`;
  const text = random.chance(0.7) ? { text: random.pick(texts) } : {};
  const body = {
    review_id,
    sku: sale.lines[0]?.product.sku,
    order_no: sale.order_no,
    rating,
    ...text,
    channel: sale.channel,
  };
  sheet.add(system, at, who.person.index, "review", identities, body, review_id);
  const likes = poisson(random, 3 * who.person.sociability);
  for (let nth = 0; nth < likes; nth++) {
    const liked = { target_id: review_id, direction: "received" };
    sheet.add(
      system,
      at + Math.floor(exponential(random, 4) * DAY_MS),
      who.person.index,
      "like",
      identities,
      liked,
      `like:${review_id}:${nth}`,
    );
  }
}

const SERVICE_TOPICS = ["物流", "产品咨询", "冲泡指导", "积分", "发票", "包装破损"];

/** A conversation with the service: some of them complaints, some rated. */
export function complain(sheet: Sheet, who: Identified, after: number, subject: string, random: Random): void {
  const at = after + Math.floor(exponential(random, 3) * DAY_MS);
  const identities =
    programIdentities(who, at).length > 0 ? programIdentities(who, at) : appIdentities(who, "mall", at);
  if (identities.length === 0) return;
  const complaint = random.chance(who.person.satisfaction < 3.2 ? 0.6 : 0.15);
  const rated = random.chance(0.4);
  const ticket_id = `TK-${subject}`;
  const body = {
    ticket_id,
    medium: random.pick(["chat", "chat", "phone", "wechat"]),
    topic: random.pick(SERVICE_TOPICS),
    complaint,
    ...(rated
      ? { satisfaction: Math.max(1, Math.min(5, Math.round(who.person.satisfaction - (complaint ? 1 : 0)))) }
      : {}),
    ...(random.chance(0.5) ? { text: complaint ? "收到的茶罐压坏了，请处理" : "请问这款茶怎么冲泡" } : {}),
  };
  sheet.add("service", at, who.person.index, "service_contact", identities, body, ticket_id);
}
