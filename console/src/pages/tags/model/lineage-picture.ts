/** A box of the picture: what it says, where it leads, and its place. */
export interface PictureBox {
  readonly id: string;
  readonly column: number;
  readonly label: string;
  readonly note: string;
  readonly to: string | null;
  readonly tone: "plain" | "own" | "late";
}
export interface PlacedBox extends PictureBox {
  readonly x: number;
  readonly y: number;
}
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly lines: readonly { readonly id: string; readonly path: string }[];
}

export const BOX = { width: 160, height: 48, gap: 12, between: 36 } as const;

/**
 * Places boxes in columns from left to right, each column centred over the tallest, and joins them by curves. Empty columns
 * take no room.
 */
export function layOut(boxes: readonly PictureBox[], links: readonly (readonly [string, string])[]): Picture {
  const columns = [...new Set(boxes.map(({ column }) => column))].sort((a, b) => a - b);
  const rows = (column: number) => boxes.filter((box) => box.column === column);
  const tall = (count: number) => count * BOX.height + Math.max(0, count - 1) * BOX.gap;
  const height = Math.max(0, ...columns.map((column) => tall(rows(column).length)));
  const placed = columns.flatMap((column, index) => {
    const own = rows(column);
    const top = (height - tall(own.length)) / 2;
    return own.map((box, row) => ({
      ...box,
      x: index * (BOX.width + BOX.between),
      y: top + row * (BOX.height + BOX.gap),
    }));
  });
  const byId = new Map(placed.map((box) => [box.id, box]));
  const lines = links.flatMap(([from, to]) => {
    const [a, b] = [byId.get(from), byId.get(to)];
    if (a === undefined || b === undefined) return [];
    const [x1, y1] = [a.x + BOX.width, a.y + BOX.height / 2];
    const [x2, y2] = [b.x, b.y + BOX.height / 2];
    const bend = (x2 - x1) / 2;
    return [{ id: `${from} ${to}`, path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }];
  });
  const width = Math.max(0, columns.length * BOX.width + (columns.length - 1) * BOX.between);
  return { width, height, boxes: placed, lines };
}
