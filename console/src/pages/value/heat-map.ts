/** Pure geometry of the 5 × 5 maps: what a band covers, where a class border runs, how strongly a cell is coloured. */
export interface Band {
  readonly from: number;
  /** Exclusive; null for the last one. */
  readonly to: number | null;
}

export interface NumberedBand extends Band {
  /** Counted from 1 as the server does. */
  readonly number: number;
}

/** Lower edges, ascending → the bands that can hold anybody. Ties make edges equal: what lies between them is left out. */
export function bandsOf(edges: readonly number[]): readonly NumberedBand[] {
  return edges
    .map((from, index) => ({ number: index + 1, from, to: edges[index + 1] ?? null }))
    .filter((band) => band.to === null || band.to > band.from);
}

/**
 * Where a threshold lies along an axis of equal columns, 0…1. Inside a band it is placed in proportion; the last band is
 * open: there a threshold is placed by how many times its lower edge it is, and never beyond the end.
 */
export function positionOf(threshold: number, edges: readonly number[]): number {
  const bands = bandsOf(edges);
  const index = bands.findLastIndex((band) => band.from <= threshold);
  const band = bands[index];
  if (band === undefined) return 0;
  const open = band.from <= 0 ? 0 : Math.min(1, (threshold / band.from - 1) / OPEN_REACH);
  const inside = band.to === null ? open : (threshold - band.from) / (band.to - band.from);
  return (index + inside) / bands.length;
}

/** How far beyond its lower edge the open last band reaches while a border is dragged in it. */
const OPEN_REACH = 4;

/** The threshold that stands at a place along an axis: the way back from positionOf. In the open last band it grows from its lower edge. */
export function valueAt(position: number, edges: readonly number[]): number {
  const bands = bandsOf(edges);
  const index = Math.min(bands.length - 1, Math.floor(position * bands.length));
  const band = bands[index];
  if (band === undefined) return 0;
  const inside = position * bands.length - index;
  return band.to === null ? band.from * (1 + inside * OPEN_REACH) : band.from + inside * (band.to - band.from);
}

/** 0…1 by the square root, so that a few crowded cells do not bleach the rest; empty stays 0. */
export function heatOf(members: number, most: number): number {
  return members <= 0 || most <= 0 ? 0 : Math.sqrt(members / most);
}

/** The neighbour an arrow key leads to in a map of `rows` × `size` cells, rows counted from the top. */
export function neighbour(index: number, key: string, size: number, rows = size): number {
  const row = Math.floor(index / size);
  const column = index % size;
  if (key === "ArrowRight") return row * size + Math.min(size - 1, column + 1);
  if (key === "ArrowLeft") return row * size + Math.max(0, column - 1);
  if (key === "ArrowDown") return Math.min(rows - 1, row + 1) * size + column;
  if (key === "ArrowUp") return Math.max(0, row - 1) * size + column;
  if (key === "Home") return row * size;
  return key === "End" ? row * size + size - 1 : index;
}
