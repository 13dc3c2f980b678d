/** Pure geometry of a Sankey diagram of two columns: who stood where before, and where after. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly members: number;
}

export interface Node {
  readonly key: string;
  readonly members: number;
  /** Top and height, in the same units as the height asked for. */
  readonly y: number;
  readonly height: number;
}

export interface Ribbon extends Link {
  readonly y_from: number;
  readonly y_to: number;
  readonly thickness: number;
}

export interface Sankey {
  readonly left: readonly Node[];
  readonly right: readonly Node[];
  readonly ribbons: readonly Ribbon[];
}

/** Room for the words of a node, however few its members. */
const GAP = 18;

/** Nodes in the order of `order`, heights in proportion to members on one scale for both columns. */
export function sankeyOf(links: readonly Link[], order: readonly string[], height: number): Sankey {
  const live = links.filter((link) => link.members > 0);
  const keysOf = (side: "from" | "to") => order.filter((key) => live.some((link) => link[side] === key));
  const total = live.reduce((sum, link) => sum + link.members, 0);
  const most = Math.max(keysOf("from").length, keysOf("to").length, 1);
  const scale = total === 0 ? 0 : Math.max(0, height - GAP * most) / total;
  const column = (side: "from" | "to"): Node[] => {
    let y = 0;
    return keysOf(side).map((key) => {
      const members = live.reduce((sum, link) => sum + (link[side] === key ? link.members : 0), 0);
      const node = { key, members, y, height: members * scale };
      y += node.height + GAP;
      return node;
    });
  };
  const [left, right] = [column("from"), column("to")];
  const place = (nodes: readonly Node[]) => new Map(nodes.map((node) => [node.key, node.y]));
  const [used_left, used_right] = [place(left), place(right)];
  const rank = (key: string) => order.indexOf(key);
  const sorted = live.toSorted((a, b) => rank(a.from) - rank(b.from) || rank(a.to) - rank(b.to));
  const ribbons = sorted.map((link) => {
    const thickness = link.members * scale;
    const y_from = used_left.get(link.from) ?? 0;
    const y_to = used_right.get(link.to) ?? 0;
    used_left.set(link.from, y_from + thickness);
    used_right.set(link.to, y_to + thickness);
    return { ...link, y_from, y_to, thickness };
  });
  return { left, right, ribbons };
}

/** The outline of a ribbon between two x. */
export function ribbonPath({ y_from, y_to, thickness }: Ribbon, x_from: number, x_to: number): string {
  const middle = (x_from + x_to) / 2;
  const [a, b] = [y_from + thickness, y_to + thickness];
  return `M${x_from} ${y_from}C${middle} ${y_from} ${middle} ${y_to} ${x_to} ${y_to}V${b}C${middle} ${b} ${middle} ${a} ${x_from} ${a}Z`;
}
