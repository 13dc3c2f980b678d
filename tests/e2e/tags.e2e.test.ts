import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForTrouble } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;

beforeAll(async () => {
  session = await sharedSession();
});

afterAll(async () => await session?.close(), 60_000);

describe("a tag that people make", () => {
  it("is built in sentences, previewed, saved, and seen on a member", async () => {
    const page = await session.open("/tags/new");
    const trouble = listenForTrouble(page);
    await page.getByLabel("名称", { exact: true }).fill("高频茶客");
    await page.getByRole("textbox", { name: "取值" }).fill("常来");
    await page.getByRole("combobox", { name: "搜索可用的条件" }).fill("购买");
    await page.keyboard.press("Enter");
    await page.getByLabel("其余会员").fill("不常来");
    const sampled = page.locator(".tm-sample li").filter({ hasText: "常来" }).first();
    await sampled.waitFor();
    const member = await sampled.getByRole("link").getAttribute("href");
    const said = await sampled.locator("strong").textContent();
    // what was typed stands in the address
    await expect.poll(() => new URL(page.url()).searchParams.has("draft")).toBe(true);
    await page.reload();
    await sampled.waitFor();
    expect(await page.getByLabel("名称", { exact: true }).inputValue()).toBe("高频茶客");
    await page.getByRole("button", { name: "保存并计算" }).click();
    await page.waitForURL(/\/tags\/made_\w+/);
    const key = /\/tags\/(\w+)/.exec(page.url())?.[1] ?? "";
    const tags = async () => (await session.get<{ items: { key: string }[] }>(`/api${member}/tags`)).items;
    await expect.poll(async () => (await tags()).map((tag) => tag.key), { timeout: 150_000 }).toContain(key);
    await page.goto(session.server.url + member);
    const shown = page.locator("main").getByText("高频茶客").first();
    await shown.waitFor();
    expect(await page.locator("main").textContent()).toContain(said ?? "—");
    expect(trouble).toEqual([]);
    await page.close();
  });
});
