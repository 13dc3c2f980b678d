/** The goods of 山野茶. Prices in fen. `launched_in` is the day after the world's start; undefined: older than it. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly kind: string;
  readonly series: string;
  readonly price_fen: number;
  readonly cost_fen: number;
  readonly launched_in: number | undefined;
  /** Sold by weight at the till: the price is for 500 g, the quantity a fraction. */
  readonly loose: boolean;
  readonly popularity: number;
}

export const CATEGORIES = ["乌龙茶", "红茶", "绿茶", "普洱", "花茶", "白茶", "茶具", "礼盒", "茶点"] as const;
export type Category = (typeof CATEGORIES)[number];

/** How often each category is chosen by somebody without a favourite. */
export const CATEGORY_WEIGHTS: readonly number[] = [16, 13, 15, 12, 9, 8, 8, 6, 13];

const CODES: Readonly<Record<Category, string>> = {
  乌龙茶: "OL",
  红茶: "HC",
  绿茶: "LC",
  普洱: "PE",
  花茶: "HH",
  白茶: "BC",
  茶具: "CJ",
  礼盒: "LH",
  茶点: "CD",
};

type Row = readonly [name: string, kind: string, series: string, yuan: number, launchedIn?: number];

const ROWS: Readonly<Record<Category, readonly Row[]>> = {
  乌龙茶: [
    ["安溪铁观音 清香 100g", "铁观音", "山野", 88],
    ["武夷大红袍 125g", "岩茶", "山野", 168],
    ["凤凰单丛 蜜兰香 100g", "单丛", "手作", 198],
    ["东方美人 75g", "白毫乌龙", "手作", 268],
    ["乌龙袋泡 20包", "袋泡", "日常", 45],
    ["武夷肉桂 散茶 500g", "岩茶", "散茶", 560],
    ["高山冷泡乌龙 12支", "冷泡", "日常", 69, 190],
  ],
  红茶: [
    ["正山小种 100g", "小种", "山野", 98],
    ["金骏眉 50g", "小种", "手作", 298],
    ["滇红金针 100g", "滇红", "山野", 78],
    ["祁门红茶 125g", "祁红", "山野", 118],
    ["红茶袋泡 20包", "袋泡", "日常", 42],
    ["荔枝红茶 80g", "调味红茶", "岁时", 66, 250],
  ],
  绿茶: [
    ["西湖龙井 明前 50g", "龙井", "岁时", 328],
    ["龙井 雨前 100g", "龙井", "山野", 188],
    ["碧螺春 100g", "碧螺春", "山野", 208],
    ["黄山毛峰 100g", "毛峰", "山野", 128],
    ["绿茶袋泡 20包", "袋泡", "日常", 39],
    ["安吉白茶 头采 50g", "安吉白茶", "岁时", 258, 150],
    ["龙井 明前 新春款 50g", "龙井", "岁时", 348, 505],
  ],
  普洱: [
    ["布朗山熟普 357g", "熟普", "山野", 158],
    ["易武生普 357g", "生普", "手作", 328],
    ["小青柑 250g", "小青柑", "日常", 98],
    ["陈皮普洱 200g", "调味普洱", "日常", 108],
    ["老茶头 500g", "熟普", "散茶", 360],
    ["十年陈熟普 200g", "熟普", "手作", 468, 330],
  ],
  花茶: [
    ["茉莉龙珠 100g", "茉莉", "山野", 88],
    ["桂花乌龙 80g", "桂花", "岁时", 76],
    ["玫瑰花茶 60g", "玫瑰", "日常", 48],
    ["菊花枸杞 15包", "菊花", "日常", 36],
    ["茉莉银针 75g", "茉莉", "手作", 178, 90],
  ],
  白茶: [
    ["白毫银针 50g", "银针", "手作", 288],
    ["白牡丹 100g", "牡丹", "山野", 148],
    ["寿眉 老白茶饼 350g", "寿眉", "山野", 188],
    ["陈皮白茶 10颗", "调味白茶", "日常", 68, 420],
  ],
  茶具: [
    ["青瓷盖碗", "盖碗", "器物", 128],
    ["玻璃公道杯", "公道杯", "器物", 58],
    ["紫砂壶 手作", "壶", "器物", 680],
    ["旅行茶具 一壶两杯", "套装", "器物", 168],
    ["竹茶则", "小件", "器物", 28],
    ["保温焖茶杯", "杯", "器物", 138, 280],
  ],
  礼盒: [
    ["山野·四时礼盒", "四时", "礼赠", 398],
    ["岁朝·春节礼盒", "春节", "礼赠", 568],
    ["月满·中秋礼盒", "中秋", "礼赠", 498],
    ["问茶·商务礼盒", "商务", "礼赠", 888],
    ["小礼·双罐装", "小礼", "礼赠", 238],
    ["名山·典藏礼盒", "典藏", "礼赠", 1688, 360],
  ],
  茶点: [
    ["绿豆糕 8枚", "糕点", "茶食", 32],
    ["桂花糕 6枚", "糕点", "茶食", 35],
    ["抹茶曲奇", "曲奇", "茶食", 45],
    ["陈皮梅", "蜜饯", "茶食", 29],
    ["茶味坚果 200g", "坚果", "茶食", 58],
    ["龙井酥 6枚", "糕点", "茶食", 48, 220],
    ["乌龙茶巧克力", "巧克力", "茶食", 55, 560],
  ],
};

function build(): Product[] {
  const products: Product[] = [];
  for (const category of CATEGORIES) {
    ROWS[category].forEach(([name, kind, series, yuan, launched_in], nth) => {
      products.push({
        sku: `SY-${CODES[category]}-${String(nth + 1).padStart(2, "0")}`,
        name,
        category,
        kind,
        series,
        price_fen: yuan * 100,
        cost_fen: Math.round(yuan * (series === "礼赠" ? 46 : 38)),
        launched_in,
        loose: series === "散茶",
        popularity: 1 / (1 + 0.35 * nth),
      });
    });
  }
  return products;
}

export const PRODUCTS: readonly Product[] = build();

export const PRODUCTS_BY_CATEGORY: ReadonlyMap<string, readonly Product[]> = new Map(
  CATEGORIES.map((category) => [category, PRODUCTS.filter((product) => product.category === category)]),
);

export const TOPICS = ["冲泡", "茶器", "产地", "养生", "节气", "茶点搭配"] as const;

/** What is typed into the search box, with the category it means. */
export const KEYWORDS: readonly (readonly [string, Category])[] = [
  ["大红袍", "乌龙茶"],
  ["铁观音", "乌龙茶"],
  ["金骏眉", "红茶"],
  ["红茶 袋泡", "红茶"],
  ["龙井", "绿茶"],
  ["明前", "绿茶"],
  ["小青柑", "普洱"],
  ["熟普", "普洱"],
  ["茉莉", "花茶"],
  ["老白茶", "白茶"],
  ["盖碗", "茶具"],
  ["送礼", "礼盒"],
  ["中秋礼盒", "礼盒"],
  ["绿豆糕", "茶点"],
];
