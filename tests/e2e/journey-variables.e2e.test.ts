import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

const WORDS = {
  kind: "inbox",
  title: "{{ member.name }}，谢谢您的订单",
  text: "订单 {{ order_no }} 实付 {{ amount }} 元。送您 {{ gift }} 积分，{{ until }}前有效。",
  variables: ["order_no", "amount", "gift", "until"],
};
const THANKS = {
  zh: "下单感谢",
  en: "Thanks for an order",
  entry: { kind: "event", event: "order", each: "record" },
  reentry: { kind: "once" },
  goal: null,
  hold_out_percent: 0,
  start: "give",
  nodes: {
    give: { kind: "points", points: 50, valid_days: 30, next: "say" },
    say: { kind: "message", template: "order_thanks", next: "out" },
    out: { kind: "exit" },
  },
};

describe("variables of a message in a journey", () => {
  it("are asked for at the message, take their sources from lists, and the message reads as a real masked member", async () => {
    await session.put("/api/messages/templates/order_thanks/draft", {
      category: "service",
      name: "下单感谢信",
      content: WORDS,
    });
    await session.put("/api/journeys/order_thanks/draft", { ...THANKS, key: "order_thanks" });
    const page = await session.open("/journeys/order_thanks");
    await page.getByText("模板「下单感谢信」要用变量 order_no，这里还没有说从哪里来").first().waitFor();
    await page.getByRole("button", { name: "编辑" }).click();
    // the list of problems leads to the step, wherever it stands on the canvas
    await page
      .getByRole("button", { name: /要用变量 order_no/ })
      .first()
      .click();
    const panel = page.getByRole("region", { name: "发消息" });
    await expect
      .poll(() => panel.getByLabel("消息模板").evaluate((one) => (one as HTMLSelectElement).selectedOptions[0]?.label))
      .toBe("下单感谢信 · 站内信 · 未审批");
    for (const [name, source] of [
      ["order_no", "订单号 · 这次「订单」"],
      ["amount", "实付金额 · 这次「订单」"],
      ["gift", "送的积分 · 「送 50 积分，30 天有效」"],
      ["until", "有效期至 · 「送 50 积分，30 天有效」"],
    ] as const)
      await panel.getByLabel(name, { exact: true }).selectOption({ label: source });
    await page.getByText("已保存", { exact: true }).waitFor();
    await expect.poll(() => page.getByText("要用变量").count()).toBe(0);
    await panel.getByText("order_no、amount 没有真实的值，用例子代替").waitFor();

    const { items } = await session.get<{ items: { member_id: number; orders: number }[] }>("/api/members?limit=40");
    const buyer = items.find(({ orders }) => orders > 0);
    await panel.getByLabel("以哪位会员来看").fill(String(buyer?.member_id));
    await expect.poll(() => panel.getByText("没有真实的值").count()).toBe(0);
    const read = await panel.locator("blockquote").innerText();
    expect(read).toMatch(/\p{Script=Han}\*+，谢谢您的订单/u);
    expect(read).toMatch(/订单 \S+ 实付 \d+\.\d\d 元。送您 50 积分，\d{4}年\d+月\d+日前有效。/);
    if (process.env["HUITOU_PICTURES"] !== undefined) {
      await settled(page);
      await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journey-variables-1440.png`, fullPage: true });
      await page.setViewportSize({ width: 390, height: 844 });
      await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journey-variables-390.png`, fullPage: true });
    }
    await page.close();
  });
});
