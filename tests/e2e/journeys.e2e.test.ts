import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

const GIFT = {
  zh: "沉默会员回访礼",
  en: "A gift for the silent",
  entry: { kind: "api" },
  reentry: { kind: "once" },
  goal: { event: "order", exit: true },
  hold_out_percent: 10,
  start: "split",
  nodes: {
    split: {
      kind: "random",
      branches: [
        { percent: 50, next: "give" },
        { percent: 50, next: "wait" },
      ],
    },
    give: { kind: "points", points: 200, valid_days: 30, next: "wait" },
    wait: { kind: "wait_until", event: "order", within: { amount: 7, unit: "days" }, then: "out", otherwise: "window" },
    window: { kind: "window", from: "10:00", until: "20:00", weekdays: [1, 2, 3, 4, 5], next: "out" },
    out: { kind: "exit" },
  },
};

async function put(path: string, data: unknown): Promise<void> {
  const answer = await session.context.request.put(session.server.url + path, {
    data,
    headers: { origin: session.server.url },
  });
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
}

describe("journeys in the console", () => {
  it("a draft shows its problems where they are, is published, entered, and read from its numbers down to members", async () => {
    await put("/api/journeys/silent_gift/draft", { ...GIFT, key: "silent_gift", start: "nowhere" });
    const page = await session.open("/journeys/silent_gift");
    await page.getByText("这里通向「nowhere」，但没有这个节点").waitFor();
    expect(await page.getByRole("button", { name: "发布" }).isDisabled()).toBe(true);
    await put("/api/journeys/silent_gift/draft", { ...GIFT, key: "silent_gift" });
    await page.getByText("随机分成 50% / 50%").waitFor();
    await page.getByRole("button", { name: "发布" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "发布" }).click();
    await page.getByText("运行中").waitFor();

    const { items } = await session.get<{ items: { member_id: number }[] }>("/api/members?limit=40");
    const answer = await session.context.request.post(`${session.server.url}/api/journeys/silent_gift/entries`, {
      data: { member_ids: items.map((one) => one.member_id) },
      headers: { origin: session.server.url, "idempotency-key": "silent-gift-1" },
    });
    expect(answer.ok()).toBe(true);
    const wait = page.getByRole("listitem").filter({ hasText: "等到「订单」，最多 7 天" });
    await wait.getByRole("button", { name: /人在这里/ }).click();
    const members = page.getByRole("dialog", { name: "停在这里的会员" });
    await members.getByRole("link").first().waitFor();
    await page.keyboard.press("Escape");
    if (process.env["HUITOU_PICTURES"] !== undefined) {
      await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journey-1440.png`, fullPage: true });
      const phone = await session.open("/journeys/silent_gift", 390);
      await phone.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journey-390.png`, fullPage: true });
      const list = await session.open("/journeys");
      await list.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journeys-1440.png`, fullPage: true });
    }
    await page.getByRole("button", { name: "结束" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "结束" }).click();
    await page.getByText("已结束").first().waitFor();
    await page.close();
  });
});
