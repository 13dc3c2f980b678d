import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

const picture = async (page: Page, name: string) => {
  const folder = process.env["HUITOU_PICTURES"];
  if (folder === undefined) return;
  await page.screenshot({ path: `${folder}/wechat-${name}.png`, fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: `${folder}/wechat-${name}-390.png`, fullPage: true });
  await page.setViewportSize({ width: 1440, height: 900 });
};

describe("subscribe messages in the console", () => {
  it("a template takes the text of WeChat, each field with its limit, and says which field is too long", async () => {
    const page = await session.open("/templates/new");
    await page.getByLabel("名称").fill("到货提醒");
    await page.getByLabel("代号").fill("back_in_stock");
    await page.getByLabel("通道").selectOption("wechat");
    await page.getByLabel("类别").selectOption("service");
    await page.getByLabel("微信模板 ID").fill("hD-ixGOhYmUfjOnI8MCzQMPshzGVeux_2vzyvQu7O68");
    await page.getByLabel("标题").fill("到货提醒");
    await page.getByLabel("正文").fill("商品名称：{{thing1.DATA}}\n到货时间：{{date2.DATA}}");
    await page.getByLabel("商品名称 · thing1").fill("{{ product }}");
    await page.getByLabel("到货时间 · date2").fill("{{ day }}");
    await page.getByLabel("变量 day").fill("2026年12月24日");
    await page.getByLabel("变量 product").fill("武夷岩茶牛栏坑肉桂特级礼盒装二百五十克装两盒");
    await page.getByText(/thing1 = .*20 个以内字符/).waitFor();
    await page.getByLabel("商品名称 · thing1").fill('{{ product | truncate: 20, "…" }}');
    await page.getByText(/商品名称：武夷岩茶牛栏坑肉桂特级礼盒装二百五十克…/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "edit");
    await page.getByRole("button", { name: "存为草稿" }).click();
    await page.getByRole("heading", { name: "到货提醒", exact: true }).first().waitFor();
    await page.getByText("还没有会员授权过").waitFor();
    await page.close();
  });

  it("what members have left stands on the template and on the member, what was held back for it in the log", async () => {
    const page = await session.open("/templates/points_expiring_wechat");
    await page.getByText("剩余授权").waitFor();
    await settled(page);
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "template");
    await page.getByRole("link", { name: "看记录" }).click();
    await page.getByText("没有剩余的订阅授权").first().waitFor();
    await settled(page);
    await picture(page, "log");
    const { items } = await session.get<{ items: { member_id: number }[] }>(
      "/api/messages?template=points_expiring_wechat&state=accepted",
    );
    await page.goto(`${session.server.url}/members/${items[0]?.member_id}?tab=profile`);
    await page.getByText("微信订阅授权").waitFor();
    await settled(page);
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "member");
    await page.close();
  });

  it("the channel shows its service and makes the push settings once", async () => {
    const page = await session.open("/channels");
    await page.getByRole("heading", { name: "微信订阅消息" }).waitFor();
    await page.getByRole("button", { name: "生成消息推送配置" }).click();
    await page.getByText("EncodingAESKey").first().waitFor();
    await picture(page, "push");
    await page.getByRole("button", { name: "已填到微信公众平台" }).click();
    await page.close();
  });
});
