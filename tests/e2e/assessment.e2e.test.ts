import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
const PICTURES = process.env["HUITOU_PICTURES"];

beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

describe("the self-assessment", () => {
  it("runs from the page, says what it is not, shows the whole clause, and that a demo is no evidence", async () => {
    const page = await session.context.newPage();
    const trouble = listenForTrouble(page);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${session.server.url}/trust/assessment`);
    await settled(page);
    await page.getByRole("button", { name: "立即自评" }).click();
    await page.getByText("不能代替持证机构").waitFor();
    await page.getByText("示例世界的结果，不作为证据。").waitFor();
    const total = page.getByRole("row", { name: /8\.1 合计/ });
    await total.getByText("211").waitFor();
    await page.getByText("单台主机，没有数据库副本与备用主机。").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "assessment-1440");
    await page.getByRole("button", { name: /^符合/ }).click();
    await page.getByText(/试错 5 次后账号已锁定/).waitFor();
    expect(new URL(page.url()).searchParams.get("result")).toBe("met");
    await page.setViewportSize({ width: 390, height: 844 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over).toBe(0);
    await picture(page, "assessment-390");
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("takes evidence with its day, a signature by name, and gives Excel and signed JSON", async () => {
    const page = await session.open("/trust/assessment");
    const item = page.getByRole("listitem").filter({ hasText: "8.1.4.5" });
    await item.getByRole("button", { name: "提交证据" }).click();
    await page.getByLabel("说明").fill("主机防病毒 7.2 年检报告");
    await page
      .getByLabel("文件")
      .setInputFiles({ name: "年检.txt", mimeType: "text/plain", buffer: Buffer.from("合格") });
    await picture(page, "evidence-dialog");
    await page.getByRole("button", { name: "保存证据" }).click();
    await page.getByText("主机防病毒 7.2 年检报告").waitFor();
    await page.getByLabel("签署意见").fill("与现场一致");
    await page.getByRole("button", { name: "记名签署" }).click();
    await page.getByText("与现场一致").first().waitFor();
    for (const [name, ending] of [
      ["Excel", "xlsx"],
      ["签名 JSON", "json"],
    ] as const) {
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
      expect(file.suggestedFilename()).toMatch(new RegExp(`^self-assessment-\\d+\\.${ending}$`));
    }
    await page.close();
  });

  it("is readable in the dark and in English", async () => {
    const dark = await session.browser.newContext({
      colorScheme: "dark",
      storageState: await session.context.storageState(),
    });
    const page = await dark.newPage();
    await page.goto(`${session.server.url}/trust/assessment?lang=en`);
    await settled(page);
    await page.getByText("does not replace an assessment by a licensed body").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dark.close();
  });
});
