import type { Campaign } from "./calendar.ts";
import type { Person } from "./persons.ts";
import { poisson } from "./distributions.ts";
import { CATEGORIES, CATEGORY_WEIGHTS, type Product, PRODUCTS_BY_CATEGORY } from "./products.ts";
import type { Random } from "./random.ts";

/** What a basket depends on; a member or somebody nobody knows. */
export type Shopper = Pick<Person, "favourite" | "devotion" | "price_level" | "adventurous" | "flag">;

export interface Line {
  readonly product: Product;
  readonly quantity: number;
  readonly gross_fen: number;
  /** All discounts, the coupon's part included. */
  readonly discount_fen: number;
  readonly coupon_fen: number;
  readonly net_fen: number;
  readonly promotion: string | undefined;
}

/** Days after its launch in which a product is new. */
const NEW_DAYS = 60;

/** A basket on the given day of the history. */
export function basketOf(random: Random, shopper: Shopper, day: number, campaign: Campaign | undefined): Line[] {
  if (shopper.flag === "test") return [testLine(random)];
  const count = 1 + poisson(random, shopper.flag === "wholesale" ? 2 : 0.85);
  const lines: Line[] = [];
  for (let nth = 0; nth < count; nth++) {
    const product = productFor(random, shopper, day, campaign);
    if (lines.some((line) => line.product === product)) continue;
    lines.push(lineOf(random, shopper, product, campaign));
  }
  return lines;
}

function productFor(random: Random, shopper: Shopper, day: number, campaign: Campaign | undefined): Product {
  const draw = random.uniform();
  let category: string;
  if (campaign?.category !== undefined && draw < 0.4) category = campaign.category;
  else if (random.uniform() < shopper.devotion) category = shopper.favourite;
  else category = CATEGORIES[random.weighted(CATEGORY_WEIGHTS)] ?? "红茶";
  const products = PRODUCTS_BY_CATEGORY.get(category) ?? [];
  const weights = products.map((product) => {
    const age = product.launched_in === undefined ? Number.POSITIVE_INFINITY : day - product.launched_in;
    if (age < 0 || (product.loose && shopper.flag === undefined && draw > 0.3)) return 0;
    const distance = Math.abs(Math.log(product.price_fen / (9_000 * shopper.price_level)));
    const novelty = age < NEW_DAYS ? (shopper.adventurous ? 9 : 1.4) : 1;
    return product.popularity * novelty * Math.exp(-1.1 * distance);
  });
  const chosen = products[random.weighted(weights)];
  if (chosen === undefined) throw new RangeError(`no product in category ${category}`);
  return chosen;
}

function lineOf(random: Random, shopper: Shopper, product: Product, campaign: Campaign | undefined): Line {
  const quantity = quantityOf(random, shopper, product, campaign);
  const gross_fen = Math.round(product.price_fen * quantity);
  const promoted = campaign !== undefined && (campaign.category === product.category || random.chance(0.55));
  let share = promoted ? 1 - campaign.price : 0;
  if (shopper.flag === "staff") share = Math.max(share, 0.3);
  if (shopper.flag === "wholesale") share = Math.max(share, 0.4);
  const discount_fen = Math.round((gross_fen * share) / 10) * 10;
  return {
    product,
    quantity,
    gross_fen,
    discount_fen,
    coupon_fen: 0,
    net_fen: gross_fen - discount_fen,
    promotion: promoted ? campaign.code : undefined,
  };
}

function quantityOf(random: Random, shopper: Shopper, product: Product, campaign: Campaign | undefined): number {
  if (shopper.flag === "wholesale") return 10 * random.between(1, 5);
  if (product.loose) return random.pick([0.1, 0.2, 0.25, 0.5, 0.5, 1]);
  const draw = random.uniform();
  if (product.category === "礼盒" && campaign?.category === "礼盒") return draw < 0.55 ? 1 : draw < 0.85 ? 2 : 4;
  if (shopper.flag === "reseller") return random.between(2, 6);
  return draw < 0.84 ? 1 : draw < 0.96 ? 2 : 3;
}

/** What the technicians ring up: one fen. */
function testLine(random: Random): Line {
  const product = random.pick(PRODUCTS_BY_CATEGORY.get("茶点") ?? []);
  return { product, quantity: 1, gross_fen: 1, discount_fen: 0, coupon_fen: 0, net_fen: 1, promotion: undefined };
}

/** Takes a coupon off, spread over the lines by amount; the last line carries the remainder. */
export function withCoupon(lines: readonly Line[], coupon_fen: number): Line[] {
  const total = lines.reduce((sum, line) => sum + line.net_fen, 0);
  let rest = Math.min(coupon_fen, total - lines.length);
  return lines.map((line, nth) => {
    const last = nth === lines.length - 1;
    const part = last ? rest : Math.min(rest, Math.floor((coupon_fen * line.net_fen) / total));
    rest -= part;
    return {
      ...line,
      coupon_fen: part,
      discount_fen: line.discount_fen + part,
      net_fen: line.net_fen - part,
    };
  });
}

export function netOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.net_fen, 0);
}
