import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

describe("benefits in the console", () => {
  it("the ladder's are listed as sentences with the rate, and the days ahead as a picture with what they cost", async () => {
    const page = await session.open("/benefits");
    const row = page.getByRole("row").filter({ hasText: "生日茶点" }).filter({ hasText: "生效中" });
    expect(await row.innerText()).toContain("每位会员生日当月可到店领一份茶点。");
    await page.getByRole("row").filter({ hasText: "加速兑换" }).getByText("生效中").waitFor();
    await page.getByText("有着落", { exact: true }).waitFor();
    const days = page.getByRole("group", { name: "未来 60 天" }).getByRole("button", { name: /份，/ });
    expect(await days.count()).toBeGreaterThanOrEqual(60);
    await days.filter({ hasText: "¥" }).first().click();
    await page.getByRole("heading", { level: 3 }).first().waitFor();
    await page.getByRole("button", { name: "表格" }).click();
    await page.getByRole("columnheader", { name: "预计成本" }).first().waitFor();
    await page.close();
  });

  it("one is written in sentences, published, waits in the list, is handed out once, and is withdrawn", async () => {
    const page = await session.open("/benefits/new");
    await page.getByLabel("中文名称").fill("试用茶样");
    await page.getByLabel("英文名称").fill("Trial sample");
    await page.getByLabel("编码", { exact: true }).fill("trial_sample");
    await page.getByLabel("中文的话").fill("每位会员每月一份茶样。");
    await page.getByLabel("英文的话").fill("A tea sample each month.");
    await page.getByLabel("到期前", { exact: true }).fill("3");
    await page.getByText("每位会员，每个自然月，到店领一份礼，当期有效，到期前 3 天提醒。").waitFor();
    await page.getByRole("button", { name: "保存草稿" }).click();
    await page.getByRole("heading", { name: "试用茶样" }).waitFor();
    await page.getByRole("button", { name: "发布" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "发布" }).click();
    await page.getByText("生效中").waitFor();

    await page.getByRole("button", { name: "停用" }).click();
    const stopping = page.getByRole("dialog");
    await stopping.getByLabel("原因").fill("试完了");
    await stopping.getByRole("button", { name: "停用" }).click();
    await stopping.waitFor({ state: "detached" });
    await page.getByText("已停用").first().waitFor();

    await page.goto(`${session.server.url}/benefits/fulfilment?state=granted&benefit=birthday_treat`);
    const waiting = page.getByRole("row").filter({ hasText: "待领取" });
    await waiting.first().getByRole("button", { name: "发放" }).click();
    const handing = page.getByRole("dialog");
    await handing.getByLabel("门店编码").fill("S001");
    await handing.getByRole("button", { name: "发放" }).click();
    await handing.waitFor({ state: "detached" });
    await page.close();
  });
});

describe("rewards in the console", () => {
  it("stand with price and stock; some are added with a reason, and an order is handed over", async () => {
    const page = await session.open("/rewards");
    const row = page.getByRole("row").filter({ hasText: "白瓷盖碗" });
    expect(await row.innerText()).toMatch(/800 积分[\s\S]*¥19\.90/);
    await row.getByRole("link", { name: "白瓷盖碗" }).click();
    await page.getByRole("button", { name: "出入库" }).click();
    const stocking = page.getByRole("dialog");
    await stocking.getByLabel("数量").fill("7");
    await stocking.getByLabel("原因").fill("第二批到货");
    await stocking.getByRole("button", { name: "入库" }).last().click();
    await stocking.waitFor({ state: "detached" });
    await page.getByRole("cell", { name: "第二批到货" }).waitFor();

    await page.goto(`${session.server.url}/rewards/orders?state=confirmed`);
    await page.getByRole("button", { name: "交付", exact: true }).first().click();
    const handing = page.getByRole("dialog");
    await handing.getByLabel("门店编码").fill("S001");
    await handing.getByRole("button", { name: "交付", exact: true }).click();
    await handing.waitFor({ state: "detached" });
    await page.close();
  });

  it("a member's page says what they have and what comes next", async () => {
    const { items } = await session.get<{ items: { member_id: number | null }[] }>(
      "/api/benefits/fulfilment?state=granted&benefit=birthday_treat&limit=1",
    );
    const page = await session.open(`/members/${items[0]?.member_id}`);
    await page.getByRole("heading", { name: "权益与优惠券" }).waitFor();
    await page.getByText("接下来会有").waitFor();
    await page.close();
  });
});
