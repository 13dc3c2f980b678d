import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joined } from "./colleague.ts";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { ownerSession, type OwnerSession } from "./owner-session.ts";

let session: OwnerSession;
let officer: BrowserContext;
let page: Page;
let approver: Page;
let trouble: string[] = [];
const MEMBERS = 40;

beforeAll(async () => {
  session = await ownerSession(MEMBERS);
  officer = await joined(session, "privacy_officer", "陈慎");
  page = await officer.newPage();
  approver = await session.context.newPage();
  trouble = [...listenForTrouble(page)];
});
afterAll(async () => session.close());

async function open(path: string, on = page): Promise<void> {
  await on.goto(session.server.url + path);
  await settled(on);
}

/** For whoever wants to look at it: HUITOU_SHOTS names a folder. */
async function shot(name: string): Promise<void> {
  const folder = process.env["HUITOU_SHOTS"];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/registers-${name}.png`, fullPage: true });
}

/** Accessible, and nothing hangs out sideways on a phone. */
async function looksRight(name: string): Promise<void> {
  expect(await seriousFindings(page), name).toEqual([]);
  await shot(`${name}-1440`);
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, name).toBe(0);
  expect(await seriousFindings(page), name).toEqual([]);
  await shot(`${name}-390`);
  await page.setViewportSize({ width: 1440, height: 900 });
}

const form = () => page.getByRole("dialog");
const button = (name: string) => page.getByRole("button", { name, exact: true });
async function fill(fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, text] of Object.entries(fields)) await form().getByLabel(label, { exact: true }).fill(text);
}

const ACTIVITY = {
  活动编码: "tasting",
  中文名称: "品鉴会邀请",
  英文名称: "Tasting invitations",
  保存天数: "1095",
  数据: "手机号，到店记录",
  接收方: "短信服务商",
};
const BODY = "我同意山野茶用短信邀请我参加品鉴会。我可以随时在小程序撤回。信息保存三年。";
const LONGER = "我同意山野茶用短信和电话邀请我参加品鉴会。我可以随时在小程序撤回。信息保存三年。";

describe("the registers in the console", () => {
  it("empty, they teach the first step; the form opens by keyboard, by link, and Escape leaves it", async () => {
    await open("/trust/privacy?tab=registers");
    for (const none of ["还没有登记处理活动", "还没有影响评估", "还没有同意文本"]) await page.getByText(none).waitFor();
    await looksRight("empty");
    await button("登记处理活动").focus();
    await page.keyboard.press("Enter");
    await form().getByText("登记后不能改").waitFor();
    expect(new URL(page.url()).searchParams.get("form")).toBe("activity");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("INPUT");
    await page.keyboard.press("Escape");
    await form().waitFor({ state: "detached" });
    expect(new URL(page.url()).searchParams.get("form")).toBeNull();
    await open("/trust/privacy?tab=registers&form=activity");
    await fill({ 活动编码: "Tasting" });
    await form().getByText("要以小写字母开头").waitFor();
    await fill(ACTIVITY);
    await form().getByLabel("自动化决策").check();
    await looksRight("activity-form");
    await form().getByRole("button", { name: "存为草稿" }).click();
    await page.getByText("没有已批准的影响评估，不能发布").waitFor();
  });

  it("a text of a new purpose says what its purpose lacks, and is not offered for publishing", async () => {
    await button("起草同意文本").click();
    await fill({ 正文: BODY });
    await form().getByRole("button", { name: "存为草稿" }).click();
    await page.getByText("还缺影响评估。请先补上并发布它").waitFor();
    await looksRight("lacking");
    await page.getByRole("link", { name: "品鉴会邀请 · 中文" }).click();
    await page.getByRole("heading", { name: "正文：v1" }).waitFor();
    await page.getByText("还缺影响评估").waitFor();
    expect(await button("发布").count()).toBe(0);
  });

  it("an assessment is written, approved by a colleague and not by its author, and then the activity is published", async () => {
    await open("/trust/privacy/activities/tasting");
    expect(await button("发布").count()).toBe(0);
    await button("写影响评估").click();
    const hand_in = form().getByRole("button", { name: "提交批准" });
    // what the activity says itself is chosen already
    for (const trigger of ["新的目的", "自动化决策", "委托处理"])
      expect(await form().getByLabel(trigger).isChecked(), trigger).toBe(true);
    await fill({
      "合法、正当、必要": "只邀请同意的会员参加品鉴会，数据限于联系与到店记录，为实现目的所必需。",
      对个人的影响与风险: "太短",
      保护措施: "发送前核对同意，撤回后一分钟内停止；手机号加密保存，只在发送时解封。",
    });
    expect(await hand_in.isDisabled()).toBe(true);
    await fill({ 对个人的影响与风险: "可能打扰会员；误发会泄露会员身份。频次与时段受限，风险为中等。" });
    await looksRight("assessment-form");
    await hand_in.click();
    await page.getByText("由另一位能发布登记的同事批准", { exact: true }).waitFor();
    await page.getByText(/影响评估 № \d+ 还没有批准/).waitFor();
    await looksRight("waiting");
    await open("/trust/privacy/activities/tasting", approver);
    await approver.getByRole("button", { name: "批准", exact: true }).click();
    await approver.getByText("已批准").waitFor();
    await open("/trust/privacy/activities/tasting");
    await page.getByText("可以发布").waitFor();
    // what was judged stays as it was judged
    expect(await button("修改草稿").count()).toBe(0);
    await button("发布").click();
    await form().getByText("处理活动和评估都已具备").waitFor();
    await form().getByRole("button", { name: "发布", exact: true }).click();
    await page.getByRole("heading", { name: "生效：第 1 版" }).waitFor();
    await looksRight("activity");
  });

  it("then its text is published with the day from which it holds", async () => {
    await open("/trust/privacy/texts/tasting/zh?form=publish");
    await form().getByText("可以发布").waitFor();
    await looksRight("text-publish");
    await form().getByRole("button", { name: "发布", exact: true }).click();
    await form().waitFor({ state: "detached" });
    await page.getByText("生效").first().waitFor();
  });

  it("a new version shows its difference while it is typed, in the draft and in the history", async () => {
    await open("/trust/privacy/activities/tasting?form=draft");
    await form().getByText("没有改动").waitFor();
    await fill({ 保存天数: "730" });
    await form().getByText("730 天").waitFor();
    await looksRight("activity-difference");
    await form().getByRole("button", { name: "存为草稿" }).click();
    await page.getByText("保存：1,095 天 → 730 天").waitFor();
    await looksRight("activity-draft");
    await open("/trust/privacy/texts/tasting/zh?form=draft");
    await fill({ 正文: LONGER });
    expect(await form().locator("ins").innerText()).toContain("短信和电话");
    expect(await form().locator("del").innerText()).toContain("用短信邀请");
    await form().getByRole("button", { name: "存为草稿" }).click();
    await page.getByRole("heading", { name: "正文：v2" }).waitFor();
    await page.getByText("与 v1 相比").waitFor();
    await looksRight("text");
    await button("v1").click();
    await page.getByRole("heading", { name: "正文：v1" }).waitFor();
    expect(new URL(page.url()).searchParams.get("version")).toBe("v1");
  });

  it("is readable in the dark and in English", async () => {
    const storageState = await officer.storageState();
    const dark = await session.browser.newContext({ colorScheme: "dark", storageState });
    const night = await dark.newPage();
    for (const [path, heading] of [
      ["/trust/privacy/texts/tasting/zh?form=draft&", "Change the draft"],
      ["/trust/privacy/activities/tasting?", "Draft: version 2"],
      ["/trust/privacy?tab=registers&", "Impact assessments"],
    ] as const) {
      await open(`${path}lang=en`, night);
      await night.getByRole("heading", { name: heading }).waitFor();
      expect(await seriousFindings(night), path).toEqual([]);
      const folder = process.env["HUITOU_SHOTS"];
      if (folder !== undefined) await night.screenshot({ path: `${folder}/registers-dark-${heading.slice(0, 6)}.png` });
    }
    await dark.close();
  });

  it("all versions go into an Excel file; who may only look finds no act; an unknown code is told", async () => {
    await open("/trust/privacy?tab=registers");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "导出 Excel" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("huitou-processing-registers.xlsx");
    await looksRight("registers");
    await open("/trust/privacy/activities/nothing");
    await page.getByText("没有这项登记").waitFor();
    const operator = await joined(session, "operator", "周看");
    const looking = await operator.newPage();
    await open("/trust/privacy/activities/tasting?form=draft", looking);
    await looking.getByRole("heading", { name: "草稿：第 2 版" }).waitFor();
    expect(await looking.getByRole("dialog").count()).toBe(0);
    expect(await looking.getByRole("button", { name: "写影响评估" }).count()).toBe(0);
    expect(trouble).toEqual([]);
  });
});
