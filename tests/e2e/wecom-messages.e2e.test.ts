import { afterAll, beforeAll, expect, it } from "vitest";
import { seriousFindings } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

it("a message by WeCom is written with its card, and its channel tells what waits for associates from what was sent", async () => {
  const page = await session.open("/templates/new");
  const picture = async (name: string) => {
    const folder = process.env["HUITOU_PICTURES"];
    if (folder === undefined) return;
    await page.screenshot({ path: `${folder}/wecom-${name}.png` });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: `${folder}/wecom-${name}-390.png` });
    await page.setViewportSize({ width: 1440, height: 900 });
  };
  await page.getByLabel("名称").fill("新茶邀请");
  await page.getByLabel("代号").fill("invite_wecom");
  await page.getByLabel("通道").selectOption("wecom");
  await page.getByLabel("正文").fill("{{ member.name }}，今年的肉桂到店了，给您留了一泡。");
  await page.getByLabel("卡片链接").fill("http://tea.example");
  await page.getByText(/还差：卡片链接/).waitFor();
  await page.getByLabel("卡片链接").fill("https://tea.example/rougui");
  await page.getByLabel("卡片标题").fill("今年的肉桂");
  await page.getByText("王**，今年的肉桂到店了，给您留了一泡。").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await picture("edit");
  await page.getByRole("button", { name: "存为草稿" }).click();
  await page.getByRole("heading", { name: "新茶邀请" }).waitFor();
  await page.goto(`${session.server.url}/channels`);
  const card = page.locator(".ht-card", { has: page.getByRole("heading", { name: "企业微信", exact: true }) });
  await card.getByText("待导购确认").waitFor();
  await card.scrollIntoViewIfNeeded();
  await picture("card");
  await card.getByRole("button", { name: "更换" }).click();
  await page.getByLabel("CorpID").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "取消" }).click();
  await page.goto(`${session.server.url}/messages?channel=wecom&state=prepared`);
  await page.getByText("没有符合条件的消息").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.close();
});
