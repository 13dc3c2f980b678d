import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joined } from "./colleague.ts";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

let owner: OwnerSession;
/** A second administrator: nobody judges their own account. */
let security: BrowserContext;
const pictures = process.env["HUITOU_PICTURES"];

beforeAll(async () => {
  owner = await ownerSession(60);
  security = await joined(owner, "security_admin", "孙安全");
  const { person_id } = await owner.post<{ person_id: number }>("/api/people", {
    name: "王店员",
    email: "clerk@shanye.example",
    role: "clerk",
    scope_stores: ["HZ01"],
  });
  await owner.post("/api/clients", {
    name: "门店大屏",
    owner_id: person_id,
    permissions: ["members.search"],
    stores: ["HZ01"],
    addresses: [],
    rate_per_minute: 60,
    expiry_days: 30,
  });
});
afterAll(async () => await owner?.close(), 600_000);

async function picture(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

async function asSecurity(path: string): Promise<Page> {
  const page = await security.newPage();
  await page.goto(owner.server.url + path);
  await settled(page);
  return page;
}

const lineOf = (page: Page, name: string) => page.locator(".ar-line", { hasText: name });

describe("an access review", () => {
  it("is begun from the empty page and judged by keyboard alone, with a reason where access does not stay", async () => {
    const page = await owner.open("/trust/reviews");
    const trouble = listenForTrouble(page);
    await page.getByText("还没有做过权限复核").waitFor();
    await picture(page, "access-reviews-empty");
    await page.getByRole("button", { name: "开始复核" }).click();
    await page.getByText("已复核 0 / 4").waitFor();
    await page.getByText("自己的账号或程序，请另一位管理员复核").waitFor();
    expect(await page.getByRole("button", { name: "签署" }).isDisabled()).toBe(true);
    await lineOf(page, "孙安全").getByRole("button", { name: "保留" }).focus();
    await page.keyboard.press("1");
    await page.getByText("已复核 1 / 4").waitFor();
    // the line that was judged is gone from the list, the next one has the focus
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest(".ar-line")?.textContent))
      .toContain("王店员");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("3");
    await page.keyboard.type("十月已离职");
    expect(await seriousFindings(page)).toEqual([]);
    await page.locator("dialog[open]").getByRole("button", { name: "移除", exact: true }).click();
    await page.getByText("已复核 2 / 4").waitFor();
    await lineOf(page, "门店大屏").getByRole("button", { name: "保留" }).click();
    await page.getByText("已复核 3 / 4").waitFor();
    await page.getByRole("button", { name: /^全部/ }).click();
    await lineOf(page, "王店员").getByText("十月已离职").waitFor();
    await picture(page, "access-review-1440");
    expect(await seriousFindings(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("is finished and signed by a second administrator, stands in the history, and is a file", async () => {
    const page = await asSecurity("/trust/reviews");
    await page.getByRole("link", { name: "继续复核" }).click();
    await lineOf(page, "林晓").getByRole("button", { name: "保留" }).click();
    await page.getByText("每一行都有结论了").waitFor();
    await page.getByRole("button", { name: "签署" }).click();
    await page.locator("dialog[open]").getByText("4 行全部有结论，其中 1 行要修改或移除").waitFor();
    await page.locator("dialog[open]").getByRole("button", { name: "签署" }).click();
    await page.getByText(/孙安全 于 .* 签署/).waitFor();
    expect(await page.getByRole("button", { name: "保留" }).count()).toBe(0);
    await page.locator(".ht-back").click();
    await page.getByText("还有 1 项「修改」「移除」没有执行").waitFor();
    await picture(page, "access-reviews-signed");
    expect(await seriousFindings(page)).toEqual([]);
    const file = await security.request.get(`${owner.server.url}/api/access-reviews/1/review.xlsx`);
    expect([file.ok(), (await file.body()).length > 4_000]).toEqual([true, true]);
    await page.close();
  });

  it("leads on a phone to what is still to be done, and says so once it has been done", async () => {
    const page = await owner.open("/trust/reviews/1?show=acts", 390);
    await lineOf(page, "王店员").getByText("未执行").waitFor();
    await picture(page, "access-review-390");
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(await seriousFindings(page)).toEqual([]);
    await lineOf(page, "王店员").getByRole("link", { name: "去处理" }).click();
    await page.getByRole("heading", { name: "王店员 的账号" }).waitFor();
    await page.getByRole("button", { name: "停用账号" }).click();
    await page.getByRole("button", { name: "确定停用账号" }).click();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await page.goBack();
    await lineOf(page, "王店员").getByText("已执行").waitFor();
    await page.close();
    const missing = await owner.open("/trust/reviews/99");
    await missing.getByText("没有这次复核").waitFor();
    await missing.close();
  });
});
