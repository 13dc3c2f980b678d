/**
 * Commercial tiers of Chinese cities as the retail trade uses them (第一财经 list of 2024, tiers one to two); every
 * other city is `lower`. A brand may see its cities otherwise: this list is data, not law.
 */
const TIERS: readonly (readonly [tier: string, cities: string])[] = [
  ["first", "北京 上海 广州 深圳"],
  ["new_first", "成都 杭州 重庆 苏州 武汉 西安 南京 长沙 天津 郑州 东莞 无锡 宁波 青岛 合肥"],
  [
    "second",
    "佛山 沈阳 昆明 济南 厦门 福州 温州 常州 大连 石家庄 南宁 哈尔滨 金华 南昌 长春 南通 泉州 贵阳 嘉兴 太原 惠州 徐州 绍兴 中山 台州 烟台 兰州 潍坊 临沂 珠海",
  ],
];

const TIER_BY_CITY = new Map(TIERS.flatMap(([tier, cities]) => cities.split(" ").map((city) => [city, tier] as const)));

/** The tier of a city named with or without 市, or null when it is not a Chinese name. */
export function cityTier(city: string): string | null {
  const name = city.trim().replace(/市$/, "");
  return TIER_BY_CITY.get(name) ?? (/^\p{Script=Han}{2,}$/u.test(name) ? "lower" : null);
}
