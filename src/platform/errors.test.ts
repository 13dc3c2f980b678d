import { expect, it } from "vitest";
import { defineErrors, problem } from "./errors.ts";

it("a code among the params is said in words, and stays a code for programs", () => {
  defineErrors("probe", {
    closed: {
      status: 409,
      zh: "现在是「{state}」，第 {version} 版。",
      en: "It is {state}, version {version}.",
      words: { state: { waiting: ["待批准", "waiting"] } },
    },
  });
  expect(problem("probe.closed", { state: "waiting", version: 2 }).toJSON()).toMatchObject({
    detail_zh: "现在是「待批准」，第 2 版。",
    detail: "It is waiting, version 2.",
    params: { state: "waiting", version: 2 },
  });
  expect(problem("probe.closed", { state: "new", version: 2 }).message).toBe("It is new, version 2.");
});
