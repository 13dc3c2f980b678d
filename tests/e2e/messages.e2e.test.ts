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
  if (folder !== undefined) await page.screenshot({ path: `${folder}/messages-${name}.png`, fullPage: true });
};
const simLog = async () => {
  const { simulator } = await session.get<{ simulator: string }>("/api/messages/carriers");
  const answer = await session.context.request.get(`${simulator}/sim/log`);
  return ((await answer.json()) as { items: { kind: string; text: string; taken: boolean }[] }).items;
};

describe("messages in the console", () => {
  it("a template is written with its parts counted, tried on the seed list, submitted, approved, and compared with the one before", async () => {
    const page = await session.open("/templates/new");
    await page.getByLabel("名称").fill("到店提醒");
    await page.getByLabel("代号").fill("visit_sms");
    await page.getByLabel("类别").selectOption("service");
    await page.getByLabel("短信签名", { exact: true }).selectOption("山野茶");
    await page.getByText("已报备").waitFor();
    await page.getByLabel("服务商模板号").fill("SMS_468009");
    await page.getByLabel("正文").fill("${name}，您预约的品鉴在${day}，期待您来。");
    expect(await page.getByRole("button", { name: "存为草稿" }).isDisabled()).toBe(true);
    await page.getByLabel("${name}").fill("{{ member.name }}");
    await page.getByLabel("${day}").fill("{{ day }}");
    await page.getByLabel("变量 day").fill("周六下午");
    await page.getByText("【山野茶】王**，您预约的品鉴在周六下午，期待您来。").waitFor();
    await page.getByText(/按 1 条计费/).waitFor();
    await page.getByLabel("正文").fill(`\${name}，您预约的品鉴在\${day}，期待您来。${"茶".repeat(60)}`);
    await page.getByText(/按 2 条计费/).waitFor();
    await page.getByLabel("正文").fill("${name}，您预约的品鉴在${day}，期待您来。");
    await picture(page, "edit");
    await page.getByRole("button", { name: "存为草稿" }).click();
    await page.getByRole("heading", { name: "到店提醒" }).waitFor();

    await page.getByRole("button", { name: "试发" }).click();
    const trying = page.getByRole("dialog", { name: "试发第 1 版" });
    await trying.getByLabel("变量 day").fill("周日上午");
    await trying.getByRole("button", { name: "试发" }).click();
    await page.getByRole("heading", { name: "发送记录" }).waitFor();
    await expect
      .poll(async () => (await simLog()).filter(({ text }) => text.includes("SMS_468009")).length)
      .toBeGreaterThan(0);
    expect((await simLog()).find(({ text }) => text.includes("SMS_468009"))).toMatchObject({
      kind: "sms",
      taken: true,
    });

    await page.goto(`${session.server.url}/templates/visit_sms`);
    await page.getByRole("button", { name: "提交审核" }).click();
    await page.getByText("待审核").waitFor();
    await page.getByRole("button", { name: "通过" }).click();
    await page.getByText("已通过").waitFor();
    await page.getByText(/林晓 通过/).waitFor();
    await page.getByRole("button", { name: "写新版本" }).click();
    await page.getByLabel("正文").fill("${name}，您预约的品鉴在${day}，恭候您来。");
    await page.getByRole("button", { name: "存为草稿" }).click();
    await page.getByText("恭候").first().waitFor();
    expect(await page.locator("del").first().textContent()).toContain("期待");
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "template");
    await page.close();
  });

  it("the log says of each message that did not go out why, and its bars and links show these alone", async () => {
    const page = await session.open("/messages");
    await settled(page);
    const bar = page.getByRole("button", { name: /没有可用的联系方式/ });
    await bar.click();
    await page.waitForURL(/reason=no_address/);
    await page.locator(".ms-reason[aria-pressed=true]", { hasText: "没有可用的联系方式" }).waitFor();
    await page
      .getByRole("button", { name: /^为什么：第 \d+ 条$/ })
      .first()
      .click();
    const one = page.getByRole("dialog");
    await one.getByText("会员没有这个通道的联系方式", { exact: false }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "why");
    const link = page.url();
    await page.close();
    const again = await session.open(link.slice(session.server.url.length), 390);
    await again.getByRole("dialog").getByText("会员没有这个通道的联系方式", { exact: false }).waitFor();
    await picture(again, "why-390");
    await again.close();
  });

  it("one button stops everything with its reason and is lifted again; rules are changed in their sentences; a connection is tried", async () => {
    const page = await session.open("/channels");
    await page.getByRole("button", { name: "停止全部发送" }).click();
    const asked = page.getByRole("dialog", { name: "停止：全部发送" });
    await asked.getByLabel("原因").fill("会员日价格写错");
    await asked.getByRole("button", { name: "立刻停止" }).click();
    await page.getByText("全部发送已停止").waitFor();
    await page.getByText(/林晓 停止，原因：会员日价格写错/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "stopped");
    await page.getByRole("button", { name: "恢复发送" }).click();
    await page.getByRole("dialog", { name: "恢复：全部发送" }).getByRole("button", { name: "恢复发送" }).click();
    await page.getByText("正在正常发送").waitFor();

    const budget = page.getByRole("region", { name: "预算" });
    await budget.getByRole("button", { name: "加一条" }).click();
    await budget.getByLabel("最多多少元").fill("1200.50");
    await page.getByRole("button", { name: "保存规则" }).click();
    await page.getByText("规则已保存").waitFor();
    const { budgets } = await session.get<{ budgets: object[] }>("/api/messages/policy");
    expect(budgets).toEqual([{ channel: "sms", period: "month", limit_minor: 120_050 }]);
    await budget.getByRole("button", { name: "删除预算第 1 条" }).click();
    await page.getByRole("button", { name: "保存规则" }).click();
    await page.getByText("没有预算限制").waitFor();

    const sms = page.locator(".ms-carriers .ht-card").first();
    await sms.getByRole("button", { name: "测试连接" }).click();
    await page.getByText("连接正常，没有发送任何消息").waitFor();
    await sms.getByRole("button", { name: "更换" }).click();
    const service = page.getByRole("dialog", { name: "连接短信服务" });
    expect(await service.getByLabel("AccessKey Secret").inputValue()).toBe("");
    await service.getByLabel("服务商").selectOption("腾讯云");
    await service.getByLabel("SmsSdkAppId").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "service");
    await service.getByRole("button", { name: "取消" }).click();
    await sms.getByRole("button", { name: "生成回执地址" }).click();
    const once = page.getByRole("dialog", { name: "生成回执地址" });
    await once.getByText(/\/api\/message-callbacks\/[\w-]{20,}/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "callback");
    await once.getByRole("button", { name: "已填到服务商控制台" }).click();
    await sms.getByText("还没有收到").waitFor();
    await picture(page, "channels");
    await page.close();
  });
});
