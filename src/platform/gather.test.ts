import { expect, test } from "vitest";
import { Gather } from "./gather.ts";
import { sleep } from "./timers.ts";

test("questions of one moment share an answer; those that come meanwhile share the next, which begins after them", async () => {
  const groups: number[][] = [];
  const doubles = new Gather<number, number>(async (questions) => {
    groups.push([...questions]);
    await sleep(5);
    return questions.map((n) => n * 2);
  });
  const first = [1, 2, 3].map((n) => doubles.ask(n));
  await sleep(2);
  const second = [4, 5].map((n) => doubles.ask(n));
  expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10]);
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test("a failure is told to those who asked, and to nobody after them", async () => {
  let broken = true;
  const gather = new Gather<number, number>(async (questions) => {
    if (broken) throw new Error("broken");
    return questions;
  });
  const outcomes = await Promise.allSettled([gather.ask(1), gather.ask(2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  broken = false;
  expect(await gather.ask(3)).toBe(3);
});
