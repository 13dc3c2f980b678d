import { describe, expect, it } from "vitest";
import { bandsOf, heatOf, neighbour, positionOf, valueAt } from "./heat-map.ts";

describe("the heat map", () => {
  it("places a class border in proportion inside its band", () => {
    expect(positionOf(150, [0, 100, 200, 300, 400])).toBeCloseTo(0.3);
    expect(positionOf(200, [0, 100, 200, 300, 400])).toBeCloseTo(0.4);
  });
  it("places a border inside the open last band by its multiple of the edge, on its edge when equal", () => {
    expect(positionOf(800, [0, 100, 200, 300, 400])).toBeCloseTo(0.85);
    expect(positionOf(9_999, [0, 100, 200, 300, 400])).toBe(1);
    expect(positionOf(400, [0, 100, 200, 300, 400])).toBeCloseTo(0.8);
  });
  it("gives back the threshold of a place", () => {
    for (const value of [10, 150, 399, 400, 800]) {
      const edges = [0, 100, 200, 300, 400];
      expect(valueAt(positionOf(value, edges), edges)).toBeCloseTo(value);
    }
  });
  it("leaves out what ties make empty and keeps the server's numbers", () => {
    expect(bandsOf([1, 1, 2, 3, 6]).map((band) => band.number)).toEqual([2, 3, 4, 5]);
    expect(positionOf(1, [1, 1, 2, 3, 5])).toBe(0);
    expect(positionOf(4, [1, 1, 2, 3, 5])).toBeCloseTo(0.625);
    expect(positionOf(0, [1, 2, 3, 4, 5])).toBe(0);
    expect(bandsOf([1, 2])).toEqual([
      { number: 1, from: 1, to: 2 },
      { number: 2, from: 2, to: null },
    ]);
  });
  it("colours nothing for nobody and fully for the most", () => {
    expect([heatOf(0, 100), heatOf(25, 100), heatOf(100, 100), heatOf(5, 0)]).toEqual([0, 0.5, 1, 0]);
  });
  it("moves by the arrow keys and stays inside", () => {
    expect(neighbour(0, "ArrowLeft", 5)).toBe(0);
    expect(neighbour(4, "ArrowDown", 5)).toBe(9);
    expect(neighbour(12, "ArrowUp", 5)).toBe(7);
    expect(neighbour(22, "ArrowDown", 5)).toBe(22);
    expect([neighbour(7, "Home", 5), neighbour(7, "End", 5), neighbour(7, "x", 5)]).toEqual([5, 9, 7]);
  });
});
