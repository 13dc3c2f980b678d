import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build as q } from "../../src/query/index.ts";
import { joined } from "./colleague.ts";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

let owner: OwnerSession;
/** A colleague with a second factor, in a browser of their own. */
let manager: BrowserContext;
let segment_id = 0;
/** Where pictures go for somebody to look at; none unless asked for. */
const pictures = process.env["HUITOU_PICTURES"];

beforeAll(async () => {
  owner = await ownerSession(60);
  const condition = q.compare(q.member("member_id"), ">", 0);
  const kept = await owner.post<{ segment_id: number }>("/api/segments", {
    name: "全部会员",
    description: "",
    condition,
  });
  ({ segment_id } = kept);
  expect(segment_id).toBeGreaterThan(0);
  manager = await joined(owner, "manager", "周经理");
});
afterAll(async () => await owner?.close(), 600_000);

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

async function open(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(owner.server.url + path);
  await settled(page);
  return page;
}

const wideBy = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

describe("an export with personal data in clear", () => {
  it("is asked for, approved by a colleague who reads what will happen, and carried out once", async () => {
    const page = await owner.open(`/segments/${segment_id}?tab=export`);
    await page.getByLabel("手机号（明文）").check();
    await page.getByLabel("用途").fill("双十一唤醒短信，交给供应商");
    await picture(page, "approvals-export");
    await page.getByRole("button", { name: /^申请导出/ }).click();
    await page.getByText(/已提交审批 #\d+/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "approvals-asked");
    await page.close();

    const theirs = await open(manager, "/");
    const trouble = listenForTrouble(theirs);
    await theirs.getByRole("link", { name: /审批 1/ }).click();
    await theirs.getByText(/明文个人信息：手机号（明文）/).waitFor();
    await picture(theirs, "approvals-for-me");
    expect(await seriousFindings(theirs)).toEqual([]);
    await theirs.getByRole("button", { name: "批准", exact: true }).click();
    await theirs.getByLabel("意见").fill("名单已核对");
    await picture(theirs, "approvals-decide");
    expect(await seriousFindings(theirs)).toEqual([]);
    await theirs.locator("dialog[open]").getByRole("button", { name: "批准", exact: true }).click();
    await theirs.getByText("没有等您处理的申请").waitFor();
    expect(trouble).toEqual([]);
    await theirs.close();

    const mine = await owner.open("/trust/approvals?tab=mine");
    await mine.getByText("已批准").waitFor();
    await picture(mine, "approvals-mine");
    await mine.getByRole("button", { name: "执行" }).click();
    await mine.locator(".ht-status", { hasText: "已执行" }).waitFor();
    const made = await owner.get<{ items: unknown[] }>(`/api/segments/exports?segment_id=${segment_id}`);
    expect(made.items).toHaveLength(1);
    await mine.close();
  });

  it("is read and withdrawn on a phone", async () => {
    const wish = {
      segment_id,
      columns: ["member_id", "name"],
      format: "csv",
      language: "zh",
      reason: "给供应商的名单",
    };
    await expect(owner.post("/api/segments/exports", wish)).rejects.toThrow(/access.approval_asked/);
    const page = await owner.open("/trust/approvals?tab=mine", 390);
    await page.getByText("等待 周经理").waitFor();
    await picture(page, "approvals-390");
    expect(await wideBy(page)).toBeLessThanOrEqual(0);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "撤回" }).click();
    await page.locator(".ht-status", { hasText: "已撤回" }).waitFor();
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "approvals-390-dark");
    expect(await seriousFindings(page)).toEqual([]);
    await page.close();
  });

  it("stands in the history, which is a file too", async () => {
    const page = await open(manager, "/trust/approvals?tab=history");
    await page.getByText("名单已核对").waitFor();
    await picture(page, "approvals-history");
    expect(await seriousFindings(page)).toEqual([]);
    const file = await manager.request.get(`${owner.server.url}/api/approvals/history.xlsx`);
    expect(file.ok()).toBe(true);
    await page.close();
  });
});

describe("somebody's account", () => {
  it("is given back by a link, at 1440 and 390 pixels", async () => {
    for (const width of [1440, 390]) {
      const page = await owner.open("/trust/people", width);
      await page.getByRole("button", { name: "管理", exact: true }).click();
      await page.getByText("忘记密码").waitFor();
      await picture(page, `account-${width}`);
      expect(await seriousFindings(page)).toEqual([]);
      expect(await wideBy(page)).toBeLessThanOrEqual(0);
      await page.getByRole("button", { name: "生成重置链接" }).click();
      await page.getByText("/reset?token=").waitFor();
      await picture(page, `account-link-${width}`);
      expect(await seriousFindings(page)).toEqual([]);
      await page.close();
    }
  });
});
