/** Who is in exactly these sets (indexes into the sets). */
export interface Region {
  readonly in: readonly number[];
  readonly count: number;
}

export interface UpsetRow<R extends Region = Region> {
  readonly region: R;
  readonly y: number;
  /** A dot per set, in the order of the sets. */
  readonly dots: readonly { readonly x: number; readonly y: number; readonly on: boolean }[];
  /** From the first set of the region to the last; null with fewer than two. */
  readonly line: { readonly x1: number; readonly x2: number } | null;
  readonly bar: { readonly x: number; readonly width: number };
}

export interface UpsetPicture<R extends Region = Region> {
  readonly rows: readonly UpsetRow<R>[];
  readonly height: number;
  /** Where the matrix ends and the bars begin. */
  readonly bars_x: number;
}

export const UPSET_ROW_PX = 30;
export const UPSET_DOT_PX = 26;
/** Room for the number behind the longest bar. */
const NUMBER_PX = 76;

/**
 * An UpSet picture with a row per region: dots say which sets, the bar says how many. The largest first; those in no set
 * are left out, because they are no overlap and would dwarf the others.
 */
export function upsetPicture<R extends Region>(regions: readonly R[], sets: number, width: number): UpsetPicture<R> {
  const shown = regions
    .filter((region) => region.in.length > 0 && region.count > 0)
    .toSorted((a, b) => b.count - a.count || a.in.length - b.in.length || compareIn(a.in, b.in));
  const bars_x = sets * UPSET_DOT_PX + 12;
  const room = Math.max(24, width - bars_x - NUMBER_PX);
  const most = shown[0]?.count ?? 0;
  const rows = shown.map((region, index) => {
    const y = index * UPSET_ROW_PX + UPSET_ROW_PX / 2;
    const dots = Array.from({ length: sets }, (_, set) => ({ x: dotX(set), y, on: region.in.includes(set) }));
    const [first, last] = [Math.min(...region.in), Math.max(...region.in)];
    return {
      region,
      y,
      dots,
      line: region.in.length < 2 ? null : { x1: dotX(first), x2: dotX(last) },
      bar: { x: bars_x, width: Math.max(2, (region.count / most) * room) },
    };
  });
  return { rows, height: Math.max(1, rows.length) * UPSET_ROW_PX, bars_x };
}

export const dotX = (set: number): number => set * UPSET_DOT_PX + UPSET_DOT_PX / 2;

function compareIn(a: readonly number[], b: readonly number[]): number {
  for (const [index, set] of a.entries()) {
    const other = b[index] ?? -1;
    if (set !== other) return set - other;
  }
  return 0;
}

/** The letter by which a set is called in the picture: A, B, C … */
export const setLetter = (set: number): string => String.fromCharCode(65 + set);

/** "0.2" names the region of the first and the third set in the address. */
export const regionKey = (region: Region): string => (region.in.length === 0 ? "none" : region.in.join("."));
