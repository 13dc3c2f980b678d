/** The stores of 山野茶, its regions and its staff. All invented. */
export interface Store {
  readonly code: string;
  readonly name: string;
  readonly region: string;
  readonly city: string;
  readonly ownership: "own" | "franchise";
  readonly opened_on: string;
  /** Share of the store traffic, any unit. */
  readonly size: number;
}

export const REGIONS: Readonly<Record<string, string>> = {
  EAST: "华东大区",
  SOUTH: "华南大区",
  NORTH: "华北大区",
  WEST: "西南大区",
  CENTRAL: "华中大区",
};

function store(
  code: string,
  name: string,
  region: string,
  city: string,
  ownership: Store["ownership"],
  opened_on: string,
  size: number,
): Store {
  return { code, name, region, city, ownership, opened_on, size };
}

export const STORES: readonly Store[] = [
  store("S001", "山野茶·上海梧桐路店", "EAST", "上海", "own", "2018-04-20", 14),
  store("S002", "山野茶·上海云间里店", "EAST", "上海", "own", "2020-09-12", 9),
  store("S003", "山野茶·杭州龙坞店", "EAST", "杭州", "own", "2017-03-28", 11),
  store("S004", "山野茶·苏州平桥店", "EAST", "苏州", "franchise", "2021-05-01", 6),
  store("S005", "山野茶·南京梧南店", "EAST", "南京", "franchise", "2022-03-19", 5),
  store("S006", "山野茶·广州荔水店", "SOUTH", "广州", "own", "2019-10-01", 9),
  store("S007", "山野茶·深圳海屿店", "SOUTH", "深圳", "own", "2020-06-18", 10),
  store("S008", "山野茶·厦门鹭岸店", "SOUTH", "厦门", "own", "2016-11-11", 7),
  store("S009", "山野茶·福州三坊店", "SOUTH", "福州", "franchise", "2021-09-09", 5),
  store("S010", "山野茶·北京槐安店", "NORTH", "北京", "own", "2019-04-26", 11),
  store("S011", "山野茶·北京望溪店", "NORTH", "北京", "franchise", "2022-08-08", 6),
  store("S012", "山野茶·天津海棠店", "NORTH", "天津", "franchise", "2023-03-10", 4),
  store("S013", "山野茶·成都玉林巷店", "WEST", "成都", "own", "2020-04-18", 9),
  store("S014", "山野茶·重庆半山店", "WEST", "重庆", "franchise", "2021-12-24", 5),
  store("S015", "山野茶·昆明翠湖边店", "WEST", "昆明", "franchise", "2022-05-20", 4),
  store("S016", "山野茶·武汉江滩店", "CENTRAL", "武汉", "own", "2021-03-21", 6),
  store("S017", "山野茶·长沙麓南店", "CENTRAL", "长沙", "franchise", "2022-10-01", 5),
];

export const STAFF_PER_STORE = 4;

/** Staff code of the nth person of a store: "S001-02". */
export function staffCode(storeCode: string, nth: number): string {
  return `${storeCode}-${String(nth + 1).padStart(2, "0")}`;
}

/** In these stores one clerk types the own phone number when a customer does not want to give one. */
export const CARELESS_STORES: readonly string[] = ["S005", "S011", "S014"];

export type CityTier = "first" | "new_first" | "second" | "lower";

export interface City {
  readonly name: string;
  readonly province: string;
  readonly tier: CityTier;
  readonly weight: number;
  /** How it stands in badly kept records. */
  readonly misspelt: string;
}

function city(name: string, province: string, tier: CityTier, weight: number, misspelt: string): City {
  return { name, province, tier, weight, misspelt };
}

/** Where members live: the cities with stores first, then those that only the mall reaches. */
export const CITIES: readonly City[] = [
  city("上海", "上海", "first", 18, "上海市区"),
  city("杭州", "浙江", "new_first", 11, "抗州"),
  city("苏州", "江苏", "new_first", 6, "苏洲"),
  city("南京", "江苏", "new_first", 5, "南京市市辖区"),
  city("广州", "广东", "first", 9, "广洲"),
  city("深圳", "广东", "first", 10, "深圳特区"),
  city("厦门", "福建", "second", 7, "夏门"),
  city("福州", "福建", "second", 5, "福洲"),
  city("北京", "北京", "first", 15, "北京朝阳"),
  city("天津", "天津", "new_first", 4, "天津卫"),
  city("成都", "四川", "new_first", 9, "成都府"),
  city("重庆", "重庆", "new_first", 5, "重庆主城"),
  city("昆明", "云南", "second", 4, "昆明城区"),
  city("武汉", "湖北", "new_first", 6, "武汗"),
  city("长沙", "湖南", "new_first", 5, "长莎"),
  city("绍兴", "浙江", "second", 2, "绍兴柯桥"),
  city("泉州", "福建", "second", 2, "泉洲"),
  city("潮州", "广东", "lower", 2, "潮洲"),
  city("湖州", "浙江", "lower", 1, "湖洲"),
  city("宜宾", "四川", "lower", 1, "宜宾市翠屏"),
];

export const CITY_WEIGHTS: readonly number[] = CITIES.map((one) => one.weight);

const STREETS = ["梧桐路", "采茶街", "听雨巷", "云间路", "半山道", "松风路", "竹里街", "清溪路", "望岳路", "石桥街"];

/** An invented address. */
export function address(cityName: string, number: number): string {
  const street = STREETS[number % STREETS.length] ?? "梧桐路";
  return `${cityName}市山野区${street}${(number % 980) + 1}号${(number % 17) + 1}幢${(number % 29) + 1}0${(number % 4) + 1}室`;
}
