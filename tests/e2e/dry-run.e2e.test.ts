import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

const DRAFT = {
  key: "after_order",
  zh: "下单后七天回访",
  en: "A week after an order",
  entry: { kind: "event", event: "order" },
  reentry: { kind: "again", after_days: 7 },
  goal: { event: "review", exit: true },
  hold_out_percent: 10,
  start: "wait",
  nodes: {
    wait: { kind: "wait", for: { amount: 3, unit: "days" }, at: "10:00", next: "split" },
    split: {
      kind: "random",
      branches: [
        { percent: 60, next: "give" },
        { percent: 40, next: "again" },
      ],
    },
    give: { kind: "points", points: 50, valid_days: 30, next: "again" },
    again: { kind: "wait_until", event: "order", within: { amount: 4, unit: "days" }, then: "out", otherwise: "out" },
    out: { kind: "exit" },
  },
};

describe("a dry run in the console", () => {
  it("is begun from the draft, paints the canvas, leads from a number to members and one member's way, and stands in the publish dialog", async () => {
    const answer = await session.context.request.put(`${session.server.url}/api/journeys/after_order/draft`, {
      data: DRAFT,
      headers: { origin: session.server.url },
    });
    expect(await answer.json()).toMatchObject({ problems: [] });
    const page = await session.open("/journeys/after_order");
    await page.getByRole("button", { name: "发布" }).click();
    await page.getByRole("dialog").getByText("还没有试运行过").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "试运行" }).click();
    const asking = page.getByRole("dialog", { name: "试运行" });
    await asking.getByLabel("过去多少天").fill("365");
    await asking.getByRole("button", { name: "开始" }).click();
    await page.getByText("下面的数字：过去 365 天会有多少人走这里").waitFor();
    const way = page.locator(".jc-passed").first();
    await way.waitFor();
    expect(await way.getAttribute("title")).toMatch(/^过去 365 天会有 [\d,]+ 人走这里$/);
    expect(await page.getByText("草稿之后又改过").count()).toBe(0);
    await shoot(page, "dry-run-1440");
    await page.locator(".jc-passed").nth(1).click();
    const members = page.getByRole("dialog", { name: "试运行里的会员" });
    await members.getByRole("link").first().waitFor();
    await members
      .getByRole("button", { name: /走完了|还在途中|达成目标/ })
      .first()
      .click();
    await members.getByText("进入", { exact: true }).waitFor();
    await shoot(page, "dry-run-way-1440");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "发布" }).click();
    await page
      .getByRole("dialog")
      .getByText(/过去 365 天会有 [\d,]+ 人次进入/)
      .waitFor();
    await shoot(page, "dry-run-publish-1440");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "编辑" }).click();
    await page.getByRole("button", { name: "试运行" }).waitFor();
    await page.locator(".jc-passed").first().waitFor();
    await shoot(page, "dry-run-edit-1440");
    const phone = await session.open("/journeys/after_order", 390);
    await phone.getByText("会进入").waitFor();
    await shoot(phone, "dry-run-390");
    await page.close();
  });
});

async function shoot(page: Awaited<ReturnType<OwnerSession["open"]>>, name: string): Promise<void> {
  const folder = process.env["HUITOU_PICTURES"];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
