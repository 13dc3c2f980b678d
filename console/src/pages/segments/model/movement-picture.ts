/** Who came and went on one business day; `filled` of them because the segment was made or changed. */
export interface MovementDay {
  readonly business_day: string;
  readonly entered: number;
  readonly left: number;
  readonly filled: number;
}

const DAY_MS = 86_400_000;

/** `count` business days up to and with `today`, those without movement as zeros. */
export function everyDay(items: readonly MovementDay[], today: string, count: number): readonly MovementDay[] {
  const known = new Map(items.map((item) => [item.business_day, item]));
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) => {
    const business_day = new Date(end - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return known.get(business_day) ?? { business_day, entered: 0, left: 0, filled: 0 };
  });
}

export interface DayColumn {
  readonly day: MovementDay;
  readonly x: number;
  readonly width: number;
  readonly up: number;
  readonly down: number;
}

export interface MovementPicture {
  readonly columns: readonly DayColumn[];
  /** Where nobody moved. */
  readonly zero: number;
  /** The largest number of each side, for the scale. */
  readonly top: number;
  readonly bottom: number;
}

/** Entered stands up and left hangs down, on one scale, so that the two can be compared. */
export function movementPicture(days: readonly MovementDay[], width: number, height: number): MovementPicture {
  const top = Math.max(0, ...days.map((day) => day.entered));
  const bottom = Math.max(0, ...days.map((day) => day.left));
  const scale = top + bottom === 0 ? 0 : height / (top + bottom);
  const slot = days.length === 0 ? 0 : width / days.length;
  const gap = Math.min(4, slot * 0.25);
  // one member among thousands is still drawn
  const bar = (members: number) => (members === 0 ? 0 : Math.max(1.5, members * scale));
  return {
    columns: days.map((day, index) => ({
      day,
      x: index * slot + gap / 2,
      width: Math.max(1, slot - gap),
      up: bar(day.entered),
      down: bar(day.left),
    })),
    zero: scale === 0 ? height / 2 : top * scale,
    top,
    bottom,
  };
}
