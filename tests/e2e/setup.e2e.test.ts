import { mkdir } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { seriousFindings, settled } from "./console-pages.ts";
import { type ConsoleServer, startServer } from "./console-server.ts";

const PASSWORD = "kettle over open fire";
const THREE = [
  ["系统管理员", "周系统", "zhou@tea.cn"],
  ["安全管理员", "安全", "an@tea.cn"],
  ["审计管理员", "沈计", "shen@tea.cn"],
] as const;
/** Where pictures go when somebody wants to look at them. */
const PICTURES = process.env["HUITOU_PICTURES"];
let server: ConsoleServer;
let browser: Awaited<ReturnType<typeof launchBrowser>>;
const links = new Map<string, string>();

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(1, ["--empty"]), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(path);
  return page;
}

async function look(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  for (const [width, height] of [
    [390, 844],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `${PICTURES}/${name}-${width}.png`, fullPage: true });
  }
}

describe("first run as three named people", () => {
  it("asks who begins, takes three people and shows each link this once", async () => {
    const page = await open(server.setup);
    await page.getByRole("heading", { name: "开始使用回头" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await look(page, "setup-ways");
    await page.getByRole("radio", { name: /三位分立的管理员/ }).check();
    await page.getByLabel("品牌名称").fill("山野茶");
    const fill = async (role: string, name: string, email: string) => {
      const group = page.getByRole("group", { name: role });
      await group.getByLabel("姓名").fill(name);
      await group.getByLabel("邮箱").fill(email);
    };
    for (const [role, name] of THREE) await fill(role, name, "zhou@tea.cn");
    await page.getByRole("button", { name: "生成三个链接" }).click();
    await page.getByText("必须是三个人").waitFor();
    for (const [role, name, email] of THREE) await fill(role, name, email);
    expect(await seriousFindings(page)).toEqual([]);
    await look(page, "setup-three");
    await page.getByRole("button", { name: "生成三个链接" }).click();
    await page.getByRole("heading", { name: "把三个链接分别交给三位" }).waitFor();
    for (const [, name] of THREE)
      links.set(name, (await page.getByLabel(`${name}的链接`, { exact: true }).innerText()).trim());
    expect(await seriousFindings(page)).toEqual([]);
    await look(page, "setup-links");
    // another tab and back: the links stand until they are handed over
    await page.evaluate(() => window.dispatchEvent(new Event("huitou:signed-out")));
    await page.getByRole("heading", { name: "把三个链接分别交给三位" }).waitFor();
    await page.getByRole("button", { name: "都已交给本人" }).click();
    await page.waitForURL(/\/login/);
    await page.context().close();
  });

  it("the installer's link is dead after that", async () => {
    const page = await open(server.setup);
    await page.waitForURL(/\/login/);
    const token = new URL(server.setup).searchParams.get("token");
    const again = await page.context().request.post(`${server.url}/api/setup`, {
      data: { token, brand_name: "x", name: "x", email: "x@tea.cn", password: PASSWORD },
      headers: { origin: server.url },
    });
    expect(again.status()).toBe(409);
    await page.context().close();
  });

  it("one of the three comes in by their link and is led to a second factor first", async () => {
    const page = await open((links.get("安全") ?? "").replace(/^https?:\/\/[^/]+/, server.url));
    await page.getByLabel("密码").first().fill(PASSWORD);
    await page.getByRole("button", { name: /设置|进入|完成/ }).click();
    await page.waitForURL(/\/me\/security/);
    await settled(page);
    await page.context().close();
  });
});
