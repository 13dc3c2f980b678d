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

describe("journeys in the console", () => {
  it("a draft shows its problems where they are, is published, entered, and read from its numbers down to members", async () => {
    await session.put("/api/journeys/silent_gift/draft", { ...GIFT, key: "silent_gift", start: "nowhere" });
    const page = await session.open("/journeys/silent_gift");
    await page.getByText("这里通向「nowhere」，但没有这个节点").first().waitFor();
    expect(await page.getByRole("button", { name: "发布" }).isDisabled()).toBe(true);
    await session.put("/api/journeys/silent_gift/draft", { ...GIFT, key: "silent_gift" });
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
    const split = page.locator(".jc-node", { hasText: "等到「订单」，最多 7 天" });
    await split.getByRole("button", { name: /人在这里/ }).waitFor();
    if (process.env["HUITOU_PICTURES"] !== undefined)
      await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journey-live-1440.png`, fullPage: true });
    await page
      .getByRole("radio", { name: "列表" })
      .or(page.getByRole("tab", { name: "列表" }))
      .or(page.getByRole("button", { name: "列表" }))
      .click();
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

  it("is drawn from nothing: steps are put on ways, changed at the side, taken back, kept as one goes, and published", async () => {
    const page = await session.open("/journeys");
    await page.getByRole("button", { name: "新建旅程" }).click();
    await page.getByRole("button", { name: "空白旅程" }).click();
    const naming = page.getByRole("dialog", { name: "新建旅程" });
    await naming.getByLabel("叫什么").fill("下单后谢谢您");
    await naming.getByLabel("代号").fill("thanks");
    await naming.getByRole("button", { name: "去画" }).click();

    const put = async (kind: string, plus = 0) => {
      await page.getByRole("button", { name: "在这里加一步" }).nth(plus).click();
      await page.getByRole("menuitem", { name: kind }).click();
    };
    await put("条件");
    const problems = page.getByRole("alert").filter({ hasText: "处要改" });
    await problems.waitFor();
    await page.getByRole("button", { name: "改条件" }).click();
    const asking = page.getByRole("dialog", { name: "条件" });
    await asking.getByRole("combobox", { name: "搜索可用的条件" }).fill("已绑微信");
    await page.keyboard.press("Enter");
    if (process.env["HUITOU_PICTURES"] !== undefined)
      await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journey-condition.png` });
    await asking.getByRole("button", { name: "就这样" }).click();
    await put("送积分", 1);
    const panel = page.getByRole("region", { name: "送积分" });
    await panel.getByLabel("积分", { exact: true }).fill("88");
    await page.getByText("送 88 积分").first().waitFor();
    await put("等待", 1);
    await page.getByText("等 1 天").first().waitFor();
    await page.getByRole("button", { name: "撤销" }).click();
    await expect.poll(() => page.locator(".jc-wait").count()).toBe(0);
    await page.getByRole("button", { name: "重做" }).click();
    await page.getByText("等 1 天").first().waitFor();
    await page.getByText("已保存", { exact: true }).waitFor();
    if (process.env["HUITOU_PICTURES"] !== undefined)
      await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journey-edit-1440.png`, fullPage: true });
    await page.getByRole("button", { name: "画好了" }).click();
    const drawn = await session.get<{ versions: { definition: { nodes: object } }[] }>("/api/journeys/thanks");
    expect(Object.keys(drawn.versions[0]?.definition.nodes ?? {}).toSorted()).toEqual([
      "condition_1",
      "exit",
      "points_1",
      "wait_1",
    ]);
    await page.close();
  });

  it("is entered at times that are chosen in a sentence: the next three are shown, the condition is drawn, and it is kept", async () => {
    await session.put("/api/journeys/on_mondays/draft", { ...GIFT, key: "on_mondays", zh: "每周一看看谁沉默了" });
    const page = await session.open("/journeys/on_mondays?edit=1");
    const panel = page.getByRole("region", { name: "旅程设置" });
    await panel.getByLabel("会员怎么进来").selectOption("schedule");
    await panel.getByText(/^接下来：/).waitFor();
    await panel.getByLabel("多久一次").selectOption("week");
    await panel.getByLabel("周四").check();
    await page.getByText("每周一、四 10:00，所有会员进入").waitFor();
    await panel.getByRole("button", { name: "改条件" }).click();
    const asking = page.getByRole("dialog", { name: "条件" });
    await asking.getByRole("combobox", { name: "搜索可用的条件" }).fill("已绑微信");
    await page.keyboard.press("Enter");
    await asking.getByRole("button", { name: "就这样" }).click();
    await page
      .getByText(/^每周一、四 10:00，符合条件的会员进入：/)
      .first()
      .waitFor();
    await page.getByText("已保存", { exact: true }).waitFor();
    const pictures = process.env["HUITOU_PICTURES"];
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/schedule-1440.png`, fullPage: true });
    await page.getByRole("button", { name: "画好了" }).click();
    const kept = await session.get<{ entry: { next: string[] }; versions: { definition: { entry: object } }[] }>(
      "/api/journeys/on_mondays",
    );
    expect(kept.versions[0]?.definition.entry).toMatchObject({ every: "week", weekdays: [1, 4], at: "10:00" });
    expect(kept.entry.next.length).toBe(3);
    await page.close();
  });

  it("is made from a shipped scene: chosen by its sentence, with its templates as drafts; the share says which scenes are left", async () => {
    const pictures = process.env["HUITOU_PICTURES"];
    const list = await session.open("/journeys");
    await list.getByText(/还有 \d+ 个场景没有自动化/).click();
    const left = list.getByRole("listitem").filter({ hasText: "退款致歉" });
    if (pictures !== undefined) await list.screenshot({ path: `${pictures}/automation-1440.png`, fullPage: true });
    await left.getByRole("link").click();
    await list.waitForURL(/from-scene|refund_apology/);
    await list.close();

    const page = await session.open("/journeys/from-scene?scene=replenish");
    const card = page.getByRole("listitem").filter({ hasText: "照自己的购买间隔" });
    await card.getByText(/目标：两周内再次购买/).waitFor();
    if (pictures !== undefined) {
      await page.screenshot({ path: `${pictures}/scenes-1440.png`, fullPage: true });
      const phone = await session.open("/journeys/from-scene?scene=replenish", 390);
      await phone
        .getByRole("button", { name: /用这个场景/ })
        .first()
        .waitFor();
      await phone.screenshot({ path: `${pictures}/scenes-390.png`, fullPage: true });
      await phone.close();
    }
    await card.getByRole("button", { name: "用这个场景 该补货了" }).click();
    await page.waitForURL(/\/journeys\/replenish/);
    await page
      .getByText(/^每天 10:00，符合条件的会员进入/)
      .first()
      .waitFor();
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/scene-made-1440.png`, fullPage: true });
    const { items } = await session.get<{ items: { template: string }[] }>("/api/messages/templates");
    expect(items.map(({ template }) => template)).toContain("replenish_remind");
    await page.close();
  });
});
