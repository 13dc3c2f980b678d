import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

let session: OwnerSession;
/** Where pictures go for somebody to look at; none unless asked for. */
const pictures = process.env["HUITOU_PICTURES"];

beforeAll(async () => {
  session = await ownerSession(60);
});
afterAll(async () => await session?.close(), 600_000);

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

describe("the permission matrix", () => {
  it("is drafted by keys, submitted, and put into force alone where nobody else could approve", async () => {
    const page = await session.open("/trust/matrix");
    const trouble = listenForTrouble(page);
    await picture(page, "matrix-shipped");
    await page.getByRole("button", { name: "起草新版本" }).click();
    await page.getByLabel("原因").fill("客服不看标签");
    await page.locator("dialog[open]").getByRole("button", { name: "起草新版本" }).click();
    await page.getByText("第 1 版草稿").waitFor();
    const square = page.getByRole("button", { name: /^客服 · 查看标签 · L2/ });
    await square.focus();
    await page.keyboard.press("5");
    await page.getByText("与生效版本相差 2 格").waitFor();
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toMatch(/L3/);
    await picture(page, "matrix-draft");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel("只看改动").check();
    await picture(page, "matrix-changes");
    await page.getByRole("button", { name: "提交批准" }).click();
    await page.getByRole("button", { name: "批准并生效" }).click();
    await page.getByLabel("原因").fill("只有我一人");
    await page.locator("dialog[open]").getByRole("button", { name: "批准并生效" }).click();
    await page.getByText("第 1 版生效中").waitFor();
    expect(await page.locator("main").textContent()).toContain("没有第二位可批准的人");
    await page.getByRole("button", { name: "历史版本" }).click();
    await page.getByText("一人批准").waitFor();
    await picture(page, "matrix-history");
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("is read on a phone, in the dark and in English", async () => {
    const phone = await session.open("/trust/matrix", 390);
    await picture(phone, "matrix-390");
    const wide = await phone.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(wide).toBe(false);
    await phone.close();
    const english = await session.context.newPage();
    await english.emulateMedia({ colorScheme: "dark" });
    await english.goto(`${session.server.url}/trust/matrix?lang=en`);
    await settled(english);
    await english.getByRole("heading", { name: "Permission matrix" }).waitFor();
    await picture(english, "matrix-dark-en");
    expect(await seriousFindings(english)).toEqual([]);
    await english.evaluate(() => localStorage.clear());
    await english.close();
  });
});
