/** One holiday of a notice: days off from … to, both included, and the weekend days that are worked for it (调休). */
export interface PublicHoliday {
  readonly zh: string;
  readonly en: string;
  readonly from: string;
  readonly to: string;
  readonly worked: readonly string[];
}

export interface HolidayNotice {
  /** The State Council's notice from which the days are taken. */
  readonly title: string;
  readonly published_on: string;
  readonly holidays: readonly PublicHoliday[];
}

const holiday = (zh: string, en: string, from: string, to: string, ...worked: string[]): PublicHoliday => ({
  zh,
  en,
  from,
  to,
  worked,
});

/**
 * Public holidays by year, from 国务院办公厅关于…年部分节假日安排的通知 (www.gov.cn). A year that is not here is not
 * published, and nothing is guessed about it; 2027 is added when its notice is out.
 */
export const HOLIDAY_NOTICES: Readonly<Record<number, HolidayNotice>> = {
  2023: {
    title: "国务院办公厅关于2023年部分节假日安排的通知",
    published_on: "2022-12-08",
    holidays: [
      holiday("元旦", "New Year", "2022-12-31", "2023-01-02"),
      holiday("春节", "Spring Festival", "2023-01-21", "2023-01-27", "2023-01-28", "2023-01-29"),
      holiday("清明节", "Tomb-Sweeping Day", "2023-04-05", "2023-04-05"),
      holiday("劳动节", "Labour Day", "2023-04-29", "2023-05-03", "2023-04-23", "2023-05-06"),
      holiday("端午节", "Dragon Boat Festival", "2023-06-22", "2023-06-24", "2023-06-25"),
      holiday("中秋节、国庆节", "Mid-Autumn and National Day", "2023-09-29", "2023-10-06", "2023-10-07", "2023-10-08"),
    ],
  },
  2024: {
    title: "国务院办公厅关于2024年部分节假日安排的通知",
    published_on: "2023-10-25",
    holidays: [
      holiday("元旦", "New Year", "2024-01-01", "2024-01-01"),
      holiday("春节", "Spring Festival", "2024-02-10", "2024-02-17", "2024-02-04", "2024-02-18"),
      holiday("清明节", "Tomb-Sweeping Day", "2024-04-04", "2024-04-06", "2024-04-07"),
      holiday("劳动节", "Labour Day", "2024-05-01", "2024-05-05", "2024-04-28", "2024-05-11"),
      holiday("端午节", "Dragon Boat Festival", "2024-06-10", "2024-06-10"),
      holiday("中秋节", "Mid-Autumn Festival", "2024-09-15", "2024-09-17", "2024-09-14"),
      holiday("国庆节", "National Day", "2024-10-01", "2024-10-07", "2024-09-29", "2024-10-12"),
    ],
  },
  2025: {
    title: "国务院办公厅关于2025年部分节假日安排的通知",
    published_on: "2024-11-12",
    holidays: [
      holiday("元旦", "New Year", "2025-01-01", "2025-01-01"),
      holiday("春节", "Spring Festival", "2025-01-28", "2025-02-04", "2025-01-26", "2025-02-08"),
      holiday("清明节", "Tomb-Sweeping Day", "2025-04-04", "2025-04-06"),
      holiday("劳动节", "Labour Day", "2025-05-01", "2025-05-05", "2025-04-27"),
      holiday("端午节", "Dragon Boat Festival", "2025-05-31", "2025-06-02"),
      holiday("国庆节、中秋节", "National Day and Mid-Autumn", "2025-10-01", "2025-10-08", "2025-09-28", "2025-10-11"),
    ],
  },
  2026: {
    title: "国务院办公厅关于2026年部分节假日安排的通知",
    published_on: "2025-11-04",
    holidays: [
      holiday("元旦", "New Year", "2026-01-01", "2026-01-03", "2026-01-04"),
      holiday("春节", "Spring Festival", "2026-02-15", "2026-02-23", "2026-02-14", "2026-02-28"),
      holiday("清明节", "Tomb-Sweeping Day", "2026-04-04", "2026-04-06"),
      holiday("劳动节", "Labour Day", "2026-05-01", "2026-05-05", "2026-05-09"),
      holiday("端午节", "Dragon Boat Festival", "2026-06-19", "2026-06-21"),
      holiday("中秋节", "Mid-Autumn Festival", "2026-09-25", "2026-09-27"),
      holiday("国庆节", "National Day", "2026-10-01", "2026-10-07", "2026-09-20", "2026-10-10"),
    ],
  },
};

/** The first day of the lunar year (农历正月初一), by the Chinese calendar (GB/T 33661). */
export const LUNAR_NEW_YEAR: Readonly<Record<number, string>> = {
  2015: "2015-02-19",
  2016: "2016-02-08",
  2017: "2017-01-28",
  2018: "2018-02-16",
  2019: "2019-02-05",
  2020: "2020-01-25",
  2021: "2021-02-12",
  2022: "2022-02-01",
  2023: "2023-01-22",
  2024: "2024-02-10",
  2025: "2025-01-29",
  2026: "2026-02-17",
  2027: "2027-02-06",
  2028: "2028-01-26",
  2029: "2029-02-13",
  2030: "2030-02-03",
  2031: "2031-01-23",
  2032: "2032-02-11",
  2033: "2033-01-31",
  2034: "2034-02-19",
  2035: "2035-02-08",
};

/** 端午 (5th of the 5th lunar month) and 中秋 (15th of the 8th). */
export const LUNAR_FESTIVALS: Readonly<Record<"dragon_boat" | "mid_autumn", Readonly<Record<number, string>>>> = {
  dragon_boat: { 2022: "2022-06-03", 2023: "2023-06-22", 2024: "2024-06-10", 2025: "2025-05-31", 2026: "2026-06-19" },
  mid_autumn: { 2022: "2022-09-10", 2023: "2023-09-29", 2024: "2024-09-17", 2025: "2025-10-06", 2026: "2026-09-25" },
};

/** Shopping seasons by month and day, both ends included: their main days; pre-sale begins when a platform says so. */
export const SHOPPING_SEASONS = [
  { key: "618", zh: "618", en: "618", from: "06-01", to: "06-20" },
  { key: "double_11", zh: "双11", en: "Double 11", from: "11-01", to: "11-11" },
] as const;
