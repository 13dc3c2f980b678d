/** Instants here are milliseconds since 1970; a business day is its number in Asia/Shanghai (UTC+8, no summer time). */
export const DAY_MS = 86_400_000;
const ZONE_MS = 8 * 3_600_000;

export function dayOf(at: number): number {
  return Math.floor((at + ZONE_MS) / DAY_MS);
}

export function startOfDay(day: number): number {
  return day * DAY_MS - ZONE_MS;
}

/** "2026-11-22" of a day number. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function dayNumber(text: string): number {
  return Math.round(new Date(`${text}T00:00:00Z`).getTime() / DAY_MS);
}

/** 1 = Monday … 7 = Sunday. Day 0 was a Thursday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** "2026-11-22T09:30:00.000Z", as web systems write it. */
export function utcText(at: number): string {
  return new Date(at).toISOString();
}

/** "2026-11-22T17:30:00+08:00", as tills write it. */
export function localText(at: number): string {
  return `${new Date(at + ZONE_MS).toISOString().slice(0, 19)}+08:00`;
}

/** "2026-11-22 17:30:00", as exports write it. */
export function exportText(at: number): string {
  return new Date(at + ZONE_MS).toISOString().slice(0, 19).replace("T", " ");
}

// Lunar New Year and Mid-Autumn by year (public almanac); other years get the mean date.
const SPRING_FESTIVAL: Readonly<Record<number, string>> = {
  2022: "02-01",
  2023: "01-22",
  2024: "02-10",
  2025: "01-29",
  2026: "02-17",
  2027: "02-06",
  2028: "01-26",
  2029: "02-13",
  2030: "02-03",
};
const MID_AUTUMN: Readonly<Record<number, string>> = {
  2022: "09-10",
  2023: "09-29",
  2024: "09-17",
  2025: "10-06",
  2026: "09-25",
  2027: "09-15",
  2028: "10-03",
  2029: "09-22",
  2030: "09-12",
};

export interface Campaign {
  readonly code: string;
  readonly name: string;
  readonly type: "season" | "festival" | "online_sale" | "member_day";
  readonly from: number;
  readonly to: number;
  /** How much more is bought on its days. */
  readonly lift: number;
  /** How much more of the category is chosen. */
  readonly category: string | undefined;
  readonly category_lift: number;
  /** Promotion price as a share of the list price, for the promoted goods. */
  readonly price: number;
}

function campaign(
  code: string,
  name: string,
  type: Campaign["type"],
  days: readonly [number, number],
  lift: number,
  category: string | undefined,
  price: number,
): Campaign {
  return { code, name, type, from: days[0], to: days[1], lift, category, category_lift: category ? 4 : 1, price };
}

/** The year's campaigns. Where two overlap on a day, the first of the list is the day's. */
export function campaignsOf(year: number): Campaign[] {
  const spring = dayNumber(`${year}-${SPRING_FESTIVAL[year] ?? "02-05"}`);
  const autumn = dayNumber(`${year}-${MID_AUTUMN[year] ?? "09-22"}`);
  const on = (date: string): number => dayNumber(`${year}-${date}`);
  const list = [
    campaign(`D11-${year}`, "双11", "online_sale", [on("11-01"), on("11-11")], 2.2, undefined, 0.8),
    campaign(`618-${year}`, "618", "online_sale", [on("06-10"), on("06-18")], 1.8, undefined, 0.82),
    campaign(`CNY-${year}`, "春节年礼", "festival", [spring - 26, spring - 3], 2, "礼盒", 0.9),
    campaign(`MID-${year}`, "中秋礼盒", "festival", [autumn - 24, autumn], 2, "礼盒", 0.88),
    campaign(`SPR-${year}`, "春茶上新", "season", [on("03-20"), on("05-05")], 1.3, "绿茶", 0.95),
  ];
  for (let month = 1; month <= 12; month++) {
    const day = on(`${String(month).padStart(2, "0")}-08`);
    const code = `MD-${year}${String(month).padStart(2, "0")}`;
    list.push(campaign(code, "会员日", "member_day", [day, day], 1.6, undefined, 0.9));
  }
  return list;
}

export interface DayPlan {
  readonly campaign: Campaign | undefined;
  /** Buying against an ordinary day. */
  readonly factor: number;
}

/** What each day of a span is like: its campaign and how busy it is. */
export class SeasonPlan {
  readonly from: number;
  readonly to: number;
  private readonly days: DayPlan[] = [];
  private readonly sums: Float64Array;

  /** `from` and `to` are day numbers, both included. */
  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
    const yearFrom = Number(dayText(from).slice(0, 4));
    const yearTo = Number(dayText(to).slice(0, 4));
    const campaigns: Campaign[] = [];
    for (let year = yearFrom; year <= yearTo; year++) campaigns.push(...campaignsOf(year));
    this.sums = new Float64Array(to - from + 2);
    for (let day = from; day <= to; day++) {
      const found = campaigns.find((one) => one.from <= day && day <= one.to);
      const factor = (found?.lift ?? 1) * quietness(day) * (weekdayOf(day) >= 6 ? 1.25 : 0.9);
      this.days.push({ campaign: found, factor });
      this.sums[day - from + 1] = (this.sums[day - from] ?? 0) + factor;
    }
  }

  day(day: number): DayPlan {
    const plan = this.days[day - this.from];
    if (plan === undefined) throw new RangeError(`day ${dayText(day)} is outside the plan`);
    return plan;
  }

  /** Sum of the factors over [from, to), days clipped to the plan. */
  weight(from: number, to: number): number {
    const low = Math.max(from, this.from) - this.from;
    const high = Math.min(to, this.to + 1) - this.from;
    return high <= low ? 0 : (this.sums[high] ?? 0) - (this.sums[low] ?? 0);
  }
}

/** Shops are nearly empty in the week of the Spring Festival; July and August are slow. */
function quietness(day: number): number {
  const text = dayText(day);
  const year = Number(text.slice(0, 4));
  const spring = dayNumber(`${year}-${SPRING_FESTIVAL[year] ?? "02-05"}`);
  if (day >= spring && day < spring + 7) return 0.45;
  const month = text.slice(5, 7);
  return month === "07" || month === "08" ? 0.8 : 1;
}
