import { describe, expect, it } from "vitest";
import { areaPath, dayX, linePath, stacked } from "./history-picture.ts";
import { BOX, layOut } from "./lineage-picture.ts";

const box = (id: string, column: number) => ({ id, column, label: id, note: "", to: null, tone: "plain" as const });

describe("the picture of a lineage", () => {
  it("stands from left to right, columns centred, empty columns without room", () => {
    const picture = layOut(
      [box("a", 0), box("b", 0), box("own", 2)],
      [
        ["a", "own"],
        ["b", "own"],
        ["gone", "own"],
      ],
    );
    expect(picture.width).toBe(2 * BOX.width + BOX.between);
    expect(picture.height).toBe(2 * BOX.height + BOX.gap);
    expect(picture.boxes.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [0, BOX.height + BOX.gap],
      [BOX.width + BOX.between, (BOX.height + BOX.gap) / 2],
    ]);
    expect(picture.lines.map(({ id }) => id)).toEqual(["a own", "b own"]);
  });
});

describe("the picture of a history", () => {
  it("stacks shares of those with a value, and leaves what is not named above", () => {
    const days = [
      {
        members: 10,
        values: [
          { value: "a", members: 5 },
          { value: "b", members: 3 },
        ],
      },
      { members: 0, values: [] },
    ];
    expect(stacked(days, ["a", "b", "c"])).toEqual([
      [0.5, 0.8, 0.8],
      [0, 0, 0],
    ]);
  });

  it("spreads days over the width and shows a single day", () => {
    expect([0, 1, 2].map((index) => dayX(index, 3, 100))).toEqual([0, 50, 100]);
    expect(dayX(0, 1, 100)).toBe(50);
    expect(linePath([{ x: 50, y: 1 }])).toBe("M46 1H54");
    expect(
      areaPath(
        [
          { x: 0, y: 0 },
          { x: 9, y: 1 },
        ],
        [
          { x: 0, y: 5 },
          { x: 9, y: 5 },
        ],
      ),
    ).toBe("M0 0L9 1L9 5L0 5Z");
  });
});
