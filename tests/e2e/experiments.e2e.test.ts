import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

const TWO_WORDS = {
  key: "two_words",
  zh: "两种说法",
  en: "Two ways to say it",
  entry: { kind: "api" },
  reentry: { kind: "once" },
  goal: null,
  hold_out_percent: 20,
  start: "split",
  nodes: {
    split: {
      kind: "ab",
      experiment: "two_words",
      branches: [
        { variant: "short", percent: 50, next: "rest" },
        { variant: "long", percent: 50, next: "out" },
      ],
    },
    rest: { kind: "wait", for: { amount: 1, unit: "days" }, next: "out" },
    out: { kind: "exit" },
  },
};

describe("experiments in the console", () => {
  it("show whom an A/B node and a hold-out assigned to what, beside the shares that were set, and lead to the journey", async () => {
    const origin = session.server.url;
    await session.put("/api/journeys/two_words/draft", TWO_WORDS);
    await session.post("/api/journeys/two_words/publish", {});
    const { items } = await session.get<{ items: { member_id: number }[] }>("/api/members?limit=100");
    const entered = await session.context.request.post(`${origin}/api/journeys/two_words/entries`, {
      data: { member_ids: items.map((one) => one.member_id) },
      headers: { origin, "idempotency-key": "two-words-1" },
    });
    expect(entered.ok()).toBe(true);
    const counted = async () =>
      (await session.get<{ items: { experiment: string; members: number }[] }>("/api/experiments")).items.find(
        ({ experiment }) => experiment === "two_words",
      )?.members ?? 0;
    await expect.poll(counted, { timeout: 60_000 }).toBeGreaterThan(40);
    const page = await session.open("/experiments");
    await page.getByText("short", { exact: true }).waitFor();
    await page.getByText("两种说法 · 对照组").waitFor();
    expect(await page.getByText("设定 50%").count()).toBe(2);
    expect(await page.getByText("设定 80%").count()).toBe(1);
    expect(await seriousFindings(page)).toEqual([]);
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await settled(page);
      if (process.env["HUITOU_PICTURES"] !== undefined)
        await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/experiments-${width}.png`, fullPage: true });
    }
    await page.getByRole("link", { name: /两种说法 · split/ }).click();
    await page.waitForURL(/\/journeys\/two_words/);
    await page.close();
  });
});
