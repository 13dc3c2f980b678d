import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALM } from "../../examples/mall-office/office.ts";
import { seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
let office: string;
beforeAll(async () => {
  session = await sharedSession();
  const { items } = await session.get<{ items: { origins: string[] }[] }>("/api/robots");
  office = items[0]?.origins[0] ?? "";
});
afterAll(() => session.close());

const picture = async (page: Page, name: string) => {
  const folder = process.env["HUITOU_PICTURES"];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/robots-${name}.png`, fullPage: true });
};
const dial = (dials: object) => session.context.request.put(`${office}/sim/dials`, { data: dials });
const taken = async () => {
  const answer = await session.context.request.get(`${office}/sim/log`);
  return ((await answer.json()) as { gifts: { reference: string }[] }).gifts;
};

/** Starts the robot of the open page and waits until its run has ended. */
async function run(page: Page, ending: RegExp): Promise<void> {
  await page.getByRole("button", { name: "立即运行" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "立即运行" }).click();
  await page.locator(".ht-card-head").filter({ hasText: "次运行" }).getByText(ending).waitFor();
}

async function takeOver(page: Page): Promise<void> {
  await page.getByText("这个机器人还没有所有者").waitFor();
  await page.getByRole("button", { name: "接管" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "接管" }).click();
  await page.getByText("开启", { exact: true }).first().waitFor();
}

describe("robots in the console", () => {
  it("one that is nobody's is taken over, exports yesterday's orders, and its film shows each step without a person in it", async () => {
    const page = await session.open("/robots");
    await page.getByRole("link", { name: "商城昨日订单入湖" }).click();
    await takeOver(page);
    await run(page, /^完成$/);
    await page.getByText("3. 导入 orders-", { exact: false }).waitFor();
    await page.locator(".rb-picture img").nth(2).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "film");
    await page.getByRole("button", { name: /截图：导出/ }).click();
    await page.getByText("灰色处是密钥和个人信息").waitFor();
    await picture(page, "step");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "查看这次导入" }).click();
    await page.getByRole("heading", { name: /orders-/ }).waitFor();
  });

  it("what it does not find it says in a sentence beside the picture", async () => {
    const page = await session.open("/robots/1");
    await page.getByRole("button", { name: "修改" }).click();
    await page.getByLabel("最多等页面几秒").fill("3");
    await page.getByRole("button", { name: "保存" }).click();
    await dial({ missing: ["export"] });
    await run(page, /^失败$/);
    await dial(CALM);
    await page
      .getByText(/没有找到导出订单按钮/)
      .first()
      .waitFor();
    await page.locator(".rb-frame-failed img").waitFor();
    await picture(page, "failed");
    await page.getByRole("button", { name: "修改" }).click();
    await page.getByLabel("最多等页面几秒").fill("60");
    await page.getByRole("button", { name: "保存" }).click();
    await page.getByText("60 秒").waitFor();
  });

  it("gifts are entered one by one; what the back office refuses is tried again from the page and is there once", async () => {
    const page = await session.open("/robots/2");
    await takeOver(page);
    const { items } = await session.get<{ items: { entitlement_id: number }[] }>(
      "/api/benefits/fulfilment?state=granted&benefit=birthday_treat&limit=200",
    );
    const reference = `HT-${items.at(-1)?.entitlement_id}`;
    await dial({ refuse: [reference] });
    await run(page, /项失败/);
    await dial(CALM);
    await page
      .getByText(/礼品库存不足/)
      .first()
      .waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "items");
    await page.getByRole("button", { name: `重试 gift ${items.at(-1)?.entitlement_id}` }).click();
    await expect.poll(async () => (await taken()).filter((gift) => gift.reference === reference).length).toBe(1);
    await page.locator(".ht-card-head").filter({ hasText: "次运行" }).getByText(/^完成/).waitFor();
    // whoever has no phone number still waits for a person
    const references = (await taken()).map((gift) => gift.reference);
    expect(new Set(references).size).toBe(references.length);
  });

  it("a secret is typed and never shown; a robot is made, and fits a phone", async () => {
    const page = await session.open("/robots/1");
    await page.getByRole("button", { name: "更换后台密码" }).click();
    await page.getByRole("dialog").getByLabel("后台密码", { exact: true }).fill("tea-robot-2026");
    await page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
    await page.getByText("已保存").waitFor();
    expect(await page.content()).not.toContain("tea-robot-2026");
    await page.goto(`${session.server.url}/robots`);
    await page.getByRole("button", { name: "新建机器人" }).click();
    const making = page.getByRole("dialog");
    await making.getByLabel("名称", { exact: true }).fill("外滩店订单");
    await making.getByLabel("后台地址").fill("http://10.0.0.9");
    await making.getByRole("button", { name: "保存" }).click();
    await making.getByText(/机器人不能访问 http:\/\/10\.0\.0\.9/).waitFor();
    await picture(page, "new");
    await making.getByRole("button", { name: "取消" }).click();
    for (const path of ["/robots", "/robots/2"]) {
      const phone = await session.open(path, 390);
      await settled(phone);
      const width = await phone.evaluate(() => document.documentElement.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(390);
      expect(await seriousFindings(phone)).toEqual([]);
      await picture(phone, `phone${path.replaceAll("/", "-")}`);
      await phone.close();
    }
  });
});
