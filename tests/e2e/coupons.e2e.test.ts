import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build as q } from "../../src/query/index.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
const EVERYBODY = q.equals(q.profile("members", "is_test"), false);

beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

describe("coupons in the console", () => {
  it("the example world's are listed with their sentence, use and budget", async () => {
    const page = await session.open("/coupons");
    await page.getByRole("link", { name: "金卡季度券" }).waitFor();
    const row = page.getByRole("row").filter({ hasText: "入会礼券" });
    expect(await row.innerText()).toContain("减 ¥20.00，满 ¥100.00。");
    expect(await row.innerText()).toMatch(/剩 ¥[\d,.]+（\d+%）/);
    await page.close();
  });

  it("a coupon is written in sentences, tried on a basket while it is typed, published, issued, and taken back", async () => {
    const page = await session.open("/coupons/new");
    const basket = page.locator("section").filter({ hasText: "试一单" });
    await basket.getByText("¥504.00 减 ¥20.00").waitFor();
    await page.getByLabel("中文名称").fill("试用券");
    await page.getByLabel("英文名称").fill("Trial coupon");
    await page.getByLabel("编码", { exact: true }).fill("trial");
    await page.getByLabel("门槛金额").fill("600");
    await basket.getByText("还差 ¥96.00（满 ¥600.00 可用）").waitFor();
    await page.getByLabel("门槛金额").fill("500");
    await page.getByLabel("立减", { exact: true }).fill("50");
    await basket.getByText("¥504.00 减 ¥50.00").waitFor();
    await page.getByRole("button", { name: "保存草稿" }).click();

    await page.getByRole("heading", { name: "试用券" }).waitFor();
    await page.getByRole("button", { name: "发布" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "发布" }).click();

    await page.getByRole("button", { name: "新建批次" }).click();
    const making = page.getByRole("dialog");
    await making.getByLabel("批次名称").fill("浏览器试发");
    await making.getByLabel("预算（元）").fill("500");
    await making.getByRole("button", { name: "建立" }).click();
    await page.getByRole("heading", { name: "浏览器试发" }).waitFor();

    const { items } = await session.get<{ items: { member_id: number }[] }>("/api/members?limit=3");
    // the dialog lists segments: it fell over as soon as there was one
    await session.post("/api/segments", { name: "试发的人", description: "", condition: EVERYBODY });
    await page.getByRole("button", { name: "发放", exact: true }).click();
    const issuing = page.getByRole("dialog");
    await issuing.getByRole("option", { name: /试发的人/ }).waitFor({ state: "attached" });
    await issuing.getByLabel("发给").selectOption("members");
    await issuing.getByLabel("会员编号").fill(items.map((one) => one.member_id).join("，"));
    await issuing.getByLabel("原因").fill("试发");
    await issuing.getByRole("button", { name: "发放" }).click();
    await page.getByRole("cell", { name: "已完成" }).waitFor();
    await page.getByRole("img", { name: /未用 3/ }).waitFor();

    await page.getByRole("button", { name: "撤销发放" }).click();
    const undoing = page.getByRole("dialog");
    await undoing.getByText("还没用的 3 张会作废").waitFor();
    await undoing.getByLabel("原因").fill("试完了");
    await undoing.getByRole("button", { name: "撤销发放" }).click();
    await undoing.waitFor({ state: "detached" });
    await page.getByRole("cell", { name: "已撤销" }).waitFor();
    await page.getByRole("img", { name: /已作废 3/ }).waitFor();
    await page.close();
  });
});
