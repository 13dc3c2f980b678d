import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForTrouble, seriousFindings } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

let session: OwnerSession;
const now = async () => new Date((await session.get<{ now: string }>("/api/world")).now).getTime();

beforeAll(async () => {
  session = await ownerSession(600, ["--live=600"]);
});

afterAll(async () => await session?.close(), 600_000);

describe("the example world that goes on", () => {
  it("shows on the home page what arrives, with its source, while one looks", async () => {
    const page = await session.open("/");
    const trouble = listenForTrouble(page);
    const line = page.locator(".ht-feed li", { hasText: /来了|applied/ }).first();
    await line.waitFor();
    const { items } = await session.get<{ items: { source_id: number; name: string }[] }>("/api/sources");
    const text = await line.innerText();
    expect(items.some(({ name }) => text.includes(name)) || text.includes("个来源")).toBe(true);
    expect(await line.locator("a").getAttribute("href")).toMatch(/^\/data\/sources(\/\d+)?$/);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("says its time and pace on a badge, and stands still when it is paused", async () => {
    const page = await session.open("/", 390);
    const badge = page.locator(".ht-world-badge");
    expect(await badge.getAttribute("aria-label")).toMatch(/演示在继续 ×600 · 世界时间/);
    await badge.click();
    await page.getByRole("button", { name: "暂停" }).click();
    await expect.poll(() => badge.getAttribute("aria-label")).toMatch(/演示已暂停/);
    const paused = await now();
    expect(await now()).toBe(paused);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.getByRole("button", { name: "×60", exact: true }).click();
    await expect.poll(now).toBeGreaterThan(paused);
    await page.close();
  });
});
